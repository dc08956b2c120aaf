"""Questions about components and facilities: one of them, those of an area or a map, what was surveyed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from mulin.kernel.errors import BadInput, NotFound
from mulin.places.models import Building, GridSurvey, Stairwell, Thing, ThingGrid, ThingKind, ThingPast
from mulin.places.queries import ground
from mulin.places.rules.thing_codes import DIVISION, LENGTH
from mulin.places.rules.things import ThingKindRow, ThingState, ThingThere

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ThingLine:
    """A thing as a list shows it."""

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


@dataclass(frozen=True, slots=True)
class GridThings:
    """How far the things of a grid are known: when it was last surveyed, and how many of each state."""

    grid_code: str
    grid_name: str
    surveyed_on: date | None
    things: int
    unowned: int
    states: dict[str, int] = field(default_factory=dict)

    @property
    def is_surveyed(self) -> bool:
        """Return whether somebody ever walked all of it."""
        return self.surveyed_on is not None


@dataclass(frozen=True, slots=True)
class Spot:
    """What a code on a wall stands for: a thing, a building or a stairwell, and where that is."""

    code: str
    what: str  # "thing", "building", "stairwell"
    name: str
    within: str  # compound, or the class of the thing
    lon: float
    lat: float
    address: str


def in_force(on: date, prefix: str = "") -> Q:
    """Return the filter of rows whose period covers the day."""
    return Q(**{f"{prefix}from_on__lte": on}) & (
        Q(**{f"{prefix}until_on__isnull": True}) | Q(**{f"{prefix}until_on__gt": on})
    )


def day_of(now: datetime) -> date:
    """Return the day of a moment in the city's own time."""
    return timezone.localtime(now).date()


def kinds() -> list[ThingKind]:
    """Return the classes in use, in the order of the pack."""
    return list(ThingKind.objects.filter(in_use=True).order_by("line"))


def kind_rows() -> list[ThingKindRow]:
    """Return the classes in use as the pack's table has them."""
    return [
        ThingKindRow(
            row.code, row.group, row.name, row.name_en, row.owner_code, row.is_facility, row.is_example
        )
        for row in kinds()
    ]


def things_there(codes: Sequence[str] | None = None) -> dict[str, ThingThere]:
    """Return the things that stand, all or those of ``codes``, by code."""
    rows = Thing.objects.filter(until_on=None).select_related("kind")
    rows = rows if codes is None else rows.filter(code__in=codes)
    return {
        row.code: ThingThere(
            code=row.code,
            kind=row.kind.code,
            lon=row.lon,
            lat=row.lat,
            name=row.name,
            owner_code=row.owner_code,
            state=row.state,
            condition=row.condition,
            hours=row.hours,
            surveyed_on=row.surveyed_on,
            source=row.source,
            accuracy_m=row.accuracy_m,
        )
        for row in rows
    }


