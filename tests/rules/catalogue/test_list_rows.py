"""From cells to items: each kind of wrong cell is found, named and told how to mend."""

import pytest

from mulin.catalogue.rules import reading
from mulin.catalogue.rules.items import ItemRow, as_cells
from mulin.catalogue.rules.reading import FIELDS, Problem, Reading
from mulin.clocks.rules.limits import Limit, LimitKind
from tests.make import catalogue as make

NAMES = {kind.code: kind.name for kind in make.KINDS}
KEYS = {field.title: field.key for field in FIELDS}


def read(*lines: dict[str, str]) -> Reading:
    rows = [{KEYS[title]: text for title, text in {**make.CELLS, **line}.items()} for line in lines]
    return reading.read_items(list(enumerate(rows, 2)), make.KINDS)


def said(problem: Problem) -> str:
    return problem.what % problem.facts


def test_a_row_becomes_an_item() -> None:
    assert read({}) == Reading((make.ROW,), ())


def test_only_the_needed_cells_need_be_filled() -> None:
    optional = {field.title: "" for field in FIELDS if not field.required}
    (item,) = read(optional).items
    assert (item.path, item.assist_kinds, item.evidence, item.keywords) == (("市容环境",), (), (), ())
    assert (item.in_compound, item.is_public, item.is_example) == (False, True, False)


def test_levels_are_kept_lowest_first_and_codes_are_names_too() -> None:
    (item,) = read(
        {"层级": "street;社区, grid", "主办": "department", "模块": "enforcement", "取证要求": "video"}
    ).items
    assert item.levels == ("grid", "community", "street")
    assert (item.lead_kind, item.module.value, item.evidence[0].value) == (
        "department",
        "enforcement",
        "video",
    )


@pytest.mark.parametrize(
    ("column", "text", "what", "how"),
    [
        pytest.param("编号", "", "没有填写", "必填", id="code-empty"),
        pytest.param("编号", "01 002", "不能用的符号", "数字", id="code-blank"),
        pytest.param("编号", "01/002", "不能用的符号", "数字", id="code-slash"),
        pytest.param("编号", "9" * 33, "最多 32 个", "缩短", id="code-long"),
        pytest.param("大类", "", "没有填写", "必填", id="category-empty"),
        pytest.param("大类", "类" * 61, "最多 60 个", "缩短", id="category-long"),
        pytest.param("小类", "类" * 61, "最多 60 个", "缩短", id="second-category-long"),
        pytest.param("细类", "类" * 61, "最多 60 个", "缩短", id="third-category-long"),
        pytest.param("名称", "", "没有填写", "必填", id="name-empty"),
        pytest.param("名称", "名" * 121, "最多 120 个", "缩短", id="name-long"),
        pytest.param("模块", "", "没有填写", "必填", id="module-empty"),
        pytest.param("模块", "民声", "没有“民声”", "是不是“民生”", id="module-misspelt"),
        pytest.param("模块", "党建", "没有“党建”", "发展、执法、民生", id="module-unknown"),
        pytest.param("层级", "", "没有填写", "必填", id="levels-empty"),
        pytest.param("层级", "社区、镇街", "没有“镇街”", "是不是“街道”", id="levels-unknown"),
        pytest.param("主办", "", "没有填写", "必填", id="lead-empty"),
        pytest.param("主办", "城管局", "没有“城管局”", "可填：网格、社区、街道、部门", id="lead-unknown"),
        pytest.param("主办", "街道、部门", "主办只能有一种", "协办", id="lead-double"),
        pytest.param("协办", "公安", "没有“公安”", "可填", id="assist-unknown"),
        pytest.param("三单一访", "也许", "看不懂“也许”", "是 或 否", id="compound-unclear"),
        pytest.param("时限", "", "没有填写", "必填", id="limit-empty"),
        pytest.param("时限", "5天", "工作日还是自然日", "5工作日", id="limit-of-which-days"),
        pytest.param("时限", "马上", "看不懂时限", "5工作日", id="limit-unclear"),
        pytest.param("时限", "0工作日", "1 到 1000 工作日之间", "5工作日", id="limit-nothing"),
        pytest.param("取证要求", "照骗", "没有“照骗”", "可填", id="evidence-unknown"),
        pytest.param("结案标准", "", "没有填写", "怎样算办好", id="standard-empty"),
        pytest.param("结案标准", "好" * 301, "最多 300 个", "缩短", id="standard-long"),
        pytest.param("公开", "不一定", "看不懂", "是 或 否", id="public-unclear"),
        pytest.param("法律依据", "法" * 301, "最多 300 个", "缩短", id="basis-long"),
        pytest.param("关键词", "词" * 41, "太长", "40 字", id="keyword-long"),
        pytest.param(
            "关键词", "、".join(f"词{n}" for n in range(31)), "最多 30 个", "删去", id="keywords-many"
        ),
        pytest.param("一次性告知", "件" * 101, "太长", "100 字", id="checklist-long"),
        pytest.param("示例", "?", "看不懂", "是 或 否", id="example-unclear"),
    ],
)
def test_a_wrong_cell_is_named_with_its_cure(column: str, text: str, what: str, how: str) -> None:
    found = read({}, {column: text} if column == "编号" else {"编号": "2", "名称": "乙", column: text})
    assert found.items == (make.ROW,)
    (problem,) = found.problems
    assert (problem.row, problem.column) == (3, column)
    assert what in said(problem)
    assert how in problem.how % problem.facts


