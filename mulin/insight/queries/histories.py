"""The history of a place: what stood there and under whom on every day of change, which cases, who served."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import shapely
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import ExtractYear

from mulin.boundaries.models import Succession
from mulin.cases.models import Case
from mulin.insight import policy
from mulin.insight.queries import matters
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound
from mulin.people.models import Belonging, Cover, Naming, Unit
from mulin.people.queries import units
from mulin.places.models import Area, Building, BuildingGrid, Compound, CompoundFirm, CompoundGrid
from mulin.places.rules.ground import METRES_PER_DEGREE, Plane, require_position

AROUND_METRES = 30  # cases so near to a point count as having happened there
SPELLS_MOST = 200


class SpellKind(StrEnum):
    """What a spell tells."""

    AREA = "area"  # an edition of an outline
    NAME = "name"
    ABOVE = "above"  # what its unit belonged to
    GRID = "grid"
    GROUP = "group"
    COMPOUND = "compound"
    FIRM = "firm"
    FOLLOWED = "followed"  # an adjustment made one area out of another
    SERVED = "served"  # a party branch, a station, a firm that served it


@dataclass(frozen=True, slots=True)
class Spell:
    """Something held from one day until another."""

    from_on: date
    until_on: date | None
    kind: SpellKind
    code: str
    name: str
    note: str = ""  # the kind of an area, or the document of a change


@dataclass(frozen=True, slots=True)
class Year:
    """How many cases of a year were reported there, and how many of them are closed."""

    year: int
    reported: int
    closed: int


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a place through time, the newest first."""

    code: str
    name: str
    what: str  # area, compound, building or point
    spells: tuple[Spell, ...]
    years: tuple[Year, ...]
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that was found: its spells, and the filter of its cases."""

    code: str
    name: str
    what: str
    spells: tuple[Spell, ...]
    cases: Q
    lon: float
    lat: float


def history(actor: Actor, code: str = "", *, lon: float | None = None, lat: float | None = None) -> History:
    """Return the history of an area, compound or building by its code, or of a point.

    :raises NotFound: there is no such place, or not for this actor
    :raises BadInput: neither a code nor a position is given
    """
    found = _found(actor, code, lon, lat)
    years = (
        matters.seen(actor)
        .filter(found.cases)
        .order_by()
        .values(year=ExtractYear("reported_at"))
        .annotate(reported=Count("pk"), closed=Count("pk", filter=Q(state="closed")))
        .order_by("-year")
    )
    spells = sorted(found.spells, key=lambda one: (one.from_on, one.kind, one.code), reverse=True)
    return History(
        code=found.code,
        name=found.name,
        what=found.what,
        spells=tuple(spells[:SPELLS_MOST]),
        years=tuple(Year(**row) for row in years),
        lon=found.lon,
        lat=found.lat,
    )


def cases_of(
    actor: Actor,
    code: str = "",
    *,
    year: int,
    lon: float | None = None,
    lat: float | None = None,
    after: UUID | None = None,
) -> Sequence[UUID]:
    """Return exactly the cases a year of a place counts, newest first, a page and one more."""
    cases: QuerySet[Case] = matters.seen(actor).filter(_found(actor, code, lon, lat).cases)
    return matters.page_of(cases.filter(reported_at__year=year), after=after)


def _found(actor: Actor, code: str, lon: float | None, lat: float | None) -> _Place:
    policy.require_reader(actor)
    if "\x00" in code:
        raise BadInput("含有无法保存的字符（U+0000）", where="code")
    if code:
        return _area(actor, code) or _compound(actor, code) or _building(actor, code) or _nothing(code)
    if lon is None or lat is None:
        raise BadInput("请给出编码或位置", where="code")
    return _point(lon, lat)


def _nothing(code: str) -> _Place:
    raise NotFound("没有编码为 %(code)s 的区域、小区或楼栋", code=code)


def _area(actor: Actor, code: str) -> _Place | None:
    editions = list(Area.objects.filter(code=code).defer("outline").order_by("from_on"))
    if not editions:
        return None
    last = editions[-1]
    unit = policy.unit_of(actor, last.unit_code)
    spells = [Spell(e.from_on, e.until_on, SpellKind.AREA, e.code, e.name, e.kind) for e in editions]
    spells += [
        Spell(n.from_on, n.until_on, SpellKind.NAME, unit.code, n.name)
        for n in Naming.objects.filter(unit=unit)
    ]
    spells += [
        Spell(b.from_on, b.until_on, SpellKind.ABOVE, b.parent.code, b.parent.name, b.reason)
        for b in Belonging.objects.filter(unit=unit).select_related("parent")
    ]
    spells += [
        Spell(
            s.adjustment.on,
            None,
            SpellKind.FOLLOWED,
            s.to_code if s.from_code == code else s.from_code,
            f"{s.from_code} → {s.to_code}",
            s.adjustment.document,
        )
        for s in Succession.objects.filter(Q(from_code=code) | Q(to_code=code))
        .exclude(from_code=F("to_code"))
        .select_related("adjustment")
    ]
    below = {spell.unit_id for spell in units.spells_under(unit)} | {unit.pk}
    return _Place(
        code,
        last.name,
        "area",
        (*spells, *_served(unit)),
        Q(place_unit__in=below),
        (last.west + last.east) / 2,
        (last.south + last.north) / 2,
    )


def _served(unit: Unit) -> list[Spell]:
    covers = Cover.objects.filter(territory=unit).select_related("unit__kind")
    return [
        Spell(c.from_on, c.until_on, SpellKind.SERVED, c.unit.code, c.unit.name, c.unit.kind.name)
        for c in covers
    ]


def _require_grids(actor: Actor, grids: set[str]) -> None:
    """Return if the actor sees one of the grids; what lies in no grid is seen by who sees everything."""
    seen = policy.codes_seen(actor)
    if seen is not None and not grids & seen:
        raise NotFound("没有这个区域，或不在您的范围内")


def _compound(actor: Actor, code: str) -> _Place | None:
    compound = Compound.objects.filter(code=code).first()
    if compound is None:
        return None
    grids = list(CompoundGrid.objects.filter(compound=compound))
    firms = list(CompoundFirm.objects.filter(compound=compound))
    _require_grids(actor, {one.grid_code for one in grids})
    names = units.names_of({one.grid_code for one in grids} | {one.firm_code for one in firms})
    spells = [Spell(compound.from_on, compound.until_on, SpellKind.COMPOUND, code, compound.name)]
    spells += [
        Spell(g.from_on, g.until_on, SpellKind.GRID, g.grid_code, names.get(g.grid_code, g.grid_code))
        for g in grids
    ]
    spells += [
        Spell(f.from_on, f.until_on, SpellKind.FIRM, f.firm_code, names.get(f.firm_code, f.firm_code))
        for f in firms
    ]
    cases = Q(compound_code=code)
    return _Place(code, compound.name, "compound", tuple(spells), cases, compound.lon, compound.lat)


def _building(actor: Actor, code: str) -> _Place | None:
    building = Building.objects.filter(code=code).select_related("compound").first()
    if building is None:
        return None
    places = list(BuildingGrid.objects.filter(building=building))
    _require_grids(actor, {one.grid_code for one in places})
    names = units.names_of({one.grid_code for one in places} | {one.group_code for one in places})
    spells = [
        Spell(p.from_on, p.until_on, SpellKind.GRID, p.grid_code, names.get(p.grid_code, p.grid_code))
        for p in places
    ]
    spells += [
        Spell(p.from_on, p.until_on, SpellKind.GROUP, p.group_code, names.get(p.group_code, p.group_code))
        for p in places
        if p.group_code
    ]
    cases = Q(place__building_code=code)
    name = building.name
    if building.compound is not None:
        name = f"{building.compound.name}{name}"
        cases &= Q(compound_code=building.compound.code)
        spells.append(
            Spell(
                building.from_on,
                building.until_on,
                SpellKind.COMPOUND,
                building.compound.code,
                building.compound.name,
            )
        )
    return _Place(code, name, "building", tuple(spells), cases, building.lon, building.lat)


def _point(lon: float, lat: float) -> _Place:
    require_position(lon, lat)
    boxed = Area.objects.filter(west__lte=lon, east__gte=lon, south__lte=lat, north__gte=lat)
    at = shapely.Point(lon, lat)
    spells = [
        Spell(area.from_on, area.until_on, SpellKind.AREA, area.code, area.name, area.kind)
        for area in boxed.order_by(F("from_on"))
        if shapely.from_wkb(bytes(area.outline)).intersects(at)
    ]
    d_lat = AROUND_METRES / METRES_PER_DEGREE
    d_lon = AROUND_METRES / max(Plane(lat=lat).east_scale, 1.0)
    near = Q(lat__range=(lat - d_lat, lat + d_lat), lon__range=(lon - d_lon, lon + d_lon))
    return _Place("", f"{lon:.6f}, {lat:.6f}", "point", tuple(spells), near, lon, lat)