def highest_codes() -> dict[str, str]:
    """Return the highest code given so far, by division and class."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select left(t.code, %s + length(k.code)), max(t.code) from places_thing t "
            "join places_thingkind k on k.id = t.kind_id where length(t.code) = %s group by 1",
            (DIVISION, LENGTH),
        )
        return dict(cursor.fetchall())


def division_at(lon: float, lat: float, *, on: date) -> str:
    """Return the code of the county a spot lies in.

    :raises BadInput: no area takes it
    """
    located = ground.locate_point(lon=lon, lat=lat, on=on)
    counties = [step.code for step in located.chain if step.kind == "county"]
    code = counties[0] if counties else located.area_code[:DIVISION]
    if not located.area_code:
        raise BadInput("这个位置不在任何区域内，无法编号", where="longitude")
    return code[:DIVISION]


def thing(code: str) -> Thing:
    """Return a thing, also one that has ended.

    :raises NotFound: there is none of that code
    """
    found = Thing.objects.filter(code=code).select_related("kind").first()
    if found is None:
        raise NotFound("没有编码为 %(code)s 的部件或设施", code=code)
    return found


def thing_to_change(code: str) -> Thing:
    """Return a thing that stands, with its row locked.

    :raises NotFound: there is none of that code
    :raises BadInput: it has ended
    """
    found = Thing.objects.select_for_update(of=("self",)).filter(code=code).select_related("kind").first()
    if found is None:
        raise NotFound("没有编码为 %(code)s 的部件或设施", code=code)
    if found.until_on is not None:
        raise BadInput("它已经注销", where="code")
    return found


def past_of(found: Thing) -> list[ThingPast]:
    """Return what a thing was like, the latest first."""
    return list(found.past.order_by("-at", "-pk")[:PAGE])


def grids_of_thing(found: Thing) -> list[ThingGrid]:
    """Return the grids a thing lay in through time, the latest first."""
    return list(found.grids.order_by("-from_on"))


def things(
    *,
    on: date,
    grid_codes: Sequence[str] | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    kind: str = "",
    state: str = "",
    facilities: bool | None = None,
    page: int = 1,
    most: int = PAGE,
) -> list[ThingLine]:
    """Return a page of the things of a day, and one more; ``kind`` may be a major class (two digits)."""
    found = _things_on(on, grid_codes)
    if bounds is not None:
        west, south, east, north = bounds
        found = found.filter(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    if kind:
        found = found.filter(kind__code__startswith=kind)
    if state:
        found = found.filter(state=state)
    if facilities is not None:
        found = found.filter(kind__is_facility=facilities)
    first = (page - 1) * most
    rows = list(found.select_related("kind").order_by("code")[first : first + most + 1])
    grids = dict(ThingGrid.objects.filter(in_force(on), thing__in=rows).values_list("thing_id", "grid_code"))
    return [
        ThingLine(
            code=row.code,
            kind=row.kind.code,
            kind_name=row.kind.name,
            kind_name_en=row.kind.name_en,
            name=row.name,
            lon=row.lon,
            lat=row.lat,
            grid_code=grids.get(row.pk, ""),
            owner_code=row.owner_code,
            state=row.state,
            condition=row.condition,
            hours=row.hours,
            surveyed_on=row.surveyed_on,
            is_example=row.kind.is_example,
        )
        for row in rows
    ]


def _things_on(on: date, grid_codes: Sequence[str] | None) -> QuerySet[Thing]:
    found = Thing.objects.filter(in_force(on))
    if grid_codes is None:
        return found
    here = ThingGrid.objects.filter(in_force(on), grid_code__in=grid_codes).values("thing_id")
    return found.filter(pk__in=here)


def completeness(grid_codes: Sequence[str], *, on: date) -> list[GridThings]:
    """Return for each grid when it was last surveyed and what is known of it, in the order given (S-217)."""
    surveyed = dict(
        GridSurvey.objects.filter(grid_code__in=grid_codes, on__lte=on)
        .values_list("grid_code")
        .annotate(last=Max("on"))
    )
    counts: dict[str, Counter[str]] = {code: Counter() for code in grid_codes}
    rows = ThingGrid.objects.filter(in_force(on), in_force(on, "thing__"), grid_code__in=grid_codes)
    for grid, state, owner in rows.values_list("grid_code", "thing__state", "thing__owner_code"):
        counts[grid][state] += 1
        counts[grid]["unowned"] += not owner
    areas = ground.atlas_on(on).areas.area_of
    return [
        GridThings(
            grid_code=code,
            grid_name=areas[code].name if code in areas else code,
            surveyed_on=surveyed.get(code),
            things=sum(counts[code][state.value] for state in ThingState),
            unowned=counts[code]["unowned"],
            states={state.value: counts[code][state.value] for state in ThingState},
        )
        for code in grid_codes
    ]


def ungridded(*, on: date, most: int = PAGE) -> list[str]:
    """Return the codes of things no grid takes: a wrong position, or ground nobody drew a grid on."""
    here = ThingGrid.objects.filter(in_force(on)).values("thing_id")
    found = Thing.objects.filter(in_force(on)).exclude(pk__in=here).order_by("code")
    return list(found.values_list("code", flat=True)[:most])


def spot_of(code: str, *, on: date) -> Spot | None:
    """Return what a code on a wall stands for today, or nothing: a thing, a building, a stairwell."""
    found = Thing.objects.filter(in_force(on), code=code).select_related("kind").first()
    if found is not None:
        name = found.name or found.kind.name
        return Spot(code, "thing", name, found.kind.name, found.lon, found.lat, "")
    stairs = (
        Stairwell.objects.filter(unit_code=code).select_related("building__compound").first()
        if code
        else None
    )
    house = stairs.building if stairs else _building(code)
    if house is None or house.from_on > on or (house.until_on is not None and house.until_on <= on):
        return None
    compound = house.compound.name if house.compound else ""
    name = f"{house.name}{stairs.name}" if stairs else house.name
    what = "stairwell" if stairs else "building"
    return Spot(code, what, name, compound, house.lon, house.lat, f"{compound}{name}")


def _building(code: str) -> Building | None:
    return Building.objects.filter(code=code).select_related("compound").first()
