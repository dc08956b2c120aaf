"""A pack with a fault of every kind: each is named by file, row and column, with its cure."""

from pathlib import Path

import openpyxl
import pytest

from mulin.packs.queries import BadPack, examine, read_pack
from tests.make.packs import FOLDER, faults


def test_the_demo_pack_is_sound(copy: Path) -> None:
    assert examine(copy)[1] == ()


# file, what stands there, what is put there instead, (row, column) of the problem, a piece of what is said
CELLS = [
    (
        "unit_kinds.csv",
        "grid,网格,Grid,territory",
        "grid,网格,Grid,region",
        6,
        "门类",
        "没有这个类别：region",
    ),
    ("roles.csv", "handler,部门承办", ",部门承办", 7, "编码", "这一格不能空"),
    ("roles.csv", "technical,system", "technical,boss", 12, "管理员类别", "没有这类管理员：boss"),
    ("permits.csv", "close_case,any", "shut_case,any", 22, "行为", "没有「shut_case」这个行为"),
    ("permits.csv", "register_case,any", "register_case,all", 7, "city_command", "没有「all」这种关系"),
    (
        "permits.csv",
        "read_ledger,,,,,,,,any,,,,,any",
        "see_case,,,,,,,,any,,,,,any",
        0,
        "audit_admin",
        "管理员角色不能查看",
    ),
    (
        "posts.csv",
        "grid_officer,,是\ngrid_officer",
        "nobody,,是\ngrid_officer",
        13,
        "角色",
        "没有这个角色：nobody",
    ),
    (
        "posts.csv",
        "网格长,Grid lead,,grid,1,1,1",
        "网格长,Grid lead,,grid,3,1,1",
        13,
        "配备上限",
        "上限低于下限",
    ),
    (
        "units.csv",
        "990101,county,示例区,示例区,990100",
        "990101,county,示例区,示例区,990199",
        3,
        "上级编码",
        "没有上级单位 990199",
    ),
    (
        "units.csv",
        "990101001001,community,清泉社区,清泉社区,990101001,",
        "990101001001,community,清泉社区,清泉社区,990101,",
        5,
        "上级编码",
        "社区不能归到区县",
    ),
    (
        "units.csv",
        "990101-WY01,property_firm",
        "990101-WY02,property_firm",
        24,
        "编码",
        "990101-WY02 与第 23 行重复",
    ),
    (
        "units.csv",
        "清泉一网格支部,990101-P0011,,990101001001001",
        "清泉一网格支部,990101-P0011,,",
        29,
        "覆盖区域编码",
        "网格党支部必须对应一个地域单位",
    ),
    ("units.csv", "990101-ZJ,department", "990101 ZJ,department", 20, "编码", "「990101 ZJ」不是编码"),
    (
        "staff.csv",
        "S011,街道调度员 01,990101001,street_dispatcher",
        "S011,街道调度员 01,990101001,boss",
        10,
        "岗位",
        "没有岗位 boss",
    ),
    ("staff.csv", "S021,社区书记 01,990101001001", "S021,社区书记 01,990101001", 12, "岗位", "这个单位没有"),
    (
        "staff.csv",
        "S011,街道调度员 01,990101001,street_dispatcher,是",
        "S011,街道调度员 01,990101001,street_dispatcher,maybe",
        10,
        "专职",
        "「maybe」不是 是 或 否",
    ),
    (
        "compounds.csv",
        "DM-LJ,柳景家园,,990101001002003|990101001002004",
        "DM-LJ,柳景家园,,990101001002009",
        9,
        "编码 DM-LJ",
        "网格「990101001002009」不存在",
    ),
    (
        "compounds.csv",
        "990101-WY01,118.008500",
        "990101-ZJ,118.008500",
        3,
        "物业企业编码",
        "「990101-ZJ」不是物业企业",
    ),
    ("compounds.csv", "118.008500,34.007650", "118.8500,34.007650", 3, "编码 DM-XY", "坐标离所在网格"),
    ("compounds.csv", "118.008500,34.007650", "东经118,34.007650", 3, "经度", "「东经118」不是经纬度"),
    (
        "buildings.csv",
        "DM-DY-01,1号楼,DM-DY,990101001001001,990101-P001111",
        "DM-DY-01,1号楼,DM-DY,990101001001001,990101-ZJ",
        2,
        "楼院小组编码",
        "「990101-ZJ」不是党组织",
    ),
    (
        "buildings.csv",
        "DM-DY-01,1号楼,DM-DY,",
        "DM-DY-01,1号楼,DM-ZZ,",
        2,
        "编码 DM-DY-01",
        "小区「DM-ZZ」不存在",
    ),
    (
        "buildings.csv",
        "990101-P001111,2,6,2,118.0035",
        "990101-P001111,2,六,2,118.0035",
        2,
        "层数",
        "「六」不是非负整数",
    ),
    ("dispatch.csv", "04-04,,inside", "04-77,,inside", 10, "清单编码", "清单里没有「04-77」"),
    (
        "dispatch.csv",
        "05-05,,,,unit:990101-GA",
        "05-05,,,,unit:990101-XX",
        12,
        "主办",
        "没有单位「990101-XX」",
    ),
    ("dispatch.csv", "05-05,,,,unit:990101-GA", "05-05,,,,dept:GA", 12, "主办", "「dept:GA」"),
    (
        "dispatch.csv",
        "05-05,,,,unit:990101-GA",
        "05-05,,,,kind:village",
        12,
        "主办",
        "没有单位类别「village」",
    ),
    ("dispatch.csv", "04-,,,off", "04-,,,night", 9, "时段", "「night」不认识"),
    ("dispatch.csv", "05-05,,,,", "05-,,,,", 12, "清单编码", "和第 11 行条件相同"),
    ("dispatch.csv", "05-05,,,,", "05-05,990199,,,", 12, "区域编码", "没有单位「990199」"),
    (
        "list.csv",
        "01-01,市容环境,,私搭乱建,执法",
        "01-01,市容环境,,私搭乱建,城管",
        2,
        "模块",
        "没有“城管”这一种",
    ),
    ("list.csv", "7工作日", "七天", 2, "时限", "看不懂时限"),
    ("list.csv", "01-02,市容环境", "01-01,市容环境", 3, "编号", "编号与第 2 行相同"),
    (
        "pack.toml",
        'intake_kind = "street"',
        'intake_kind = "ward"',
        0,
        "settings.intake_kind",
        "没有「ward」",
    ),
    ("pack.toml", "reopen_days = 15", 'reopen_days = "15"', 0, "settings.reopen_days", "类型不对"),
    ("pack.toml", "reopen_days = 15", "reopendays = 15", 0, "settings.reopendays", "没有这一项设定"),
    (
        "pack.toml",
        'fallback_unit_code = "990101"',
        'fallback_unit_code = "1"',
        0,
        "settings.fallback_unit_code",
        "没有「1」",
    ),
    ("pack.toml", "from_on = 2026-01-01", 'from_on = "2026"', 0, "pack.from_on", "类型不对"),
    ("pack.toml", "[settings]", "[setting]", 0, "setting", "不认识这一节"),
    ("pack.toml", "[list]", "[[list", 0, "", "不是有效的 TOML"),
    ("areas.geojson", '"name": "望山街道"', '"name": ""', 3, "name", "缺少属性「name」"),
    ("areas.geojson", '"kind": "street"', '"kind": "ward"', 3, "kind", "没有「ward」这类区域"),
    (
        "areas.geojson",
        '"unit": "990101001"',
        '"unit": "990101-ZJ"',
        3,
        "unit",
        "没有编码为「990101-ZJ」的同类单位",
    ),
    (
        "areas.geojson",
        '"parent": "990101001001"',
        '"parent": "990101001009"',
        5,
        "code 990101001001001",
        "上级区域「990101001009」不存在",
    ),
    ("areas.geojson", '"FeatureCollection"', '"Collection"', 0, "type", "不是 GeoJSON"),
    (
        "areas.geojson",
        '{"type": "FeatureCollection"',
        '{"type": "FeatureCollection',
        1,
        "",
        "不是有效的 JSON",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "row", "column", "what"), CELLS)
