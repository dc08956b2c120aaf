"""Checking compounds and buildings before they count: known grids, positions where they should be."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import shapely

from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere, plane_of
from mulin.places.rules.points import GRID
from mulin.places.rules.survey import Problem

# 示例: a house this far outside its grid was put into the wrong grid, or has a mistyped position.
ASTRAY_METRES: Final = 100.0
FLOORS_MAX: Final = 60
DOORS_MAX: Final = 40


class Surveyed:
    """The grids of a day in metres, to check positions against."""

    def __init__(self, areas: Iterable[AreaEdition]) -> None:
        grids = {area.code: shapely.from_wkb(area.outline) for area in areas if area.kind == GRID}
        shapes = list(grids.values())
        self._plane = plane_of(shapes)
        self._flat = dict(zip(grids, self._plane.flatten(shapes), strict=True))

    def knows(self, grid_code: str) -> bool:
        """Return whether there is such a grid."""
        return grid_code in self._flat

    def metres_outside(self, grid_code: str, lon: float, lat: float) -> float:
        """Return how far a position lies outside a grid; 0 inside."""
        return float(self._flat[grid_code].distance(self._plane.point(lon, lat)))


def _twice(codes: Iterable[str]) -> list[Problem]:
    return [
        Problem(code, "编码出现了 %(count)s 次", "每个编码只能出现一次", {"count": count})
        for code, count in Counter(codes).items()
        if count > 1
    ]


def check_compounds(compounds: Sequence[CompoundThere], surveyed: Surveyed) -> list[Problem]:
    """Return every problem of compounds that are to be recorded."""
    problems = _twice(c.code for c in compounds)
    for compound in compounds:
        if not compound.name:
            problems.append(Problem(compound.code, "没有名称", "请填写小区名称"))
        if not compound.grid_codes:
            problems.append(Problem(compound.code, "没有写所在网格", "请填写一个或几个网格编码"))
        problems += [
            Problem(compound.code, "网格「%(grid)s」不存在", "请改正网格编码", {"grid": grid})
            for grid in compound.grid_codes
            if not surveyed.knows(grid)
        ]
        known = [g for g in compound.grid_codes if surveyed.knows(g)]
        away = min((surveyed.metres_outside(g, compound.lon, compound.lat) for g in known), default=0.0)
        if away > ASTRAY_METRES:
            what, how = "坐标离所在网格 %(metres)s 米", "请检查坐标（经度在前）和网格编码"
            problems.append(Problem(compound.code, what, how, {"metres": round(away)}))
    return problems


def check_buildings(
    buildings: Sequence[BuildingThere], surveyed: Surveyed, compounds: Mapping[str, CompoundThere]
) -> list[Problem]:
    """Return every problem of buildings that are to be recorded."""
    problems = _twice(there.code for there in buildings)
    problems += _twice(code for there in buildings for _, code in there.stairwells)
    for there in buildings:
        problems += _building_problems(there, surveyed, compounds)
    return problems


def _building_problems(
    there: BuildingThere, surveyed: Surveyed, compounds: Mapping[str, CompoundThere]
) -> list[Problem]:
    found: list[Problem] = []
    if not there.name:
        found.append(Problem(there.code, "没有名称", "请填写楼栋名称"))
    if not surveyed.knows(there.grid_code):
        facts = {"grid": there.grid_code}
        found.append(Problem(there.code, "网格「%(grid)s」不存在", "请改正网格编码", facts))
    elif (away := surveyed.metres_outside(there.grid_code, there.lon, there.lat)) > ASTRAY_METRES:
        what, how = "坐标离所在网格 %(metres)s 米", "请检查坐标（经度在前）和网格编码"
        found.append(Problem(there.code, what, how, {"metres": round(away)}))
    if there.compound_code and there.compound_code not in compounds:
        facts = {"compound": there.compound_code}
        found.append(Problem(there.code, "小区「%(compound)s」不存在", "请改正小区编码", facts))
    elif (
        surveyed.knows(there.grid_code)
        and there.compound_code
        and there.grid_code not in compounds[there.compound_code].grid_codes
    ):
        facts = {"compound": compounds[there.compound_code].name, "grid": there.grid_code}
        what = "小区「%(compound)s」没有登记在网格「%(grid)s」"
        how = "请在小区的网格一栏加上它，或改正楼栋的网格"
        found.append(Problem(there.code, what, how, facts))
    if not (0 <= there.floors <= FLOORS_MAX and 0 <= there.doors <= DOORS_MAX):
        facts_most: dict[str, str | int] = {"floors": FLOORS_MAX, "doors": DOORS_MAX}
        what = "层数应在 0 到 %(floors)s、每层户数在 0 到 %(doors)s 之间"
        found.append(Problem(there.code, what, "请改正", facts_most))
    return found
