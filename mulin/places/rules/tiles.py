"""Vector tiles of the ground: what a map shows at each zoom, cut from the outlines of one day.

Positions are fractions of the world in web Mercator, both running from 0 to 1, south and east growing: tile
``z/x/y`` is the square from ``x / 2**z``, ``y / 2**z``. Outlines are made simpler once for a zoom, all of a
kind together, so that neighbours keep one border; a tile only cuts its piece.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mulin.places.rules.ground import METRES_PER_DEGREE, BuildingThere, Ground

EXTENT: Final = 4_096
PIXELS: Final = 512  # how wide a tile is drawn
ROOM: Final = 64 / EXTENT  # of a tile, beyond each edge: a line along the edge is drawn by both neighbours
ZOOM_MOST: Final = 20
EXACT_FROM: Final = 17  # outlines as they were surveyed
KINDS: Final[Mapping[str, int]] = {"city": 0, "county": 0, "street": 0, "community": 11, "grid": 12}
FEW: Final = 500  # as many of a kind in the whole city: a tile bears them two zooms earlier
EARLIER: Final = 2
COMPOUNDS_FROM: Final = 14
BUILDINGS_FROM: Final = 15
TINTS: Final = 3
TILES_KEPT: Final = 1_000
# A house of which only a point is known: a small oblong, plainly a sketch.
HOUSE_EAST_METRES: Final = 16
HOUSE_NORTH_METRES: Final = 6
_POLYGONS: Final = (3, 6)  # shapely's numbers of polygon and multipolygon

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """The number of a tile."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Return whether there is such a tile."""
        return 0 <= self.z <= ZOOM_MOST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z


def to_world(pairs: Any) -> Any:
    """Return rows of longitude and latitude as fractions of the world."""
    sine = np.sin(np.radians(np.clip(pairs[:, 1], -85.05, 85.05)))
    return np.column_stack([pairs[:, 0] / 360 + 0.5, 0.5 - np.arctanh(sine) / (2 * np.pi)])


def to_degrees(pairs: Any) -> Any:
    """Return fractions of the world as rows of longitude and latitude."""
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * pairs[:, 1]))))
    return np.column_stack([(pairs[:, 0] - 0.5) * 360, lat])


def shown_from(kind: str, count: int) -> int:
    """Return the zoom from which areas of a kind are drawn, when there are so many of them."""
    return max(0, KINDS[kind] - (EARLIER if count <= FEW else 0))


def tints(shapes: Sequence[BaseGeometry]) -> list[int]:
    """Return a tint for each shape, such that neighbours mostly differ."""
    chosen = [-1] * len(shapes)
    ones, others = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    beside: list[list[int]] = [[] for _ in shapes]
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        beside[one].append(other)
    for number, near in enumerate(beside):
        used = [chosen[other] for other in near]
        chosen[number] = min(range(TINTS), key=lambda tint: (used.count(tint), (tint + number) % TINTS))
    return chosen


class Layer:
    """Shapes of the world with what is told of each, found by place."""

    def __init__(self, name: str, shapes: Any, properties: Sequence[Properties]) -> None:
        self.name = name
        self.shapes = np.array(shapes, dtype=object)
        self._properties = properties
        self._tree = shapely.STRtree(self.shapes)

    def within(self, spot: Spot) -> dict[str, Any]:
        """Return this layer of a tile; points belong to one tile only, outlines reach a little beyond it."""
        size = 0.5**spot.z
        west, north = spot.x * size, spot.y * size
        room = size * ROOM
        box = (west - room, north - room, west + size + room, north + size + room)
        found = np.sort(self._tree.query(shapely.box(*box)))
        cut = shapely.clip_by_rect(self.shapes[found], *box)
        drawn = shapely.transform(cut, lambda pairs: np.rint((pairs - (west, north)) * (EXTENT / size)))
        features = [
            {"geometry": flat, "properties": self._properties[number]}
            for number, shape in zip(found.tolist(), drawn, strict=True)
            if (flat := _surface(shape)) is not None
        ]
        return {"name": self.name, "features": features}


class Labels(Layer):
    """One point for each name, in the one tile it falls into."""

    def within(self, spot: Spot) -> dict[str, Any]:
        """Return the names of a tile."""
        size = 0.5**spot.z
        corner = np.array([spot.x * size, spot.y * size])
        found = np.sort(self._tree.query(shapely.box(*corner, *(corner + size))))
        inside = (shapely.get_coordinates(self.shapes[found]) - corner) / size
        features = [
            {"geometry": shapely.Point(np.floor(at * EXTENT)), "properties": self._properties[number]}
            for number, at in zip(found.tolist(), inside, strict=True)
            if (at >= 0).all() and (at < 1).all()
        ]
        return {"name": self.name, "features": features}


def _surface(shape: BaseGeometry) -> BaseGeometry | None:
    """Return what of a cut outline has an inside; a border that is only touched has none."""
    if shape.geom_type == "GeometryCollection":
        parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) in _POLYGONS]
        shape = shapely.MultiPolygon(list(shapely.get_parts(parts))) if parts else shapely.Polygon()
    return shape if shapely.get_type_id(shape) in _POLYGONS and shape.area > 0 else None


