"""Cells of a pack: what they may hold, what is refused, and with which cure."""

import pytest

from mulin.packs.rules import cells
from mulin.packs.rules.cells import BadCell
from mulin.packs.rules.pack import stairs
from mulin.packs.rules.problems import Problem


@pytest.mark.parametrize(
    ("read", "cell", "value"),
    [
        (cells.text, " 甲 ", "甲"),
        (cells.code, "370404001006-P1", "370404001006-P1"),
        (cells.code, "", ""),
        (cells.whole, "", 0),
        (cells.whole, "12", 12),
        (cells.degrees, "117.5", 117.5),
        (cells.yes_or_no, "是", True),
        (cells.yes_or_no, "", False),
        (cells.yes_or_no, "No", False),
        (cells.words, "甲|乙；丙、甲", ("甲", "乙", "丙")),
        (cells.codes, "a|b", ("a", "b")),
        (cells.post_roles, "officer|lead:full", frozenset({("officer", ""), ("lead", "full")})),
    ],
)
def test_what_cells_mean(read, cell: str, value: object) -> None:
    assert read(cell) == value


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (cells.code, "有空格 x"),
        (cells.code, "-a"),
        (cells.code, "x" * 33),
        (cells.codes, "a|b c"),
        (cells.whole, "-1"),
        (cells.whole, "1.5"),
        (cells.whole, "９９"),
        (cells.degrees, "north"),
        (cells.degrees, "nan"),
        (cells.degrees, "181"),
        (cells.yes_or_no, "maybe"),
        (cells.post_roles, "a b"),
    ],
)
def test_what_cells_may_not_hold(read, cell: str) -> None:
    with pytest.raises(BadCell) as refused:
        read(cell)
    assert refused.value.what
    assert refused.value.how


def test_a_row_is_read_whole_with_all_its_faults() -> None:
    columns = (
        cells.Column("a", "甲", cells.whole, required=True),
        cells.Column("b", "乙", cells.text, most=3),
        cells.Column("c", "丙"),
    )
    values, faults = cells.read_cells(columns, {"a": "", "b": "太长了吧", "c": "好"})
    assert values == {"c": "好"}
    assert [(column.title, fault.what) for column, fault in faults] == [
        ("甲", "这一格不能空"),
        ("乙", "这一格太长"),
    ]


def test_stairwells_are_counted_or_named() -> None:
    assert stairs("B1", ("2",)) == (("1单元", "B1-1"), ("2单元", "B1-2"))
    assert stairs("B1", ("东单元", "西单元")) == (("东单元", "B1-1"), ("西单元", "B1-2"))


def test_a_problem_reads_as_one_line() -> None:
    problem = Problem("units.csv", 3, "编码", "没有「%(x)s」", "请改正", {"x": "甲"})
    assert str(problem) == "units.csv:3:编码  没有「甲」。请改正"
    assert Problem("a.csv", 0, "", "坏", "修").place == "a.csv"
