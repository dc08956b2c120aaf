"""Cells of the map: a place in web Mercator at zoom 24 as one number, both halves interleaved.

Every tile of every coarser zoom is one range of them. The database computes the same number (``cases_cell``).
"""

import math
from dataclasses import dataclass, replace
from typing import Final

LEVEL: Final = 24
# A cluster is an eighth of a tile wide; its middle is known to an eighth of that.
CLUSTER: Final = 3
FINE: Final = 6


def cell_of(lon: float, lat: float) -> int:
    """Return the cell of a place."""
    size = 2**LEVEL
    sine = math.sin(math.radians(min(max(lat, -85.05), 85.05)))
    x = math.floor((lon / 360 + 0.5) * size)
    y = math.floor((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size)
    return joined(min(max(x, 0), size - 1), min(max(y, 0), size - 1))


def joined(x: int, y: int) -> int:
    """Return column and row interleaved."""
    cell = 0
    for bit in range(LEVEL):
        cell |= (x >> bit & 1) << (2 * bit) | (y >> bit & 1) << (2 * bit + 1)
    return cell


def parted(cell: int) -> tuple[int, int]:
    """Return column and row of a cell."""
    x = y = 0
    for bit in range(LEVEL):
        x |= (cell >> (2 * bit) & 1) << bit
        y |= (cell >> (2 * bit + 1) & 1) << bit
    return x, y


def cells_in(z: int, x: int, y: int) -> tuple[int, int]:
    """Return the first cell of a tile and the first after it; nothing is finer than a cell."""
    shift = 2 * max(LEVEL - z, 0)
    first = joined(x, y) << shift
    return first, first + (1 << shift)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Cases that lie close at a zoom: how many, where in the tile (0 to 1) their middle is, which cells."""

    count: int
    x: float
    y: float
    first: int
    after: int


def clusters(z: int, x: int, y: int, fine: list[tuple[int, int]]) -> list[Cluster]:
    """Return the clusters of a tile from the counts of its cells of ``fine_level``."""
    level, coarse = fine_level(z), min(z + CLUSTER, LEVEL)
    held: dict[int, list[tuple[int, int]]] = {}
    for cell, count in fine:
        held.setdefault(cell >> 2 * (level - coarse), []).append((cell, count))
    found = []
    for key, members in sorted(held.items()):
        total = sum(count for _, count in members)
        east = south = 0.0
        for cell, count in members:
            column, row = parted(cell)
            east += (column + 0.5) * count
            south += (row + 0.5) * count
        share = 2.0 ** (z - level) / total
        shift = 2 * (LEVEL - coarse)
        found.append(Cluster(total, east * share - x, south * share - y, key << shift, (key + 1) << shift))
    return found


def placed(cluster: Cluster, cell: int, tile: tuple[int, int, int]) -> Cluster:
    """Return a cluster of one case exactly where that case is."""
    (column, row), (z, x, y) = parted(cell), tile
    scale = 2.0 ** (z - LEVEL)
    return replace(cluster, x=(column + 0.5) * scale - x, y=(row + 0.5) * scale - y)


def fine_level(z: int) -> int:
    """Return the zoom of the cells that are counted for a tile of zoom ``z``."""
    return min(z + FINE, LEVEL)
