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
from mulin.api.city import Latitude, Longitude
from mulin.insight.queries import gaps, histories, matters, reaching, states
from mulin.insight.queries import inside as insides
from mulin.insight.queries.histories import SpellKind
from mulin.insight.queries.matters import What
from mulin.insight.rules.asked import Span, outline_of
from mulin.insight.rules.coverage import METRES, METRES_LEAST, METRES_MOST, SITES_MOST, Share

router = Router(tags=["insight"])
Code = Annotated[str, Query(min_length=1, max_length=32), AfterValidator(said.storable)]
MaybeCode = Annotated[str, Query(max_length=32), AfterValidator(said.storable)]
Day = Annotated[date | None, Query(ge=date(1990, 1, 1), le=date(2200, 1, 1), description="today if none")]
Moment = Annotated[datetime, Field(strict=False)]


class AreaInChain(shown.Shown):
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
    area: AreaInChain
    from_on: date
    until_on: date | None
    editions: int
    source: str
    source_system: str
    accuracy_m: float | None
    document: str
    reason: str
    synthetic: bool
    hectares: float
    bounds: list[float]
    chain: list[AreaInChain]
    children: list[AreaInChain]
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


class SpellShown(shown.Shown):
    """Something that held from one day until another."""

    from_on: date
    until_on: date | None
    kind: SpellKind
    code: str
    name: str
    note: str


class YearShown(shown.Shown):
    """Cases of a year, as far as you see them."""

    year: int
    reported: int
    closed: int


class PlaceHistoryShown(shown.Shown):
    """A place through time, the newest first."""

    code: str
    name: str
    what: str
    spells: list[SpellShown]
    years: list[YearShown]
    lon: float
    lat: float


@router.get("/insight/history", response=PlaceHistoryShown, operation_id="read_place_history")
def read_place_history(
    request: StaffRequest,
    code: MaybeCode = "",
    longitude: Longitude | None = None,
    latitude: Latitude | None = None,
) -> HttpResponse:
    """Read the history of an area, compound or building by its code, or of a point."""
    return answers.answer(asdict(histories.history(request.auth, code, lon=longitude, lat=latitude)))


@router.get("/insight/history/cases", response=PlaceCases, operation_id="read_place_cases")
def read_place_cases(
    request: StaffRequest,
    year: Annotated[int, Query(ge=1990, le=2200)],
    code: MaybeCode = "",
    longitude: Longitude | None = None,
    latitude: Latitude | None = None,
    after: Annotated[UUID | None, Query()] = None,
) -> HttpResponse:
    """Read exactly the cases a year of a place counts, fifty at a time."""
    found = histories.cases_of(request.auth, code, year=year, lon=longitude, lat=latitude, after=after)
    return answers.answer({"cases": found[: matters.PAGE], "has_more": len(found) > matters.PAGE})


class FacilityNear(shown.Shown):
    """A facility near a place, in straight-line metres; `is_open` is null where no hours are recorded."""

    code: str
    kind: str
    kind_name: str
    kind_name_en: str
    name: str
    metres: int
    hours: str
    is_open: bool | None
    lon: float
    lat: float


class DutyShown(shown.Shown):
    """Who answers for a place: posts that somebody holds and the duty telephone of a unit, never a person."""

    unit_code: str
    unit_name: str
    posts: list[str]
    phone: str
    phone_of: str


class NearestShown(shown.Shown):
    """What is nearest to a place, and who answers for it."""

    located: shown.LocatedShown
    facilities: list[FacilityNear]
    duty: DutyShown | None


@router.get("/insight/nearest", response=NearestShown, operation_id="read_nearest")
def read_nearest(
    request: StaffRequest,
    longitude: Longitude,
    latitude: Latitude,
    kind: MaybeCode = "",
    open_only: Annotated[bool, Query(description="only what is open now by its recorded hours")] = False,
) -> HttpResponse:
    """Find the ten nearest facilities, and the posts and telephone that answer for the place."""
    found = reaching.nearest(
        request.auth, lon=longitude, lat=latitude, now=timezone.now(), kind=kind, open_only=open_only
    )
    return answers.answer(
        {
            "located": found.located.as_json(),
            "facilities": [asdict(one) for one in found.facilities],
            "duty": asdict(found.duty) if found.duty else None,
        }
    )


class ShareShown(shown.Shown):
    """The share of one area: buildings, and dwellings by floors and doors."""

    code: str
    name: str
    buildings: int
    served: int
    dwellings: int
    dwellings_served: int
    per_cent: str = Field(description="served ÷ buildings; — without any")


class UncoveredShown(shown.Shown):
    """A building out of reach."""

    code: str
    name: str
    compound: str
    grid_code: str
    dwellings: int


class NextSiteShown(shown.Shown):
    """A next site beside a building, and what it would newly reach after those before it."""

    code: str
    name: str
    compound: str
    lon: float
    lat: float
    buildings: int
    dwellings: int


class CoverageShown(shown.Shown):
    """How much lies within straight-line metres of a kind of facility on a day."""

    on: date
    kind: str
    kind_name: str
    metres: int
    facilities: int
    whole: ShareShown
    areas: list[ShareShown]
    uncovered: int
    named: list[UncoveredShown] = Field(description="at most 200")
    next_sites: list[NextSiteShown]


@router.get("/insight/coverage", response=CoverageShown, operation_id="read_coverage")
def read_coverage(
    request: StaffRequest,
    kind: Code,
    metres: Annotated[int, Query(ge=METRES_LEAST, le=METRES_MOST)] = METRES,
    area: MaybeCode = "",
    sites: Annotated[int, Query(ge=1, le=SITES_MOST)] = 5,
    on: Day = None,
) -> HttpResponse:
    """Read which buildings lie near a kind of facility, which do not, and the best next sites (greedy)."""
    day = on or timezone.localdate()
    found = reaching.coverage(request.auth, kind=kind, on=day, metres=metres, area=area, sites=sites)
    return answers.answer(
        {
            "on": found.on,
            "kind": found.kind.code,
            "kind_name": found.kind.name,
            "metres": found.metres,
            "facilities": found.facilities,
            "whole": _share(found.whole, ""),
            "areas": [_share(one.share, one.name) for one in found.areas],
            "uncovered": found.uncovered,
            "named": [asdict(one) for one in found.named],
            "next_sites": [
                {
                    "code": one.site.code,
                    "name": one.name,
                    "compound": one.compound,
                    "lon": one.lon,
                    "lat": one.lat,
                    "buildings": one.site.places,
                    "dwellings": one.site.gain,
                }
                for one in found.next_sites
            ],
        }
    )


def _share(share: Share, name: str) -> dict[str, object]:
    return {
        "code": share.code,
        "name": name,
        "buildings": share.places,
        "served": share.served,
        "dwellings": share.weight,
        "dwellings_served": share.weight_served,
        "per_cent": share.per_cent,
    }


@router.get("/insight/border-cases", response=PlaceCases, operation_id="read_border_cases")
def read_border_cases(request: StaffRequest, after: Annotated[UUID | None, Query()] = None) -> HttpResponse:
    """Read the open cases that lie on a border or may lie in several grids, fifty at a time."""
    found = gaps.border_cases(request.auth, after=after)
    return answers.answer({"cases": found[: matters.PAGE], "has_more": len(found) > matters.PAGE})
