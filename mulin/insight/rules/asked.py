"""What may be asked about: an outline of so many corners, a span of time with a beginning and an end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from mulin.cases.rules.cells import LEVEL, cell_of, cells_in, parted
from mulin.kernel.errors import BadInput
from mulin.places.rules.ground import require_position

CORNERS_MOST: Final = 2_000
DAYS_MOST: Final = 3_660  # ten years
_OUTLINES: Final = ("Polygon", "MultiPolygon")  # a tuple: what is asked may not be hashable


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment until another; the second does not belong to it."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.until <= self.since:
            raise BadInput("结束要晚于开始", where="until")
        if self.until - self.since > timedelta(days=DAYS_MOST):
            raise BadInput("一次最多看 %(days)d 天", where="until", days=DAYS_MOST)


def outline_of(geojson: object) -> BaseGeometry:
    """Return the polygon or polygons of a GeoJSON geometry or feature, longitude first, in degrees.

    :raises BadInput: it is no outline, crosses itself, has too many corners or lies off the Earth
    """
    geometry = geojson.get("geometry", geojson) if isinstance(geojson, Mapping) else None
    if not isinstance(geometry, Mapping) or geometry.get("type") not in _OUTLINES:
        raise BadInput("应为 GeoJSON 的 Polygon 或 MultiPolygon", where="polygon")
    parts = geometry.get("coordinates")
    rings = _rings([parts] if geometry["type"] == "Polygon" else parts)
    if sum(len(ring) for rings_of in rings for ring in rings_of) > CORNERS_MOST:
        raise BadInput("最多 %(most)d 个顶点，请简化后再问", where="polygon", most=CORNERS_MOST)
    for rings_of in rings:
        for ring in rings_of:
            for lon, lat in ring:
                require_position(lon, lat)
    shape = shapely.multipolygons([shapely.Polygon(own[0], own[1:]) for own in rings])
    if shape.is_empty or not shape.area or not shape.is_valid:
        raise BadInput("多边形自己相交或没有面积，请重画", where="polygon")
    return shape


def _rings(parts: object) -> list[list[list[tuple[float, float]]]]:
    """Return outlines as lists of rings, the outer one first; what is no number is refused."""
    try:
        found = [
            [[(float(corner[0]), float(corner[1])) for corner in ring] for ring in rings_of]
            for rings_of in parts  # type: ignore[attr-defined]
        ]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise BadInput("坐标应为数字：经度在前，纬度在后", where="polygon") from None
    if not found or any(not rings_of for rings_of in found):
        raise BadInput("多边形没有边界", where="polygon")
    if any(len(ring) < 4 or ring[0] != ring[-1] for rings_of in found for ring in rings_of):
        raise BadInput("每一圈至少 4 个点，首尾相同", where="polygon")
    return found


def cells_over(bounds: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    """Return ranges of map cells that together hold a box: at most four tiles, the finest that do."""
    west, south, east, north = bounds
    left, top = parted(cell_of(west, north))
    right, bottom = parted(cell_of(east, south))
    zoom = LEVEL
    while zoom and (right - left > 1 or bottom - top > 1):
        zoom -= 1
        left, top, right, bottom = left >> 1, top >> 1, right >> 1, bottom >> 1
    return [cells_in(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def as_polygons(shape: BaseGeometry) -> list[tuple[str, list[str]]]:
    """Return every part of an outline as PostgreSQL's ``polygon``: its border, and its holes."""
    return [
        (_text(part.exterior.coords), [_text(hole.coords) for hole in part.interiors])
        for part in getattr(shape, "geoms", [shape])
    ]


def _text(corners: Sequence[Sequence[float]]) -> str:
    return "(" + ",".join(f"({lon!r},{lat!r})" for lon, lat in list(corners)[:-1]) + ")"
