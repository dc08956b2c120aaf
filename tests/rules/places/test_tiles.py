"""Vector tiles: every spot is drawn in its tile, neighbours keep one border, each name stands once."""

import math
import random
from datetime import date
from itertools import pairwise

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import Ground
from mulin.places.rules.tiles import (
    EXTENT,
    FEW,
    ZOOM_MOST,
    Spot,
    Tiles,
    shown_from,
    tints,
    to_degrees,
    to_world,
)
from tests.make import places as make

DAY = date(2026, 3, 2)


def wavy(rows: int = 4, columns: int = 5, *, size: float = 2_000) -> list:
    """Return a community of grids with crooked borders that neighbours share point for point."""
    dice = random.Random(3)
    knots: dict[tuple[tuple[int, int], tuple[int, int]], list[tuple[float, float]]] = {}

    def edge(one: tuple[int, int], other: tuple[int, int]) -> list[tuple[float, float]]:
        if (other, one) in knots:
            return knots[other, one][::-1]
        (x, y), (u, v) = one, other
        bend = 0.04 if 0 < y < rows or 0 < x < columns else 0.0
        steps = [
            (
                (x + (u - x) * t / 9 + dice.uniform(-bend, bend) * (0 < t < 9)) * size,
                (y + (v - y) * t / 9 + dice.uniform(-bend, bend) * (0 < t < 9)) * size,
            )
            for t in range(10)
        ]
        return knots.setdefault((one, other), steps)

    areas = []
    for y in range(rows):
        for x in range(columns):
            corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
            ring = [p for a, b in pairwise(corners) for p in edge(a, b)[:-1]]
            outline = shapely.Polygon([(make.lon(east), make.lat(north)) for east, north in ring])
            areas.append(make.area(f"G{y}{x}", bytes(outline.wkb), parent="C1"))
    whole = shapely.union_all([shapely.from_wkb(area.outline) for area in areas])
    return [make.area("C1", bytes(whole.wkb), "community"), *areas]


def tiles_of(ground: Ground) -> Tiles:
    return Tiles(ground, Atlas(ground, on=DAY).areas.shape_of)


AREAS = wavy()
TILES = tiles_of(Ground(tuple(AREAS)))
SHAPES = {area.code: shapely.from_wkb(area.outline) for area in AREAS}


def spot_at(lon: float, lat: float, zoom: int) -> tuple[Spot, np.ndarray]:
    """Return the tile a place falls into, and where in it."""
    at = to_world(np.array([[lon, lat]]))[0] * 2**zoom
    corner = np.floor(at).astype(int)
    return Spot(zoom, int(corner[0]), int(corner[1])), (at - corner) * EXTENT


def decoded(tile: bytes) -> dict:
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}) if tile else {}


def drawn(tile: bytes, layer: str = "areas", kind: str = "grid") -> dict:
    """Return the shapes of a kind by code."""
    features = decoded(tile).get(layer, {"features": []})["features"]
    return {
        f["properties"]["code"]: shapely.geometry.shape(f["geometry"])
        for f in features
        if f["properties"].get("kind", kind) == kind
    }


@given(east=st.floats(0, 9_999), north=st.floats(0, 7_999), zoom=st.integers(10, ZOOM_MOST))
@settings(max_examples=120, deadline=None)
def test_a_spot_of_a_grid_is_drawn_in_its_tile_as_that_grid(east: float, north: float, zoom: int) -> None:
    lon, lat = make.lon(east), make.lat(north)
    holding = [c for c, shape in SHAPES.items() if c != "C1" and shapely.contains_xy(shape, lon, lat)]
    spot, at = spot_at(lon, lat, zoom)
    grids = drawn(TILES.cut(spot))
    point, slack = shapely.Point(at), EXTENT / 512 * 4  # four pixels: what making simpler may move
    near = [code for code, shape in grids.items() if shape.distance(point) <= slack]
    for code in holding:
        assert code in near
    inside = [
        code
        for code, shape in grids.items()
        if shape.contains(point) and shape.boundary.distance(point) > slack
    ]
    assert inside in ([], holding), "nobody else's ground is drawn there"


@pytest.mark.parametrize("zoom", [10, 12, 14, 16, 18])
def test_simplified_neighbours_keep_one_border(zoom: int) -> None:
    shapes = TILES.simple("grid", zoom)
    assert shapely.coverage_is_valid(shapes)
    if zoom < 13:
        assert (
            shapely.get_num_coordinates(shapes).sum()
            < shapely.get_num_coordinates(TILES.simple("grid", 18)).sum()
        )


