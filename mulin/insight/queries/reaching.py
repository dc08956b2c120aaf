"""Services near a place and how much they reach: straight-line metres, said so; nobody's position is known.

Who is on duty is told as posts of the grid and the duty telephone of a unit, never as a person on the move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from mulin.insight import policy
from mulin.insight.queries.grounds import held_by
from mulin.insight.rules.coverage import METRES, Reach, Share, Site, Spot, shares
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound
from mulin.people.queries import staffing, units
from mulin.people.queries.days import day_of, in_force
from mulin.places.models import Thing, ThingKind
from mulin.places.queries import ground as places
from mulin.places.rules.ground import BuildingThere, Plane, require_position
from mulin.places.rules.located import Located
from mulin.places.rules.opening import is_open
from mulin.places.rules.things import ThingState

NEAREST_MOST: Final = 10
NAMED_MOST: Final = 200
_THERE: Final = ~Q(state__in=[ThingState.REMOVED.value, ThingState.MISSING.value])


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility near a place; ``is_open`` is unknown where no hours are recorded."""

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


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers for a place: posts of its grid that somebody holds, and the nearest duty telephone."""

    unit_code: str
    unit_name: str
    posts: tuple[str, ...]
    phone: str
    phone_of: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """What is nearest to a place."""

    located: Located
    facilities: tuple[Facility, ...]
    duty: Duty | None


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A building out of reach, and how far the nearest facility is."""

    code: str
    name: str
    compound: str
    grid_code: str
    dwellings: int


@dataclass(frozen=True, slots=True)
class AreaShare:
    """The share of one area by name."""

    name: str
    share: Share


