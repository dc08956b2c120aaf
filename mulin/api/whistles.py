"""What staff ask about whistles: the board, and one whistle whole."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from mulin.api import answers, shown
from mulin.api import whistle_said as said
from mulin.api.auth import StaffRequest
from mulin.api.said import CODE_PATTERN
from mulin.cases.queries import whistle_choices, whistles
from mulin.cases.queries.doors import case_to_see
from mulin.cases.queries.grades import Graded
from mulin.cases.queries.page import Event, Offer
from mulin.cases.queries.whistle_shapes import CallColumn, Need, Round, Seal, WhistleBoard, WhistlePage
from mulin.cases.rules.whistles import WhistleState

router = Router(tags=["whistles"])
Page = Annotated[int, Query(ge=1, le=200, description="pages of 50")]


class WhistleShown(shown.Shown):
    """A whistle with all that hangs on it; what is sealed stays empty."""

    id: UUID
    case: shown.CaseBrief
    round: int
    state: WhistleState
    caller: str
    caller_kind: str
    caller_kind_en: str
    called_kind: str
    called_kind_en: str
    ask: str
    item_code: str
    item_name: str
    edition: str
    item_is_example: bool
    off_list: bool
    off_list_why: str
    grade: dict[str, Any] = Field(description="the row of the table of grades it was called by, or {}")
    raised_at: datetime
    report_due_at: datetime | None
    handle_due_at: datetime | None
    summary: str
    summed_up_at: datetime | None
    ended_at: datetime | None
    columns: list[CallColumn]
    released: list[CallColumn]
    needs: list[Need]
    seal: Seal
    rounds: list[Round]
    timeline: list[Event]
    offers: list[Offer]
    answerable: str
    is_accepted: bool
    to_read: bool


def _shown(page: WhistlePage) -> dict[str, Any]:
    return {
        each.name: shown.brief(page.case) if each.name == "case" else getattr(page, each.name)
        for each in fields(page)
    }


class GradeShown(shown.Shown):
    """A grade the caller may choose, and whom it calls here; the first leads."""

    grade: int
    name: str
    line: int = Field(description="the row of the table of grades")
    units: list[shown.UnitShown]
    report_limit: str = Field(description="`10 minutes`; empty: as the table of whistles says")


class GradesShown(shown.Shown):
    """The grades a level may choose from for a case."""

    grades: list[GradeShown]


@router.get("/cases/{uuid:case_id}/grades", response=GradesShown, operation_id="read_grades")
def read_grades(
    request: StaffRequest,
    case_id: UUID,
    item: Annotated[str, Query(pattern=rf"^$|{CODE_PATTERN}", description="the item it will cite")] = "",
) -> HttpResponse:
    """Read whom each grade of the city's table (分级响应) would call for a case."""
    case = case_to_see(request.auth, case_id)
    found = whistle_choices.graded(request.auth, case, item=item, now=timezone.now())
    return answers.answer({"grades": [_graded(each) for each in found]})


def _graded(each: Graded) -> dict[str, Any]:
    row = each.row
    return {
        "grade": row.grade,
        "name": row.name,
        "line": row.line,
        "units": [{"code": unit.code, "name": unit.short_name} for unit in each.units],
        "report_limit": f"{row.report_value} {row.report_kind}" if row.report_value else "",
    }


@router.get("/whistles", response=WhistleBoard, operation_id="list_whistles")
def list_whistles(request: StaffRequest, asked: Query[said.BoardAsked], page: Page = 1) -> HttpResponse:
    """Read one page of a tab of the board, most pressing first, with the counts of all tabs."""
    board = whistles.whistle_board(request.auth, tab=asked.tab, now=timezone.now(), page=page)
    return answers.answer(board)


@router.get("/whistles/{uuid:whistle_id}", response=WhistleShown, operation_id="read_whistle")
def read_whistle(request: StaffRequest, whistle_id: UUID) -> HttpResponse:
    """Read a whistle whole: who was called, what each answered, what is still waited for."""
    return answers.answer(_shown(whistles.whistle_page(request.auth, whistle_id, now=timezone.now())))
