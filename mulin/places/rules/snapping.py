"""Snapping: the borders that neighbours share become one line, corner by corner, and nothing moves far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mulin.kernel.errors import BadInput
from mulin.places.rules.ground import AreaEdition, Plane, plane_of
from mulin.places.rules.knitting import Spot, knitted
from mulin.places.rules.survey import TOLERANCE_METRES

_coverage_clean: Final[Any] = shapely.coverage_clean  # type: ignore[attr-defined]  # newer than its stubs

STILL_METRES: Final = 0.001  # what moves less did not move: a millimetre


@dataclass(frozen=True, slots=True)
class Moved:
    """What snapping did to one area: corners that moved or came, the longest way, what it gained."""

    code: str
    name: str
    corners: int
    most_metres: float
    square_metres: float


@dataclass(frozen=True, slots=True)
class Snapped:
    """Areas after snapping; ``left`` names those that would have had to move too far and stayed."""

    areas: tuple[AreaEdition, ...]
    moved: tuple[Moved, ...] = ()
    left: tuple[str, ...] = field(default=())


def snapped(
    areas: Sequence[AreaEdition],
    *,
    neighbours: Sequence[AreaEdition] = (),
    tolerance: float = TOLERANCE_METRES,
) -> Snapped:
    """Return areas with the borders they share made identical, kind by kind.

    Gaps and overlaps narrower than the tolerance close; wider ones are faults and stay for the survey to
    name. ``neighbours`` of the same kind that stand already take part: those that touch come back as well if
    they had to move. Where borders already agree nothing is touched.

    :raises BadInput: the tolerance is more than two metres, or no tolerance
    """
    if not 0 < tolerance <= TOLERANCE_METRES:
        raise BadInput("捕捉容差应大于 0、不超过 %(most)s 米", where="tolerance", most=TOLERANCE_METRES)
    given = {area.code for area in areas}
    everything = [*areas, *(area for area in neighbours if area.code not in given)]
    drawn = {area.code: shape for area in everything if (shape := _drawn(area)) is not None}
    plane = plane_of(list(drawn.values()))
    flat = dict(zip(drawn, plane.flatten(list(drawn.values())), strict=True))
    home = _homes(drawn.values(), flat.values())
    moved: list[Moved] = []
    left: list[str] = []
    outlines: dict[str, bytes] = {}
    for kind in sorted({area.kind for area in areas}):
        kin = {area.code: flat[area.code] for area in everything if area.kind == kind and area.code in flat}
        touching = _touching(kin, _uneven(kin, given, tolerance), tolerance)
        clean, stayed = _clean({code: kin[code] for code in touching}, tolerance)
        left += stayed
        for code, shape in clean.items():
            change = _change(code, kin[code], shape)
            moved += [change] if change.corners else []
            if change.corners or code in given or not shape.equals(kin[code]):
                outlines[code] = _in_degrees(shape, plane, home)
    by_code = {area.code: area for area in everything}
    named = [replace(each, name=by_code[each.code].name) for each in moved]
    changed = [
        replace(area, outline=outlines.get(area.code, area.outline))
        for area in everything
        if area.code in given or area.code in outlines
    ]
    return Snapped(tuple(changed), tuple(sorted(named, key=lambda each: each.code)), tuple(sorted(left)))


def _drawn(area: AreaEdition) -> BaseGeometry | None:
    """Return the outline; none where it is broken, which the survey will say."""
    try:
        shape = shapely.from_wkb(area.outline)
    except shapely.errors.GEOSException:
        return None
    return shape if shape.geom_type in ("Polygon", "MultiPolygon") and shape.is_valid else None


def _uneven(kin: Mapping[str, BaseGeometry], given: set[str], tolerance: float) -> set[str]:
    """Return the given codes, and those beside them, whose borders do not fit their neighbours'."""
    near = _touching(kin, given & kin.keys(), tolerance)
    if not near:
        return set()
    shapes = np.array([kin[code] for code in near], dtype=object)
    edges = shapely.coverage_invalid_edges(shapes, gap_width=tolerance)
    return {code for code, edge in zip(near, edges, strict=True) if not edge.is_empty}


