"""What holds for every page of the console: who may open it, what it may not contain, both languages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern

from mulin.console.urls import urlpatterns
from tests.make import console

OPEN = {"sign_in", "code", "keys", "theme", "language"}
PAGES = [
    "", "?tab=done", "new/", "receptions/", "lists/", "dispatch/", "units/", "me/", "me/password/",
    "me/second-factor/", "me/tokens/", "sign-in/", "notices/", "supervision/",
    "promises/", "promises/comments/", "reviews/", "map/", "map/table/", "map/changes/",
    "map/things/", "map/buildings/", "map/codes/", "map/events/", "map/devices/",
    "map/things/9901010118000001/",
    "map/state/", "map/place/", "map/inside/", "map/gaps/", "map/coverage/", "map/ledger/", "map/scenes/",
    "map/data/",
]  # fmt: skip
# Pages that show no data, so that every Chinese word on them would be ours.
PLAIN = [
    "",
    "?tab=done",
    "new/",
    "receptions/",
    "me/password/",
    "me/second-factor/",
    "me/tokens/",
    "sign-in/",
    "notices/",
    "supervision/",
    "promises/",
    "promises/comments/",
    "reviews/",
]
HAN = re.compile(r"[\u4e00-\u9fff]")


def address(pattern: URLPattern) -> str:
    """Return an address that fits a pattern."""
    filled = {
        "uuid": "01a1fe15-87e5-72eb-96f2-9e4718c58a00", "int": "1", "slug": "add_note", "str": "990101001",
    }  # fmt: skip
    return "/console/" + re.sub(r"<(\w+):\w+>", lambda found: filled[found[1]], str(pattern.pattern))


class Page(HTMLParser):
    """Gathers from a page what the rules are about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings = 0
        self.scripts: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.links: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.language = ""
        self._inside_label = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "script":
            self.scripts.append(given)
        if tag == "style" or any(name == "style" or name.startswith("on") for name in given):
            self.inline.append(f"{tag} {given}")
        self.links += [given[name] or "" for name in ("src", "href", "action") if name in given]
        if tag == "label":
            self._inside_label += 1
            self.labelled.add(given.get("for") or "")
        is_field = tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit")
        if is_field and not self._inside_label:
            self.fields.append(given)

    def handle_endtag(self, tag: str) -> None:
        self._inside_label -= tag == "label"


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: str(pattern.name))
def test_every_address_but_the_way_in_asks_who_is_there(city: None, pattern: URLPattern) -> None:
    for ask in (Client().get, Client().post):
        answer = ask(address(pattern))
        if pattern.name in OPEN:
            assert answer.status_code in (200, 302, 403, 405)
        elif answer.status_code != 405:
            assert answer.status_code == 302
            assert answer["Location"].startswith("/console/sign-in/")


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: str(pattern.name))
def test_every_post_needs_its_token(city: None, pattern: URLPattern) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(console.account(console.DISPATCHER))
    assert strict.post(address(pattern), {"key": console.key()}).status_code in (403, 405)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_its_language_and_nothing_inline(dispatcher: Client, path: str) -> None:
    console.case("in_hand")
    page = Page(dispatcher.get(f"/console/{path}").content.decode())
    assert page.headings == 1
    assert page.language == "zh-hans"
    assert not page.inline
    assert all(script.get("src") for script in page.scripts)
    assert not [link for link in page.links if "//" in link]
    unnamed = [f for f in page.fields if f.get("id") not in page.labelled and not f.get("aria-label")]
    assert not unnamed


def test_a_case_has_one_heading_and_nothing_inline(dispatcher: Client) -> None:
    case = console.case("in_hand", contact=True)
    page = Page(dispatcher.get(f"/console/cases/{case.pk}/").content.decode())
    assert page.headings == 1
    assert not page.inline


@pytest.mark.parametrize("path", PLAIN)
def test_an_english_page_has_no_chinese_word(city: None, path: str) -> None:
    browser = console.browser(console.DISPATCHER, language="en")
    text = browser.get(f"/console/{path}").content.decode()
    assert '<html lang="en"' in text
    options = r"<option[^>]*>.*?</option>|title=\"[^\"]*\""
    words = re.sub(options, "", text, flags=re.DOTALL)
    for data in ("睦邻", "望山街道"):
        words = words.replace(data, "")
    found = HAN.search(words)
    assert not found, words[found.start() - 60 :][:120]


def test_every_word_of_the_console_is_translated() -> None:
    catalogue = Path(__file__).parents[3] / "mulin/console/locale/en/LC_MESSAGES/django.po"
    entries = catalogue.read_text().split("\n\n")[1:]
    empty = [entry for entry in entries if 'msgstr ""' in entry and not re.search(r'msgstr ""\n"', entry)]
    assert entries
    assert not empty
    assert "#, fuzzy" not in catalogue.read_text()


def test_what_went_wrong_has_a_page_like_the_others(dispatcher: Client) -> None:
    page = dispatcher.get("/console/lists/999/").content.decode()
    assert "回到工单" in page
    assert 'class="rail"' in page
