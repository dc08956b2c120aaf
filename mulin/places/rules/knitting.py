"""Knitting: corners of neighbours that lie close become one, and each border takes in the corners on it."""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mulin.places.rules.coordinates import Pairs

Shapes: TypeAlias = NDArray[np.object_]
Spot: TypeAlias = tuple[float, float]

_HALF: Final = 0.5  # corners may move by half of the tolerance, borders bend by the other half


def knitted(shapes: Shapes, tolerance: float) -> Shapes:
    """Return polygons whose close corners are the same; where borders already agree nothing is touched."""
    loose = _loose(shapes, tolerance)
    if len(loose) == 0:
        return shapes
    reach = tolerance * _HALF
    move = _gathered(loose, reach)
    moved: Shapes = shapely.transform(shapes, lambda pairs: _apply(pairs, move))
    posts = np.array(sorted(set(move.values())))
    spots: Any = shapely.points(posts)
    tree = shapely.STRtree(spots)
    built = [_with_posts(shape, posts, tree, reach) for shape in moved]
    return np.array(
        [new if new.is_valid and not new.is_empty else old for new, old in zip(built, shapes, strict=True)],
        dtype=object,
    )


def _loose(shapes: Shapes, tolerance: float) -> Pairs:
    """Return the corners of all stretches of border that do not fit the neighbour's."""
    edges = shapely.coverage_invalid_edges(shapes, gap_width=tolerance)
    return np.unique(shapely.get_coordinates(edges), axis=0)


def _gathered(corners: Pairs, reach: float) -> dict[Spot, Spot]:
    """Return for each corner the one that stands for all within reach; the best connected ones stand."""
    points: Any = shapely.points(corners)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    near: list[list[int]] = [[] for _ in corners]
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        near[a].append(b)
    stands: dict[int, int] = {}
    for index in sorted(range(len(corners)), key=lambda i: (-len(near[i]), corners[i][0], corners[i][1])):
        if index not in stands:
            stands |= {each: index for each in near[index] if each not in stands}
    return {_spot(corners[a]): _spot(corners[b]) for a, b in stands.items()}


def _spot(pair: Pairs) -> Spot:
    return (float(pair[0]), float(pair[1]))


def _apply(pairs: Pairs, move: dict[Spot, Spot]) -> Pairs:
    return np.array([move.get(_spot(pair), _spot(pair)) for pair in pairs]).reshape(-1, 2)


def _with_posts(shape: BaseGeometry, posts: Pairs, tree: shapely.STRtree, reach: float) -> BaseGeometry:
    """Return a polygon whose borders run through every post within reach of them."""
    parts = [_polygon(part, posts, tree, reach) for part in shapely.get_parts(shape)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _polygon(part: shapely.Polygon, posts: Pairs, tree: shapely.STRtree, reach: float) -> shapely.Polygon:
    rings = [list(_ring(ring, posts, tree, reach)) for ring in (part.exterior, *part.interiors)]
    rings = [ring for ring in rings if len(set(ring)) >= 3]
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


def _ring(ring: shapely.LinearRing, posts: Pairs, tree: shapely.STRtree, reach: float) -> Iterator[Spot]:
    corners = shapely.get_coordinates(ring)
    begins, ends = corners[:-1], corners[1:]
    edges = shapely.linestrings(np.stack([begins, ends], axis=1))
    which, post = tree.query(edges, predicate="dwithin", distance=reach)
    found: dict[int, list[int]] = {}
    for edge, index in zip(which.tolist(), post.tolist(), strict=True):
        found.setdefault(edge, []).append(index)
    last: Spot | None = None
    for edge, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        way = end - begin
        length = float(way @ way)
        if length == 0:
            continue
        along = sorted((float((posts[i] - begin) @ way) / length, i) for i in found.get(edge, ()))
        on_it = [_spot(posts[i]) for share, i in along if 0 < share < 1]
        for spot in (_spot(begin), *(s for s in on_it if s not in (_spot(begin), _spot(end)))):
            if spot != last:
                yield spot
            last = spot