def encoded(layers: Sequence[Mapping[str, Any]]) -> bytes:
    """Return layers as Mapbox Vector Tile; nothing at all where there are none."""
    options = {"y_coord_down": True, "extents": EXTENT}
    encode: Callable[..., bytes] = mapbox_vector_tile.encode
    return encode(list(layers), default_options=options) if layers else b""


class Tiles:
    """The map of one day, cut into tiles; shared by threads, the tiles asked for last are kept."""

    def __init__(self, ground: Ground, shape_of: Mapping[str, BaseGeometry]) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Spot, bytes] = OrderedDict()
        self._sheets: dict[int, list[Layer]] = {}
        kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for area in ground.areas:
            if area.kind in kinds:
                kinds[area.kind].append(area.code)
        self._codes = {kind: codes for kind, codes in kinds.items() if codes}
        self._shapes = {
            kind: shapely.transform(np.array([shape_of[code] for code in codes], dtype=object), to_world)
            for kind, codes in self._codes.items()
        }
        named = {area.code: area for area in ground.areas}
        self._properties: dict[str, list[Properties]] = {
            kind: [
                {
                    "code": code,
                    "name": named[code].name,
                    "kind": kind,
                    "parent": named[code].parent_code,
                    "unit": named[code].unit_code,
                    "tint": tint,
                    "synthetic": named[code].synthetic,
                }
                for code, tint in zip(codes, tints(list(self._shapes[kind])), strict=True)
            ]
            for kind, codes in self._codes.items()
        }
        self._middles = {kind: shapely.point_on_surface(shapes) for kind, shapes in self._shapes.items()}
        self._compounds, self._compound_names = _compounds(ground)
        self._buildings = _buildings(ground.buildings)

    def cut(self, spot: Spot) -> bytes:
        """Return a tile as Mapbox Vector Tile; nothing at all where nothing lies."""
        with self._lock:
            held = self._kept.get(spot)
            if held is not None:
                self._kept.move_to_end(spot)
                return held
            sheet = self._sheets.get(spot.z) or self._sheets.setdefault(spot.z, self._sheet(spot.z))
        layers = [layer for layer in (each.within(spot) for each in sheet) if layer["features"]]
        made = encoded(layers)
        with self._lock:
            self._kept[spot] = made
            while len(self._kept) > TILES_KEPT:
                self._kept.popitem(last=False)
        return made

    def _sheet(self, zoom: int) -> list[Layer]:
        """Return the layers of a zoom."""
        kinds = [kind for kind, codes in self._codes.items() if shown_from(kind, len(codes)) <= zoom]
        shapes = [shape for kind in kinds for shape in self.simple(kind, zoom)]
        told = [properties for kind in kinds for properties in self._properties[kind]]
        layers = [Layer("areas", shapes, told)]
        if zoom >= COMPOUNDS_FROM:
            layers.append(self._compounds)
        if zoom >= BUILDINGS_FROM:
            layers.append(self._buildings)
        middles = [point for kind in kinds for point in self._middles[kind]]
        names = [{key: each[key] for key in ("code", "name", "kind")} for each in told]
        if zoom >= COMPOUNDS_FROM:
            points, words = self._compound_names
            middles, names = [*middles, *points], [*names, *words]
        return [*layers, Labels("labels", middles, names)]

    def simple(self, kind: str, zoom: int) -> Any:
        """Return the outlines of a kind, no finer than a zoom shows; neighbours still share their edges."""
        shapes = self._shapes[kind]
        if zoom >= EXACT_FROM:
            return shapes
        return shapely.coverage_simplify(shapes, 0.5**zoom / PIXELS)


def _compounds(ground: Ground) -> tuple[Layer, tuple[list[Any], list[Properties]]]:
    drawn = [(each, each.outline) for each in ground.compounds if each.outline is not None]
    shapes = shapely.transform(
        np.array([shapely.from_wkb(outline) for _, outline in drawn], dtype=object), to_world
    )
    told = [{"code": each.code, "name": each.name} for each, _ in drawn]
    points = to_world(np.array([(each.lon, each.lat) for each in ground.compounds]).reshape(-1, 2))
    names = [{"code": each.code, "name": each.name, "kind": "compound"} for each in ground.compounds]
    return Layer("compounds", shapes, told), (list(shapely.points(points)), names)


def _buildings(buildings: Sequence[BuildingThere]) -> Layer:
    at = np.array([(each.lon, each.lat) for each in buildings]).reshape(-1, 2)
    high = HOUSE_NORTH_METRES / METRES_PER_DEGREE
    wide = HOUSE_EAST_METRES / METRES_PER_DEGREE / np.cos(np.radians(at[:, 1]))
    corners = to_world(np.column_stack([at[:, 0] - wide, at[:, 1] - high]))
    opposite = to_world(np.column_stack([at[:, 0] + wide, at[:, 1] + high]))
    shapes = shapely.box(corners[:, 0], opposite[:, 1], opposite[:, 0], corners[:, 1])
    told = [{"code": each.code, "name": each.name, "compound": each.compound_code} for each in buildings]
    return Layer("buildings", shapes, told)
