"""Figures over the API: completion, rates, transfers and levels, yearly records; each opens its cases."""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, BaseModel, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.queries import completion, rates, transfers
from mulin.cases.queries import records as yearly
from mulin.cases.queries.completion import Count, Period
from mulin.cases.queries.transfers import Flow

router = Router(tags=["figures"])
Key = Annotated[str, Query(max_length=40), AfterValidator(said.storable)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Year = Annotated[int, Query(ge=2000, le=2200)]


class FiguresAsked(BaseModel):
    """The days a figure is about; both count."""

    since: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))
    until: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))
    now: bool = Field(False, description="as things stand now, instead of at the end of the period")

    def period(self, now: datetime) -> Period:
        """Return the period as the queries know it."""
        start, end = (
            timezone.make_aware(datetime.combine(day, time()))
            for day in (self.since, self.until + timedelta(days=1))
        )
        return Period.of(start, end, now=now, as_of=now if self.now else None)


class CompletionShown(shown.Shown):
    """One line: the whole (empty code), or one street."""

    code: str
    name: str
    counts: dict[str, int]
    completion: str = Field(description="closed ÷ received, per cent; — without a denominator")
    on_time: str
    reopened: str


class RateShown(shown.Shown):
    """A rate with its denominator; no value below ten."""

    name: str
    value: str | None
    valid: int
    interval: tuple[str, str] | None


class FiguresShown(shown.Shown):
    """Completion, and the three rates by the formula of the last day."""

    as_of: datetime
    completion: list[CompletionShown]
    formula: str
    rates: list[RateShown]


class CountedShown(shown.Shown):
    """Exactly the cases a number counts, a page of fifty."""

    cases: list[UUID]
    page: int
    has_more: bool


@router.get("/figures", response=FiguresShown, operation_id="read_figures")
def read_figures(request: StaffRequest, asked: Annotated[FiguresAsked, Query()]) -> HttpResponse:
    """Read completion and the three rates of a period; asked again, the digits are the same."""
    now = timezone.now()
    period = asked.period(now)
    lines = completion.completion(request.auth, period, now=now)
    three = rates.rates(request.auth, period)
    return answers.answer(
        {
            "as_of": period.as_of,
            "completion": [
                {
                    "code": line.code,
                    "name": line.name,
                    "counts": {count.value: number for count, number in line.counts.items()},
                    "completion": line.rate,
                    "on_time": line.on_time,
                    "reopened": line.reopened,
                }
                for line in lines
            ],
            "formula": three.formula.name,
            "rates": [
                {
                    "name": name,
                    "value": rate.text if rate.is_shown else None,
                    "valid": rate.whole if rate.is_shown else 0,
                    "interval": rate.interval if rate.is_shown else None,
                }
                for name in ("response", "solution", "satisfaction", "together")
                for rate in (getattr(three.whole.rates, name),)
            ],
        }
    )


@router.get("/figures/cases", response=CountedShown, operation_id="read_counted_cases")
def read_counted_cases(
    request: StaffRequest,
    asked: Annotated[FiguresAsked, Query()],
    count: Annotated[Count, Query()],
    street: Annotated[str, Query(max_length=32), AfterValidator(said.storable)] = "",
    page: Page = 1,
) -> HttpResponse:
    """Read exactly the cases a number of completion counts."""
    now = timezone.now()
    found = completion.cases_counted(
        request.auth, asked.period(now), count, street=street, now=now, page=page
    )
    return _counted(found, page)


def _counted(found: tuple[UUID, ...], page: int) -> HttpResponse:
    most = completion.PAGE
    return answers.answer({"cases": found[:most], "page": page, "has_more": len(found) > most})


class LineShown(shown.Shown):
    """One line of a breakdown; no number below ten, nor where one could be had from the total."""

    key: str
    name: str
    count: int | None
    share: str | None = Field(None, description="of the whole, per cent")


class PairShown(shown.Shown):
    """Two bodies between which cases went back at least twice."""

    key: str
    one: str
    other: str
    count: int


