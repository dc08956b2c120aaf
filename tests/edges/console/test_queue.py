"""The queue: tabs, filters, search, paging, export."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.models import Case
from tests.make import console


def test_the_queue_shows_what_lies_on_my_desk(dispatcher: Client) -> None:
    case = console.case()
    page = dispatcher.get("/console/").content.decode()
    assert f'id="row-{case.pk}"' in page
    assert case.title in page
    assert "待办 1 件" in page
    assert "待立案" in page


def test_what_lies_on_another_desk_is_not_in_mine(firm: Client) -> None:
    case = console.case()
    assert f"row-{case.pk}" not in firm.get("/console/").content.decode()


@pytest.mark.parametrize("tab", ["todo", "done", "filed", "overdue"])
def test_an_empty_tab_says_what_to_do_next(dispatcher: Client, tab: str) -> None:
    page = dispatcher.get("/console/", {"tab": tab})
    assert page.status_code == 200
    assert "data-empty" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "nonsense"},
        {"page": "-3"},
        {"page": "zwei"},
        {"clock": "soon", "unit": "x", "kind": "need", "channel": "web", "item": "9-999"},
        {"q": "\x00"},
        {"q": "好" * 500},
        {"community": "' or 1=1 --"},
    ],
)
def test_an_address_that_makes_no_sense_still_shows_a_list(dispatcher: Client, query: dict[str, str]) -> None:
    assert dispatcher.get("/console/", query).status_code == 200


@pytest.mark.parametrize(
    ("words", "found"), [("污水", True), ("老人", True), ("YC", False), ("电梯", False), ("下水道堵塞", True)]
)
def test_two_characters_are_enough_to_search(dispatcher: Client, words: str, found: bool) -> None:
    case = console.case()
    page = dispatcher.get("/console/", {"q": words}).content.decode()
    assert (f"row-{case.pk}" in page) is found


def test_filters_narrow_and_are_remembered_in_the_address(dispatcher: Client) -> None:
    case = console.case()
    kept = dispatcher.get("/console/", {"kind": "need"}).content.decode()
    assert f"row-{case.pk}" in kept
    assert "tab=todo&amp;kind=need" in kept
    assert f"row-{case.pk}" not in dispatcher.get("/console/", {"kind": "suggestion"}).content.decode()


def test_what_is_overdue_is_red_and_said_in_words(dispatcher: Client) -> None:
    case = console.case()
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(minutes=85))
    page = dispatcher.get("/console/").content.decode()
    assert "超期 1 小时 25 分" in page
    assert "超期 1</a>" in page


def test_the_next_page_comes_alone_and_in_order(dispatcher: Client) -> None:
    for _ in range(3):
        console.case()
    Case.objects.update(due_at=timezone.now())
    whole = dispatcher.get("/console/").content.decode()
    assert "再看" not in whole
    part = dispatcher.get("/console/", {"page": 2}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_the_queue_asks_as_often_for_three_as_for_one(dispatcher: Client) -> None:
    asked = []
    for _ in range(2):
        console.case()
        dispatcher.get("/console/")  # caches are warm
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = dispatcher.get("/console/").content.decode()
        asked.append(len(queries))
        console.case()
    assert page.count('class="case-row') == 3
    assert 5 < asked[0] == asked[1] < 40


def test_an_export_has_typed_cells_and_runs_nothing(dispatcher: Client) -> None:
    console.case(text='=HYPERLINK("http://x","点我")')
    answer = dispatcher.get("/console/export.xlsx")
    assert answer["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    rows = list(book.worksheets[0].iter_rows())
    assert [cell.value for cell in rows[0]][:3] == ["编号", "标题", "状态"]
    assert rows[1][1].value == '=HYPERLINK("http://x","点我")'
    assert not any(cell.data_type == "f" for row in rows for cell in row)
    assert rows[1][11].is_date


def test_an_export_holds_no_contact(dispatcher: Client) -> None:
    console.case(contact=True)
    answer = dispatcher.get("/console/export.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    said = " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
    assert "13800001234" not in said
    assert "王先生" not in said


def test_who_may_not_export_gets_nothing(city: None) -> None:
    assert console.browser(console.GRID).get("/console/export.xlsx").status_code == 403
