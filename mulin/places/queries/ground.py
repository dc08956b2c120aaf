"""Questions about places: where a point or an address lies, outlines for maps, compounds and buildings."""

import threading
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection
from django.db.models import Q

from mulin.kernel.errors import NotFound, NotPossible
from mulin.places.models import (
    Area,
    Building,
    BuildingGrid,
    Compound,
    CompoundFirm,
    CompoundGrid,
    Division,
    Dwelling,
    Edition,
    Stairwell,
)
from mulin.places.queries.divisions import divisions_on
from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere, Ground
from mulin.places.rules.located import Located
from mulin.places.rules.outlines import OutlineRow, outline_rows

RECHECK_SECONDS: Final = 1.0
ATLASES_KEPT: Final = 8


class LaterChange(NotPossible):
    """The past may not be redrawn under a change that comes after it."""


@dataclass(frozen=True, slots=True)
class CompoundPage:
    """A compound with everything about it on a day."""

    code: str
    name: str
    aliases: tuple[str, ...]
    firm_code: str
    grids: tuple[AreaEdition, ...]
    buildings: int
    stairwells: int
    dwellings: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building of a grid: its compound, its courtyard group (empty = gap) and its size."""

    code: str
    name: str
    compound_code: str
    compound_name: str
    grid_code: str
    group_code: str
    stairwells: int
    dwellings: int


@dataclass(frozen=True, slots=True)
class _Holding:
    """What was read at one edition number; between two days of change all days share an atlas."""

    number: int
    changes: tuple[date, ...]
    atlases: dict[int, Atlas]

    def get(self, on: date) -> Atlas | None:
        return self.atlases.get(bisect_right(self.changes, on))

    def keep(self, atlas: Atlas) -> Atlas:
        if len(self.atlases) >= ATLASES_KEPT:
            del self.atlases[next(iter(self.atlases))]
        self.atlases[bisect_right(self.changes, atlas.on)] = atlas
        return atlas


class _Shelf:
    """The atlases held by this process; reloaded when the edition number in the database has moved."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checked = 0.0
        self._state = _Holding(number=-1, changes=(), atlases={})

    def atlas(self, on: date) -> Atlas:
        """Return the atlas of the day; while one thread loads it, others that need it wait."""
        if time.monotonic() - self._checked > RECHECK_SECONDS:
            self._recheck()
        held = self._state.get(on)
        if held is not None:
            return held
        with self._lock:
            return self._state.get(on) or self._state.keep(Atlas(ground_on(on), on=on))

    def forget(self) -> None:
        """Look at the database again before the next answer."""
        self._checked = 0.0

    def _recheck(self) -> None:
        number = Edition.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        with self._lock:
            if number != self._state.number:
                self._state = _Holding(number, _days_of_change(), {})
            self._checked = time.monotonic()


_SHELF: Final = _Shelf()


def forget() -> None:
    """Make this process look at the database again before its next answer; acts on places call it."""
    _SHELF.forget()


def atlas_on(on: date) -> Atlas:
    """Return all lookups of the day."""
    return _SHELF.atlas(on)


def locate_point(*, lon: float, lat: float, on: date) -> Located:
    """Return which grid, by the boundaries of the day, takes the point, and why.

    :raises BadInput: the numbers are no position on Earth
    """
    return _SHELF.atlas(on).locate_point(lon, lat)


def locate_address(text: str, *, on: date) -> Located:
    """Return which grid the address text lies in by the names and boundaries of the day, and why."""
    return _SHELF.atlas(on).locate_address(text)


def firm_of(compound_code: str, *, on: date) -> str:
    """Return the unit code of the property firm that looks after a compound; empty when nobody does."""
    compound = _SHELF.atlas(on).compound(compound_code)
    return compound.firm_code if compound else ""


def grids_of_compound(compound_code: str, *, on: date) -> tuple[AreaEdition, ...]:
    """Return the grids a compound lies in; a case located in the compound shows them all (S-006)."""
    atlas = _SHELF.atlas(on)
    compound = atlas.compound(compound_code)
    codes = compound.grid_codes if compound else ()
    return tuple(atlas.areas.area_of[code] for code in codes if code in atlas.areas.area_of)