def test_a_fault_is_named_where_it_is(
    copy: Path, file: str, old: str, new: str, row: int, column: str, what: str
) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text, "the demo pack has changed: mend this test"
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = examine(copy)[1]
    found = [p for p in problems if (p.file, p.row, p.column) == (file, row, column)]
    assert any(what in p.what % p.facts for p in found), [str(p) for p in problems]
    assert all(p.how % p.facts for p in found)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("[settings]", "settings = 1\n[pack2]", "pack2"),
        ("[list]", "[lists]", "[list]"),
        ('title = "', 'titel = "', "pack.titel"),
        ('title = "', 'titel = "', "pack.title"),
    ],
)
def test_a_manifest_with_other_entries_is_named(copy: Path, old: str, new: str, column: str) -> None:
    path = copy / "pack.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert ("pack.toml", 0, column) in faults(copy)


def test_settings_that_are_no_section_are_named(copy: Path) -> None:
    path = copy / "pack.toml"
    head = path.read_text(encoding="utf-8").split("[settings]")[0]
    path.write_text("settings = 1\n" + head, encoding="utf-8")
    assert ("pack.toml", 0, "settings") in faults(copy)


def test_permits_must_begin_with_the_act_and_be_readable(copy: Path) -> None:
    path = copy / "permits.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("行为,", "操作,", 1), encoding="utf-8")
    assert ("permits.csv", 1, "操作") in faults(copy)
    path.write_bytes(b"PK\x03\x04 no workbook")
    assert [file for file, _, _ in faults(copy)] == ["permits.csv"]


