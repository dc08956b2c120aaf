"""Boundaries through time: preview an adjustment, make it, what differs, counts by any day's boundaries."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.boundaries.actions import adjusting
from mulin.boundaries.queries import counting, editions, previews
from mulin.boundaries.rules.plan import read_plan

router = Router(tags=["boundaries"])
Kind = Annotated[str, Query(max_length=16), AfterValidator(said.storable)]
Page = Annotated[int, Query(ge=1, le=1000)]


class PlanSaid(said.Said):
    """A plan: its day, why, the document, and lines that lead areas into areas."""

    on: Annotated[date, Field(strict=False)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    document: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=2_000,
            description="kind merge|split|convert|redraw|rename|found|end; from: codes; into: code, name, "
            "kind, parent_code, unit_code, grid_type, outline (GeoJSON), shares {source: 0..1}; "
            "staff: code or -",
        ),
    ]


class AdjustedArea(shown.Shown):
    """An area by code and name, with the unit that governs it."""

    code: str
    title: str
    unit: str


class AdjustedLine(shown.Shown):
    """What a line does."""

    line: int
    kind: str
    area_kind: str
    before: list[AdjustedArea]
    after: list[AdjustedArea]
    hectares_before: float
    hectares_after: float
    hectares_moved: float
    buildings: int
    dwellings: int
    cases: int


class CaseChanging(shown.Shown):
    """An open case that changes hands: unit codes before and after."""

    case_id: UUID
    number: str
    state: str
    how: str
    place_was: str
    place: str
    desk_was: str
    desk: str
    lead_was: str
    lead: str


class TermChanging(shown.Shown):
    """What becomes of a term of office in a unit that ends."""

    staff_no: str
    name: str
    post: str
    unit: str
    to: str
    fate: str


class SuccessionShown(shown.Shown):
    """A share, in millionths, of an area that goes to another."""

    from_code: str
    to_code: str
    share: int
    hectares: float


class PreviewShown(shown.Shown):
    """What a plan would do; nothing was changed."""

    counts: dict[str, int]
    lines: list[AdjustedLine]
    successions: list[SuccessionShown]
    terms: list[TermChanging]
    cases: list[CaseChanging]
    page: int
    has_more: bool


class AdjustmentShown(shown.Shown):
    """An adjustment that was made; applied once its open cases have changed hands."""

    id: int
    on: date
    reason: str
    document: str
    at: datetime
    applied_at: datetime | None
    counts: dict[str, int]
    lines: list[AdjustedLine]


class AdjustmentsShown(shown.Shown):
    """A page of adjustments, the latest day first."""

    adjustments: list[AdjustmentShown]
    page: int
    has_more: bool


class HandedOverShown(shown.Shown):
    """An open case that changed hands, with the names of the units."""

    case_id: UUID
    number: str
    how: str
    place_was: str
    place: str
    desk_was: str
    desk: str


class HandedOverPage(shown.Shown):
    """A page of the cases an adjustment handed over."""

    cases: list[HandedOverShown]
    page: int
    has_more: bool


class DifferenceShown(shown.Shown):
    """One place where two days' boundaries differ."""

    number: int
    kind: str
    before: list[list[str]]
    after: list[list[str]]
    hectares: float
    buildings: int
    dwellings: int
    cases: int
    on: date | None
    document: str
    reason: str
    adjustment: int | None
    line: int


class DifferencesShown(shown.Shown):
    """In what the boundaries of two days differ."""

    kind: str
    old: date
    new: date
    areas_before: int
    areas_after: int
    of_kind: dict[str, int]
    cases: int
    differences: list[DifferenceShown]


class CountOfArea(shown.Shown):
    """An area with its count, and how much of it was told in which way."""

    code: str
    name: str
    count: int
    same: int
    by_location: int
    by_share: int


class CountsShown(shown.Shown):
    """Counts by area that add up to the total; `by` null: by the boundaries of the day each case happened."""

    kind: str
    measure: str
    since: date
    until: date
    by: date | None
    rows: list[CountOfArea]
    total: int
    same: int
    by_location: int
    by_share: int


class CountedByArea(shown.Shown):
    """A case that a row counts."""

    case_id: UUID
    number: str
    how: str


class CountedPage(shown.Shown):
    """A page of the cases a row counts."""

    cases: list[CountedByArea]
    page: int
    has_more: bool


