"""Both sides of a whistle judge each other: sealed until all are in or the term ends, opened together."""

from datetime import timedelta
from typing import Any

import pytest

from mulin.cases.actions import evaluating, ruling
from mulin.cases.models import Evaluation
from mulin.cases.queries import calls as asking
from mulin.cases.rules.whistles import (
    NotCalled,
)
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotPossible
from tests.make import whistles as blow
from tests.make.cases import NOON
from tests.make.whistles import LATER, Field

pytestmark = pytest.mark.django_db
THREE = ("housing", "enforcement", "water")


@pytest.fixture
def there() -> Field:
    return blow.field()


def test_evaluations_open_together_when_the_last_is_in(there: Field) -> None:
    one = blow.ended(there)
    blow.judged(there, one, "street", "housing")
    one.refresh_from_db()
    assert one.opened_at is None
    with pytest.raises(NotPossible):
        blow.judged(there, one, "street", "housing")
    blow.judged(there, one, "housing", "street", now=LATER)
    one.refresh_from_db()
    assert one.opened_at == LATER
    blow.do(evaluating.object_to_evaluation, there, one, "housing", judge="street", words="路上堵")
    with pytest.raises(NotPossible):
        blow.do(evaluating.object_to_evaluation, there, one, "housing", judge="street", words="再说")
    assert Evaluation.objects.get(judged=there.housing).objection == "路上堵"


def test_evaluations_open_at_the_end_of_their_term_and_not_before(there: Field) -> None:
    one = blow.ended(there)
    blow.judged(there, one, "street", "housing")
    term = one.evaluate_until
    assert term == NOON + timedelta(days=3)
    assert asking.sealed_past_term(term - timedelta(seconds=1)) == []
    assert not ruling.open_evaluations(whistle_id=one.pk, actor=SYSTEM, now=term - timedelta(seconds=1))
    assert asking.sealed_past_term(term) == [one]
    assert ruling.open_evaluations(whistle_id=one.pk, actor=SYSTEM, now=term)
    assert not ruling.open_evaluations(whistle_id=one.pk, actor=SYSTEM, now=term)
    with pytest.raises(NotPossible):
        blow.judged(there, one, "housing", "street", now=term)


def test_all_judgements_in_before_the_end_stay_sealed_until_it(there: Field) -> None:
    one = blow.whistle(there)
    blow.judged(there, one, "street", "housing")
    blow.judged(there, one, "housing", "street")
    one.refresh_from_db()
    assert one.opened_at is None
    assert blow.ended(there, one).opened_at == NOON


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        pytest.param({"scores": {"响应": 4}}, "scores", id="one-aspect-missing"),
        pytest.param({"scores": {"响应": 4, "结果": 6}}, "scores", id="off-the-scale"),
        pytest.param({"scores": {"响应": 4, "结果": 5, "态度": 1}}, "scores", id="unknown-aspect"),
        pytest.param({"words": ""}, "words", id="no-reasons"),
    ],
)
def test_a_judgement_fills_the_scale_and_says_why(there: Field, changes: dict[str, Any], where: str) -> None:
    one = blow.whistle(there)
    said = {"judged": "housing", "scores": blow.SCORES, "words": "来得快"}
    with pytest.raises(BadInput) as why:
        blow.do(evaluating.evaluate_whistle, there, one, "street", **said | changes)
    assert why.value.where == where


def test_nobody_judges_whom_they_did_not_work_with(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    with pytest.raises(NotCalled):
        blow.judged(there, one, "housing", "water")
