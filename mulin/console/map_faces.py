"""A small map as a drawing: outlines, names, a pin, a scale; no tiles, no script."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians
from typing import Any, Final

from django.utils.translation import gettext as _

from mulin.places import queries as places
from mulin.places.rules.outlines import OutlineRow

METRES_PER_DEGREE: Final = 111_320
MARGIN: Final = 0.55  # of the area's own size, on each side: the neighbours are half in sight
LEAST_METRES: Final = 300.0
SCALES: Final = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class Shape:
    """One outline, drawn."""

    code: str
    name: str
    path: str
    x: float
    y: float
    css: str
    named: bool


@dataclass(frozen=True, slots=True)
class MapFace:
    """A drawing with what turns a click on it back into a place."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    pin: tuple[float, float] | None
    scale: int
    scale_x: float
    scale_words: str
    synthetic: bool
    west: float
    north: float
    per_lon: float
    per_lat: float
    here: str


@dataclass(frozen=True, slots=True)
class Window:
    """The piece of ground a drawing shows, and how degrees become its units."""

    west: float
    south: float
    east: float
    north: float
    width: int

    @property
    def per_lon(self) -> float:
        """Return units per degree of longitude."""
        return self.width / (self.east - self.west)

    @property
    def per_lat(self) -> float:
        """Return units per degree of latitude: the same metres as sideways."""
        return self.per_lon / cos(radians((self.south + self.north) / 2))

    @property
    def height(self) -> int:
        """Return the height of the drawing."""
        return round((self.north - self.south) * self.per_lat)

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a point lies on the drawing."""
        return round((lon - self.west) * self.per_lon, 1), round((self.north - lat) * self.per_lat, 1)


def window(
    bounds: tuple[float, float, float, float], *, width: int, height: int, margin: float = MARGIN
) -> Window:
    """Return the piece of ground of the drawing's proportions around ``bounds``."""
    west, south, east, north = bounds
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    lon_metres = METRES_PER_DEGREE * cos(radians(middle_lat))
    wide = max((east - west) * lon_metres, LEAST_METRES) * (1 + margin)
    high = max((north - south) * METRES_PER_DEGREE, LEAST_METRES) * (1 + margin)
    wide = max(wide, high * width / height)
    high = wide * height / width
    return Window(
        middle_lon - wide / 2 / lon_metres,
        middle_lat - high / 2 / METRES_PER_DEGREE,
        middle_lon + wide / 2 / lon_metres,
        middle_lat + high / 2 / METRES_PER_DEGREE,
        width,
    )


def small_map(
    *, area_code: str, lon: float | None, lat: float | None, on: date, width: int = 296, height: int = 168
) -> MapFace | None:
    """Return the drawing of a grid with its neighbours and the pin, or nothing where no outline is known."""
    bounds = _bounds(area_code, lon, lat, on)
    if bounds is None:
        return None
    seen = window(bounds, width=width, height=height)
    rows = places.outlines(
        "grid", on, bounds=(seen.west, seen.south, seen.east, seen.north), simplify_metres=2.0
    )
    return _drawn(rows, seen, here=area_code, pin=(lon, lat) if lon is not None and lat is not None else None)


def picker_map(*, within: str | None, lon: float | None, lat: float | None, on: date) -> MapFace | None:
    """Return a larger drawing of all grids of a unit, to click on."""
    rows = places.outlines("grid", on, within, simplify_metres=4.0)
    if not rows:
        return None
    bounds = (
        min(row.bounds[0] for row in rows),
        min(row.bounds[1] for row in rows),
        max(row.bounds[2] for row in rows),
        max(row.bounds[3] for row in rows),
    )
    seen = window(bounds, width=720, height=420, margin=0.06)
    return _drawn(rows, seen, here="", pin=(lon, lat) if lon is not None and lat is not None else None)


def _bounds(
    area_code: str, lon: float | None, lat: float | None, on: date
) -> tuple[float, float, float, float] | None:
    own = places.outlines("grid", on, area_code) if area_code else []
    if own:
        return own[0].bounds
    if lon is None or lat is None:
        return None
    return lon, lat, lon, lat


def _drawn(
    rows: Sequence[OutlineRow], seen: Window, *, here: str, pin: tuple[float, float] | None
) -> MapFace:
    shapes = []
    for number, row in enumerate(rows):
        x, y = seen.xy(*row.centre)
        inside = 24 < x < seen.width - 24 and 14 < y < seen.height - 8
        css = "here" if row.code == here else "odd" if number % 2 else ""
        shapes.append(
            Shape(row.code, row.name, _path(row.geometry, seen), x, y, css, inside and len(rows) < 90)
        )
    metres = seen.width / seen.per_lat * METRES_PER_DEGREE
    scale = max((one for one in SCALES if one < metres / 3.2), default=SCALES[0])
    return MapFace(
        width=seen.width,
        height=seen.height,
        shapes=tuple(sorted(shapes, key=lambda shape: shape.css == "here")),
        pin=seen.xy(*pin) if pin else None,
        scale=round(scale / METRES_PER_DEGREE * seen.per_lat),
        scale_x=seen.width - 12,
        scale_words=_("%(n)d 米") % {"n": scale}
        if scale < 1_000
        else _("%(n)d 公里") % {"n": scale // 1_000},
        synthetic=any(row.synthetic for row in rows),
        west=seen.west,
        north=seen.north,
        per_lon=seen.per_lon,
        per_lat=seen.per_lat,
        here=here,
    )


def _path(geometry: Any, seen: Window) -> str:
    """Return a GeoJSON polygon or multipolygon as an SVG path."""
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return "".join(_ring(ring, seen) for polygon in polygons for ring in polygon)


def _ring(ring: Iterable[Sequence[float]], seen: Window) -> str:
    points = (seen.xy(point[0], point[1]) for point in ring)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"
