"""What holds for every resident page: form, weight, headers, look; and the pages around reports."""

import gzip
import re
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from django.utils import timezone

from mulin.kernel.actor import SYSTEM
from mulin.people.actions.listings import list_publicly, withdraw_listing
from mulin.people.models import Appointment, PostKind
from mulin.people.queries.days import day_of
from mulin.people.queries.units import unit_by_code
from mulin.places.queries import ground as places
from mulin.places.rules.tiles import to_world
from mulin.resident import limits
from mulin.resident.urls import urlpatterns
from tests.house.tree import ROOT
from tests.make import residents as make
from tests.make.publications import promised
from tests.make.residents import INSIDE, Page, Staff

pytestmark = pytest.mark.django_db

NOWHERE = "00000000-0000-7000-8000-000000000000"
TILE = "/map/tiles/16/{}/{}.mvt".format(*(to_world(np.array([INSIDE]))[0] * 2**16).astype(int))
POSTS = {
    "look": "/look",
    "say": "/report/",
    "place": "/report/place",
    "contact": "/report/contact",
    "photos": "/report/photos",
    "photo_remove": f"/report/photos/{'0' * 64}/remove",
    "photo_veil": f"/report/photos/{'0' * 64}/veil",
    "track_say": "/track/2345-6789/say",
    "track_rate": "/track/2345-6789/rate",
    "track_review": "/track/2345-6789/review",
    "track_reopen": "/track/2345-6789/reopen",
    "track_withdraw": "/track/2345-6789/contact/withdraw",
    "promise_say": f"/promises/{NOWHERE}/say",
}
READS = {"services", "promises", "promise", "promise_photo"} | {
    "home",
    "map",
    "map_tile",
    "devices",
    "devices_map",
    "neighbours",
    "where",
    "done",
    "photo",
    "find",
    "track",
    "track_code",
    "track_photo",
}