def compounds_of_grid(grid_code: str, *, on: date) -> tuple[CompoundThere, ...]:
    """Return the compounds that lie, wholly or partly, in a grid."""
    return tuple(c for c in _SHELF.atlas(on).ground.compounds if grid_code in c.grid_codes)


def outlines(
    kind: str,
    on: date,
    within: str | None = None,
    *,
    bounds: tuple[float, float, float, float] | None = None,
    simplify_metres: float = 0.0,
) -> list[OutlineRow]:
    """Return the outlines of one kind as they stood on the day, ready for a map; ``within`` an area or unit.

    With ``bounds`` (west, south, east, north) only those that reach into them: the part a small map shows.

    Simplified neighbours still share their edges: no gap opens between them.
    """
    index = _SHELF.atlas(on).areas
    areas = [
        area
        for area in index.area_of.values()
        if area.kind == kind
        and (within is None or any(within in (s.code, s.unit_code) for s in index.chain(area.code)))
    ]
    if bounds is not None:
        west, south, east, north = bounds
        boxes = {area.code: index.shape_of[area.code].bounds for area in areas}
        areas = [
            area
            for area in areas
            if boxes[area.code][0] <= east
            and boxes[area.code][2] >= west
            and boxes[area.code][1] <= north
            and boxes[area.code][3] >= south
        ]
    shapes = [index.shape_of[area.code] for area in areas]
    return outline_rows(areas, shapes, simplify_metres=simplify_metres)


def feature_collection(
    kind: str, on: date, within: str | None = None, *, simplify_metres: float = 0.0
) -> dict[str, object]:
    """Return the outlines as one compact GeoJSON FeatureCollection."""
    rows = outlines(kind, on, within, simplify_metres=simplify_metres)
    return {"type": "FeatureCollection", "features": [row.as_feature() for row in rows]}


def compound_page(code: str, *, on: date) -> CompoundPage:
    """Return everything about a compound on a day.

    :raises NotFound: there is none of that code on that day
    """
    atlas = _SHELF.atlas(on)
    compound = atlas.compound(code)
    if compound is None:
        raise NotFound("没有这个小区")
    buildings = [b for b in atlas.ground.buildings if b.compound_code == code]
    return CompoundPage(
        code=compound.code,
        name=compound.name,
        aliases=compound.aliases,
        firm_code=compound.firm_code,
        grids=grids_of_compound(code, on=on),
        buildings=len(buildings),
        stairwells=sum(len(b.stairwells) for b in buildings),
        dwellings=Dwelling.objects.filter(stairwell__building__compound__code=code).count(),
        lon=compound.lon,
        lat=compound.lat,
    )


def buildings_of(grid_codes: Sequence[str], *, on: date) -> list[BuildingRow]:
    """Return the complete list of buildings of the grids on a day, by grid and code."""
    places = (
        BuildingGrid.objects.filter(_running(on), grid_code__in=grid_codes)
        .filter(_running(on, "building__"))
        .select_related("building__compound")
        .order_by("grid_code", "building__code")
    )
    keys = [place.building_id for place in places]
    stairs: dict[int, int] = defaultdict(int)
    homes: dict[int, int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.building_id, count(distinct s.id), count(d.id) from places_stairwell s "
            "left join places_dwelling d on d.stairwell_id = s.id "
            "where s.building_id = any(%s) group by s.building_id",
            (keys,),
        )
        for building, stairwells, dwellings in cursor.fetchall():
            stairs[building], homes[building] = stairwells, dwellings
    return [
        BuildingRow(
            code=place.building.code,
            name=place.building.name,
            compound_code=place.building.compound.code if place.building.compound else "",
            compound_name=place.building.compound.name if place.building.compound else "",
            grid_code=place.grid_code,
            group_code=place.group_code,
            stairwells=stairs[place.building_id],
            dwellings=homes[place.building_id],
        )
        for place in places
    ]