def test_every_column_has_a_wrong_cell_above() -> None:
    cases = test_a_wrong_cell_is_named_with_its_cure.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {case.values[0] for case in cases} == {field.title for field in FIELDS}


def test_all_faults_are_found_at_once_in_the_order_of_the_sheet() -> None:
    found = read(
        {"模块": "x", "时限": "y"}, {"编号": ""}, {"编号": "3", "名称": "丙"}, {"编号": "3", "名称": "丙"}
    )
    assert [(problem.row, problem.column) for problem in found.problems] == [
        (2, "模块"),
        (2, "时限"),
        (3, "编号"),
        (5, "编号"),
        (5, "名称"),
    ]


def test_the_same_name_in_another_category_is_another_item() -> None:
    assert not read({}, {"编号": "2", "小类": "别处"}).problems
    (double,) = read({}, {"编号": "2"}).problems
    assert (double.column, said(double)) == ("名称", "名称与第 2 行相同")


def test_notes_are_skipped_and_an_empty_list_is_a_fault() -> None:
    found = read({"编号": "# 说明", "名称": ""})
    assert found.items == ()
    assert [said(problem) for problem in found.problems] == ["清单里没有一项"]


def test_an_item_is_written_as_it_is_read() -> None:
    cells = as_cells(make.ROW, NAMES)
    again = reading.read_items([(2, cells)], make.KINDS)
    assert again == Reading((make.ROW,), ())
    assert cells["levels"] == "网格、社区"


@pytest.mark.parametrize(
    ("item", "column"),
    [
        (make.row(code=""), "编号"),
        (make.row(path=()), "大类"),
        (make.row(name="名" * 121), "名称"),
        (make.row(levels=("moon",)), "层级"),
        (make.row(lead_kind="moon"), "主办"),
        (make.row(assist_kinds=("moon",)), "协办"),
        (make.row(closing_standard=""), "结案标准"),
    ],
)
def test_items_from_elsewhere_are_held_to_the_same_rules(item: ItemRow, column: str) -> None:
    assert [each.column for each in reading.faults_of([item], set(NAMES))] == [column]


def test_sound_items_from_elsewhere_have_no_faults() -> None:
    longest = make.row("9", line=3, limit=Limit(1, LimitKind.MINUTES), keywords=("词" * 40,) * 30)
    assert reading.faults_of([make.ROW, longest], set(NAMES)) == []
    assert len(reading.faults_of([], set(NAMES))) == 1
