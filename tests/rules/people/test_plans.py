"""From a table of units to a plan: what is new, what changed, and every broken row named."""

from dataclasses import replace
from datetime import date

import pytest

from mulin.people.rules.plans import Plan, UnitRow, UnitState, plan
from mulin.people.rules.rows import BadRows
from mulin.people.rules.tree import KindRule

ON = date(2026, 5, 1)
FOUNDED = date(2025, 1, 1)
KINDS = {
    kind.code: kind
    for kind in (
        KindRule("city", "市", "territory", (), must_cover=False),
        KindRule("grid", "网格", "territory", ("city",), must_cover=False),
        KindRule("group", "班组", "service", ("city", "group"), must_cover=False),
        KindRule("branch", "支部", "party", ("city",), must_cover=True),
    )
}
CITY = UnitState("city", "示例市", "示例市", "", "", frozenset(), FOUNDED, None)
GRID = UnitState("grid", "一号网格", "一号网格", "c", "", frozenset(), FOUNDED, None)
BRANCH = UnitState("branch", "一支部", "一支部", "c", "", frozenset({"g1"}), FOUNDED, None)
KNOWN = {"c": CITY, "g1": GRID, "b1": BRANCH}
C = UnitRow("c", "city", "示例市")
G1 = UnitRow("g1", "grid", "一号网格", "c")
B1 = UnitRow("b1", "branch", "一支部", "c", covers=("g1",))


def planned(*rows: UnitRow, ends: tuple[str, ...] = (), known: dict[str, UnitState] | None = None) -> Plan:
    return plan(rows, kinds=KINDS, known=KNOWN if known is None else known, ends=ends, on=ON)


def problems(*rows: UnitRow, ends: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    with pytest.raises(BadRows) as refused:
        planned(*rows, ends=ends)
    return [(problem.row, problem.column) for problem in refused.value.problems]


def test_the_same_table_again_changes_nothing() -> None:
    counts = planned(C, G1, B1).counts()
    assert counts.is_nothing
    assert counts.same == 3


def test_units_not_in_the_table_stay() -> None:
    assert planned(G1).counts().is_nothing


def test_everything_is_new_in_an_empty_city() -> None:
    made = planned(B1, G1, C, known={})
    assert [row.code for row in made.found] == ["b1", "g1", "c"]
    assert made.counts().added == 3


@pytest.mark.parametrize(
    ("row", "change"),
    [
        (replace(G1, name="甲网格"), "rename"),
        (replace(G1, short_name="甲"), "rename"),
        (replace(G1, phone="0632-5501234"), "rephone"),
        (replace(B1, covers=("g1", "c")), "recover"),
        (replace(B1, covers=("c",)), "recover"),
    ],
)
def test_each_difference_is_a_change_of_its_own(row: UnitRow, change: str) -> None:
    made = planned(C, row)
    assert getattr(made, change) == (row,)
    assert made.changed == {row.code}
    assert made.counts().changed == 1
    assert made.counts().same == 1


def test_a_unit_that_is_renamed_and_moved_is_one_changed_unit() -> None:
    made = planned(
        UnitRow("h", "group", "班", "c"),
        known={
            **KNOWN,
            "h": UnitState("group", "旧班", "旧班", "h2", "", frozenset(), FOUNDED, None),
            "h2": UnitState("group", "二班", "二班", "c", "", frozenset(), FOUNDED, None),
        },
    )
    assert len(made.rename) == len(made.move) == 1
    assert made.counts().changed == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param(replace(G1, code=""), "code", id="no-code"),
        pytest.param(replace(G1, code=" g1"), "code", id="space-in-code"),
        pytest.param(replace(G1, code="x" * 33), "code", id="long-code"),
        pytest.param(replace(G1, name=""), "name", id="no-name"),
        pytest.param(replace(G1, name="字" * 81), "name", id="long-name"),
        pytest.param(replace(G1, short_name="字" * 41), "short_name", id="long-short-name"),
        pytest.param(replace(G1, code="n", kind="tower"), "kind", id="no-such-kind"),
        pytest.param(UnitRow("g1", "branch", "一号网格", "c", covers=("c",)), "kind", id="kind-changed"),
        pytest.param(replace(G1, code="n", parent=""), "parent", id="no-parent"),
        pytest.param(replace(G1, code="n", parent="nowhere"), "parent", id="parent-unknown"),
        pytest.param(replace(G1, code="n", parent="b1"), "parent", id="parent-of-wrong-kind"),
        pytest.param(replace(B1, covers=()), "covers", id="orphan"),
        pytest.param(replace(B1, covers=("nowhere",)), "covers", id="cover-unknown"),
        pytest.param(replace(B1, covers=("b1",)), "covers", id="cover-is-no-territory"),
        pytest.param(replace(G1, code="n", from_on=date(2024, 1, 1)), "from_on", id="before-its-parent"),
    ],
)
def test_a_broken_row_names_its_column(row: UnitRow, column: str) -> None:
    assert (1, column) in problems(C, row)


def test_all_broken_rows_are_named_at_once() -> None:
    found = problems(replace(G1, name=""), C, replace(B1, covers=()), replace(G1, code="n", parent="x"))
    assert {row for row, _ in found} == {0, 2, 3}


def test_a_code_twice_is_refused_where_it_comes_again() -> None:
    assert problems(G1, C, G1) == [(2, "code")]


def test_a_circle_is_refused_on_every_row_of_it() -> None:
    ring = [UnitRow("x", "group", "x", "z"), UnitRow("y", "group", "y", "x"), UnitRow("z", "group", "z", "y")]
    assert problems(*ring) == [(0, "parent"), (1, "parent"), (2, "parent")]


def test_a_dissolved_code_never_comes_back() -> None:
    gone = replace(GRID, until_on=date(2026, 1, 1))
    with pytest.raises(BadRows) as refused:
        planned(G1, known={"c": CITY, "g1": gone})
    assert refused.value.problems[0].column == "code"


def test_ends_are_checked_against_what_stays() -> None:
    assert planned(ends=("b1", "g1")).end == ("b1", "g1")
    assert problems(ends=("g1",)) == [(0, "ends")]  # the branch would lose its ground
    assert problems(ends=("c", "g1")) == [(0, "ends"), (1, "ends")]  # its parent and its ground
    assert problems(ends=("nowhere",)) == [(0, "ends")]
    assert (0, "ends") in problems(B1, ends=("b1",))


def test_what_moves_away_in_the_same_table_does_not_hold_its_old_ground() -> None:
    made = planned(replace(B1, covers=("c",)), ends=("g1",))
    assert made.end == ("g1",)
    assert made.recover[0].covers == ("c",)


def test_a_refusal_tells_row_and_column_in_words() -> None:
    with pytest.raises(BadRows) as refused:
        planned(C, replace(G1, code="n", parent="nowhere"))
    assert "第 2 行 parent" in str(refused.value)
    assert str(refused.value.problems[0]) == "没有上级单位 nowhere"