def buildings_without_group(grid_codes: Sequence[str], *, on: date) -> list[BuildingRow]:
    """Return the gap report: buildings of the grids that no courtyard group looks after (S-007)."""
    return [row for row in buildings_of(grid_codes, on=on) if not row.group_code]


def area_history(code: str) -> list[AreaEdition]:
    """Return all editions of an area, oldest first: how it was drawn before (S-005)."""
    return [_edition(area) for area in Area.objects.filter(code=code).order_by("from_on")]


def areas_on(on: date) -> list[AreaEdition]:
    """Return all areas in force on a day, by code, read from the database and not from memory."""
    return [_edition(area) for area in Area.objects.filter(_running(on)).order_by("code")]


def ground_on(on: date) -> Ground:
    """Return everything of a day, read from the database and not from memory."""
    grids: dict[int, list[str]] = defaultdict(list)
    for compound, grid in CompoundGrid.objects.filter(_running(on)).values_list("compound_id", "grid_code"):
        grids[compound].append(grid)
    firms = dict(CompoundFirm.objects.filter(_running(on)).values_list("compound_id", "firm_code"))
    compounds = tuple(
        CompoundThere(
            code=c.code,
            name=c.name,
            aliases=tuple(c.aliases),
            grid_codes=tuple(sorted(grids[c.pk])),
            firm_code=firms.get(c.pk, ""),
            lon=c.lon,
            lat=c.lat,
            outline=bytes(c.outline) if c.outline else None,
            synthetic=c.synthetic,
        )
        for c in Compound.objects.filter(_running(on)).order_by("code")
    )
    return Ground(tuple(areas_on(on)), compounds, _buildings_on(on), divisions_on(on))


def ground_to_change(on: date) -> Ground:
    """Return everything of a day from which places are to change.

    :raises LaterChange: something is already drawn from a later day on
    """
    for model in (Area, Compound, CompoundGrid, CompoundFirm, Building, BuildingGrid):
        later = model.objects.filter(Q(from_on__gt=on) | Q(until_on__gt=on)).order_by("from_on").first()
        if later is not None:
            raise LaterChange("已有更晚生效的变动，不能从 %(day)s 起改动", day=on.isoformat())
    return ground_on(on)


def _buildings_on(on: date) -> tuple[BuildingThere, ...]:
    stairs: dict[int, list[tuple[str, str]]] = defaultdict(list)
    names = Stairwell.objects.order_by("unit_code").values_list("building_id", "name", "unit_code")
    for building, name, code in names:
        stairs[building].append((name, code))
    rows = (
        Building.objects.filter(_running(on), _running(on, "grids__"))
        .order_by("code")
        .values_list(
            "pk",
            "code",
            "name",
            "compound__code",
            "grids__grid_code",
            "lon",
            "lat",
            "grids__group_code",
            "floors",
            "doors",
        )
    )
    return tuple(
        BuildingThere(code, name, compound or "", grid, lon, lat, tuple(stairs[pk]), group, floors, doors)
        for pk, code, name, compound, grid, lon, lat, group, floors, doors in rows
    )


def _running(on: date, prefix: str = "") -> Q:
    """Return the filter of rows whose period covers the day."""
    return Q(**{f"{prefix}from_on__lte": on}) & (
        Q(**{f"{prefix}until_on__isnull": True}) | Q(**{f"{prefix}until_on__gt": on})
    )


def _days_of_change() -> tuple[date, ...]:
    days: set[date] = set()
    for model in (Area, Compound, CompoundGrid, CompoundFirm, Building, BuildingGrid, Division):
        for bound in ("from_on", "until_on"):
            days |= set(model.objects.exclude(**{bound: None}).values_list(bound, flat=True).distinct())
    return tuple(sorted(days))


def _edition(area: Area) -> AreaEdition:
    return AreaEdition(
        code=area.code,
        kind=area.kind,
        name=area.name,
        parent_code=area.parent_code,
        unit_code=area.unit_code,
        outline=bytes(area.outline),
        from_on=area.from_on,
        until_on=area.until_on,
        synthetic=area.synthetic,
        source=area.source,
        grid_type=area.grid_type,
        source_system=area.source_system,
        accuracy_m=area.accuracy_m,
    )