@dataclass(frozen=True, slots=True)
class NextSite:
    """A next site: the building beside which it would stand, and what it would reach."""

    site: Site
    name: str
    compound: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of an area lies within reach of a kind of facility on a day."""

    on: date
    kind: ThingKind
    metres: int
    facilities: int
    whole: Share
    areas: tuple[AreaShare, ...]
    uncovered: int
    named: tuple[Uncovered, ...]
    next_sites: tuple[NextSite, ...]


def facility_kinds() -> Sequence[ThingKind]:
    """Return the kinds of facilities in use, those that stand somewhere first, in the order of the pack."""
    standing = Exists(Thing.objects.filter(kind=OuterRef("pk"), until_on=None))
    kinds = ThingKind.objects.filter(is_facility=True, in_use=True)
    return list(kinds.annotate(standing=standing).order_by("-standing", "line"))


def nearest(
    actor: Actor, *, lon: float, lat: float, now: datetime, kind: str = "", open_only: bool = False
) -> Nearest:
    """Return the facilities nearest to a place and who answers for it.

    :raises BadInput: the numbers are no position on Earth
    """
    policy.require_reader(actor)
    require_position(lon, lat)
    on = day_of(now)
    located = places.locate_point(lon=lon, lat=lat, on=on)
    found = Thing.objects.filter(_THERE, in_force(on), kind__is_facility=True).select_related("kind")
    found = found.filter(kind__code=kind) if kind else found
    plane = Plane(lat=lat)
    here = plane.point(lon, lat)
    local = timezone.localtime(now)
    rows = []
    for thing in found:
        opened = is_open(thing.hours, local) if thing.hours else None
        if open_only and not opened:
            continue
        metres = round(here.distance(plane.point(thing.lon, thing.lat)))
        rows.append((metres, thing.code, thing, opened))
    rows.sort(key=lambda row: row[:2])
    facilities = tuple(
        Facility(
            code=thing.code,
            kind=thing.kind.code,
            kind_name=thing.kind.name,
            kind_name_en=thing.kind.name_en,
            name=thing.name or thing.kind.name,
            metres=metres,
            hours=thing.hours,
            is_open=opened,
            lon=thing.lon,
            lat=thing.lat,
        )
        for metres, _, thing, opened in rows[:NEAREST_MOST]
    )
    return Nearest(located, facilities, _duty(actor, located, on))


def _duty(actor: Actor, located: Located, on: date) -> Duty | None:
    """Return who answers for a place; nothing where no grid takes it or the actor does not see its unit."""
    try:
        unit = policy.unit_of(actor, located.unit_code)
    except NotFound:
        return None
    try:
        posts = tuple(
            row.post_name
            for row in staffing.staffing(actor, unit, on=on).posts
            if row.unit_id == unit.pk and row.holders
        )
    except NotAllowed:
        posts = ()
    reached = next((one for one in [unit, *units.ancestors(unit)] if one.phone), None)
    return Duty(
        unit_code=unit.code,
        unit_name=unit.short_name,
        posts=posts,
        phone=reached.phone if reached else "",
        phone_of=reached.short_name if reached else "",
    )


def coverage(
    actor: Actor, *, kind: str, on: date, metres: int = METRES, area: str = "", sites: int = 5
) -> Coverage:
    """Return which buildings lie near a kind of facility, by community, and the best next sites.

    Facilities outside ``area`` serve it too; a next site stands beside a building of it.

    :raises BadInput: there is no such kind of facility, or the distance makes no sense
    :raises NotFound: there was no such area then, or not for this actor
    """
    chosen = ThingKind.objects.filter(code=kind, is_facility=True).first()
    if chosen is None:
        raise BadInput("没有这类设施", where="kind")
    buildings = _buildings(actor, area, on)
    atlas = places.atlas_on(on)
    community = {
        b.code: next((s.code for s in atlas.areas.chain(b.grid_code) if s.kind == "community"), b.grid_code)
        for b in buildings
    }
    spots = [_spot(b) for b in buildings]
    there = Thing.objects.filter(_THERE, in_force(on), kind=chosen).order_by("code")
    stations = [Spot(*row) for row in there.values_list("code", "lon", "lat")]
    reach = Reach(spots, metres=metres)
    served = reach.served_by(stations)
    by_code = {b.code: b for b in buildings}
    compounds = {c.code: c.name for c in atlas.ground.compounds}
    names = atlas.areas.area_of
    left = [b for b in buildings if b.code not in served]
    whole = shares(spots, dict.fromkeys(by_code, ""), served=served)
    return Coverage(
        on=on,
        kind=chosen,
        metres=metres,
        facilities=len(stations),
        whole=whole[0] if whole else Share("", 0, 0, 0, 0),
        areas=tuple(
            AreaShare(names[share.code].name if share.code in names else share.code, share)
            for share in shares(spots, community, served=served)
        ),
        uncovered=len(left),
        named=tuple(
            Uncovered(b.code, b.name, compounds.get(b.compound_code, ""), b.grid_code, _homes(b))
            for b in left[:NAMED_MOST]
        ),
        next_sites=tuple(
            NextSite(
                site,
                by_code[site.code].name,
                compounds.get(by_code[site.code].compound_code, ""),
                by_code[site.code].lon,
                by_code[site.code].lat,
            )
            for site in reach.next_sites(spots, served=served, most=sites)
        ),
    )


def _buildings(actor: Actor, area: str, on: date) -> list[BuildingThere]:
    """Return the buildings of an area, or all those in the areas the actor sees."""
    atlas = places.atlas_on(on)
    if area:
        held = held_by(atlas, area)
        policy.unit_of(actor, held.area.unit_code)
        return list(held.buildings)
    seen = policy.codes_seen(actor)
    units_of: Mapping[str, str] = {code: one.unit_code for code, one in atlas.areas.area_of.items()}
    return [b for b in atlas.ground.buildings if seen is None or units_of.get(b.grid_code) in seen]


def _homes(building: BuildingThere) -> int:
    """Return how many dwellings a building has by its floors, doors and stairwells; 0 where not counted."""
    return len(building.dwellings()) * len(building.stairwells)


def _spot(building: BuildingThere) -> Spot:
    return Spot(building.code, building.lon, building.lat, _homes(building))
