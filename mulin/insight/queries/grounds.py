"""The ground of a day as its questions need it: what lies in an area, and in which area something lies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from shapely.geometry.base import BaseGeometry

from mulin.insight import policy
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound
from mulin.people.models import Unit
from mulin.people.queries import units
from mulin.places.models import Area
from mulin.places.queries import ground as places
from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere
from mulin.places.rules.points import GRID


@dataclass(frozen=True, slots=True)
class Held:
    """An area of a day with the grids, buildings and compounds in it."""

    area: AreaEdition
    shape: BaseGeometry
    chain: tuple[AreaEdition, ...]  # outwards, itself first
    children: tuple[AreaEdition, ...]  # one level down, by code
    grids: frozenset[str]
    buildings: tuple[BuildingThere, ...]
    compounds: tuple[CompoundThere, ...]
    hectares: float


def held_by(atlas: Atlas, code: str) -> Held:
    """Return what lies in an area on the day of ``atlas``.

    :raises NotFound: there was no such area then
    """
    index = atlas.areas
    area = index.area_of.get(code)
    if area is None:
        raise NotFound("%(on)s 没有区域 %(code)s", on=atlas.on.isoformat(), code=code)
    grids = frozenset(
        one.code
        for one in index.area_of.values()
        if one.kind == GRID and any(step.code == code for step in index.chain(one.code))
    )
    flat = index.plane.flatten([index.shape_of[code]])[0]
    return Held(
        area=area,
        shape=index.shape_of[code],
        chain=tuple(index.area_of[step.code] for step in index.chain(code)),
        children=tuple(one for one in index.area_of.values() if one.parent_code == code),
        grids=grids,
        buildings=tuple(b for b in atlas.ground.buildings if b.grid_code in grids),
        compounds=tuple(c for c in atlas.ground.compounds if grids & set(c.grid_codes)),
        hectares=round(float(flat.area) / 10_000, 2),
    )


def area_seen(actor: Actor, code: str, *, on: date) -> tuple[Held, Unit]:
    """Return what lies in an area on a day, and its unit.

    :raises NotFound: there was none of that code, or not for this actor
    """
    if "\x00" in code:
        raise BadInput("含有无法保存的字符（U+0000）", where="code")
    held = held_by(places.atlas_on(on), code)
    return held, policy.unit_of(actor, held.area.unit_code)


def areas_offered(actor: Actor, *, on: date) -> list[AreaEdition]:
    """Return the areas wider than a grid that ``actor`` sees on a day, widest first: what a page offers."""
    seen = policy.codes_seen(actor)
    index = places.atlas_on(on).areas
    found = [
        one for one in index.area_of.values() if one.kind != GRID and (seen is None or one.unit_code in seen)
    ]
    return sorted(found, key=lambda one: (len(index.chain(one.code)), one.code))


def unit_ids(unit: Unit, *, on: date) -> list[int]:
    """Return the ids of a unit and of all below it on a day: where the cases of an area lie."""
    return [unit.pk, *(node.id for node in units.units_under(unit, on=on))]


def dwellings_of(buildings: Iterable[str]) -> Mapping[str, int]:
    """Return how many dwellings are recorded in each building, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select b.code, count(*) from places_building b join places_stairwell s on s.building_id = b.id "
            "join places_dwelling d on d.stairwell_id = s.id where b.code = any(%s) group by b.code",
            (list(buildings),),
        )
        return dict(cursor.fetchall())


def days_of_change(code: str) -> list[date]:
    """Return the days on which an area was drawn anew."""
    return list(Area.objects.filter(code=code).order_by("from_on").values_list("from_on", flat=True))
