"""Checking outlines before they count: valid shapes, inside their parents, no overlap and no gap."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mulin.places.rules.ground import METRES_PER_DEGREE, AreaEdition, Plane, plane_of
from mulin.places.rules.points import GRID

# 示例: a strip thinner than this between two outlines is drawing error, not a gap or an overlap.
TOLERANCE_METRES: Final = 2.0
VERTICES_MAX: Final = 20_000


class Fault(StrEnum):
    """What sort of fault the ground has."""

    OVERLAP = "overlap"
    GAP = "gap"
    STRAY = "stray"
    UNEVEN = "uneven"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a fault lies and how large it is: degrees, hectares, the width in metres where it is widest."""

    fault: Fault
    lon: float
    lat: float
    hectares: float
    width_m: float
    other: str = ""  # the code of the other area it is a fault with


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the thing ``code``, and how to mend it: message ids with ``facts`` to fill in."""

    code: str
    what: str
    how: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    spot: Spot | None = None


def _shape_problem(area: AreaEdition) -> Problem | None:
    try:
        shape = shapely.from_wkb(area.outline)
    except shapely.errors.GEOSException:
        return Problem(area.code, "边界图形读不出来", "请提供 GeoJSON 的 Polygon 或 MultiPolygon")
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        what = "边界图形是 %(type)s，不是面"
        return Problem(area.code, what, "请提供 Polygon 或 MultiPolygon", {"type": shape.geom_type})
    if shapely.get_num_coordinates(shape) <= VERTICES_MAX and not shape.is_valid:
        facts_why = {"why": shapely.is_valid_reason(shape)}
        return Problem(area.code, "边界自相交：%(why)s", "请在该坐标处修正边界", facts_why)
    if shape.is_empty or shape.area == 0:
        return Problem(area.code, "边界图形没有面积", "请检查坐标是否重复")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        how = "坐标应为经度在前的度数（CGCS2000 / WGS-84），不是米制投影坐标"
        return Problem(area.code, "坐标超出经纬度范围", how)
    if shapely.get_num_coordinates(shape) > VERTICES_MAX:
        facts = {"most": VERTICES_MAX}
        return Problem(area.code, "边界顶点超过 %(most)s 个", "请先简化边界", facts)
    return None


def _deep(strip: BaseGeometry, tolerance: float) -> bool:
    """Return whether a shape is somewhere wider than the tolerance."""
    return not strip.is_empty and not strip.buffer(-tolerance / 2).is_empty


def _hectares(shape: BaseGeometry) -> str:
    return f"{shape.area / 10_000:.2f}"


def spot_of(fault: Fault, strip: BaseGeometry, plane: Plane, other: str = "") -> Spot:
    """Return the widest place of a strip in metres."""
    circle: Any = shapely.maximum_inscribed_circle
    radius = shapely.get_coordinates(circle(strip, tolerance=0.05))
    (x, y), width = radius[0], 2 * float(np.hypot(*(radius[-1] - radius[0])))
    lon, lat = round(float(x) / plane.east_scale, 6), round(float(y) / METRES_PER_DEGREE, 6)
    return Spot(fault, lon, lat, round(strip.area / 10_000, 4), round(width, 2), other)


def _somewhere(shape: BaseGeometry, plane: Plane) -> str:
    spot = shape.representative_point()
    return f"{spot.x / plane.east_scale:.5f},{spot.y / METRES_PER_DEGREE:.5f}"


def _overlaps(
    kin: Sequence[AreaEdition], flat: Mapping[str, BaseGeometry], plane: Plane, tolerance: float
) -> list[Problem]:
    shapes = [flat[area.code] for area in kin]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    problems = []
    for one, other in sorted((int(a), int(b)) for a, b in pairs if a < b):
        common = shapes[one].intersection(shapes[other])
        if _deep(common, tolerance):
            facts = {
                "other": kin[one].name,
                "hectares": _hectares(common),
                "spot": _somewhere(common, plane),
            }
            what = "与「%(other)s」重叠 %(hectares)s 公顷（在 %(spot)s）"
            how = "同级区域不得重叠：请修正其中一个的边界"
            spot = spot_of(Fault.OVERLAP, common, plane, kin[one].code)
            problems.append(Problem(kin[other].code, what, how, facts, spot))
    return problems


def _strays(
    area: AreaEdition, parent: AreaEdition, flat: Mapping[str, BaseGeometry], plane: Plane, tolerance: float
) -> Problem | None:
    beyond = flat[area.code].difference(flat[parent.code])
    if not _deep(beyond, tolerance):
        return None
    facts = {"parent": parent.name, "hectares": _hectares(beyond), "spot": _somewhere(beyond, plane)}
    what = "有 %(hectares)s 公顷在上级「%(parent)s」之外（在 %(spot)s）"
    spot = spot_of(Fault.STRAY, beyond, plane, parent.code)
    return Problem(area.code, what, "请修正边界，或检查上级编码", facts, spot)


def _gap(
    parent: AreaEdition,
    grids: Sequence[AreaEdition],
    flat: Mapping[str, BaseGeometry],
    plane: Plane,
    tolerance: float,
) -> Problem | None:
    """Return what of a community no grid covers: every address in it must have a grid (S-005)."""
    bare = flat[parent.code].difference(shapely.union_all([flat[g.code] for g in grids]))
    if not _deep(bare, tolerance):
        return None
    facts = {"hectares": _hectares(bare), "spot": _somewhere(bare.buffer(-tolerance / 2), plane)}
    what = "有 %(hectares)s 公顷没有划入任何网格（如 %(spot)s）"
    return Problem(parent.code, what, "请把空白处划入相邻网格", facts, spot_of(Fault.GAP, bare, plane))


def survey(areas: Iterable[AreaEdition], *, tolerance: float = TOLERANCE_METRES) -> list[Problem]:
    """Return every problem of areas that are to stand together on one day, by code.

    Areas of one kind under one parent may not overlap; an area lies inside its parent; the grids of a
    community leave no gap. Areas above the grid may leave gaps: a pilot need not cover a whole county.
    """
    everything = sorted(areas, key=lambda area: area.code)
    problems = [p for area in everything if (p := _shape_problem(area))]
    broken = {problem.code for problem in problems}
    unsure = {area.parent_code for area in everything if area.code in broken}
    sound = [area for area in everything if area.code not in broken]
    shapes = [shapely.from_wkb(area.outline) for area in sound]
    plane = plane_of(shapes)
    flat = dict(zip((a.code for a in sound), plane.flatten(shapes), strict=True))
    by_code = {area.code: area for area in sound}
    kin: dict[tuple[str, str], list[AreaEdition]] = defaultdict(list)
    for area in sound:
        kin[area.kind, area.parent_code].append(area)
        parent = by_code.get(area.parent_code)
        if parent is None and area.parent_code and area.parent_code not in broken:
            what, how = "上级区域「%(parent)s」不存在", "请先登记上级区域，或改正上级编码"
            problems.append(Problem(area.code, what, how, {"parent": area.parent_code}))
        elif parent is not None and (stray := _strays(area, parent, flat, plane, tolerance)):
            problems.append(stray)
    for (kind, parent_code), siblings in kin.items():
        problems += _overlaps(siblings, flat, plane, tolerance)
        if kind == GRID and parent_code in by_code and parent_code not in unsure:
            gap = _gap(by_code[parent_code], siblings, flat, plane, tolerance)
            problems += [gap] if gap else []
    return sorted(problems, key=lambda problem: (problem.code, problem.what))
