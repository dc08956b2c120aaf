"""Two days compared: every difference with its document, the cases that went along, as list and workbook."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from mulin.boundaries.actions.adjusting import adjust_boundaries
from mulin.boundaries.models import Adjustment
from mulin.boundaries.rules.plan import read_plan
from mulin.kernel.actor import SYSTEM
from tests.make import console

ONE, TWO = "990101001001001", "990101001001002"


def merged() -> Adjustment:
    """Merge the grid of console.INSIDE into its neighbour, today."""
    line = {"kind": "merge", "from": [TWO, ONE], "into": [{"code": TWO, "name": "合并后的网格"}]}
    day = timezone.localdate().isoformat()
    plan = {"on": day, "reason": "示例原因", "document": "示例〔2026〕7 号", "lines": [line]}
    return adjust_boundaries(plan=read_plan(plan), key="k", actor=SYSTEM, now=timezone.now())


@pytest.fixture
def seat(city: None) -> Client:
    return console.browser(console.DISPATCHER)


def test_a_merger_is_told_with_its_document_and_its_cases(seat: Client) -> None:
    case = console.case()
    made = merged()
    text = seat.get("/console/map/changes/").content.decode()
    assert "1 处不同" in text
    assert "示例〔2026〕7 号" in text
    assert case.number in seat.get(f"/console/map/changes/{made.pk}/").content.decode()
    facts = seat.get("/console/map/changes/?pick=1", headers={"hx-request": "true"}).content.decode()
    assert "示例原因" in facts
    assert "<html" not in facts


def test_two_days_of_one_edition_do_not_differ(seat: Client) -> None:
    merged()
    today = timezone.localdate()
    days = f"old={today - timedelta(days=9)}&new={today - timedelta(days=2)}"
    assert "0 处不同" in seat.get(f"/console/map/changes/?{days}").content.decode()


def test_the_workbook_lists_every_difference(seat: Client) -> None:
    merged()
    book = openpyxl.load_workbook(BytesIO(b"".join(seat.get("/console/map/changes.xlsx"))))  # type: ignore[arg-type]
    rows = list(book.active.values)  # type: ignore[union-attr]
    assert len(rows) == 2
    assert rows[1][1] == "合并"
    assert rows[1][9] == "示例〔2026〕7 号"


def test_who_may_not_see_a_case_is_not_told_of_it(city: None) -> None:
    case = console.case()
    made = merged()
    text = console.browser(console.STEWARD).get(f"/console/map/changes/{made.pk}/").content.decode()
    assert case.number not in text


@pytest.mark.parametrize("query", ["old=2026-05-02&new=2026-05-01", "kind=moon", "view=upside", "old=x"])
def test_nonsense_is_named(seat: Client, query: str) -> None:
    assert seat.get(f"/console/map/changes/?{query}").status_code == 422
