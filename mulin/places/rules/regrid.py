"""Where many positions lie at once, and into which grids buildings and compounds come when grids change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import shapely

from mulin.places.rules.ground import AreaEdition, CompoundThere, Ground
from mulin.places.rules.points import GRID, AreaIndex


@dataclass(frozen=True, slots=True)
class Regrid:
    """What comes into another grid: of buildings the new grid, of compounds all their grids, by code."""

    buildings: Mapping[str, str]
    compounds: Mapping[str, tuple[str, ...]]


def grids_at(
    index: AreaIndex, lons: Sequence[float], lats: Sequence[float], *, held: Sequence[str] = ()
) -> list[str]:
    """Return the grid of each position, empty where there is none near.

    On a line between grids the one it is ``held`` in keeps it, else the smallest code, as one by one.
    """
    found = [""] * len(lons)
    grids = [area for area in index.area_of.values() if area.kind == GRID]
    if not lons or not grids:
        return found
    shapes = [index.shape_of[area.code] for area in grids]
    tree = shapely.STRtree([shapely.Point(lon, lat) for lon, lat in zip(lons, lats, strict=True)])
    for grid, spot in sorted(zip(*tree.query(shapes, predicate="intersects").tolist(), strict=True)):
        code = grids[grid].code
        if not found[spot] or (held and held[spot] == code):
            found[spot] = code
    for spot, code in enumerate(found):
        if not code:  # just outside an edge: the slow answer knows how near is near enough
            located = index.locate(lons[spot], lats[spot], on=grids[0].from_on)
            found[spot] = located.grid_code
    return found


def regrid(ground: Ground, areas: Sequence[AreaEdition], *, touched: Collection[str]) -> Regrid:
    """Return which buildings and compounds of ``touched`` grids lie in other grids by the new ``areas``."""
    index = AreaIndex(areas)
    houses = [house for house in ground.buildings if house.grid_code in touched]
    now = grids_at(
        index,
        [house.lon for house in houses],
        [house.lat for house in houses],
        held=[house.grid_code for house in houses],
    )
    moved = {h.code: grid for h, grid in zip(houses, now, strict=True) if grid and grid != h.grid_code}
    of_compound: dict[str, set[str]] = {}
    for house in ground.buildings:
        grid = moved.get(house.code, house.grid_code)
        of_compound.setdefault(house.compound_code, set()).add(grid)
    compounds = {}
    for compound in ground.compounds:
        if not any(code in touched for code in compound.grid_codes):
            continue
        grids = _grids_of(compound, index, of_compound.get(compound.code, set()), touched)
        if grids and grids != tuple(sorted(compound.grid_codes)):
            compounds[compound.code] = grids
    return Regrid(moved, compounds)


def _grids_of(
    compound: CompoundThere, index: AreaIndex, houses: Collection[str], touched: Collection[str]
) -> tuple[str, ...]:
    """Return the grids of its houses, of its middle, and those it lay in that were not touched."""
    kept = {code for code in compound.grid_codes if code not in touched and code in index.area_of}
    middle = set(grids_at(index, [compound.lon], [compound.lat])) if not (kept or houses) else set()
    return tuple(sorted((kept | set(houses) | middle) & index.area_of.keys()))
