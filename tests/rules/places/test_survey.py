"""Outlines, compounds and buildings are checked before they count: each fault alone, and all at once."""

from dataclasses import replace

import pytest
import shapely

from mulin.places.rules.changes import compare
from mulin.places.rules.ground import AreaEdition, Ground
from mulin.places.rules.imports import BadGround, import_of_areas, import_of_buildings, import_of_compounds
from mulin.places.rules.survey import survey
from tests.make import places as make


def faults(*areas: AreaEdition) -> list[tuple[str, str]]:
    return [(problem.code, problem.what.split("：")[0][:4]) for problem in survey(areas)]


def wkb(shape: shapely.Geometry) -> bytes:
    return bytes(shapely.to_wkb(shape))


def test_grids_that_tile_their_community_are_sound() -> None:
    assert faults(*make.community(grids=4)) == []


BOWTIE = wkb(shapely.Polygon([(118, 34), (118.1, 34.1), (118.1, 34), (118, 34.1)]))


@pytest.mark.parametrize(
    ("outline", "what"),
    [
        pytest.param(b"no wkb", "边界图形读不出来", id="not-a-shape"),
        pytest.param(wkb(shapely.Point(118, 34)), "边界图形是", id="a-point"),
        pytest.param(wkb(shapely.Polygon()), "边界图形没有面积", id="empty"),
        pytest.param(wkb(shapely.box(39_000_000, 3_800_000, 39_000_100, 3_800_100)), "坐标超出", id="metres"),
        pytest.param(BOWTIE, "边界自相交", id="bowtie"),
        pytest.param(
            wkb(shapely.segmentize(shapely.box(118, 34, 118.1, 34.1), 0.00001)), "边界顶点超过", id="too-fine"
        ),
    ],
)
def test_a_broken_outline_is_named(outline: bytes, what: str) -> None:
    (problem,) = survey([make.area("G1", outline)])
    assert problem.code == "G1"
    assert problem.what.startswith(what)
    assert problem.how


def test_an_overlap_says_with_whom_how_much_and_where() -> None:
    whole, first, _ = make.community()
    problems = survey([whole, first, make.area("C1G2", make.box(80, 0, 200, 100), parent="C1")])
    (problem,) = problems
    assert problem.code == "C1G2"
    assert problem.what % problem.facts == "与「C1G1网格」重叠 0.20 公顷（在 118.00098,34.00045）"


def test_a_gap_in_a_community_is_named() -> None:
    whole, first, _ = make.community()
    assert faults(whole, first) == [("C1", "有 %(")]


def test_a_grid_outside_its_community_is_named() -> None:
    whole, first, second = make.community()
    stray = make.area("C1G3", make.box(200, 0, 250, 100), parent="C1")
    assert faults(whole, first, second, stray) == [("C1G3", "有 %(")]


def test_a_missing_parent_is_named() -> None:
    assert faults(make.area("G1", make.box(0, 0, 9, 9), parent="NO")) == [("G1", "上级区域")]


def test_lines_thinner_than_the_tolerance_are_no_fault() -> None:
    whole, first, _ = make.community()
    assert faults(whole, first, make.area("C1G2", make.box(99, 0, 200, 100), parent="C1")) == []
    assert faults(whole, first, make.area("C1G2", make.box(101, 0, 200, 100), parent="C1")) == []


def test_wider_areas_may_leave_gaps() -> None:
    street = make.area("S", make.box(-500, -500, 500, 500), "street")
    whole, *grids = make.community()
    assert faults(street, make.area("C1", whole.outline, "community", "S"), *grids) == []


def test_a_broken_sibling_does_not_raise_a_false_gap() -> None:
    whole, first, _ = make.community()
    assert faults(whole, first, make.area("C1G2", BOWTIE, parent="C1")) == [("C1G2", "边界自相")]


def test_an_import_names_every_fault_and_changes_nothing_by_itself() -> None:
    whole, first, second = make.community()
    with pytest.raises(BadGround) as refused:
        import_of_areas(Ground(), [whole, first, first, second], complete_kinds=())
    assert [problem.code for problem in refused.value.problems] == ["C1G1"]


