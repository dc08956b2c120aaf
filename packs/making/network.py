"""A county tiled without a gap: towns around an urban middle, the middle cut into communities and grids.

Every line is drawn once and noded, bent in one piece, rounded once: so neighbours share their corners.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely

from packs.making.offices import District
from packs.making.shapes import Community, Grid, Ground, number_grids, spread

GRID_METRES = 390  # side of a square as large as a grid
STEP_URBAN, STEP_RURAL = 45, 240
CALM = 900  # metres from the county's line within which nothing bends, and from the urban middle


def middle(county: shapely.Polygon, grids: int) -> shapely.Polygon:
    """Return an uneven oval for so many grids around the centre, clear of the county's line."""
    angles = np.linspace(0, 2 * math.pi, 120, endpoint=False)
    radius = math.sqrt(grids / math.pi) * GRID_METRES
    radius *= 1 + 0.09 * np.sin(2 * angles + 0.5) + 0.05 * np.sin(3 * angles + 2) + 0.03 * np.sin(5 * angles)
    oval = shapely.Polygon(np.column_stack([1.08 * radius * np.cos(angles), 0.95 * radius * np.sin(angles)]))
    return max(shapely.get_parts(oval.intersection(county.buffer(-CALM))), key=lambda part: part.area)


def divide(cells: list[shapely.Polygon], counts: Sequence[int]) -> list[list[shapely.Polygon]]:
    """Return the cells in compact groups of so many: halved along the longer side again and again."""
    if len(counts) == 1:
        return [cells]
    whole = shapely.MultiPoint([cell.centroid for cell in cells]).bounds
    upright = whole[3] - whole[1] > whole[2] - whole[0]
    cells = sorted(cells, key=lambda cell: cell.centroid.y if upright else cell.centroid.x)
    half = min(range(1, len(counts)), key=lambda n: abs(2 * sum(counts[:n]) - sum(counts)))
    cut = sum(counts[:half])
    return divide(cells[:cut], counts[:half]) + divide(cells[cut:], counts[half:])


def tile(
    ground: Ground, outline: shapely.Polygon, district: District, counts: Sequence[int]
) -> dict[str, shapely.Geometry]:
    """Give the communities their grids and return the shape of every street and town, in metres."""
    county = ground.metres(outline)
    urban = middle(county, sum(counts))
    by_street: dict[str, list[tuple[Community, int]]] = defaultdict(list)
    for community, count in zip(district.communities, counts, strict=True):
        by_street[community.street].append((community, count))
    cells = spread(ground, urban, len(counts))
    pieces: list[tuple[Grid | str, shapely.Polygon]] = []
    groups = divide(cells, [len(by_street[street]) for street in district.urban])
    for street, group in zip(district.urban, groups, strict=True):
        for (community, count), cell in zip(by_street[street], group, strict=True):
            for part in spread(ground, cell, count):
                community.grids.append(Grid("", "", part))
                pieces.append((community.grids[-1], part))
    towns = sorted(district.streets.keys() - by_street.keys())
    rest = county.difference(urban)
    if towns:
        pieces += zip(towns, spread(ground, rest, len(towns)), strict=True)
    shapes = fill(county, urban, pieces)
    bend = bending(county, urban)
    streets: dict[str, shapely.Geometry] = {}
    for (owner, _), shape in zip(pieces, shapes, strict=True):
        final = ground.snapped(shapely.transform(shape, bend))
        if isinstance(owner, Grid):
            owner.shape = final
        else:
            streets[owner] = final
    for community in district.communities:
        number_grids(community)
    for street, members in by_street.items():
        streets[street] = shapely.union_all([community.shape for community, _ in members])
    return streets


def fill(
    county: shapely.Polygon, urban: shapely.Polygon, pieces: Sequence[tuple[object, shapely.Polygon]]
) -> list[shapely.Geometry]:
    """Return the pieces as unions of the faces between all lines; a face of nobody joins its neighbour."""
    rough = [piece for _, piece in pieces]
    drawn = [county.boundary, urban.boundary, *(piece.boundary for piece in rough)]
    lines = shapely.union_all(drawn, grid_size=0.01)
    near, border = urban.buffer(1), county.boundary
    fine = []
    for line in shapely.get_parts(lines):
        on_border = border.distance(line.interpolate(0.5, normalized=True)) < 1
        step = STEP_URBAN if near.contains(line) else STEP_RURAL
        fine.append(line if on_border else shapely.segmentize(line, step))
    faces = [face for face in shapely.polygonize(fine).geoms if county.contains(face.representative_point())]
    tree = shapely.STRtree(rough)
    owned: dict[int, list[shapely.Polygon]] = defaultdict(list)
    stray = []
    for face in faces:
        inside = tree.query(face.representative_point(), predicate="within")
        if len(inside):
            owned[int(inside[0])].append(face)
        else:
            stray.append(face)
    shapes = [shapely.union_all(owned[number]) for number in range(len(rough))]
    for face in sorted(stray, key=lambda each: -each.area):
        shared = [(face.intersection(shape).length, number) for number, shape in enumerate(shapes)]
        number = max(shared)[1]
        shapes[number] = shapely.union_all([shapes[number], face])
    return shapes


def bending(county: shapely.Polygon, urban: shapely.Polygon):
    """Return a smooth field that bends lines as streets and brooks do, and leaves the county's line alone."""
    border = county.boundary

    def bend(pairs: np.ndarray) -> np.ndarray:
        x, y = pairs[:, 0], pairs[:, 1]
        points = shapely.points(pairs)
        still = np.clip(shapely.distance(border, points) / (2 * CALM), 0, 1)
        town = np.clip(1 - shapely.distance(urban, points) / CALM, 0, 1) * still
        east = 130 * np.sin(y / 1_500 + 0.7) + 55 * np.sin(x / 900 + y / 1_100)
        north = 120 * np.sin(x / 1_400 + 2.3) + 60 * np.sin(y / 950 - x / 1_050)
        short_east = 45 * np.sin(y / 310 + 1.3) + 20 * np.sin(x / 150 + y / 180 + 0.4)
        short_north = 42 * np.sin(x / 290 + 0.7) + 21 * np.sin(y / 160 - x / 200 + 2.1)
        return np.column_stack([x + still * east + town * short_east, y + still * north + town * short_north])

    return bend
