"""Comparing two drawings of the same outlines: how far apart they run, and whether one is shifted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mulin.kernel.errors import BadInput
from mulin.places.rules.coordinates import Pairs
from mulin.places.rules.ground import plane_of

_ROUNDS: Final = 60
_STILL: Final = 0.01  # metres


@dataclass(frozen=True, slots=True)
class Apart:
    """How far the corners of one drawing lie from the lines of the other, in metres.

    ``shift`` is the move east and north that lays the first best on the second; what is ``left`` then is no
    matter of coordinate systems but of two people who drew differently.
    """

    corners: int
    median: float
    p95: float
    most: float
    shift: tuple[float, float]
    left: float  # the median after it


def compared(one: Mapping[str, BaseGeometry], other: Mapping[str, BaseGeometry]) -> Apart:
    """Return how far apart two drawings in WGS-84 degrees run, over the outlines both have.

    :raises BadInput: they have none in common
    """
    both = sorted(one.keys() & other.keys())
    if not both:
        raise BadInput("两个文件没有相同的编码", where="code")
    plane = plane_of([one[code] for code in both])
    flat = plane.flatten([one[code] for code in both])
    lines = plane.flatten([shapely.boundary(other[code]) for code in both])
    corners, owners = shapely.get_coordinates(np.array(flat, dtype=object), return_index=True)
    against = np.array(lines, dtype=object)[owners]
    ways = _ways(corners, against)
    distances = np.hypot(ways[:, 0], ways[:, 1])
    shift = np.zeros(2)
    for _ in range(_ROUNDS):
        step = np.median(_ways(corners + shift, against), axis=0)
        shift = shift + step
        if float(np.abs(step).max()) < _STILL:
            break
    left = _ways(corners + shift, against)
    return Apart(
        corners=len(corners),
        median=float(np.median(distances)),
        p95=float(np.percentile(distances, 95)),
        most=float(distances.max()),
        shift=(float(shift[0]), float(shift[1])),
        left=float(np.median(np.hypot(left[:, 0], left[:, 1]))),
    )


def _ways(corners: Pairs, against: NDArray[np.object_]) -> Pairs:
    """Return the way from each corner to the nearest spot of its line."""
    ends = shapely.get_coordinates(shapely.shortest_line(shapely.points(corners), against))
    return np.asarray(ends[1::2] - corners, dtype=np.float64)