@router.post("/boundaries/preview", response=PreviewShown, operation_id="preview_boundaries")
def preview_boundaries(
    request: StaffRequest,
    body: PlanSaid,
    page: Annotated[int, Query(ge=1, le=1000, description="pages of 200 cases")] = 1,
) -> HttpResponse:
    """See what a plan would do: ground, units, staff, every open case that changes hands. Changes nothing."""
    seen = previews.preview(request.auth, read_plan(_plain(body)))
    first = (page - 1) * previews.CASES_A_PAGE
    return answers.answer(
        {
            "counts": seen.counts(),
            "lines": previews.line_rows(seen.effect, seen.moves),
            "successions": [
                {
                    "from_code": link.source,
                    "to_code": link.target,
                    "share": link.share,
                    "hectares": link.hectares,
                }
                for link in seen.effect.outcome.links
            ],
            "terms": [
                {
                    "staff_no": moved.term.person,
                    "name": moved.term.name,
                    "post": moved.term.post_name,
                    "unit": moved.term.unit,
                    "to": moved.to,
                    "fate": moved.fate.value,
                }
                for moved in seen.units.terms
            ],
            "cases": [
                {
                    "case_id": move.case_id,
                    "number": move.number,
                    "state": move.state,
                    "how": move.how.value,
                    "place_was": move.was.place,
                    "place": move.to.place,
                    "desk_was": move.was.desk,
                    "desk": move.to.desk,
                    "lead_was": move.was.lead,
                    "lead": move.to.lead,
                }
                for move in seen.cases(page=page)
            ],
            "page": page,
            "has_more": len(seen.moves.cases) > first + previews.CASES_A_PAGE,
        }
    )


@router.post("/boundaries/adjustments", response=AdjustmentShown, operation_id="adjust_boundaries")
def adjust_boundaries(request: StaffRequest, body: PlanSaid) -> HttpResponse:
    """Adjust boundaries as planned (调整区划): areas, units, staff and open cases, as one act."""
    key = f"{request.auth.account_id}:{answers.key_of(request) or answers.digest_of(request)}"

    def done() -> dict[str, object]:
        made = adjusting.adjust_boundaries(
            plan=read_plan(_plain(body)), key=key, actor=request.auth, now=timezone.now()
        )
        return _shown(editions.adjustment(request.auth, made.pk))

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.get("/boundaries/adjustments", response=AdjustmentsShown, operation_id="list_adjustments")
def list_adjustments(
    request: StaffRequest, page: Annotated[int, Query(ge=1, le=1000, description="pages of 50")] = 1
) -> HttpResponse:
    """Read the adjustments made, the latest day first."""
    found = editions.adjustments(request.auth, page=page)
    return answers.answer(
        {
            "adjustments": [_shown(made) for made in found[: editions.PAGE]],
            "page": page,
            "has_more": len(found) > editions.PAGE,
        }
    )


@router.get(
    "/boundaries/adjustments/{int:adjustment_id}/cases",
    response=HandedOverPage,
    operation_id="list_handed_over",
)
def list_handed_over(request: StaffRequest, adjustment_id: int, page: Page = 1) -> HttpResponse:
    """Read which of the cases you may see an adjustment handed over."""
    found = editions.handed_over(request.auth, adjustment_id, page=page)
    return answers.answer(
        {
            "cases": [asdict(each) for each in found[: editions.CASES_A_PAGE]],
            "page": page,
            "has_more": len(found) > editions.CASES_A_PAGE,
        }
    )


@router.get("/boundaries/differences", response=DifferencesShown, operation_id="compare_boundaries")
def compare_boundaries(request: StaffRequest, old: date, new: date, kind: Kind = "grid") -> HttpResponse:
    """See in what the boundaries of two days differ: merged, split, moved, renamed."""
    return answers.answer(asdict(editions.differences(request.auth, old=old, new=new, kind=kind)))


@router.get("/boundaries/counts", response=CountsShown, operation_id="count_by_boundaries")
def count_by_boundaries(
    request: StaffRequest,
    since: date,
    until: date,
    kind: Kind = "grid",
    by: Annotated[date | None, Query(description="boundaries of that day; as it was if none")] = None,
    measure: counting.Measure = counting.Measure.REPORTED,
) -> HttpResponse:
    """Count the cases of a period by area: as it was, or by the boundaries of a day."""
    found = counting.counts(request.auth, kind=kind, since=since, until=until, by=by, measure=measure)
    return answers.answer(asdict(found))


@router.get("/boundaries/counts/cases", response=CountedPage, operation_id="list_counted_by_boundaries")
def list_counted_by_boundaries(
    request: StaffRequest,
    since: date,
    until: date,
    area: Annotated[
        str, Query(max_length=32, description="code of the row's unit"), AfterValidator(said.storable)
    ] = "",
    kind: Kind = "grid",
    by: date | None = None,
    measure: counting.Measure = counting.Measure.REPORTED,
    page: Page = 1,
) -> HttpResponse:
    """Read the cases a row counts; of an area that is shared out every case of it."""
    found = counting.cases_counted(
        request.auth, kind=kind, code=area, since=since, until=until, by=by, measure=measure, page=page
    )
    return answers.answer(
        {
            "cases": [asdict(each) for each in found[: counting.PAGE]],
            "page": page,
            "has_more": len(found) > counting.PAGE,
        }
    )


def _plain(body: PlanSaid) -> dict[str, Any]:
    return {**body.model_dump(), "on": body.on.isoformat()}


def _shown(made: editions.Made) -> dict[str, object]:
    return asdict(made)
