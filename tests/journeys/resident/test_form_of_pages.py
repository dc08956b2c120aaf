"""Every resident page measured in a browser: targets, type, contrast, nothing beyond the edge, axe."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from mulin.kernel.actor import SYSTEM
from mulin.publications.actions import comments, promises
from tests.house.tree import ROOT
from tests.make import photos as pictures
from tests.make import publications as public
from tests.make import residents as make
from tests.make.publications import promised
from tests.make.residents import WORDS, Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

MEASURES: Final = (Path(__file__).with_name("measures.js")).read_text()
ELDER_LEAST = 18  # 适老化: nothing below, except the mark that shapes are a sketch


def measured(page: Page, what: str, *given: int) -> Any:
    """Take one of the measures of measures.js in the page."""
    page.evaluate(MEASURES)
    return page.evaluate(f"measures.{what}({', '.join(map(str, given))})")


@pytest.fixture
def addresses(city: Staff, phone: Open, tmp_path: Path) -> dict[str, str]:
    """Return every page with something on it, in every state that looks different."""
    states = {
        "received": (),
        "in hand": ("dispatch", "accept", "note"),
        "asked": ("dispatch", "accept", "look", "ask"),
        "rate": ("dispatch", "accept", "note", "finish", "check", "answer"),
        "closed": ("dispatch", "accept", "finish", "check", "answer", "close"),
        "declined": ("decline",),
    }
    found = {"home": "/", "say": "/report/", "place": "/report/place", "contact": "/report/contact"}
    for name, acts in states.items():
        report = make.voice(text=WORDS if name != "received" else "很长的一件事" * 60 + "abcdefghijklmn" * 12)
        city.drive(report, *acts)
        found[name] = f"/track/{report.tracking_code}"
    found["done"] = found["closed"].replace("/track/", "/report/done/")
    found["find"], found["wrong code"] = "/track/", "/track/2345-6789"
    late, kept = promised(days=-1), promised("990101001")
    now = timezone.now()
    promises.keep_promise(promise_id=kept.pk, evidence="好了", actor=SYSTEM, now=now)
    said = public.comment(late, now=now)
    comments.release_comment(comment_id=said.pk, words="太暗", actor=SYSTEM, now=now)
    found["services"] = "/services"
    found["promises"], found["promise say"] = "/promises/?kind=street", f"/promises/{late.pk}/say"
    found["promise"], found["kept"] = f"/promises/{late.pk}", f"/promises/{kept.pk}"
    found["neighbours"] = "/neighbours?address=东苑小区1号楼"
    found["which neighbours"] = "/neighbours?address=柳林社区"
    return found


def drafted(page: Page, tmp_path: Path) -> None:
    """Begin a report, so that its later screens can be opened."""
    picture = tmp_path / "a.jpg"
    picture.write_bytes(pictures.jpeg())
    page.goto("/report/")
    page.fill("#text", WORDS)
    page.set_input_files("#photos", str(picture))
    page.wait_for_selector(".shot img")
    page.click("footer .pri")
    page.wait_for_selector("#map[data-ready]")
    page.fill("#address", "东苑小区1号楼")
    page.keyboard.press("Enter")
    page.wait_for_selector("#where [data-found]")
    page.click("footer .pri")
    page.wait_for_url("**/report/contact")


def each(page: Page, addresses: dict[str, str]) -> Any:
    """Open one page after another, all folded parts unfolded."""
    for name, address in addresses.items():
        page.goto(address)
        if name == "place":
            page.wait_for_selector("#map[data-ready]")
            page.wait_for_selector("#where [data-found]")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        yield name


LOOKS = {
    "320": {"width": 320},
    "390": {"width": 390},
    "1280": {"width": 1280, "height": 800},
    "dark": {"width": 390, "scheme": "dark"},
    "elder 320": {"width": 320, "mulin_elder": "1"},
    "elder dark": {"width": 390, "scheme": "dark", "mulin_elder": "1"},
    "english": {"width": 360, "django_language": "en"},
}


def test_every_page_can_be_read_and_touched(phone: Open, addresses: dict[str, str], tmp_path: Path) -> None:
    faults: list[str] = []
    for look, means in LOOKS.items():
        page = phone(**means)
        drafted(page, tmp_path)
        for name in each(page, addresses):
            faults += [f"{look}, {name}: {fault}" for fault in faults_of(page, is_elder="elder" in look)]
    assert not faults, "\n".join(faults)


def faults_of(page: Page, *, is_elder: bool) -> list[str]:
    """Return everything that is too small, too pale, cut off or beyond the edge."""
    faults = [f"{px}px beyond the edge" for px in [measured(page, "beyond")] if px]
    faults += [f"cut off {what}" for what in measured(page, "cut")]
    faults += [f"small {what}" for what in measured(page, "small", 60 if is_elder else 44)]
    faults += [f"pale {what}" for what in measured(page, "pale")]
    for size, line, what in measured(page, "type"):
        least = ELDER_LEAST if is_elder and "sketch" not in what else 12
        if size < least or line < (1.3 if is_elder else 1.2):
            faults.append(f"type {size}/{line:.2f} {what}")
    return faults


def test_twice_the_type_still_fits(phone: Open, addresses: dict[str, str], tmp_path: Path) -> None:
    page = phone(width=390)
    drafted(page, tmp_path)
    faults = []
    for name in each(page, addresses):
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        faults += [f"{name}: {px}px beyond the edge" for px in [measured(page, "beyond")] if px]
    assert not faults


def test_axe_has_nothing_serious_to_say(phone: Open, addresses: dict[str, str], tmp_path: Path) -> None:
    if not AXE.exists():
        pytest.fail("axe is not there: make web-check fetches it (make test does so first)")
    page = phone(mulin_elder="0")
    drafted(page, tmp_path)
    faults = []
    for name in each(page, addresses):
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults += [
            f"{name}: {rule['id']} {node['target']} {node['failureSummary'][:160]}"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
    assert not faults, "\n".join(faults)


def test_the_measures_find_what_is_wrong(phone: Open, city: Staff) -> None:
    page = phone()
    page.goto("/")
    page.evaluate(
        """() => { const b = document.createElement("button"); b.textContent = "x"; b.style.cssText =
          "width:20px;height:20px;min-height:0;padding:0;color:#aaa;background:#fff;font-size:9px;line-height:9px";
          const w = document.createElement("div"); w.style.width = "900px"; w.textContent = "wide";
          document.querySelector("main").append(b, w); }"""
    )
    assert measured(page, "beyond") > 0
    assert any("20x20" in what for what in measured(page, "small", 44))
    assert any(what.startswith("2.") for what in measured(page, "pale"))
    assert any(size == 9 for size, _line, _what in measured(page, "type"))