@pytest.mark.parametrize("zoom", [11, 13, 15])
def test_borders_meet_also_where_a_tile_ends(zoom: int) -> None:
    """What two tiles draw beside their common edge is the same line, to the rounding of a tile."""
    spot, _ = spot_at(make.lon(4_000), make.lat(4_000), zoom)
    one, other = (drawn(TILES.cut(s)) for s in (spot, Spot(zoom, spot.x + 1, spot.y)))
    strip = shapely.box(EXTENT - 32, 0, EXTENT + 32, EXTENT)
    for code in set(one) & set(other):
        moved = shapely.transform(other[code], lambda pairs: pairs + np.array([EXTENT, 0]))
        difference = one[code].buffer(0).intersection(strip) ^ moved.buffer(0).intersection(strip)
        assert difference.area < 2 * EXTENT


def test_every_name_stands_in_exactly_one_tile_of_a_zoom() -> None:
    for zoom in (12, 14):
        counted: dict[str, int] = {}
        (low, _), (high, _) = (
            spot_at(make.lon(-100), make.lat(8_100), zoom),
            spot_at(make.lon(10_100), make.lat(-100), zoom),
        )
        for x in range(low.x, high.x + 1):
            for y in range(low.y, high.y + 1):
                for code, point in drawn(TILES.cut(Spot(zoom, x, y)), "labels").items():
                    counted[code] = counted.get(code, 0) + 1
                    assert 0 <= point.x < EXTENT
                    assert 0 <= point.y < EXTENT
        assert counted == {code: 1 for code in SHAPES if code != "C1"}


def test_what_is_told_of_an_area() -> None:
    spot, _ = spot_at(make.lon(3_000), make.lat(3_000), 13)
    told = [f["properties"] for f in decoded(TILES.cut(spot))["areas"]["features"]]
    assert {"code", "name", "kind", "parent", "unit", "tint", "synthetic"} == set(told[0])
    grid = next(each for each in told if each["code"] == "G11")
    assert (grid["name"], grid["parent"], grid["unit"], grid["synthetic"]) == ("G11网格", "C1", "G11", False)


def test_kinds_come_with_the_zoom_and_earlier_where_they_are_few() -> None:
    assert [shown_from(kind, FEW + 1) for kind in ("county", "street", "community", "grid")] == [0, 0, 11, 12]
    assert [shown_from(kind, FEW) for kind in ("county", "street", "community", "grid")] == [0, 0, 9, 10]
    spot, _ = spot_at(make.lon(3_000), make.lat(3_000), 9)
    assert set(drawn(TILES.cut(spot))) == set()
    assert set(drawn(TILES.cut(spot), kind="community")) == {"C1"}


def test_compounds_and_houses_come_last() -> None:
    yard = make.compound("Y1", "东苑小区", "C1G1", outline=make.box(10, 10, 60, 60))
    house = make.building("B1", "Y1", "C1G1", (30, 30))
    tiles = tiles_of(Ground(tuple(make.community()), (yard,), (house,)))
    layers = {zoom: decoded(tiles.cut(spot_at(make.lon(30), make.lat(30), zoom)[0])) for zoom in (13, 14, 15)}
    assert [set(layers[zoom]) for zoom in (13, 14, 15)] == [
        {"areas", "labels"},
        {"areas", "compounds", "labels"},
        {"areas", "buildings", "compounds", "labels"},
    ]
    assert layers[15]["buildings"]["features"][0]["properties"] == {
        "code": "B1",
        "name": "1号楼",
        "compound": "Y1",
    }
    assert "东苑小区" in {f["properties"]["name"] for f in layers[14]["labels"]["features"]}


def test_where_nothing_lies_there_is_no_tile_and_an_empty_city_has_none() -> None:
    assert TILES.cut(Spot(12, 0, 0)) == b""
    assert tiles_of(Ground()).cut(Spot(12, 3_000, 1_600)) == b""


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (ZOOM_MOST + 1, 0, 0)]
)
def test_there_is_no_such_tile(z: int, x: int, y: int) -> None:
    assert not Spot(z, x, y).exists


def test_neighbours_mostly_differ_in_tint() -> None:
    shapes = [SHAPES[area.code] for area in AREAS if area.kind == "grid"]
    chosen = tints(shapes)
    ones, others = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    beside = [(a, b) for a, b in zip(ones.tolist(), others.tolist(), strict=True) if a < b]
    along = [(a, b) for a, b in beside if shapes[a].intersection(shapes[b]).length > 0]
    assert sum(chosen[a] == chosen[b] for a, b in along) <= len(along) / 10


@given(lon=st.floats(-179.9, 179.9), lat=st.floats(-85, 85))
def test_a_place_comes_back_from_the_world(lon: float, lat: float) -> None:
    ((east, north),) = to_degrees(to_world(np.array([[lon, lat]])))
    assert math.isclose(east, lon, abs_tol=1e-9)
    assert math.isclose(north, lat, abs_tol=1e-9)
