"""Shapefiles in one zip: read with care, written with what other programs need (.prj, .cpg)."""

import codecs
import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

import shapefile
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from mulin.gateways import cells
from mulin.gateways.archives import INFLATE_RATIO, SMALL_MEMBER
from mulin.gateways.sheets import SheetError

ZIP_BYTES: Final = 64_000_000
INFLATED_BYTES: Final = 256_000_000
MEMBERS: Final = 100
ROWS: Final = 20_000
_ENCRYPTED: Final = 0x1
_POLYGONS: Final = (shapefile.POLYGON, shapefile.POLYGONZ, shapefile.POLYGONM)
_NAMES: Final = {
    "936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
}
# Whatever a broken file makes the readers stumble over; anything else is our fault and must be seen.
_BROKEN: Final = (
    shapefile.ShapefileException, shapely.errors.GEOSException, zipfile.BadZipFile, zlib.error,
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError, RuntimeError,
    TypeError, ValueError, struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """What a shapefile holds: its columns, its rows ``(number, texts, shape)``, the text of its .prj."""

    fields: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str], BaseGeometry | None], ...]
    prj: str


def is_shapefile(source: Path | bytes) -> bool:
    """Return whether a zip holds a shapefile rather than a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            return any(name.casefold().endswith(".shp") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def read(source: Path | bytes, *, name: str) -> Layer:
    """Return the one layer of polygons in a zip.

    :raises SheetError: the zip could do harm, holds none or several layers, or the layer cannot be read
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > ZIP_BYTES:
        what = _("文件有 %(size)d MB，上限 %(most)d MB") % {"size": size // 10**6, "most": ZIP_BYTES // 10**6}
        raise SheetError(file=name, what=what, how=_("请分成几个文件"))
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            return _layer(_members(archive, name), name)
    except SheetError:
        raise
    except _BROKEN:
        how = _("请在地图软件里重新导出为 Shapefile，把 .shp .shx .dbf .prj .cpg 压成一个 zip")
        raise SheetError(file=name, what=_("Shapefile 已损坏，读不出来"), how=how) from None


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    """Return the files of the layer by their ending."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    # zipfile never inflates a member past the size its header states, so the sum is an upper limit
    if len(members) > MEMBERS or sum(member.file_size for member in members) > INFLATED_BYTES:
        raise SheetError(file=name, what=_("文件解开后过大"), how=_("请分成几个文件，每个文件一个图层"))
    for member in members:
        if (
            member.file_size > SMALL_MEMBER
            and member.file_size / max(member.compress_size, 1) > INFLATE_RATIO
        ):
            raise SheetError(file=name, what=_("文件压缩比异常"), how=_("请重新压缩后再传"))
        if member.flag_bits & _ENCRYPTED:
            raise SheetError(file=name, what=_("文件加了密码"), how=_("请去掉密码后再传"))
    layers = [member.filename for member in members if member.filename.casefold().endswith(".shp")]
    layers = [layer for layer in layers if not PurePosixPath(layer).name.startswith("._")]
    if len(layers) != 1:
        what = _("zip 里有 %(count)d 个图层（.shp）") % {"count": len(layers)}
        raise SheetError(file=name, what=what, how=_("一个 zip 放一个图层"))
    stem = layers[0][: -len(".shp")].casefold()
    found = {}
    for member in members:
        low = member.filename.casefold()
        if low.startswith(stem + ".") and low.rpartition(".")[2] in ("shp", "shx", "dbf", "prj", "cpg"):
            found[low.rpartition(".")[2]] = archive.read(member)
    if "dbf" not in found:
        raise SheetError(
            file=name, what=_("缺少 .dbf 属性表"), how=_("请把同名的 .shp .shx .dbf .prj 一起压缩")
        )
    for ending in found.keys() & {"shp", "shx"}:
        if 2 * int.from_bytes(found[ending][24:28], "big") != len(found[ending]):
            raise EOFError  # cut off on the way
    return found


def _layer(files: Mapping[str, bytes], name: str) -> Layer:
    declared = files.get("cpg", b"").decode("ascii", "replace").strip().strip("\x00").casefold()
    prj = files.get("prj", b"").decode("utf-8", "replace").strip().lstrip("\ufeff")
    for encoding, errors in _encodings(declared):
        try:
            return _read(files, encoding, errors, prj, name)
        except UnicodeDecodeError:
            continue
        except shapefile.dbfFileException as fault:
            if "decode" not in str(fault):
                raise
    raise SheetError(file=name, what=_("认不出文字编码"), how=_("请附上 .cpg，或另存为 UTF-8"))


def _encodings(declared: str) -> list[tuple[str, str]]:
    """Return what to try: the declared encoding as it is, else both that are usual, strictly."""
    known = _NAMES.get(declared, declared.replace("cp", "").replace(" ", "-"))
    try:
        return (
            [(codecs.lookup(known).name, "replace")]
            if declared
            else [("utf-8", "strict"), ("gb18030", "strict")]
        )
    except LookupError:
        return [("utf-8", "strict"), ("gb18030", "strict")]


def _read(files: Mapping[str, bytes], encoding: str, errors: str, prj: str, name: str) -> Layer:
    streams: dict[str, Any] = {key: io.BytesIO(files[key]) for key in ("shp", "shx", "dbf") if key in files}
    opened: Any = shapefile.Reader(**streams, encoding=encoding, encodingErrors=errors)
    with opened as reader:
        if len(reader) > ROWS:
            what = _("有 %(count)d 个图形，上限 %(most)d 个") % {"count": len(reader), "most": ROWS}
            raise SheetError(file=name, what=what, how=_("请分成几个文件"))
        if reader.shapeType not in (*_POLYGONS, shapefile.NULL):
            raise SheetError(file=name, what=_("图层不是面"), how=_("请提供面状图层"))
        fields = tuple(str(field[0]).strip() for field in reader.fields[1:])
        rows = []
        for number, pair in enumerate(reader.iterShapeRecords(), 1):
            texts = [cells.as_text(value) for value in pair.record]
            rows.append((number, dict(zip(fields, texts, strict=True)), _shape(pair.shape)))
        return Layer(fields, tuple(rows), prj)


def _shape(shape: Any) -> BaseGeometry | None:
    if shape.shapeType == shapefile.NULL or not shape.points:
        return None
    return shapely.force_2d(shapely.geometry.shape(shape.__geo_interface__))


def write(
    fields: Sequence[tuple[str, int]],
    rows: Iterable[tuple[Sequence[object], BaseGeometry]],
    *,
    stem: str,
    prj: str,
) -> Iterator[bytes]:
    """Yield a zip with a layer of polygons in UTF-8; ``fields`` are short names with their lengths."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / stem
        opened: Any = shapefile.Writer(str(path), shapeType=shapefile.POLYGON, encoding="utf-8")
        with opened as writer:
            for field, length in fields:
                writer.field(field, "C", size=length)
            for values, shape in rows:
                # the standard wants outer rings clockwise
                writer.shape(shapely.geometry.mapping(shapely.orient_polygons(shape, exterior_cw=True)))
                writer.record(*("" if value is None else str(value) for value in values))
        path.with_suffix(".cpg").write_text("UTF-8")
        if prj:
            path.with_suffix(".prj").write_text(prj)
        packed = Path(folder) / "layer.zip"
        with packed.open("wb") as out:
            _pack(out, path)
        with packed.open("rb") as out:
            while piece := out.read(1 << 18):
                yield piece


def _pack(out: BinaryIO, path: Path) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            file = path.with_suffix(ending)
            if file.exists():
                archive.write(file, file.name)
