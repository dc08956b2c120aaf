"""Outlines on their way out: GeoJSON, zipped Shapefile or xlsx, in any system, of any day, in pieces."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import orjson
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from mulin.gateways import shapefiles, sheets
from mulin.gateways.cells import CELL_CHARACTERS
from mulin.places.queries.ground import areas_on
from mulin.places.rules import coordinates
from mulin.places.rules.bringing import COLUMNS, TITLES
from mulin.places.rules.coordinates import System
from mulin.places.rules.ground import AreaEdition

_PIECE: Final = 1 << 18
_KEYS: Final = tuple(key for key in COLUMNS if key not in ("system", "outline"))
_LENGTHS: Final = {"code": 32, "parent": 32, "unit": 32, "name": 240, "source": 240}
_NOTE: Final = "# 说明"  # a column that starts so is skipped when the sheet is read again


class Form(StrEnum):
    """A format outlines go out in."""

    GEOJSON = "geojson"
    SHAPEFILE = "shapefile"
    XLSX = "xlsx"

    @property
    def ending(self) -> str:
        """Return how the file's name ends."""
        return "zip" if self is Form.SHAPEFILE else self.value

    @property
    def media_type(self) -> str:
        """Return what HTTP calls it."""
        return _MEDIA[self]


_MEDIA: Final = {
    Form.GEOJSON: "application/geo+json",
    Form.SHAPEFILE: "application/zip",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export_outlines(*, kind: str, on: date, form: Form, system: System) -> Iterator[bytes]:
    """Return the areas of a kind (all, if empty) as they stood on a day, as a file in pieces.

    :raises BadInput: the system cannot write positions so far away
    """
    areas = [area for area in areas_on(on) if kind in ("", area.kind)]
    shapes = coordinates.from_wgs84([shapely.from_wkb(area.outline) for area in areas], system)
    match form:
        case Form.GEOJSON:
            return _geojson(areas, shapes, system)
        case Form.SHAPEFILE:
            fields = [(COLUMNS[key][0], _LENGTHS.get(key, 32)) for key in _KEYS]
            rows = ((_values(area), shape) for area, shape in zip(areas, shapes, strict=True))
            stem = f"areas-{kind or 'all'}-{on.isoformat()}-{system.code}"
            return shapefiles.write(fields, rows, stem=stem, prj=coordinates.prj_of(system))
        case Form.XLSX:
            return _xlsx(areas, shapes, system)


def _values(area: AreaEdition) -> list[object]:
    return [
        area.code,
        area.name,
        area.kind,
        area.parent_code,
        area.unit_code,
        area.grid_type,
        "是" if area.synthetic else "否",
        area.source,
        area.source_system,
        "" if area.accuracy_m is None else f"{area.accuracy_m:g}",
    ]


def _geojson(areas: Sequence[AreaEdition], shapes: Sequence[BaseGeometry], system: System) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection",'
    if system != coordinates.WGS84:
        named = {"type": "name", "properties": {"name": coordinates.crs_name(system)}}
        yield b'"crs":' + orjson.dumps(named) + b","
    yield b'"features":[\n'
    piece = b""
    for number, (area, shape) in enumerate(zip(areas, shapes, strict=True)):
        properties = dict(zip((COLUMNS[key][0] for key in _KEYS), _values(area), strict=True))
        geometry = shapely.geometry.mapping(shapely.orient_polygons(shape))
        feature = {"type": "Feature", "id": area.code, "properties": properties, "geometry": geometry}
        piece += (b",\n" if number else b"") + orjson.dumps(feature)
        if len(piece) > _PIECE:
            yield piece
            piece = b""
    yield piece + b"\n]}\n"


def _xlsx(areas: Sequence[AreaEdition], shapes: Sequence[BaseGeometry], system: System) -> Iterator[bytes]:
    columns = [*(TITLES[key] for key in _KEYS), TITLES["system"], TITLES["outline"], _NOTE]
    rows = ([*_values(area), system.code, *_cell(shape)] for area, shape in zip(areas, shapes, strict=True))
    with tempfile.TemporaryFile() as out:
        sheets.write_xlsx_to(out, columns, rows, sheet="区域")
        out.seek(0)
        while piece := out.read(_PIECE):
            yield piece


def _cell(shape: BaseGeometry) -> tuple[str, str]:
    """Return the outline as text for one cell, and a note where it is too long for one."""
    text = shapely.to_wkt(shape, rounding_precision=-1)
    if len(text) > CELL_CHARACTERS:
        return "", _("图形太长，一格放不下：没有写出，导入时边界保持不变")
    return text, ""
