"""Files of outlines: there and back changes nothing, whatever the format; every fault has its place."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import shapefile
import shapely

from mulin.gateways import shapefiles
from mulin.gateways.sheets import SheetError, write_xlsx
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger.models import Entry
from mulin.places.actions.outlines import BadFile, Brought, import_outlines
from mulin.places.models import Area
from mulin.places.queries import ground as queries
from mulin.places.queries.outline_export import Form, export_outlines
from mulin.places.queries.outline_files import Draft, read_outlines
from mulin.places.rules import coordinates
from mulin.places.rules.coordinates import SYSTEMS, WGS84
from tests.make import places as make
from tests.make.places import NEW_YEAR, NOON

pytestmark = pytest.mark.django_db

SPRING = date(2026, 3, 1)
ZONE = "cgcs2000-gk-cm-117"
EVERY_SYSTEM = ["wgs84", "cgcs2000", "cgcs2000-gk-cm-117", "cgcs2000-gk-zone-39", "gcj02", "bd09"]


def city() -> list[Any]:
    """Draw two communities; one grid is a ring with a courtyard of two parts left out."""
    areas = [*make.community(grids=3), *make.community("C2", east=300)]
    yard = shapely.from_wkb(areas[1].outline)
    areas[1] = replace(areas[1], synthetic=True, source="示例测绘", source_system="gcj02", accuracy_m=2.5)
    parts = shapely.MultiPolygon(
        [shapely.box(make.lon(2000), make.lat(0), make.lon(2100), make.lat(90)),
         shapely.box(make.lon(2200), make.lat(0), make.lon(2300), make.lat(90))]
    )  # fmt: skip
    holed = shapely.box(make.lon(3000), make.lat(0), make.lon(3300), make.lat(300)).difference(
        shapely.box(make.lon(3100), make.lat(100), make.lon(3200), make.lat(200))
    )
    areas += [make.area("M1", bytes(parts.wkb), "street"), make.area("H1", bytes(holed.wkb), "street")]
    assert yard.is_valid
    make.drawn(*areas)
    return areas


def exported(form: Form, system: str = "wgs84", kind: str = "", on: date = NEW_YEAR) -> bytes:
    return b"".join(export_outlines(kind=kind, on=on, form=form, system=SYSTEMS[system]))


def read(data: bytes, name: str = "areas.geojson", **more: Any) -> Draft:
    return read_outlines(data, name=name, on=more.pop("on", SPRING), **more)


def bring(draft: Draft, **more: Any) -> Brought:
    return import_outlines(**{"draft": draft, "from_on": SPRING, "actor": make.SYSTEM, "now": NOON, **more})


@pytest.mark.parametrize("system", EVERY_SYSTEM)
@pytest.mark.parametrize("form", Form)
def test_there_and_back_changes_nothing(form: Form, system: str) -> None:
    areas = city()
    before = list(Area.objects.order_by("pk").values())
    chosen = SYSTEMS[system] if form is Form.SHAPEFILE and not SYSTEMS[system].epsg else None
    draft = read(exported(form, system), f"areas.{form.ending}", system=chosen)
    assert draft.problems == ()
    assert draft.system.code == system
    for snap in (False, True):
        done = bring(draft, complete=True, snap=snap)
        assert done.changes.counts() == {"new": 0, "changed": 0, "ended": 0, "same": len(areas)}
    assert list(Area.objects.order_by("pk").values()) == before


def features(*areas: dict[str, Any], **more: Any) -> bytes:
    drawn = [
        {
            "type": "Feature",
            "properties": {key: value for key, value in area.items() if key != "geometry"},
            "geometry": area.get("geometry"),
        }
        for area in areas
    ]
    return json.dumps({"type": "FeatureCollection", "features": drawn, **more}).encode()


def drawn(west: float, east: float, depth: float = 100, system: str = "wgs84") -> dict[str, Any]:
    box = shapely.box(make.lon(west), make.lat(0), make.lon(east), make.lat(depth))
    (shape,) = coordinates.from_wgs84([box], SYSTEMS[system])
    return dict(shapely.geometry.mapping(shape))


def test_a_file_says_what_changes_and_keeps_what_it_leaves_out() -> None:
    city()
    file = features(
        {"编码": "C2G1", "名称": "新名", "geometry": drawn(300, 350, system="gcj02")},
        {"编码": "C2G2", "名称": "C2G2网格", "geometry": drawn(350, 500, system="gcj02")},
        crs={"type": "name", "properties": {"name": "GCJ-02"}},
    )
    done = bring(read(file, accuracy_m=0.5))
    assert done.changes.counts() == {"new": 0, "changed": 2, "ended": 0, "same": 0}
    row = Area.objects.get(code="C2G1", until_on=None)
    assert (row.name, row.kind, row.parent_code, row.unit_code) == ("新名", "grid", "C2", "C2G1")
    assert (row.source_system, row.accuracy_m) == ("gcj02", 10.5)
    assert shapely.from_wkb(bytes(row.outline)).bounds == pytest.approx(
        (make.lon(300), make.lat(0), make.lon(350), make.lat(100)), abs=1e-9
    )
    assert Area.objects.get(code="C2G1", from_on=NEW_YEAR).until_on == SPRING
    assert [e.kind for e in Entry.objects.order_by("pk")][-1] == "places.areas_imported"


def test_columns_alone_change_names_and_not_borders() -> None:
    city()
    sheet = write_xlsx(["编码", "名称"], [["C1G1", "第一网格"], ["C1G2", "C1G2网格"]], sheet="区域")
    done = bring(read(sheet, "names.xlsx"))
    assert list(done.changes.changed) == ["C1G1"]
    row = Area.objects.get(code="C1G1", until_on=None)
    assert (row.name, row.source_system, row.accuracy_m, row.synthetic) == ("第一网格", "gcj02", 2.5, True)


def test_another_header_is_mapped() -> None:
    city()
    draft = read("id,label\nC1G1,新名字\n".encode(), "a.csv", mapping={"code": "id", "name": "label"})
    assert [(area.code, area.name) for area in draft.areas] == [("C1G1", "新名字")]
    with pytest.raises(SheetError, match="没有「标签」这一列"):
        read(b"id\nC1G1\n", "a.csv", mapping={"code": "id", "name": "标签"})


def test_snapping_on_the_way_in_closes_what_was_drawn_a_little_off() -> None:
    city()
    file = features(
        {"code": "C2G1", "geometry": drawn(300.7, 399.5)}, {"code": "C2G2", "geometry": drawn(400.6, 500)}
    )
    loose = bring(read(file), from_on=NEW_YEAR)
    assert not loose.snapped.moved
    done = bring(read(file), snap=True)
    assert {moved.code for moved in done.snapped.moved} >= {"C2G1"}
    grids = [shapely.from_wkb(bytes(a.outline)) for a in Area.objects.filter(kind="grid", until_on=None)]
    assert shapely.coverage_is_valid(grids)


def faults(data: bytes, name: str = "areas.geojson", **more: Any) -> list[tuple[int, str, str]]:
    """Return what is wrong, whether it is found while reading or when the ground is looked at."""
    before = [list(model.objects.order_by("pk").values()) for model in (Area, Entry)]
    try:
        draft = read(data, name, **more)
        found = draft.problems
        if not found:
            with pytest.raises(BadFile) as refused:
                bring(draft)
            found = refused.value.faults
    except SheetError as fault:
        found = (fault,)
    assert [list(model.objects.order_by("pk").values()) for model in (Area, Entry)] == before
    for fault in found:
        assert fault.file == name
        assert "%(" not in str(fault)
    return [(fault.row, fault.column, fault.what) for fault in found]


BOWTIE = {"type": "Polygon", "coordinates": [[[118, 34], [118.1, 34.1], [118.1, 34], [118, 34.1], [118, 34]]]}
OPEN = {"type": "Polygon", "coordinates": [[[118, 34], [118.1, 34.1], [118.1, 34]]]}
GOOD = {"code": "N1", "name": "新", "kind": "网格", "parent": "C1"}


@pytest.mark.parametrize(
    ("areas", "place"),
    [
        pytest.param([{**GOOD, "code": "甲"}], (1, "code", "「甲」不是编码"), id="code"),
        pytest.param([GOOD], (1, "边界", "新的区域没有边界"), id="no-outline"),
        pytest.param([{**GOOD, "kind": "片区"}], (1, "kind", "没有「片区」这一类"), id="kind"),
        pytest.param([{**GOOD, "name": ""}], (1, "name", "没有名称"), id="name"),
        pytest.param([{**GOOD, "parent": "东城"}], (1, "parent", "「东城」不是编码"), id="parent-name"),
        pytest.param([{**GOOD, "src_system": "utm"}], (1, "src_system", "不认识坐标系「utm」"), id="system"),
        pytest.param([{**GOOD, "accuracy_m": "-1"}], (1, "accuracy_m", "「-1」不是米数"), id="accuracy"),
        pytest.param([{**GOOD, "synthetic": "maybe"}], (1, "synthetic", "「maybe」不是是或否"), id="yes-no"),
        pytest.param([{**GOOD, "geometry": OPEN}], (1, "geometry", "图形读不出来"), id="open-ring"),
        pytest.param(
            [{**GOOD, "geometry": {"type": "Point", "coordinates": [1, 2]}}], (1, "geometry", "图形读不出来"),
            id="point",
        ),
        pytest.param([{**GOOD, "geometry": BOWTIE}], (1, "N1", "边界自相交"), id="bowtie"),
        pytest.param(
            [{**GOOD, "geometry": drawn(0, 100, system=ZONE)}], (1, "geometry", "坐标 "), id="metres",
        ),
        pytest.param(
            [{**GOOD, "geometry": drawn(0, 50)}], (1, "N1", "与「C1G1网格」重叠"), id="overlap",
        ),
        pytest.param(
            [{"code": "C1G1", "geometry": drawn(0, 100)}, {"code": "C1G1", "geometry": drawn(0, 100)}],
            (2, "code", "编码 C1G1 已在第 1 行"), id="twice",
        ),
    ],
)  # fmt: skip
def test_a_faulty_row_is_named(areas: list[dict[str, Any]], place: tuple[int, str, str]) -> None:
    city()
    usual = [{"geometry": drawn(100, 200), **area} for area in areas] if place[1] != "边界" else areas
    found = faults(features(*usual))
    assert place[2] in {what[: len(place[2])] for row, column, what in found if (row, column) == place[:2]}


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {"a__" + name.rpartition(".")[2]: archive.read(name) for name in archive.namelist()}


def changed(change: Callable[[dict[str, bytes]], object], system: str = ZONE) -> bytes:
    files = unzipped(exported(Form.SHAPEFILE, system))
    change(files)
    return zipped(**files)


@pytest.mark.parametrize(
    ("make_file", "name", "what"),
    [
        pytest.param(lambda: b"{", "a.geojson", "不是有效的 JSON", id="json"),
        pytest.param(lambda: b'{"type": "Point"}', "a.geojson", "不是 GeoJSON", id="no-collection"),
        pytest.param(lambda: features({"name": "x"}), "a.geojson", "没有编码这一列", id="no-code"),
        pytest.param(
            lambda: features(GOOD, crs={"type": "name", "properties": {"name": "EPSG:3857"}}),
            "a.geojson", "不认识坐标系", id="crs",
        ),
        pytest.param(lambda: b"", "a.csv", "文件是空的", id="empty"),
        pytest.param(lambda: changed(lambda files: files.pop("a__dbf")), "a.zip", "缺少 .dbf", id="no-dbf"),
        pytest.param(lambda: changed(lambda files: files.pop("a__prj")), "a.zip", "没有 .prj", id="no-prj"),
        pytest.param(
            lambda: changed(lambda files: files.update(a__prj=b'LOCAL_CS["here"]')), "a.zip", "不支持 .prj",
            id="local-prj",
        ),
        pytest.param(
            lambda: changed(lambda files: files.update(b__shp=b"", b__dbf=b"")), "a.zip", "zip 里有 2 个图层",
            id="two-layers",
        ),
        pytest.param(
            lambda: changed(lambda files: files.update(a__shp=files["a__shp"][:150])), "a.zip",
            "Shapefile 已损坏", id="cut-off",
        ),
        pytest.param(
            lambda: changed(lambda files: files.update(a__dbf=b"\0" * 40_000_000)), "a.zip", "文件压缩比异常",
            id="bomb",
        ),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused(make_file: Callable[[], bytes], name: str, what: str) -> None:
    city()
    ((_, _, said),) = faults(make_file(), name)
    assert said.startswith(what)


def test_two_opinions_on_the_system_are_refused() -> None:
    city()
    with pytest.raises(SheetError, match="坐标系说法不一"):
        read(exported(Form.SHAPEFILE, ZONE), "a.zip", system=WGS84)


def test_too_many_features_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    city()
    monkeypatch.setattr("mulin.places.queries.outline_files.FEATURES_MAX", 3)
    with pytest.raises(SheetError, match="上限 3 个"):
        read(exported(Form.GEOJSON))
    monkeypatch.setattr(shapefiles, "ROWS", 3)
    with pytest.raises(SheetError, match="上限 3 个"):
        read(exported(Form.SHAPEFILE), "a.zip")


@pytest.mark.parametrize(
    ("encoding", "cpg"), [("gbk", b""), ("gbk", b"936"), ("utf-8", b"UTF-8"), ("utf-8", b"")]
)
def test_chinese_attributes_and_headers_are_read_in_both_encodings(encoding: str, cpg: bytes) -> None:
    city()
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POLYGON, encoding=encoding) as writer:
        for field in ("编码", "名称", "上级"):
            writer.field(field, "C", size=80)
        writer.shape(drawn(0, 100))
        writer.record("C1G1", "兴国社区第一网格", "C1")
    files = {f"a__{ending}": data.getvalue() for ending, data in parts.items()}
    files |= {"a__cpg": cpg} if cpg else {}
    (area,) = read(zipped(**files), "a.zip", system=WGS84).areas
    assert (area.code, area.name, area.parent_code) == ("C1G1", "兴国社区第一网格", "C1")


def test_the_day_before_is_exported_as_it_was() -> None:
    city()
    bring(read("编码,名称\nC1G1,新名\n".encode(), "a.csv"))
    assert "新名" in exported(Form.GEOJSON, on=SPRING).decode()
    assert "新名" not in exported(Form.GEOJSON, on=NEW_YEAR).decode()
    kinds = json.loads(exported(Form.GEOJSON, kind="street"))["features"]
    assert {feature["properties"]["kind"] for feature in kinds} == {"street"}


def test_a_system_that_cannot_reach_so_far_is_refused_before_the_first_byte() -> None:
    city()
    with pytest.raises(BadInput, match="离中央经线"):
        export_outlines(kind="", on=NEW_YEAR, form=Form.GEOJSON, system=SYSTEMS["cgcs2000-gk-cm-75"])


def test_an_outline_too_long_for_a_cell_stays_as_it_is() -> None:
    fine = shapely.segmentize(shapely.from_wkb(make.box(0, 0, 100, 100)), 1e-6)
    make.drawn(make.area("L1", bytes(fine.wkb), "street"))
    draft = read(exported(Form.XLSX), "a.xlsx")
    assert draft.problems == ()
    assert bring(draft).changes.is_empty


def test_it_takes_the_post() -> None:
    city()
    file = read("编码,名称\nC1G1,新名\n".encode(), "a.csv")
    with pytest.raises(NotAllowed):
        bring(file, actor=make.clerk("import_compounds"))
    assert bring(file, actor=make.clerk("import_areas")).changes.counts()["changed"] == 1
    assert queries.area_history("C1G1")[-1].name == "新名"