def test_a_pack_needs_only_its_manifest_to_be_read(copy: Path) -> None:
    for file in copy.iterdir():
        if file.name != "pack.toml":
            file.unlink()
    assert {p.column for p in examine(copy)[1]} == {
        "settings.intake_kind",
        "settings.check_kind",
        "settings.fallback_unit_code",
    }


def test_everything_wrong_is_told_at_once(copy: Path) -> None:
    for file, old, new in [
        ("units.csv", "990101,county", "990101,canton"),
        ("list.csv", "7工作日", "七天"),
        ("dispatch.csv", "unit:990101-GA", "unit:NO"),
    ]:
        path = copy / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert {"units.csv", "list.csv", "dispatch.csv"} <= {file for file, _, _ in faults(copy)}
    with pytest.raises(BadPack) as refused:
        read_pack(copy)
    assert len(refused.value.problems) >= 3


def test_files_that_nobody_reads_or_that_stand_twice_are_named(copy: Path) -> None:
    (copy / "unit.csv").write_text("x\n", encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.append(["编码"])
    book.save(copy / "units.xlsx")
    named = {(file, what.what) for file, what in [(p.file, p) for p in examine(copy)[1]]}
    assert ("unit.csv", "不认识这个文件") in named
    assert ("units.xlsx", "同一张表有两个文件：%(names)s") in named


def test_a_table_may_be_a_workbook(copy: Path) -> None:
    lines = (copy / "dispatch.csv").read_text(encoding="utf-8").splitlines()
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line.split(","))
    book.save(copy / "dispatch.xlsx")
    (copy / "dispatch.csv").unlink()
    read, problems = examine(copy)
    assert problems == ()
    assert read.dispatch.rows == read_pack(FOLDER / "demo").dispatch.rows


def test_a_missing_column_an_unknown_one_and_a_bomb_are_refused(copy: Path) -> None:
    (copy / "roles.csv").write_text("编码,名称\na,b\n", encoding="utf-8")
    (copy / "posts.csv").write_text("编码,颜色\na,b\n", encoding="utf-8")
    (copy / "units.csv").write_bytes(b"\x00\x01\x02")
    files = {file for file, _, _ in faults(copy)}
    assert {"roles.csv", "posts.csv", "units.csv"} <= files


def test_permits_for_a_role_nobody_has_are_named(copy: Path) -> None:
    path = copy / "permits.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("dispatcher", "despatcher", 1), encoding="utf-8")
    assert ("permits.csv", 1, "despatcher") in faults(copy)


def test_an_empty_folder_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(BadPack) as refused:
        read_pack(tmp_path)
    assert "pack.toml" in str(refused.value.problems[0])
