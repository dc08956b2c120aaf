"""Components and facilities: listed by map, grid and class, one with its past, recorded, imported, ended."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from django.http import HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.kernel.errors import BadInput
from mulin.places.actions import things as acts
from mulin.places.queries import things as lookup
from mulin.places.rules.things import ThingState, ThingThere

if TYPE_CHECKING:
    from mulin.places.models import Thing

IMPORT_MOST = 5_000
router = Router(tags=["things"])
Code = Annotated[str, Path(max_length=32, pattern=r"^[0-9A-Za-z][0-9A-Za-z_.\-]*$")]
Asked = Annotated[str, Query(max_length=32), AfterValidator(said.storable)]
Bounds = Annotated[str, Query(max_length=100, description="west,south,east,north in WGS-84 degrees")]
Words = Annotated[str, Field(max_length=200), AfterValidator(said.storable)]
Short = Annotated[str, Field(max_length=80), AfterValidator(said.storable)]


class ThingShown(shown.Shown):
    """A component or facility."""

    code: str
    kind: str
    kind_name: str
    kind_name_en: str
    name: str
    lon: float
    lat: float
    grid_code: str
    owner_code: str
    state: str
    condition: str
    hours: str
    surveyed_on: date | None
    is_example: bool


class ThingsShown(shown.Shown):
    """A page of them, by code."""

    things: list[ThingShown]
    page: int
    has_more: bool


class ThingPastShown(shown.Shown):
    """What it was like from a moment on."""

    state: str
    condition: str
    at: datetime


class ThingPlaceShown(shown.Shown):
    """The grid it lay in, for a period."""

    grid_code: str
    from_on: date
    until_on: date | None


class ThingWholeShown(shown.Shown):
    """A thing with its past."""

    code: str
    kind: str
    name: str
    lon: float
    lat: float
    accuracy_m: float | None
    owner_code: str
    state: str
    condition: str
    hours: str
    surveyed_on: date | None
    source: str
    from_on: date
    until_on: date | None
    past: list[ThingPastShown]
    grids: list[ThingPlaceShown]


class ThingsCounted(shown.Shown):
    """What an import did, or would do."""

    new: int
    changed: int
    ended: int
    same: int


class ThingSaid(said.Said):
    """A component or facility; without a code it gets the next of its class and division."""

    kind: Annotated[str, Field(pattern=r"^[0-9]{4,5}$", description="class: major and minor")]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    code: Annotated[str, Field(max_length=32), AfterValidator(said.storable)] = ""
    name: Short = ""
    owner: Annotated[str, Field(max_length=32), AfterValidator(said.storable)] = ""
    state: ThingState = Field(ThingState.NORMAL, strict=False)
    condition: Words = ""
    hours: Annotated[str, Field(max_length=120), AfterValidator(said.storable)] = ""
    surveyed_on: Annotated[date, Field(strict=False)] | None = None
    source: Short = ""
    accuracy_m: Annotated[float, Field(ge=0, le=1000)] | None = None


class ThingsSaid(said.Said):
    """A table of things as they stand from a day on; ``preview`` looks and takes it back."""

    from_on: Annotated[date, Field(strict=False)]
    things: list[ThingSaid] = Field(max_length=IMPORT_MOST)
    preview: bool = False


class ThingStateSaid(said.Said):
    """What it is like now."""

    state: ThingState = Field(strict=False)
    condition: Words = ""


class ThingEndSaid(said.Said):
    """Since when it is gone, and why."""

    on: Annotated[date, Field(strict=False)]
    reason: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(said.storable)]


@router.get("/things", response=ThingsShown, operation_id="list_things")
def list_things(
    request: StaffRequest,
    grid: Asked = "",
    kind: Asked = "",
    state: Asked = "",
    bounds: Bounds = "",
    on: Annotated[date | None, Query(description="a day; today if none")] = None,
    page: Annotated[int, Query(ge=1, le=10_000, description="pages of 50")] = 1,
) -> HttpResponse:
    """Read the components and facilities of a grid, a class or a piece of the map."""
    found = lookup.things(
        on=on or timezone.localdate(),
        grid_codes=[grid] if grid else None,
        bounds=_bounds(bounds) if bounds else None,
        kind=kind,
        state=state,
        page=page,
    )
    rows = [{name: getattr(one, name) for name in ThingShown.model_fields} for one in found[: lookup.PAGE]]
    return answers.answer({"things": rows, "page": page, "has_more": len(found) > lookup.PAGE})


def _bounds(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput("请写成：西,南,东,北", where="bounds") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput("请写成：西,南,东,北", where="bounds")
    return west, south, east, north


@router.get("/things/{code}", response=ThingWholeShown, operation_id="get_thing")
def get_thing(request: StaffRequest, code: Code) -> HttpResponse:
    """Read one with its past: states, grids it lay in."""
    return answers.answer(_whole(lookup.thing(code)))


@router.post("/things", response={201: ThingWholeShown}, operation_id="record_thing")
def record_thing(request: StaffRequest, body: ThingSaid) -> HttpResponse:
    """Record one somebody found."""

    def done() -> dict[str, object]:
        made = acts.record_thing(
            thing=_there(body), from_on=timezone.localdate(), actor=request.auth, now=timezone.now()
        )
        return _whole(made)

    return answers.answer_once(request, done, who=request.auth.account_id, status=201)


@router.post("/import_things", response=ThingsCounted, operation_id="import_things")
def import_things(request: StaffRequest, body: ThingsSaid) -> HttpResponse:
    """Record a table of things; one that does not fit and nothing is written."""
    put = acts.preview_things if body.preview else acts.import_things

    def done() -> dict[str, int]:
        rows = [_there(row) for row in body.things]
        return put(things=rows, from_on=body.from_on, actor=request.auth, now=timezone.now()).counts()

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/things/{code}/change_thing_state", response=ThingWholeShown, operation_id="change_thing_state")
def change_thing_state(request: StaffRequest, code: Code, body: ThingStateSaid) -> HttpResponse:
    """Say what it is like now."""

    def done() -> dict[str, object]:
        said_of = {"state": body.state.value, "condition": body.condition}
        return _whole(acts.change_thing_state(code=code, actor=request.auth, now=timezone.now(), **said_of))

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/things/{code}/end_thing", response=ThingWholeShown, operation_id="end_thing")
def end_thing(request: StaffRequest, code: Code, body: ThingEndSaid) -> HttpResponse:
    """Say that it is no longer there; its past stays."""

    def done() -> dict[str, object]:
        return _whole(
            acts.end_thing(code=code, reason=body.reason, on=body.on, actor=request.auth, now=timezone.now())
        )

    return answers.answer_once(request, done, who=request.auth.account_id)


def _there(body: ThingSaid) -> ThingThere:
    return ThingThere(
        code=body.code,
        kind=body.kind,
        lon=body.longitude,
        lat=body.latitude,
        name=body.name,
        owner_code=body.owner,
        state=body.state.value,
        condition=body.condition,
        hours=body.hours,
        surveyed_on=body.surveyed_on,
        source=body.source,
        accuracy_m=body.accuracy_m,
    )


def _whole(one: "Thing") -> dict[str, object]:
    plain = ThingWholeShown.model_fields.keys() - {"kind", "past", "grids"}
    return {
        **{name: getattr(one, name) for name in plain},
        "kind": one.kind.code,
        "past": [{"state": p.state, "condition": p.condition, "at": p.at} for p in lookup.past_of(one)],
        "grids": [
            {"grid_code": g.grid_code, "from_on": g.from_on, "until_on": g.until_on}
            for g in lookup.grids_of_thing(one)
        ],
    }
