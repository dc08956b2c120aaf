"""When a two-way review is read: with both in, and never otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mulin.judgement.rules import reviews, sealing
from mulin.judgement.rules.reviews import NotASide, ReviewOver, ReviewRule, ReviewStage
from mulin.kernel.errors import BadInput, NotPossible

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)
RULES = [ReviewRule("street", "department", ("履职",), 5, 15)]


@given(in_=some.sets(some.integers(1, 4)), hours=some.integers(-500, 500))
def test_it_is_shown_exactly_when_both_are_in(in_: set[int], hours: int) -> None:
    stage = reviews.stage((1, 2), in_, closes_at=NOON, now=NOON + timedelta(hours=hours))
    assert (stage is ReviewStage.SHOWN) == ({1, 2} <= in_)
    assert (stage is ReviewStage.LAPSED) == (not {1, 2} <= in_ and hours >= 0)
    assert (stage is ReviewStage.SHOWN) == sealing.is_complete((1, 2), in_)


@pytest.mark.parametrize(
    ("unit", "given", "at", "refusal"),
    [
        pytest.param(1, set(), ReviewStage.SEALED, None, id="fine"),
        pytest.param(3, set(), ReviewStage.SEALED, NotASide, id="a-third"),
        pytest.param(1, {1}, ReviewStage.SEALED, NotPossible, id="twice"),
        pytest.param(1, {1, 2}, ReviewStage.SHOWN, ReviewOver, id="shown"),
        pytest.param(1, {2}, ReviewStage.LAPSED, ReviewOver, id="too-late"),
    ],
)
def test_who_may_submit(unit: int, given: set[int], at: ReviewStage, refusal: type[Exception] | None) -> None:
    if refusal is None:
        reviews.check_submission(unit, sides=(1, 2), given=given, at=at)
    else:
        with pytest.raises(refusal):
            reviews.check_submission(unit, sides=(1, 2), given=given, at=at)


@pytest.mark.parametrize(
    "scores",
    [{}, {"履职": 5}, {"履职": 5, "配合": 6}, {"履职": 0, "配合": 5}, {"履职": 5, "配合": 5, "外貌": 5}],
)
def test_scores_fill_the_scale(scores: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        sealing.check_scores(scores, aspects=("履职", "配合"), scale=5)


@pytest.mark.parametrize(
    ("first", "second", "fine"),
    [
        pytest.param("1/2/", "1/2/7/", True, id="below"),
        pytest.param("1/2/3/", "1/2/7/", True, id="beside-under-one-roof"),
        pytest.param("1/2/3/4/", "1/2/7/", True, id="deeper-under-one-roof"),
        pytest.param("1/2/", "1/5/7/", False, id="elsewhere"),
        pytest.param("1/2/", "1/2/", False, id="itself"),
        pytest.param("1/2/", "1/", False, id="the-root"),
        pytest.param("1/20/", "1/2/7/", False, id="a-number-that-begins-alike"),
    ],
)
def test_who_has_to_do_with_whom(first: str, second: str, fine: bool) -> None:
    if fine:
        reviews.check_neighbours(first, second)
    else:
        with pytest.raises(BadInput):
            reviews.check_neighbours(first, second)


def test_only_kinds_with_a_rule_review_each_other() -> None:
    assert reviews.rule_for(RULES, "street", "department") is RULES[0]
    with pytest.raises(BadInput):
        reviews.rule_for(RULES, "department", "street")
