"""A small map as a drawing: outlines, names, a pin, a scale; no tiles, no script."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians
from typing import Any, Final

from django.utils.translation import gettext as _

from mulin.places.queries import ground as places
from mulin.places.rules.outlines import OutlineRow

METRES_PER_DEGREE: Final = 111_320
MARGIN: Final = 0.55  # of the area's own size, on each side: the neighbours are half in sight
LEAST_METRES: Final = 300.0
TYPE: Final = 12  # the size of a name, and its line
LINE: Final = 14
MOST_LABELS: Final = 60
ONE_LINE: Final = 6
SCALES: Final = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class Shape:
    """One outline, drawn."""

    code: str
    name: str
    path: str
    css: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the drawing, in one line or two."""

    lines: tuple[str, ...]
    x: float
    y: float
    css: str


@dataclass(frozen=True, slots=True)
class MapFace:
    """A drawing with what turns a click on it back into a place."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]
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
    seen = window(bounds, width=360, height=240, margin=0.06)
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
    shapes = [
        Shape(
            row.code,
            row.name,
            _path(row.geometry, seen),
            "here" if row.code == here else "odd" if number % 2 else "",
        )
        for number, row in enumerate(rows)
    ]
    pin_at = seen.xy(*pin) if pin else None
    metres = seen.width / seen.per_lat * METRES_PER_DEGREE
    scale = max((one for one in SCALES if one < metres / 3.2), default=SCALES[0])
    return MapFace(
        width=seen.width,
        height=seen.height,
        shapes=tuple(sorted(shapes, key=lambda shape: shape.css == "here")),
        labels=_labels(rows, seen, here=here, pin=pin_at),
        pin=pin_at,
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


Box = tuple[float, float, float, float]


def _labels(
    rows: Sequence[OutlineRow], seen: Window, *, here: str, pin: tuple[float, float] | None
) -> tuple[Label, ...]:
    """Return the names that fit: the grid's own first, none over another, the pin or the scale."""
    taken: list[Box] = [(seen.width - 110, seen.height - 34, seen.width, seen.height)]
    if pin is not None:
        taken.append((pin[0] - 10, pin[1] - 24, pin[0] + 10, pin[1] + 2))
    labels = []
    for row in sorted(rows, key=lambda each: each.code != here)[:MOST_LABELS]:
        lines = _lines(row.name)
        half, high = max(len(line) for line in lines) * TYPE / 2 + 2, len(lines) * LINE
        x, y = seen.xy(*row.centre)
        if not (0 < x < seen.width and 0 < y < seen.height):
            continue
        x = min(max(x, half), seen.width - half)
        for top in (y - high / 2, y + 6, y - high - 26):
            box = (x - half, top, x + half, top + high)
            inside = box[1] >= 0 and box[3] <= seen.height
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                labels.append(
                    Label(lines, round(x, 1), round(top + TYPE, 1), "here" if row.code == here else "")
                )
                break
    return tuple(labels)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _lines(name: str) -> tuple[str, ...]:
    """Return a short name in one line, a long one in two of about the same length."""
    if len(name) <= ONE_LINE:
        return (name,)
    middle = -(-len(name) // 2)
    gap = name.find(" ", middle - 3, middle + 4)
    at = gap if gap > 0 else middle
    return name[:at].strip(), name[at:].strip()


def _path(geometry: Any, seen: Window) -> str:
    """Return a GeoJSON polygon or multipolygon as an SVG path."""
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return "".join(_ring(ring, seen) for polygon in polygons for ring in polygon)


def _ring(ring: Iterable[Sequence[float]], seen: Window) -> str:
    points = (seen.xy(point[0], point[1]) for point in ring)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"