def test_an_import_is_checked_together_with_what_stands() -> None:
    standing = Ground(tuple(make.community()))
    with pytest.raises(BadGround):
        import_of_areas(standing, make.community("C2", east=100), complete_kinds=())
    changes = import_of_areas(standing, make.community("C2", east=200), complete_kinds=())
    assert (sorted(changes.new), changes.same) == (["C2", "C2G1", "C2G2"], 0)


def test_what_a_complete_import_leaves_out_ends() -> None:
    standing = Ground(tuple(make.community(grids=3)))
    whole, *_ = make.community(grids=3)
    merged = [
        whole,
        make.area("C1G1", make.box(0, 0, 150, 100), parent="C1"),
        make.area("C1G2", make.box(150, 0, 300, 100), parent="C1"),
    ]
    changes = import_of_areas(standing, merged, complete_kinds=("grid",))
    assert (list(changes.ended), sorted(changes.changed), changes.same) == (["C1G3"], ["C1G1", "C1G2"], 1)


STANDING = Ground(
    tuple(make.community()),
    (make.compound("A", "甲小区", "C1G1"), make.compound("B", "乙小区", "C1G2", at=(150, 50))),
)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        pytest.param({"name": ""}, "没有名称", id="no-name"),
        pytest.param({"grid_codes": ()}, "没有写所在网格", id="no-grid"),
        pytest.param({"grid_codes": ("C9",)}, "网格「C9」不存在", id="unknown-grid"),
        pytest.param({"lon": make.lon(400)}, "坐标离所在网格 300 米", id="far-away"),
    ],
)
def test_a_compound_that_does_not_fit_is_named(changed: dict[str, object], what: str) -> None:
    with pytest.raises(BadGround) as refused:
        import_of_compounds(
            STANDING, [replace(make.compound("A", "甲小区", "C1G1"), **changed)], complete=False
        )
    (problem,) = refused.value.problems
    assert problem.what % problem.facts == what


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        pytest.param({"name": ""}, "没有名称", id="no-name"),
        pytest.param({"grid_code": "C9"}, "网格「C9」不存在", id="unknown-grid"),
        pytest.param({"compound_code": "Z"}, "小区「Z」不存在", id="unknown-compound"),
        pytest.param({"compound_code": "B"}, "小区「乙小区」没有登记在网格「C1G1」", id="other-grid"),
        pytest.param({"lat": make.lat(-200)}, "坐标离所在网格 200 米", id="far-away"),
        pytest.param(
            {"floors": 99, "doors": 2}, "层数应在 0 到 60、每层户数在 0 到 40 之间", id="skyscraper"
        ),
    ],
)
def test_a_building_that_does_not_fit_is_named(changed: dict[str, object], what: str) -> None:
    with pytest.raises(BadGround) as refused:
        import_of_buildings(
            STANDING, [replace(make.building("A-1", "A", "C1G1", (50, 50)), **changed)], complete=False
        )
    (problem,) = refused.value.problems
    assert problem.what % problem.facts == what


def test_codes_given_twice_are_named() -> None:
    with pytest.raises(BadGround) as refused:
        import_of_compounds(STANDING, [make.compound("A", "甲", "C1G1")] * 2, complete=False)
    assert refused.value.problems[0].facts == {"count": 2}
    one = make.building("A-1", "A", "C1G1", (50, 50))
    with pytest.raises(BadGround) as refused_buildings:
        import_of_buildings(STANDING, [one, one], complete=False)
    assert {problem.code for problem in refused_buildings.value.problems} == {"A-1", "A-1-1", "A-1-2"}


def test_a_comparison_counts_every_row_once() -> None:
    changes = compare(
        {"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}, essence=lambda value: value, complete=True
    )
    assert changes.counts() == {"new": 1, "changed": 1, "ended": 1, "same": 1}
    assert not changes.is_empty
    assert compare({"a": 1}, {}, essence=lambda value: value, complete=False).is_empty
