"""Address text to grid: what is written decides, what is left open is asked."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import Ground
from mulin.places.rules.located import Located
from mulin.places.rules.names import House, area_variants, grid_number, house_in, house_key, plain
from tests.make import places as make

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    areas = [
        make.area("T1", make.box(0, 0, 500, 100), "street", name="望山街道"),
        make.area("C1", make.box(0, 0, 200, 100), "community", "T1", name="清泉社区"),
        make.area("C1G1", make.box(0, 0, 100, 100), parent="C1", name="清泉社区第一网格"),
        make.area("C1G2", make.box(100, 0, 200, 100), parent="C1", name="清泉社区第二网格"),
        make.area("C2", make.box(200, 0, 400, 100), "community", "T1", name="柳林社区"),
        make.area("C2G1", make.box(200, 0, 300, 100), parent="C2", name="柳林社区第一网格"),
        make.area("C2G2", make.box(300, 0, 400, 100), parent="C2", name="柳林社区第二网格"),
        make.area("C3", make.box(400, 0, 500, 100), "community", "T1", name="石桥社区"),
        make.area("C3G1", make.box(400, 0, 500, 100), parent="C3", name="石桥社区第一网格"),
        make.area("V1", make.box(600, 0, 700, 100), "community", name="大李庄村"),
        make.area("V1G1", make.box(600, 0, 700, 100), parent="V1", name="大李庄村第一网格"),
        make.area("V2", make.box(800, 0, 900, 100), "community", name="大李庄村"),
        make.area("V2G1", make.box(800, 0, 900, 100), parent="V2", name="大李庄村第一网格"),
    ]
    compounds = (
        make.compound("DY", "东苑小区（示例）", "C1G1", "C1G2", aliases=("东苑花园",)),
        make.compound("XY", "西苑", "C1G2", at=(150, 50)),
        make.compound("XF1", "幸福里小区", "C2G1", at=(250, 50)),
        make.compound("XF2", "幸福里小区", "C3G1", at=(450, 50)),
    )
    buildings = (
        make.building("DY-1", "DY", "C1G1", (60, 50)),
        make.building("DY-3", "DY", "C1G2", (140, 50), "三号楼"),
        make.building("XY-A", "XY", "C1G2", (150, 50), "A座", stairwells=(("1单元", "XY-A-1"),)),
        make.building("XF1-1", "XF1", "C2G1", (250, 50)),
        make.building("XF2-1", "XF2", "C3G1", (450, 50)),
        make.building("XF2-7", "XF2", "C3G1", (460, 50), "7号楼"),
    )
    return Atlas(Ground(tuple(areas), compounds, buildings), on=DAY)


def told(found: Located) -> tuple[str, str, str]:
    return found.outcome.value, found.area_code, found.reason.code


@pytest.mark.parametrize(
    ("text", "outcome", "area", "reason"),
    [
        ("望山街道清泉社区东苑小区3号楼2单元501", "inside", "C1G2", "dwelling"),
        ("东苑小区 1 栋 2 单元 301 室，下水道堵了", "inside", "C1G1", "dwelling"),
        ("东苑花园三号楼", "inside", "C1G2", "dwelling"),
        ("东苑1-2-301漏水", "unknown", "", "not_understood"),
        ("东苑小区1-2-301漏水", "inside", "C1G1", "dwelling"),
        ("东苑小区", "ambiguous", "C1", "compound_grids"),
        ("东苑小区88号楼", "ambiguous", "C1", "building_unknown"),
        ("西苑", "inside", "C1G2", "compound_one_grid"),
        ("西苑88号楼", "inside", "C1G2", "building_unknown_one_grid"),
        ("西苑ａ座", "inside", "C1G2", "dwelling"),
        ("幸福里小区1号楼", "ambiguous", "T1", "same_name"),
        ("幸福里小区7号楼", "inside", "C3G1", "dwelling"),
        ("柳林社区幸福里小区1号楼", "inside", "C2G1", "dwelling"),
        ("柳林居委会幸福里", "inside", "C2G1", "compound_one_grid"),
        ("清泉社区幸福里小区", "ambiguous", "T1", "conflict"),
        ("清泉社区第二网格", "inside", "C1G2", "grid_named"),
        ("清泉社区2网格", "inside", "C1G2", "grid_named"),
        ("清泉社区的路灯不亮", "ambiguous", "C1", "only_wider"),
        ("石桥社区", "inside", "C3G1", "only_grid_of"),
        ("望山街道", "ambiguous", "T1", "only_wider"),
        ("大李庄村委会门口", "ambiguous", "", "same_name"),
        ("不知道在哪里", "unknown", "", "not_understood"),
        ("  ", "unknown", "", "empty"),
        ("清泉社区，属望山街道", "ambiguous", "C1", "only_wider"),
        ("望山街道清泉社区第一网格", "inside", "C1G1", "grid_named"),
        ("柳林社区对面的清泉社区", "ambiguous", "C2", "only_wider"),
    ],
)
def test_what_an_address_leads_to(atlas: Atlas, text: str, outcome: str, area: str, reason: str) -> None:
    assert told(atlas.locate_address(text)) == (outcome, area, reason)


def test_the_finest_level_named_is_in_the_answer(atlas: Atlas) -> None:
    found = atlas.locate_address("清泉社区东苑小区3号楼2单元501室")
    assert (found.compound_code, found.building_code, found.stairwell_code, found.dwelling) == (
        "DY",
        "DY-3",
        "DY-3-2",
        "501",
    )
    assert (found.lon, found.lat) == (make.lon(140), make.lat(50))


def test_a_building_with_one_stairwell_needs_none_named(atlas: Atlas) -> None:
    assert atlas.locate_address("西苑A座101").stairwell_code == "XY-A-1"
    assert atlas.locate_address("东苑小区1号楼101").stairwell_code == ""


def test_a_compound_in_no_grid_is_known_but_leads_nowhere() -> None:
    community = make.area("C1", make.box(0, 0, 9, 9), "community", name="清泉社区")
    compounds = (make.compound("L", "失落苑", "GONE"), make.compound("B", "无格苑"))
    lone = Atlas(Ground((community,), compounds), on=DAY)
    for text, code in [("失落苑3号楼", "L"), ("无格苑", "B"), ("清泉社区无格苑", "B")]:
        found = lone.locate_address(text)
        assert (*told(found), found.compound_code) == ("unknown", "", "compound_no_grid", code)


def test_a_question_shows_its_choices(atlas: Atlas) -> None:
    grids = atlas.locate_address("东苑小区")
    assert [c.code for c in grids.candidates] == ["C1G1", "C1G2"]
    namesakes = atlas.locate_address("幸福里小区")
    assert [c.code for c in namesakes.candidates] == ["XF1", "XF2"]
    assert "幸福里小区（柳林社区）" in namesakes.reason.words()


def test_a_very_long_text_is_read_only_so_far(atlas: Atlas) -> None:
    assert atlas.locate_address("。" * 10_000 + "西苑").outcome.value == "unknown"


PIECES = (
    "清泉社区",
    "幸福里",
    "东苑小区",
    "西苑",
    "3号楼",
    "二单元",
    "501",
    "第二网格",
    "1-2-3",
    "（",
    "百号",
    "\x00",
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=8).map("".join))
def test_any_text_gets_an_answer_that_holds_together(atlas: Atlas, text: str) -> None:
    found = atlas.locate_address(text)
    assert found.reason.words()
    assert found.reason.words("en")
    assert bool(found.chain) == bool(found.area_code)
    if found.outcome.value == "inside":
        assert found.grid_code
    if found.outcome.value == "ambiguous":
        assert len(found.candidates) > (found.reason.code != "unsure")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("３＃楼２单元", "3#楼2单元"),
        ("十二号楼", "12号楼"),
        ("二十一栋", "21栋"),
        ("二〇三室", "203室"),
        ("一百零五号", "105号"),
        ("第八网格（基础）", "第8网格"),
        ("一家人在三里庄", "一家人在三里庄"),
    ],
)
def test_one_spelling_for_comparison(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("3号楼2单元501", House("3", "2", "501")),
        ("3-2-501", House("3", "2", "501")),
        ("03栋0501室", House("3", "", "0501")),
        ("B座1203", House("B", "", "1203")),
        ("12#楼", House("12", "", "")),
        ("2单元", House("", "2", "")),
        ("12345", House()),
        ("3号楼2026年交房", House("3", "", "")),
        ("", House()),
    ],
)
def test_house_numbers(text: str, house: House) -> None:
    assert house_in(text) == house


def test_names_of_areas_and_houses() -> None:
    assert "邵楼社区" in area_variants("邵楼居委会", "community")
    assert area_variants("望山街道", "street") == ("望山街道",)
    assert area_variants("社区", "community") == ("社区",)
    assert (house_key("三号楼"), house_key("A座"), house_key("东楼")) == ("3", "A", "东楼")
    assert (grid_number("清泉社区第十二网格"), grid_number("市场网格")) == ("12", "")
