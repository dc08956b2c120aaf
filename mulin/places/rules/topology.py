"""The topology report: every fault of the ground with its place and size, and borders not on one line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mulin.places.rules.ground import METRES_PER_DEGREE, AreaEdition, Plane, plane_of
from mulin.places.rules.survey import TOLERANCE_METRES, Fault, Problem, Spot, survey

# Stretches shorter than this are where a border ends, not where it runs.
SHORT_METRES: Final = 0.5


def report(areas: Iterable[AreaEdition], *, tolerance: float = TOLERANCE_METRES) -> list[Problem]:
    """Return all the survey finds, and the borders that run within the tolerance but not on one line."""
    everything = sorted(areas, key=lambda area: area.code)
    problems = survey(everything, tolerance=tolerance)
    broken = {p.code for p in problems if p.spot is None}
    sound = [area for area in everything if area.code not in broken]
    shapes = [shapely.from_wkb(area.outline) for area in sound]
    plane = plane_of(shapes)
    flat = dict(zip((area.code for area in sound), plane.flatten(shapes), strict=True))
    kin: dict[str, list[AreaEdition]] = defaultdict(list)
    for area in sound:
        kin[area.kind].append(area)
    deep = {frozenset((p.code, p.spot.other)) for p in problems if p.spot and p.spot.fault is Fault.OVERLAP}
    for peers in kin.values():
        problems += _uneven(peers, flat, plane, tolerance, deep)
    return sorted(problems, key=lambda problem: (problem.code, problem.what))


def _uneven(
    peers: Sequence[AreaEdition],
    flat: Mapping[str, BaseGeometry],
    plane: Plane,
    tolerance: float,
    deep: set[frozenset[str]],
) -> list[Problem]:
    """Return each pair of neighbours whose border is not one line: small enough to pass, and to mend."""
    shapes = [flat[area.code] for area in peers]
    loose = shapely.coverage_invalid_edges(np.array(shapes, dtype=object), gap_width=tolerance)
    tree = shapely.STRtree(shapes)
    problems = []
    for index, edges in enumerate(loose):
        if edges.is_empty:
            continue
        for near in sorted(tree.query(edges, predicate="dwithin", distance=tolerance).tolist()):
            pair = frozenset((peers[index].code, peers[near].code))
            if near <= index or pair in deep:
                continue
            beside = edges.intersection(shapes[near].buffer(tolerance))
            if beside.length < SHORT_METRES:
                continue
            problems.append(_uneven_problem(peers[near], peers[index], beside, shapes[near], plane))
    return problems


def _uneven_problem(
    area: AreaEdition, other: AreaEdition, beside: BaseGeometry, shape: BaseGeometry, plane: Plane
) -> Problem:
    corners = shapely.get_coordinates(beside)
    away: Any = shapely.distance(shapely.boundary(shape), shapely.points(corners))
    widest = int(np.argmax(away))
    x, y = corners[widest]
    spot = Spot(
        Fault.UNEVEN,
        round(float(x) / plane.east_scale, 6),
        round(float(y) / METRES_PER_DEGREE, 6),
        0.0,
        round(float(away[widest]), 3),
        other.code,
    )
    facts: dict[str, str | int] = {
        "other": other.name,
        "metres": round(beside.length),
        "width": f"{spot.width_m:.2f}",
    }
    what = "与「%(other)s」的 %(metres)s 米边界没有重合，最多差 %(width)s 米"
    return Problem(area.code, what, "不影响使用；导入时选“捕捉边界”可以对齐", facts, spot)
