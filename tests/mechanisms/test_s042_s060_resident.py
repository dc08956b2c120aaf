"""The residents' client: core tasks on a telephone without an account, and snap-and-report in four steps."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import Page, expect

from mulin.cases.models import Photo, Report
from mulin.cases.rules.intake import Kind
from mulin.catalogue import queries as catalogue
from mulin.gateways import photos
from mulin.people.queries.days import day_of
from mulin.resident import draft, limits
from tests.journeys.conftest import browser, city, phone  # noqa: F401 - fixtures
from tests.make import packs, residents
from tests.make import photos as pictures
from tests.make.cases import NOON
from tests.make.residents import INSIDE, WORDS, Staff

Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def _no_waiting(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.VAR = tmp_path
    monkeypatch.setattr(draft, "LEAST_SECONDS", 0.0)
    yield
    for bucket in (limits.REPORTS, limits.PHOTOS, limits.CODES):
        bucket.clear()


@pytest.mark.browser
@pytest.mark.mechanism("S-042")
def test_a_telephone_without_an_account_reports_reads_and_rates(phone: Open, city: Staff) -> None:  # noqa: F811
    page = phone(width=360, height=640)
    page.goto("/")
    page.click("a.go.pri")
    page.fill("#text", WORDS)
    page.click("footer .pri")
    page.fill("#address", "东苑小区1号楼")
    page.keyboard.press("Enter")
    page.wait_for_selector("#where [data-found]")
    page.click("footer .pri")
    page.wait_for_url("**/report/contact")
    page.click("footer [value=bare]")
    page.wait_for_url("**/report/done/*")
    report = Report.objects.get()
    assert report.filed_by is None

    city.drive(report, "dispatch", "accept", "note", "finish", "check", "answer", "close")
    for address in ("/", "/neighbours?address=东苑小区1号楼", f"/track/{report.tracking_code}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert "/console/sign-in" not in page.url, address
    expect(page.locator("main")).to_contain_text("今天下午已经疏通")
    page.click("label:has-text('解决了')")
    page.click("label:has-text('不满意')")
    page.click("#rate button")
    expect(page.locator(".did")).to_be_visible()


@pytest.mark.django_db
@pytest.mark.mechanism("S-060")
def test_snap_and_report_takes_four_steps_keeps_no_traces_and_offers_to_cover_faces(tmp_path: Path) -> None:
    packs.city()
    browser_ = Client(headers={"accept-language": "zh-CN"})
    residents.said(browser_, photos=residents.upload(pictures.full_of_metadata()))  # step 1
    first = browser_.get("/report/").content.decode()
    digest = re.findall(r"/report/photos/([0-9a-f]{64})/veil", first)[0]
    plain = photos.held_path(digest, draft=browser_.session["draft"]["id"]).read_bytes()

    browser_.post(f"/report/photos/{digest}/veil", {"cell": ["0", "1", "7", "8"]})  # offered, not a step
    residents.placed(browser_)  # step 2
    done = residents.sent(browser_, phone="13800000000")  # steps 3 and 4

    report = Report.objects.get()
    assert report.tracking_code in done.content.decode(), "the code at once"
    assert (report.lon, report.lat) == INSIDE, (
        "the place that was consented to, from the pin and not the photo"
    )
    kept = photos.path_of(Photo.objects.get(report=report).digest).read_bytes()
    assert kept != plain
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for trace in (pictures.MARKER, b"Exif", b"xmpmeta", b"34,46"):
        assert trace not in everything


@pytest.mark.django_db
@pytest.mark.mechanism("S-060")
def test_there_is_no_category_about_persons() -> None:
    packs.city()
    kinds = {kind.value for kind in Kind}
    assert kinds == {"need", "opinion", "suggestion", "complaint", "enquiry"}
    items = [item.name for item in catalogue.items_in_force(day_of(NOON))]
    assert items
    assert not [name for name in items if re.search("可疑人员|重点人员|流动人口|精神病人|上访|外地人", name)]