def pages(phone: Client, staff: Staff) -> dict[str, str]:
    """Return an address for each page, with something on it."""
    rated, asked, declined = make.voice(), make.voice(), make.voice()
    staff.drive(rated, "dispatch", "accept", "note", "look", "finish", "check", "answer")
    staff.drive(asked, "dispatch", "accept", "ask")
    staff.drive(declined, "decline")
    make.said(phone, photos=make.upload())
    make.placed(phone)
    promise = promised(days=-1)
    digest = re.findall(r"/report/photos/([0-9a-f]{64})/", phone.get("/report/").content.decode())[0]
    return {
        "home": "/",
        "say": "/report/",
        "place": "/report/place",
        "contact": "/report/contact",
        "veil": f"/report/photos/{digest}/veil",
        "done": f"/report/done/{rated.tracking_code}",
        "find": "/track/",
        "missing": "/track/2345-6789",
        "rate": f"/track/{rated.tracking_code}",
        "question": f"/track/{asked.tracking_code}",
        "declined": f"/track/{declined.tracking_code}",
        "promises": "/promises/?kind=department",
        "promise": f"/promises/{promise.pk}",
        "promise say": f"/promises/{promise.pk}/say",
        "neighbours": "/neighbours?address=东苑小区1号楼",
        "neighbours asked": "/neighbours?address=柳林社区",
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("elder", ["0", "1"])
def test_every_page_is_well_made(phone: Client, staff: Staff, language: str, elder: str) -> None:
    phone.cookies["django_language"], phone.cookies["mulin_elder"] = language, elder
    for name, address in pages(phone, staff).items():
        page = Page(phone.get(address))
        assert page.lang == language, name
        assert page.title.strip(), name
        assert page.headings.count(1) == 1, f"{name}: one h1"
        assert page.headings[0] == 1 or name == "missing", f"{name}: the first heading is the page's"
        assert not page.inline, f"{name}: {page.inline}"
        assert len(page.ids) == len(set(page.ids)), f"{name}: {page.ids}"
        assert "main" in page.landmarks, name
        for field in page.fields:
            named = field["in_label"] or field.get("id") in page.labelled or field.get("aria-label")
            assert named, f"{name}: {field} has no label"
        assert all("alt" in image for image in page.images), name
        assert all(link and not link.startswith(("http", "//", "javascript")) for link in page.links), name


def test_english_pages_speak_english(phone: Client, staff: Staff) -> None:
    catalogue = (ROOT / "mulin/resident/locale/en/LC_MESSAGES/django.po").read_text()
    ours = re.findall(r'^msgid "([^"%<]{4,})"$', catalogue, re.MULTILINE)
    assert len(ours) > 100
    phone.cookies["django_language"] = "en"
    for name, address in pages(phone, staff).items():
        text = phone.get(address).content.decode()
        assert [words for words in ours if words in text] == [], name
        assert "没有这个查询码" not in text


def test_every_form_carries_its_token_and_none_is_taken_without(city: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    for name, address in POSTS.items():
        assert strict.post(address).status_code == 403, name


def test_the_tables_above_are_complete() -> None:
    named = {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)}
    assert named == set(POSTS) | READS


@pytest.mark.parametrize("address", ["/", "/map.json", TILE, "/report/where", "/track/", "/neighbours"])
def test_what_only_reads_cannot_be_posted_to(phone: Client, address: str) -> None:
    assert phone.post(address).status_code == 405


@pytest.mark.parametrize(
    "name", ["look", "photos", "photo_remove", "track_say", "track_rate", "track_withdraw"]
)
def test_what_changes_something_cannot_be_done_by_a_link(phone: Client, name: str) -> None:
    assert phone.get(POSTS[name]).status_code == 405


def test_no_page_is_kept_by_others_or_found_by_search_engines(phone: Client, staff: Staff) -> None:
    for name, address in pages(phone, staff).items():
        answer = phone.get(address)
        assert answer["Cache-Control"] == "no-store", name
        assert answer["X-Robots-Tag"] == "noindex", name
        assert "script-src 'self'" in answer["Content-Security-Policy"], name


def test_the_first_page_weighs_little_and_asks_nobody_else(phone: Client) -> None:
    answer = phone.get("/")
    text = answer.content.decode()
    files = re.findall(r'(?:src|href)="(/static/[^"#]+)', text)
    assert {Path(file).suffix for file in files} >= {".css", ".js", ".svg"}
    weight = len(gzip.compress(answer.content))
    for file in set(files):
        found = finders.find(file.removeprefix("/static/"))
        assert found, file
        weight += len(gzip.compress(Path(str(found)).read_bytes()))
    assert weight <= 150_000
    assert weight <= 20_000, "today it is an eighth of that: look before letting it grow"
    assert "//" not in re.sub(r"https?://www\.w3\.org[^\"]*", "", text.replace("<!doctype", "")), (
        "no third party"
    )


def test_the_first_page_asks_the_database_only_for_the_citys_words(phone: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        phone.get("/")
    assert len(asked) <= 1


@pytest.mark.parametrize(
    ("fields", "cookie", "value"),
    [
        ({"elder": "1"}, "mulin_elder", "1"),
        ({"elder": "0"}, "mulin_elder", "0"),
        ({"theme": "dark"}, "mulin_theme", "dark"),
        ({"language": "en"}, "django_language", "en"),
    ],
)
def test_a_look_is_remembered(phone: Client, fields: dict[str, str], cookie: str, value: str) -> None:
    answer = phone.post("/look", {**fields, "back": "/report/"})
    assert answer["Location"] == "/report/"
    assert answer.cookies[cookie].value == value
    assert int(answer.cookies[cookie]["max-age"]) > 300 * 24 * 3600


@pytest.mark.parametrize(
    "fields", [{"elder": "2"}, {"theme": "<b>"}, {"language": "xx"}, {}, {"elder": ""}], ids=str
)
def test_an_invented_look_is_not_remembered(phone: Client, fields: dict[str, str]) -> None:
    assert not phone.post("/look", fields).cookies


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_nobody_is_sent_away_by_a_forged_form(phone: Client, back: str) -> None:
    assert phone.post("/look", {"back": back, "elder": "1"})["Location"] == "/"


def test_large_type_and_dark_reach_the_page(phone: Client) -> None:
    phone.cookies["mulin_elder"], phone.cookies["mulin_theme"] = "1", "dark"
    text = phone.get("/report/").content.decode()
    assert 'data-look="elder"' in text
    assert 'data-theme="dark"' in text
    assert "第 1 步，共 4 步" in text


def test_the_map_says_how_far_it_reaches_and_that_it_is_a_sketch(phone: Client) -> None:
    told = phone.get("/map.json").json()
    west, south, east, north = told["bounds"]
    assert west < INSIDE[0] < east
    assert south < INSIDE[1] < north
    assert told["synthetic"] is True


def test_the_map_comes_in_tiles_compressed_once_and_tells_nothing_but_the_ground(phone: Client) -> None:
    first = phone.get(TILE)
    layers = mapbox_vector_tile.decode(gzip.decompress(first.content))
    assert {"areas", "buildings"} <= set(layers)
    told = {key for layer in layers.values() for f in layer["features"] for key in f["properties"]}
    assert told == {"code", "name", "kind", "parent", "unit", "tint", "synthetic", "compound"}, "of no person"
    assert len(first.content) < 20_000
    again = phone.get(TILE, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert phone.get("/map/tiles/16/1/1.mvt").status_code == 204
    assert phone.get("/map/tiles/3/8/1.mvt").status_code == 404


def test_who_asks_for_tiles_without_end_is_slowed_down(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TILES", limits.Bucket(burst=1, seconds=50))
    assert [phone.get(TILE).status_code for _ in range(2)] == [200, 429]


def test_a_place_is_told_by_house_compound_and_areas(phone: Client) -> None:
    piece = phone.get("/report/where", {"lon": INSIDE[0], "lat": INSIDE[1]}).content.decode()
    assert "东苑小区 1号楼" in piece
    assert "清泉社区" in piece
    assert 'data-outcome="inside"' in piece


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({}, 200, "还没有选地方"),
        ({"address": "东苑小区1号楼"}, 200, "东苑小区 1号楼"),
        ({"address": "柳林社区"}, 200, "您说的是哪一处"),
        ({"address": "月亮背面"}, 200, "没认出这个地方"),
        ({"lon": "0", "lat": "0"}, 200, "这里不在本地范围内"),
        ({"lon": "a", "lat": "b"}, 422, "没有读出来"),
        ({"lon": "999", "lat": "1"}, 422, "坐标"),
        ({"address": "<script>alert(1)</script>"}, 200, "没认出这个地方"),
        ({"address": "柳林社区", "candidate": "no-such"}, 200, "您说的是哪一处"),
    ],
)  # fmt: skip
def test_every_place_gets_an_answer(phone: Client, query: dict[str, str], status: int, words: str) -> None:
    answer = phone.get("/report/where", query)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "<script>" not in answer.content.decode()


def test_neighbours_are_named_nearest_first(phone: Client) -> None:
    text = phone.get("/neighbours", {"address": "东苑小区1号楼"}).content.decode()
    names = re.findall(r"<b>([^<]*(?:网格|社区|街道))</b>", text)
    assert [name[-2:] for name in names] == ["网格", "社区", "街道"]


def test_a_bucket_fills_again_and_forgets_the_oldest() -> None:
    bucket = limits.Bucket(burst=2, seconds=10)
    assert [bucket.wait("a", at=at) for at in (0, 0, 0, 5, 10)] == [0, 0, 10, 5, 0]
    assert bucket.wait("b", at=10) == 0


@pytest.mark.parametrize(
    ("seen", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("junk", "unknown"),
    ],
)
def test_a_household_is_one_network(seen: str, network: str) -> None:
    assert limits.network_of(RequestFactory().get("/", REMOTE_ADDR=seen)) == network


def test_whoever_agreed_to_be_named_is_shown_until_they_withdraw(phone: Client) -> None:
    now = timezone.now()
    grid = unit_by_code(places.locate_point(lon=INSIDE[0], lat=INSIDE[1], on=day_of(now)).unit_code)
    term = Appointment.objects.filter(unit=grid, post__public_contact=True).first()
    if term is None:
        PostKind.objects.filter(appointments__unit=grid).update(public_contact=True)
        term = Appointment.objects.filter(unit=grid).first()
    assert term is not None
    there = {"lon": INSIDE[0], "lat": INSIDE[1]}
    assert "同意公开" not in phone.get("/neighbours", there).content.decode()

    list_publicly(
        appointment_id=term.pk,
        name="老周（示例）",
        phone="0632-5501234",
        consent="本人书面同意",
        consented_on=day_of(now),
        actor=SYSTEM,
        now=now,
    )
    page = phone.get("/neighbours", there).content.decode()
    assert "老周（示例）" in page
    assert 'href="tel:0632-5501234"' in page
    street = phone.get("/neighbours", {"address": "望山街道"}).content.decode()
    assert "老周（示例）" not in street, "the page is no directory of a street"

    withdraw_listing(appointment_id=term.pk, actor=SYSTEM, now=now)
    assert "老周（示例）" not in phone.get("/neighbours", there).content.decode()


def test_a_resident_reads_what_was_corrected_and_is_asked_about_a_guess(phone: Client, city: Staff) -> None:
    corrected = phone.get("/report/where", {"address": "清全社区东苑小区3号楼"}).content.decode()
    assert "“清全社区”按“清泉社区”理解" in corrected
    guess = phone.get("/report/where", {"address": "中院小区"}).content.decode()
    assert "您说的是这里吗？" in guess
    code = re.findall(r'name="candidate" value="([^"]+)"', guess)[0]
    chosen = phone.get("/report/where", {"address": "中院小区", "candidate": code}).content.decode()
    assert "您说的是" not in chosen
    assert "中苑小区" in chosen
