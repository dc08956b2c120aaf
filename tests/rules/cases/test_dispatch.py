"""The decision table: most specific wins, ties are refused, reasons are told."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules.dispatch import (
    COMPOUND,
    HOURS,
    Facts,
    NoRule,
    Row,
    Target,
    choose,
    parse_target,
    shadowed,
    ties,
)
from mulin.kernel.errors import BadInput

FACTS = Facts(item="1-004", areas=("grid", "community", "street"), in_compound=True, working=True)


def row(line: int, **cells: str) -> Row:
    return Row(line=line, lead=cells.pop("lead", "kind:community"), **cells)


@pytest.mark.parametrize(
    ("rows", "winner"),
    [
        pytest.param([row(1), row(2, item="1-")], 2, id="prefix-beats-any"),
        pytest.param([row(1, item="1-"), row(2, item="1-004")], 2, id="exact-beats-prefix"),
        pytest.param([row(1, item="1-004"), row(2, area="grid", hours="working")], 1, id="item-before-area"),
        pytest.param([row(1, area="street"), row(2, area="community")], 2, id="narrower-area"),
        pytest.param([row(1, area="grid"), row(2, compound="inside")], 1, id="area-before-compound"),
        pytest.param([row(1, compound="inside"), row(2, hours="working")], 1, id="compound-before-hours"),
        pytest.param([row(1, compound="outside"), row(2)], 2, id="what-does-not-fit-is-out"),
        pytest.param([row(1, hours="off"), row(2)], 2, id="outside-hours"),
        pytest.param([row(1, item="2-"), row(2)], 2, id="other-prefix"),
    ],
)
def test_the_most_specific_row_wins(rows: list[Row], winner: int) -> None:
    assert choose(rows, FACTS).row.line == winner
    assert choose(list(reversed(rows)), FACTS).row.line == winner


def test_the_choice_says_why_and_whom_it_beat() -> None:
    choice = choose([row(1), row(2, item="1-"), row(3, item="1-004", compound="inside")], FACTS)
    assert choice.because == ("item=1-004", "compound=inside")
    assert choice.beaten == (2, 1)


def test_no_row_is_said_loudly() -> None:
    with pytest.raises(NoRule):
        choose([row(1, item="9-")], FACTS)


def test_rows_with_equal_conditions_tie() -> None:
    assert ties([row(1, item="1-"), row(2, item="1-"), row(3)]) == [(1, 2)]


cells = st.builds(
    dict,
    item=st.sampled_from(["", "1-", "1-0", "1-004", "2-"]),
    area=st.sampled_from(["", "grid", "community", "street", "elsewhere"]),
    compound=st.sampled_from(COMPOUND),
    hours=st.sampled_from(HOURS),
)


@given(
    st.lists(cells, max_size=12),
    st.booleans(),
    st.booleans(),
)
def test_without_ties_the_order_of_rows_never_matters(
    rows: list[dict[str, str]], in_compound: bool, working: bool
) -> None:
    table = [row(line, **each) for line, each in enumerate(rows, 1)]
    tied = {line for pair in ties(table) for line in pair[1:]}
    table = [each for each in table if each.line not in tied]
    facts = Facts("1-004", ("grid", "community", "street"), in_compound, working)

    def winner(rows: list[Row]) -> int | None:
        try:
            return choose(rows, facts).row.line
        except NoRule:
            return None

    assert winner(table) == winner(list(reversed(table)))


def test_a_shadowed_row_never_wins_and_is_reported() -> None:
    table = [row(1), row(2, compound="inside"), row(3, compound="outside"), row(4, item="1-")]
    assert shadowed(table) == [1]
    for in_compound, working in itertools.product((True, False), repeat=2):
        facts = Facts("9-001", ("grid",), in_compound, working)
        assert choose(table, facts).row.line != 1


@pytest.mark.parametrize("cell", ["", "kind:", "unit:", "firm:x", "who", "kind:street|"])
def test_a_target_that_cannot_be_read_is_refused(cell: str) -> None:
    with pytest.raises(BadInput):
        parse_target(cell)


def test_alternatives_keep_their_order() -> None:
    assert parse_target("firm|kind:community|unit:370404") == (
        Target("firm", ""),
        Target("kind", "community"),
        Target("unit", "370404"),
    )
