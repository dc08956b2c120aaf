"""Ground in tests: square grids of 100 metres on an invented spot, compounds and buildings on them."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime

import shapely

from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation
from mulin.places.actions import importing as actions
from mulin.places.rules.ground import METRES_PER_DEGREE, AreaEdition, BuildingThere, CompoundThere

NEW_YEAR = date(2026, 1, 1)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
WEST, SOUTH = 118.0, 34.0
EAST_SCALE = METRES_PER_DEGREE * math.cos(math.radians(SOUTH))


def lon(metres: float) -> float:
    """Return the longitude so many metres east of the corner."""
    return WEST + metres / EAST_SCALE


def lat(metres: float) -> float:
    """Return the latitude so many metres north of the corner."""
    return SOUTH + metres / METRES_PER_DEGREE


def box(west: float, south: float, east: float, north: float) -> bytes:
    """Return a rectangle given in metres as an outline."""
    return bytes(shapely.to_wkb(shapely.box(lon(west), lat(south), lon(east), lat(north))))


def area(code: str, outline: bytes, kind: str = "grid", parent: str = "", **more: str) -> AreaEdition:
    """Return an area named after its code."""
    return replace(
        AreaEdition(code, kind, f"{code}网格" if kind == "grid" else code, parent, code, outline, NEW_YEAR),
        **more,  # type: ignore[arg-type]
    )


def community(code: str = "C1", east: float = 0, grids: int = 2) -> list[AreaEdition]:
    """Return a community with a row of grids, each 100 metres wide and 100 deep, starting ``east``."""
    whole = area(code, box(east, 0, east + 100 * grids, 100), "community", name=f"{code}社区")
    parts = [
        area(f"{code}G{n}", box(east + 100 * (n - 1), 0, east + 100 * n, 100), parent=code)
        for n in range(1, grids + 1)
    ]
    return [whole, *parts]


def compound(
    code: str, name: str, *grids: str, at: tuple[float, float] = (50, 50), **more: object
) -> CompoundThere:
    """Return a compound with its middle so many metres east and north of the corner."""
    there = CompoundThere(code, name, (), grids, "", lon(at[0]), lat(at[1]))
    return replace(there, **more)  # type: ignore[arg-type]


def building(
    code: str, compound_code: str, grid: str, at: tuple[float, float], name: str = "1号楼", **more: object
) -> BuildingThere:
    """Return a building of two stairwells."""
    stairs = (("1单元", f"{code}-1"), ("2单元", f"{code}-2"))
    there = BuildingThere(code, name, compound_code, grid, lon(at[0]), lat(at[1]), stairs)
    return replace(there, **more)  # type: ignore[arg-type]


def drawn(*areas: AreaEdition, on: date = NEW_YEAR, actor: Actor = SYSTEM) -> None:
    """Draw areas in the database, in force from a day on."""
    actions.import_areas(areas=areas, from_on=on, actor=actor, now=NOON)


def things(*buildings: BuildingThere, on: date = NEW_YEAR) -> None:
    """Put up buildings, in force from a day on."""
    actions.import_buildings(buildings=buildings, from_on=on, actor=SYSTEM, now=NOON)


def clerk(*acts: str) -> Actor:
    """Return somebody whose one post permits these acts everywhere."""
    permits = frozenset((act, Relation.ANY) for act in acts)
    return Actor(
        7, "clerk", (Grant(unit_id=1, unit_path="1/", unit_name="区", post="clerk", permits=permits),)
    )