class SpeedShown(shown.Shown):
    """How fast a level is: seconds from dispatch, as the clock on the wall runs; nothing below ten cases."""

    kind: str
    name: str
    count: int | None
    accept_median: float | None
    accept_p90: float | None
    solve_median: float | None
    solve_p90: float | None


class ForceShown(shown.Shown):
    """How often a unit was called, came, had a result, was released; nothing below ten calls."""

    key: str
    name: str
    called: int | None
    came: int | None
    replied: int | None
    released: int | None


class FlowsShown(shown.Shown):
    """How matters went from hand to hand in a period; excluded cases (剔除) are not counted."""

    as_of: datetime = Field(description="now: states are those of this moment")
    transferred: int = Field(description="distinct cases handed to a lead or an assisting unit")
    streets: list[LineShown]
    returned_twice: list[PairShown]
    solved: int = Field(description="closed cases of those reported in the period: the whole of the levels")
    solved_at: list[LineShown]
    speed: list[SpeedShown]
    cited: list[LineShown] = Field(description="list items whistles leaned on; — is off the list")
    called: list[ForceShown]


@router.get("/figures/flows", response=FlowsShown, operation_id="read_flows")
def read_flows(request: StaffRequest, asked: Annotated[FiguresAsked, Query()]) -> HttpResponse:
    """Read transfers by street, returns by pair of bodies, the levels that solve and how fast they are."""
    now = timezone.now()
    found = transfers.flows(request.auth, asked.period(now))
    return answers.answer(
        {
            "as_of": now,
            "transferred": found.transferred,
            "streets": [_line(line) for line in found.streets],
            "returned_twice": [asdict(pair) for pair in found.pairs],
            "solved": found.solved,
            "solved_at": [
                _line(line) | ({} if line.is_hidden else {"share": found.share_of(line).text})
                for line in found.levels
            ],
            "speed": [
                asdict(each) | {"count": None if each.is_hidden else each.count} for each in found.speeds
            ],
            "cited": [_line(line) for line in found.items],
            "called": [
                {"key": force.key, "name": force.name}
                | {
                    name: None if force.is_hidden else getattr(force, name)
                    for name in ("called", "came", "replied", "released")
                }
                for force in found.forces
            ],
        }
    )


def _line(line: transfers.Line) -> dict[str, object]:
    return {"key": line.key, "name": line.name, "count": None if line.is_hidden else line.count}


@router.get("/figures/flows/cases", response=CountedShown, operation_id="read_flow_cases")
def read_flow_cases(
    request: StaffRequest,
    asked: Annotated[FiguresAsked, Query()],
    flow: Annotated[Flow, Query()],
    key: Key = "",
    page: Page = 1,
) -> HttpResponse:
    """Read exactly the cases a line counts, or the whole figure without a key."""
    period = asked.period(timezone.now())
    return _counted(transfers.cases_of(request.auth, period, flow, key=key, page=page), page)


class AspectShown(shown.Shown):
    """The mean of one aspect on a scale from one to ``scale``; none below ten."""

    name: str
    scale: int
    count: int
    mean: float | None


class RecordShown(shown.Shown):
    """The year of one department; whoever is judged reads the means of a year that is over."""

    code: str
    name: str
    count: int
    objected: int
    aspects: list[AspectShown]


@router.get("/figures/records", response=list[RecordShown], operation_id="read_records")
def read_records(request: StaffRequest, year: Year) -> HttpResponse:
    """Read what a year of whistles said of each department from below (下对上考核)."""
    found = yearly.records(request.auth, year=year, now=timezone.now())
    return answers.answer(
        [
            {
                "code": each.code,
                "name": each.name,
                "count": each.count,
                "objected": each.objected,
                "aspects": [asdict(aspect) for aspect in each.aspects],
            }
            for each in found
        ]
    )


@router.get("/figures/records/cases", response=CountedShown, operation_id="read_record_cases")
def read_record_cases(
    request: StaffRequest,
    year: Year,
    unit: Annotated[str, Query(max_length=40), AfterValidator(said.storable)],
    page: Page = 1,
) -> HttpResponse:
    """Read the cases in whose whistles a department was judged; never for the department itself."""
    return _counted(yearly.cases_judged(request.auth, year=year, unit=unit, page=page), page)
