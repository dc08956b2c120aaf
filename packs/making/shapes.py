"""Synthetic outlines that look grown: cells of cells, bent together, so that neighbours share their edges."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

METRES = 111_320.0
DIGITS = "零一二三四五六七八九"


class Ground:
    """A flat map in metres around a centre, and the dice of everything drawn on it."""

    def __init__(self, centre: tuple[float, float], seed: int) -> None:
        self.centre = centre
        self.east = METRES * math.cos(math.radians(centre[1]))
        self.rng = random.Random(seed)  # noqa: S311 reproducible shapes, no secrets

    def degrees(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape in degrees, rounded to a tenth of a metre."""
        (lon, lat), east = self.centre, self.east
        return shapely.transform(
            shape, lambda p: np.column_stack([lon + p[:, 0] / east, lat + p[:, 1] / METRES]).round(6)
        )

    def metres(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape in degrees as one in metres."""
        away = np.array(self.centre)
        return shapely.transform(shape, lambda p: (p - away) * np.array([self.east, METRES]))

    def snapped(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape whose corners are those it will have in degrees, so that neighbours meet exactly."""
        return self.metres(self.degrees(shape))

    def lonlat(self, x: float, y: float) -> tuple[str, str]:
        """Return a position as tables write it."""
        return f"{self.centre[0] + x / self.east:.6f}", f"{self.centre[1] + y / METRES:.6f}"


@dataclass
class Grid:
    code: str
    name: str
    shape: shapely.Polygon


@dataclass
class Community:
    code: str
    official: str
    short: str
    street: str
    grids: list[Grid] = field(default_factory=list)

    @property
    def shape(self) -> shapely.Polygon:
        return shapely.union_all([grid.shape for grid in self.grids])


def wander(pairs: np.ndarray) -> np.ndarray:
    """Bend straight lines as streets and brooks do: a smooth field, so neighbours still share their edges."""
    x, y = pairs[:, 0], pairs[:, 1]
    east = 55 * np.sin(y / 310 + 1.3) + 22 * np.sin(x / 140 + y / 170 + 0.4) + 9 * np.sin(y / 47 + x / 61)
    north = 50 * np.sin(x / 280 + 0.7) + 24 * np.sin(y / 150 - x / 190 + 2.1) + 8 * np.sin(x / 43 - y / 67)
    return np.column_stack([x + east, y + north])


def spread(ground: Ground, area: shapely.Polygon, count: int, rounds: int = 25) -> list[shapely.Polygon]:
    """Return ``count`` cells of about equal size that tile ``area``."""
    rng = ground.rng
    west, south, east, north = area.bounds
    seeds: list[shapely.Point] = []
    while len(seeds) < count:
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if area.contains(point):
            seeds.append(point)
    cells: list[shapely.Polygon] = []
    for _ in range(rounds):
        faces = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=area.buffer(2_000)).geoms
        cells = [face.intersection(area) for face in faces]
        seeds = [
            shapely.Point(c.centroid.x + rng.uniform(-25, 25), c.centroid.y + rng.uniform(-25, 25))
            for c in cells
        ]
    return [max(shapely.get_parts(cell), key=lambda part: part.area) for cell in cells]


def town() -> shapely.Polygon:
    """Return the built-up area: an uneven oval of some eleven square kilometres."""
    angles = np.linspace(0, 2 * math.pi, 90, endpoint=False)
    radius = 1_880 * (
        1 + 0.10 * np.sin(2 * angles + 0.5) + 0.06 * np.sin(3 * angles + 2) + 0.03 * np.sin(5 * angles)
    )
    return shapely.Polygon(np.column_stack([1.12 * radius * np.cos(angles), 0.92 * radius * np.sin(angles)]))


def draw(ground: Ground, communities: list[Community], counts: Sequence[int]) -> None:
    """Give every community its grids: cells of cells, all lines noded, bent together and closed again."""
    cells = sorted(spread(ground, town(), len(communities)), key=lambda cell: cell.centroid.x)
    for community, cell, count in zip(communities, cells, counts, strict=True):
        for number, part in enumerate(spread(ground, cell, count)):
            community.grids.append(Grid(f"{community.code}{number:03d}", "", part))
    lines = shapely.union_all([grid.shape.boundary for c in communities for grid in c.grids])
    faces = list(shapely.polygonize([shapely.set_precision(lines, 0.01)]).geoms)
    for community in communities:
        for grid in community.grids:
            inner = grid.shape.representative_point()
            face = next(face for face in faces if face.contains(inner))
            grid.shape = ground.snapped(shapely.transform(shapely.segmentize(face, 22), wander))


def number_grids(community: Community) -> None:
    """Number the grids from west to east and north to south, as the standard wants."""
    middle = community.shape.centroid.y
    community.grids.sort(key=lambda g: (g.shape.centroid.y < middle, g.shape.centroid.x))
    for number, grid in enumerate(community.grids, 1):
        grid.code = f"{community.code}{number:03d}"
        grid.name = f"{community.short}第{numeral(number)}网格"


def numeral(number: int) -> str:
    """Return a number below 100 as Chinese writes it."""
    tens, ones = divmod(number, 10)
    return f"{DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{DIGITS[ones] if ones else ''}"
