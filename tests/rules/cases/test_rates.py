"""Rates: no denominator, no figure; the digits of the sources; nobody to be picked out."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules.rates import FormulaRow, Rate, Visits, change, hidden, percent, three_rates, wilson

FORMULA = FormulaRow("示例", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1610, 1613, "99.8"), (0, 0, "—"), (0, 7, "0.0"), (7, 7, "100.0"), (1, 3, "33.3"), (2, 3, "66.7"),
        (1, 8, "12.5"), (1, 16, "6.3"), (9999, 10000, "99.9"), (1, 10000, "0.1"), (1299, 1300, "99.9"),
    ],
)  # fmt: skip
def test_per_cent(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


def test_no_valid_visit_is_no_figure_never_nought_or_a_hundred() -> None:
    told = three_rates(Visits(), FORMULA)
    for rate in (told.response, told.solution, told.satisfaction, told.together):
        assert (rate.text, rate.is_defined, rate.is_shown) == ("—", False, False)
    with pytest.raises(ValueError, match="no denominator"):
        wilson(0, 0)


def test_basically_satisfied_counts_nine_tenths_by_this_formula() -> None:
    told = three_rates(Visits(valid=20, responded=18, solved=15, partly=2, satisfied=10, basic=5), FORMULA)
    assert (told.response.text, told.solution.text, told.satisfaction.text) == ("90.0", "75.0", "72.5")
    assert told.together.text == "75.5"  # (0.1 · 90) + (0.5 · 75) + (0.4 · 72.5)


def test_another_formula_gives_another_figure_from_the_same_visits() -> None:
    visits = Visits(valid=20, responded=18, solved=15, partly=2, satisfied=10, basic=5)
    other = FormulaRow("另一版", date(2026, 7, 1), 60, 50, 30, 35, 35)
    told = three_rates(visits, other)
    assert (told.solution.text, told.satisfaction.text) == ("80.0", "65.0")


def test_wilsons_interval() -> None:
    low, high = wilson(81, 263)  # the example of Newcombe 1998, method 3
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_the_interval_holds_the_share_and_stays_between_nought_and_one(part: int, whole: int) -> None:
    part = min(part, whole)
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole + 1e-9
    assert part / whole - 1e-9 <= high <= 1


@given(st.lists(st.integers(0, 60), max_size=12))
def test_no_hidden_line_can_be_had_from_the_total(wholes: list[int]) -> None:
    lines = hidden(wholes)
    assert all(index in lines for index, whole in enumerate(wholes) if 0 < whole < 10)
    if lines and len(lines) < sum(whole > 0 for whole in wholes):
        assert len(lines) > 1
        assert sum(wholes[index] for index in lines) >= 10


def test_a_change_is_said_in_points_and_in_per_cent() -> None:
    before, after = Rate(Fraction(50), 100), Rate(Fraction(80), 100)
    assert change(before, after) == ("+30.0", "+60.0")
    assert change(before, Rate(Fraction(8), 9)) is None
