"""Questions of space and time over the API: the state of an area, what an outline held, and their like."""

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
from mulin.insight.queries import inside as insides
from mulin.insight.queries import matters, states
from mulin.insight.queries.matters import What
from mulin.insight.rules.asked import Span, outline_of

router = Router(tags=["insight"])
Code = Annotated[str, Query(min_length=1, max_length=32), AfterValidator(said.storable)]
Day = Annotated[date | None, Query(ge=date(1990, 1, 1), le=date(2200, 1, 1), description="today if none")]
Moment = Annotated[datetime, Field(strict=False)]


class AreaNamed(shown.Shown):
    """An area by code and name."""

    kind: str
    code: str
    name: str
    unit_code: str


class PostHeld(shown.Shown):
    """A post of an area's units: in how many units it exists and in how many somebody holds it."""

    post: str
    name: str
    units: int
    held: int
    holders: int
    leads: bool


class SpanShown(shown.Shown):
    """From one moment until another; the second does not belong to it."""

    since: datetime
    until: datetime


class CaseNumbers(shown.Shown):
    """Cases reported and closed between two moments, and open at the second; as far as you see them."""

    reported: int
    closed: int
    open: int


class AreaStateShown(shown.Shown):
    """An area on a day; `not_as_of` names what is told as it is recorded now."""

    on: date
    area: AreaNamed
    from_on: date
    until_on: date | None
    editions: int
    source: str
    synthetic: bool
    hectares: float
    bounds: list[float]
    chain: list[AreaNamed]
    unit_name: str
    phone: str = Field(description="duty telephone of the unit, never a person's")
    grids: int
    compounds: int
    firms: int
    groups: int
    buildings: int
    without_group: int
    stairwells: int
    dwellings: int
    posts: list[PostHeld] | None
    cases: CaseNumbers
    month: SpanShown
    not_as_of: list[str]


class PlaceCases(shown.Shown):
    """Exactly the cases a number counts, newest first; ask again with `after` the last of them."""

    cases: list[UUID]
    has_more: bool


@router.get("/insight/state", response=AreaStateShown, operation_id="read_area_state")
def read_area_state(request: StaffRequest, code: Code, on: Day = None) -> HttpResponse:
    """Read what an area was on a day: its edition, what stood in it, its posts, its cases of the month."""
    found = states.state_of(request.auth, code, on=on or timezone.localdate())
    return answers.answer(found.as_json())


@router.get("/insight/state/cases", response=PlaceCases, operation_id="read_area_cases")
def read_area_cases(
    request: StaffRequest,
    code: Code,
    what: Annotated[What, Query()],
    on: Day = None,
    after: Annotated[UUID | None, Query()] = None,
) -> HttpResponse:
    """Read exactly the cases a number of the state counts, fifty at a time."""
    found = states.cases_of(request.auth, code, what, on=on or timezone.localdate(), after=after)
    return answers.answer({"cases": found[: matters.PAGE], "has_more": len(found) > matters.PAGE})


class InsideSaid(said.Said):
    """An outline, two moments, and which cases to list."""

    polygon: dict[str, Any] = Field(description="GeoJSON Polygon or MultiPolygon, WGS-84, 2,000 corners")
    since: Moment
    until: Moment
    what: What = Field(What.REPORTED, strict=False)
    after: Annotated[UUID, Field(strict=False)] | None = None


class PlaceNamed(shown.Shown):
    """A compound or building by code and name."""

    code: str
    name: str
    lon: float
    lat: float


class WithinShown(shown.Shown):
    """What was inside: cases as far as you see them, a page of them, and what stood there on the last day."""

    counts: CaseNumbers
    what: What
    cases: list[UUID]
    more: bool
    buildings: int
    compounds: int
    stairwells: int
    named: list[PlaceNamed] = Field(description="compounds, then buildings; at most 200 are named")
    hectares: float


@router.post("/insight/inside", response=WithinShown, operation_id="ask_inside")
def ask_inside(request: StaffRequest, body: InsideSaid) -> HttpResponse:
    """Ask what was inside an outline between two moments; a question, nothing is kept of it."""
    span = Span(*(_aware(moment) for moment in (body.since, body.until)))
    found = insides.inside(request.auth, outline_of(body.polygon), span, what=body.what, after=body.after)
    counts = {what.value: number for what, number in found.counts.items()}
    return answers.answer({**asdict(found), "counts": counts})


def _aware(moment: datetime) -> datetime:
    """Return a moment; one without an offset is the city's."""
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
