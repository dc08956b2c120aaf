"""Files of outlines: GeoJSON, zipped Shapefile, xlsx or csv, read whole, every fault with its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from mulin.gateways import cells, shapefiles, sheets
from mulin.gateways.sheets import SheetError
from mulin.kernel.errors import BadInput
from mulin.places.queries.ground import areas_on
from mulin.places.rules import coordinates
from mulin.places.rules.bringing import COLUMNS, GRID_TYPES, KINDS, TITLES, Standing, is_code, keys_of
from mulin.places.rules.coordinates import System
from mulin.places.rules.ground import AreaEdition

FEATURES_MAX: Final = 20_000
BYTES_MAX: Final = 64_000_000
PROBLEMS_MAX: Final = 1_000
_YES: Final = frozenset(("是", "true", "yes", "1", "y", "√"))
_NO: Final = frozenset(("", "否", "false", "no", "0", "n"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as it was understood: its areas, the row of each, its system, and everything that is wrong."""

    file: str
    system: System
    areas: tuple[AreaEdition, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[SheetError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    texts: Mapping[str, str]
    shape: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class _Table:
    """A file before it means anything: headers, rows, and the system it claims to be in."""

    headers: Sequence[str]
    rows: Sequence[_Row]
    system: System | None
    problems: Sequence[SheetError] = ()


def read_outlines(
    source: Path | bytes,
    *,
    name: str,
    on: date,
    system: System | None = None,
    mapping: Mapping[str, str] | None = None,
    accuracy_m: float | None = None,
) -> Draft:
    """Return the areas a file draws, in WGS-84; what it leaves out stays as it stands on the day.

    :raises SheetError: the file as a whole cannot be read
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > BYTES_MAX:
        what = _("文件有 %(size)d MB，上限 %(most)d MB") % {"size": size // 10**6, "most": BYTES_MAX // 10**6}
        raise SheetError(file=name, what=what, how=_("请分成几个文件"))
    table = _table(source, name)
    if len(table.rows) > FEATURES_MAX:
        what = _("有 %(count)d 个图形，上限 %(most)d 个") % {"count": len(table.rows), "most": FEATURES_MAX}
        raise SheetError(file=name, what=what, how=_("请分成几个文件"))
    try:
        keys = keys_of(table.headers, mapping or {})
    except BadInput as refused:
        raise SheetError(file=name, column=refused.where, what=refused.what, how=_("请改正表头")) from None
    if "code" not in keys.values():
        how = _("请加上“编码”一列，或说明哪一列是编码（code=列名）")
        raise SheetError(file=name, what=_("没有编码这一列"), how=how)
    reading = _Reading(name, keys, Standing(areas_on(on)), on, accuracy_m)
    rows = [
        replace(row, texts={key: row.texts.get(head, "").strip() for head, key in keys.items()})
        for row in table.rows
    ]
    reading.problems += table.problems
    agreed = reading.system(rows, table.system, system)
    areas = reading.areas(rows, agreed)
    found = sorted(reading.problems, key=lambda fault: fault.row)
    return Draft(name, agreed, tuple(areas.values()), reading.rows, tuple(found[:PROBLEMS_MAX]))


def _table(source: Path | bytes, name: str) -> _Table:
    head = _head(source).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return _geojson(source if isinstance(source, bytes) else source.read_bytes(), name)
    if head.startswith(b"PK") and shapefiles.is_shapefile(source):
        layer = shapefiles.read(source, name=name)
        rows = [_Row(number, texts, shape) for number, texts, shape in layer.rows]
        try:
            system = coordinates.system_of_prj(layer.prj) if layer.prj else None
        except BadInput as refused:
            how = _("请在地图软件里另存为 CGCS2000 或 WGS-84")
            raise SheetError(file=name, column=".prj", what=_(refused.why) % refused.facts, how=how) from None
        return _Table(layer.fields, rows, system)
    sheet = sheets.read(source, name=name, limits=sheets.Limits(bytes=BYTES_MAX, rows=FEATURES_MAX))
    rows = []
    problems: list[SheetError] = []
    for row in sheet.rows:
        problems += row.problems
        rows.append(_Row(row.number, row.cells, None))
    return _Table(sheet.headers, rows, None, problems)


def _head(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:64]
    with source.open("rb") as file:
        return file.read(64)


def _geojson(data: bytes, name: str) -> _Table:
    how = _("请用地图软件重新导出为 GeoJSON（UTF-8）")
    try:
        whole = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as fault:
        raise SheetError(file=name, row=fault.lineno, what=_("不是有效的 JSON"), how=how) from None
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or whole.get("type") != "FeatureCollection":
        raise SheetError(file=name, what=_("不是 GeoJSON 的 FeatureCollection"), how=how)
    rows: list[_Row] = []
    problems: list[SheetError] = []
    headers: dict[str, None] = {}
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            what = _("不是带 properties 的 Feature")
            problems.append(SheetError(file=name, row=number, column="properties", what=what, how=how))
            continue
        texts = {str(key): cells.as_text(value) for key, value in properties.items() if not _nested(value)}
        headers |= dict.fromkeys(texts)
        try:
            rows.append(_Row(number, texts, _of_geojson(feature.get("geometry"))))
        except ValueError:
            what = _("图形读不出来")
            how_shape = _("应为 Polygon 或 MultiPolygon，边界线首尾相同、至少 4 个点")
            problems.append(SheetError(file=name, row=number, column="geometry", what=what, how=how_shape))
    return _Table(list(headers), rows, _stated(whole.get("crs"), name), problems)


def _nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _of_geojson(geometry: Any) -> BaseGeometry | None:
    if geometry is None:
        return None
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except shapely.errors.GEOSException:
        raise ValueError from None
    return shapely.force_2d(shape)


def _stated(crs: Any, name: str) -> System | None:
    """Return the system of the old ``crs`` member: a name, as version 2008 wrote it."""
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    said = properties.get("name") if isinstance(properties, dict) else crs
    try:
        return coordinates.system_named(str(said))
    except BadInput as refused:
        how = _("请注明坐标系，或在地图软件里另存为 WGS-84")
        raise SheetError(file=name, column="crs", what=_(refused.why) % refused.facts, how=how) from None


class _Reading:
    """One file being understood; gathers everything that is wrong with it."""

    def __init__(
        self, name: str, keys: Mapping[str, str], standing: Standing, on: date, accuracy_m: float | None
    ) -> None:
        self.name, self.standing, self.on, self.accuracy_m = name, standing, on, accuracy_m
        self.present = frozenset(keys.values())
        self.header_of = {key: header for header, key in keys.items()}
        self.problems: list[SheetError] = []
        self.rows: dict[str, int] = {}

    def complain(self, row: int, key: str, what: str, how: str) -> None:
        """Note a fault by row and column."""
        column = self.header_of.get(key, TITLES.get(key, key))
        self.problems.append(SheetError(file=self.name, row=row, column=column, what=what, how=how))

    def system(self, rows: Sequence[_Row], stated: System | None, chosen: System | None) -> System:
        """Return the one system the file, its rows and whoever sends it agree on."""
        said = {row.texts.get("system", "") for row in rows} - {""}
        try:
            named = {coordinates.system_named(each) for each in said}
        except BadInput as refused:
            column = self.header_of.get("system", "")
            raise SheetError(
                file=self.name, column=column, what=_(refused.why) % refused.facts, how=""
            ) from None
        agreed = named | {each for each in (stated, chosen) if each is not None}
        if len(agreed) > 1:
            what = _("坐标系说法不一：%(names)s") % {"names": "、".join(sorted(each.code for each in agreed))}
            raise SheetError(file=self.name, what=what, how=_("请改正文件，或选对坐标系"))
        if agreed:
            return agreed.pop()
        if shapefile_like(self.name) and any(row.shape is not None for row in rows):
            what, how = _("没有 .prj，不知道是什么坐标系"), _("请附上 .prj，或选择坐标系")
            raise SheetError(file=self.name, what=what, how=how)
        return coordinates.WGS84

    def areas(self, rows: Sequence[_Row], system: System) -> dict[str, AreaEdition]:
        """Return the areas by code; rows with faults are left out and named."""
        good = list(self._drawn(rows))
        shapes = self._in_degrees(good, system)
        found: dict[str, AreaEdition] = {}
        for row in good:
            code = row.texts["code"]
            if row.number not in shapes and row.shape is not None:
                continue
            area = self._area(row, shapes.get(row.number), system)
            if area is not None:
                found[code] = area
                self.rows[code] = row.number
        return found

    def _drawn(self, rows: Sequence[_Row]) -> Iterator[_Row]:
        """Yield the rows with a code of their own, with the shape their cell spells."""
        seen: dict[str, int] = {}
        for row in rows:
            code = row.texts["code"]
            if not is_code(code):
                how = _("编码由字母、数字、_ - . 组成，最多 32 个字符，以字母或数字开头")
                self.complain(row.number, "code", _("「%(cell)s」不是编码") % {"cell": code[:40]}, how)
            elif code in seen:
                what = _("编码 %(code)s 已在第 %(row)d 行") % {"code": code, "row": seen[code]}
                self.complain(row.number, "code", what, _("每个编码只能出现一次"))
            else:
                seen[code] = row.number
                spelt = row.texts.get("outline", "")
                try:
                    yield replace(row, shape=_of_wkt(spelt)) if spelt else row
                except ValueError:
                    self.complain(
                        row.number, "outline", _("图形读不出来"), _("应为 WKT 的 POLYGON 或 MULTIPOLYGON")
                    )

    def _in_degrees(self, rows: Sequence[_Row], system: System) -> dict[int, BaseGeometry]:
        """Return the shapes by row in WGS-84; at once if all can be, else one by one to name the others."""
        drawn = {row.number: row.shape for row in rows if row.shape is not None}
        try:
            return dict(zip(drawn, coordinates.to_wgs84(list(drawn.values()), system), strict=True))
        except BadInput:
            found = {}
            for number, shape in drawn.items():
                try:
                    (found[number],) = coordinates.to_wgs84([shape], system)
                except BadInput as refused:
                    what = _(refused.why) % refused.facts
                    self.complain(number, "geometry", what, _("请检查坐标，或选对坐标系"))
            return found

    def _area(self, row: _Row, shape: BaseGeometry | None, system: System) -> AreaEdition | None:
        code, texts, before = row.texts["code"], row.texts, self.standing.area_of.get(row.texts["code"])
        settled = self.standing.settled(shape) if shape is not None else None
        same = before is not None and (settled is None or self.standing.is_same(code, settled))
        if before is None and settled is None:
            self.complain(row.number, "outline", _("新的区域没有边界"), _("请给出边界图形"))
            return None
        faults = len(self.problems)
        known = before or AreaEdition(code, "", "", "", code, b"", self.on)
        area = replace(
            known,
            kind=self._kind(row, known.kind),
            name=texts["name"] if "name" in self.present else known.name,
            parent_code=texts["parent"] if "parent" in self.present else known.parent_code,
            unit_code=(texts["unit"] or code) if "unit" in self.present else known.unit_code,
            grid_type=self._grid_type(texts, known),
            synthetic=self._synthetic(row, known),
            source=texts["source"] if "source" in self.present else known.source,
            source_system=self._source_system(row, system.code if not same else known.source_system),
            accuracy_m=self._accuracy(row, self._error(system) if not same else known.accuracy_m),
            outline=known.outline if same or settled is None else bytes(shapely.to_wkb(settled)),
        )
        self._check(row, area)
        return area if len(self.problems) == faults else None

    def _check(self, row: _Row, area: AreaEdition) -> None:
        if not area.name:
            self.complain(row.number, "name", _("没有名称"), _("请填写名称"))
        for key, text, most in (("name", area.name, 80), ("source", area.source, 80)):
            if len(text) > most or "\x00" in text:
                what = _("最多 %(most)d 个字，不含控制字符") % {"most": most}
                self.complain(row.number, key, what, _("请缩短"))
        for key, text in (("parent", area.parent_code), ("unit", area.unit_code)):
            if text and not is_code(text):
                what = _("「%(cell)s」不是编码") % {"cell": text[:40]}
                self.complain(row.number, key, what, _("请填写编码，不是名称"))

    def _kind(self, row: _Row, known: str) -> str:
        said = row.texts.get("kind", "")
        kind = KINDS.get(said, said if said in self._kinds() else "") if said else known
        if not kind:
            how = _("可用：%(kinds)s") % {"kinds": "、".join(k for k in KINDS if not k.isascii())}
            what = _("没有「%(kind)s」这一类") % {"kind": said[:40]} if said else _("没有类别")
            self.complain(row.number, "kind", what, how)
        return kind

    def _kinds(self) -> set[str]:
        return {area.kind for area in self.standing.area_of.values()}

    def _grid_type(self, texts: Mapping[str, str], known: AreaEdition) -> str:
        said = texts.get("grid_type", known.grid_type)
        return GRID_TYPES.get(said, said)[:16]

    def _synthetic(self, row: _Row, known: AreaEdition) -> bool:
        said = row.texts.get("synthetic", "").casefold()
        if "synthetic" not in self.present:
            return known.synthetic
        if said not in _YES | _NO:
            self.complain(
                row.number, "synthetic", _("「%(cell)s」不是是或否") % {"cell": said[:40]}, _("请填写是或否")
            )
        return said in _YES

    def _source_system(self, row: _Row, usual: str) -> str:
        said = row.texts.get("source_system", "")
        try:
            return coordinates.system_named(said).code if said else usual
        except BadInput as refused:
            self.complain(row.number, "source_system", _(refused.why) % refused.facts, _("请改正坐标系"))
            return usual

    def _accuracy(self, row: _Row, usual: float | None) -> float | None:
        said = row.texts.get("accuracy_m", "")
        try:
            metres = float(said) if said else usual
        except ValueError:
            metres = -1.0
        if metres is not None and not 0 <= metres <= 10_000:
            self.complain(
                row.number,
                "accuracy_m",
                _("「%(cell)s」不是米数") % {"cell": said[:40]},
                _("请填写 0 到 10000"),
            )
        return metres

    def _error(self, system: System) -> float | None:
        """Return how far off an outline may be: as measured, and the conversion beside it."""
        error = coordinates.conversion_error(system, coordinates.WGS84)
        return None if self.accuracy_m is None and not error else (self.accuracy_m or 0.0) + error


def shapefile_like(name: str) -> bool:
    """Return whether a file is by its name a zipped shapefile."""
    return name.casefold().endswith(".zip")


def _of_wkt(text: str) -> BaseGeometry:
    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.GEOSException:
        raise ValueError from None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise ValueError
    return shapely.force_2d(shape)


def usual_columns() -> str:
    """Return what columns are usually called, for help."""
    return "；".join(f"{key}={'/'.join(names)}" for key, names in COLUMNS.items())