def _touching(kin: Mapping[str, BaseGeometry], given: set[str], tolerance: float) -> list[str]:
    """Return the given codes and those that come within the tolerance of one of them."""
    codes = list(kin)
    shapes = [kin[code] for code in codes]
    mine = [shape for code, shape in kin.items() if code in given]
    hits = shapely.STRtree(shapes).query(mine, predicate="dwithin", distance=tolerance)[1] if mine else []
    near = {int(hit) for hit in hits}
    return [code for index, code in enumerate(codes) if code in given or index in near]


def _clean(kin: Mapping[str, BaseGeometry], tolerance: float) -> tuple[dict[str, BaseGeometry], list[str]]:
    """Return the coverage, and who was left out because it would have moved further than the tolerance."""
    if not kin:
        return {}, []
    rest = dict(kin)
    left = _crossing(kin, tolerance)
    for code in left:
        del rest[code]
    while len(rest) > 1:
        cleaned = _coverage_clean(
            knitted(np.array(list(rest.values()), dtype=object), tolerance),
            gap_width=tolerance,
            snapping_distance=STILL_METRES,
        )
        after = dict(zip(rest, cleaned, strict=True))
        far = [code for code, shape in after.items() if not _stays(rest[code], shape, tolerance)]
        if not far:
            return after, left
        left += far
        for code in far:
            del rest[code]
    return {}, left


def _crossing(kin: Mapping[str, BaseGeometry], tolerance: float) -> list[str]:
    """Return who overlaps another more deeply than the tolerance: no drawing error, so not for us to mend."""
    codes = list(kin)
    shapes = [kin[code] for code in codes]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    deep = set()
    for one, other in ((int(a), int(b)) for a, b in pairs if a < b):
        common = shapes[one].intersection(shapes[other])
        if common.area and not common.buffer(-tolerance / 2).is_empty:
            deep |= {codes[one], codes[other]}
    return sorted(deep)


def _stays(before: BaseGeometry, after: BaseGeometry, tolerance: float) -> bool:
    return after.is_valid and not after.is_empty and _shift(before, after).max(initial=0.0) <= tolerance


def _shift(before: BaseGeometry, after: BaseGeometry) -> NDArray[np.float64]:
    """Return how far the corners of each lie from the border of the other."""
    lines = shapely.boundary(before), shapely.boundary(after)
    shapely.prepare(np.array(lines, dtype=object))
    ways = [
        shapely.distance(lines[1], shapely.points(shapely.get_coordinates(before))),
        shapely.distance(lines[0], shapely.points(shapely.get_coordinates(after))),
    ]
    return np.concatenate(ways)


def _change(code: str, before: BaseGeometry, after: BaseGeometry) -> Moved:
    corners = shapely.get_coordinates(after)
    points: Any = shapely.points(shapely.get_coordinates(before))
    known = shapely.STRtree(points)
    still = known.query(shapely.points(corners), predicate="dwithin", distance=STILL_METRES)[0]
    moved = len(corners) - len(set(still.tolist()))
    gone = int(shapely.get_num_coordinates(before)) - len(corners)
    return Moved(
        code=code,
        name="",
        corners=moved or max(gone, 0),
        most_metres=round(float(_shift(before, after).max(initial=0.0)), 3),
        square_metres=round(after.area - before.area, 2),
    )


def _homes(drawn: Iterable[BaseGeometry], flat: Iterable[BaseGeometry]) -> dict[Spot, Spot]:
    """Return the degrees every corner came from: what did not move gets exactly those back."""
    degrees = shapely.get_coordinates(np.array(list(drawn), dtype=object)).tolist()
    metres = shapely.get_coordinates(np.array(list(flat), dtype=object)).tolist()
    return {(x, y): (lon, lat) for (x, y), (lon, lat) in zip(metres, degrees, strict=True)}


def _in_degrees(shape: BaseGeometry, plane: Plane, home: Mapping[Spot, Spot]) -> bytes:
    corners = shapely.get_coordinates(shape).tolist()
    degrees = shapely.get_coordinates(plane.unflatten([shape])[0]).tolist()
    exact = [home.get((x, y), (lon, lat)) for (x, y), (lon, lat) in zip(corners, degrees, strict=True)]
    return bytes(shapely.to_wkb(shapely.transform(shape, lambda _: np.array(exact))))
