"""Cutting an outline in two along a line somebody drew across it."""

from collections.abc import Sequence
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from mulin.kernel.errors import BadInput
from mulin.places.rules.ground import METRES_PER_DEGREE

BEYOND_METRES: Final = 30.0  # a line that ends just short of the border is meant to reach it
SLIVER: Final = 0.001  # of the outline: a smaller piece is a slip of the hand
POINTS_MAX: Final = 500


def points_of(text: str) -> list[tuple[float, float]]:
    """Return the points of "118.01,34.02 118.03,34.04": longitude, latitude, at least two.

    :raises BadInput: it is something else
    """
    pairs = [each.split(",") for each in text.replace("；", " ").replace(";", " ").split()]
    try:
        points = [(float(lon), float(lat)) for lon, lat in pairs]
    except ValueError:
        raise BadInput("切分线应是“经度,纬度 经度,纬度 …”", where="cut") from None
    if not 2 <= len(points) <= POINTS_MAX or not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points):
        raise BadInput("切分线要有 2 到 %(most)s 个点，经度在前", where="cut", most=POINTS_MAX)
    return points


def cut_in_two(
    outline: BaseGeometry, points: Sequence[tuple[float, float]]
) -> tuple[BaseGeometry, BaseGeometry]:
    """Return the two pieces of an outline, the larger first; together they are the whole, border and all.

    :raises BadInput: the line does not cut it in exactly two
    """
    line = shapely.LineString([_beyond(points[1], points[0]), *points[1:-1], _beyond(points[-2], points[-1])])
    if not line.is_simple:
        raise BadInput("切分线不能自己交叉", where="cut")
    pieces = [piece for each in shapely.get_parts(outline) for piece in split(each, line).geoms]
    large = sorted((p for p in pieces if p.area > outline.area * SLIVER), key=lambda p: -p.area)
    if len(large) != len(shapely.get_parts(outline)) + 1:
        raise BadInput("切分线要从一边穿到另一边，正好切成两块", where="cut")
    return shapely.union_all(large[:1] + large[2:]), large[1]


def _beyond(before: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return the end of a line a little further on."""
    (x, y), (to_x, to_y) = before, end
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    more = 1 + BEYOND_METRES / METRES_PER_DEGREE / length if length else 1
    return x + (to_x - x) * more, y + (to_y - y) * more
