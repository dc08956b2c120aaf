"""Lists, the dispatch table, units, the ledger: reading them, importing a list, trying the table."""

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mulin.catalogue import queries
from mulin.catalogue.models import Edition
from tests.make import console

TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
HEADERS = {"list_code": "matters", "list_name": "民生事项清单", "name": "2027 版", "from_on": TOMORROW}


@pytest.fixture
def steward(city: None) -> Client:
    """Return the data steward's browser."""
    return console.browser(console.STEWARD)


def sheet(change: Any = None) -> SimpleUploadedFile:
    """Return the edition in force as a sheet, with one cell changed."""
    data = queries.export(Edition.objects.get().pk)
    book = openpyxl.load_workbook(io.BytesIO(data))
    if change is not None:
        change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("清单.xlsx", out.getvalue())


def rename(page: Any) -> None:
    column = next(cell.column for cell in page[1] if cell.value == "名称")
    page.cell(2, column).value = "改过的名称"


def spoil(page: Any) -> None:
    column = next(cell.column for cell in page[1] if "时限" in str(cell.value))
    page.cell(3, column).value = "很快"


def test_a_list_is_checked_then_shown_then_published(steward: Client) -> None:
    seen = steward.post("/console/lists/publish/", {**HEADERS, "check": "1", "file": sheet(rename)})
    page = seen.content.decode()
    assert seen.status_code == 200
    assert "发布以后会变什么" in page
    assert "改过的名称" in page
    assert Edition.objects.count() == 1
    held = page.split('name="held" value="')[1].split('"')[0]
    done = steward.post(
        "/console/lists/publish/", {**HEADERS, "publish": "1", "held": held, "held_name": "清单.xlsx"}
    )
    assert done.status_code == 302
    edition = Edition.objects.get(name="2027 版")
    assert edition.items.filter(name="改过的名称").exists()
    assert "改过的名称" in steward.get(f"/console/lists/{edition.pk}/").content.decode()


def test_a_wrong_sheet_is_told_by_row_and_column_and_nothing_is_published(steward: Client) -> None:
    answer = steward.post("/console/lists/publish/", {**HEADERS, "publish": "1", "file": sheet(spoil)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "处要改" in page
    assert '<td class="n">3</td>' in page
    assert "时限" in page
    assert Edition.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"file": None},
        {"file": SimpleUploadedFile("x.xlsx", b"not a sheet")},
        {"file": SimpleUploadedFile("x.csv", b"")},
        {"file": SimpleUploadedFile("x.xlsx", b"PK" + b"0" * 1_300_000)},
        {"from_on": "soon"},
        {"name": ""},
        {"list_code": ""},
        {"held": "%%%", "file": None},
    ],
)
def test_a_form_that_is_wrong_is_refused_in_words(steward: Client, changes: dict[str, Any]) -> None:
    form = {**HEADERS, "check": "1", "file": sheet(), **changes}
    answer = steward.post(
        "/console/lists/publish/", {name: value for name, value in form.items() if value is not None}
    )
    assert answer.status_code == 422
    assert Edition.objects.count() == 1


def test_who_may_not_publish_is_refused(dispatcher: Client) -> None:
    assert dispatcher.get("/console/lists/publish/").status_code == 403
    answer = dispatcher.post("/console/lists/publish/", {**HEADERS, "publish": "1", "file": sheet(rename)})
    assert answer.status_code == 403
    assert Edition.objects.count() == 1


def test_the_lists_can_be_read_searched_and_taken_away(dispatcher: Client) -> None:
    edition = Edition.objects.get()
    assert edition.name in dispatcher.get("/console/lists/").content.decode()
    assert "下水道" in dispatcher.get("/console/lists/", {"find": "下水道"}).content.decode()
    assert "没有找到" in dispatcher.get("/console/lists/", {"find": "zzz"}).content.decode()
    assert dispatcher.get("/console/lists/999999/").status_code == 404
    for address in (f"/console/lists/{edition.pk}.xlsx", "/console/lists/template.xlsx"):
        answer = dispatcher.get(address)
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].max_row >= 2
    assert dispatcher.get("/console/lists/999999.xlsx").status_code == 404


def test_the_dispatch_table_can_be_tried_and_says_which_row_won(dispatcher: Client) -> None:
    page = dispatcher.get("/console/dispatch/").content.decode()
    assert "派遣表" in page
    tried = dispatcher.get(
        "/console/dispatch/",
        {"try": "1", "item": "04-04", "place": "990101001001001", "compound": "", "hours": ""},
    ).content.decode()
    assert "用这一行" in tried
    assert "派遣表第" in tried


def test_a_trial_of_something_unknown_is_no_mistake_of_the_program(dispatcher: Client) -> None:
    answer = dispatcher.get("/console/dispatch/", {"try": "1", "item": "99-99", "place": "nowhere"})
    assert answer.status_code == 200
    assert "用这一行" not in answer.content.decode()


def test_the_tree_of_units_shows_my_branch_only(city: None) -> None:
    mine = console.browser(console.COMMUNITY).get("/console/units/").content.decode()
    assert "990101001001/" in mine
    assert "990101001002/" not in mine
    whole = console.browser(console.ORGANISER).get("/console/units/").content.decode()
    assert "990101001002/" in whole
    assert "人手提醒" in whole


def test_the_page_of_a_community_shows_street_grids_staff_and_contacts(city: None) -> None:
    browser = console.browser(console.ORGANISER)
    page = browser.get("/console/units/990101001001/").content.decode()
    for said in ("望山街道", "990101001001001", "社区工作者 01", "网格长 01", "服务这里的单位"):
        assert said in page
    before = browser.get("/console/units/990101001001/", {"on": "2025-01-01"}).content.decode()
    assert "网格长 01" not in before


@pytest.mark.parametrize("on", ["", "yesterday", "2026-13-01"])
def test_a_day_that_is_none_means_today(city: None, on: str) -> None:
    assert console.browser(console.ORGANISER).get("/console/units/", {"on": on}).status_code == 200


def test_a_unit_outside_my_branch_is_not_found(community: Client) -> None:
    assert community.get("/console/units/990101001002/").status_code == 404
    assert community.get("/console/units/nowhere/").status_code == 404


def test_the_ledger_is_for_those_who_may_read_it_and_can_be_verified(city: None) -> None:
    case = console.case("in_hand", contact=True)
    browser = console.browser(console.AUDITOR)
    page = browser.get("/console/ledger/").content.decode()
    assert str(case.pk)[:8] in page
    assert "签收" in page
    assert "13800001234" not in page
    assert "核验通过" in browser.post("/console/ledger/").content.decode()
    assert console.browser(console.DISPATCHER).get("/console/ledger/").status_code == 403
    assert console.browser(console.DISPATCHER).post("/console/ledger/").status_code == 403
