"""Two-way reviews: who opens and submits, what is refused without a trace, and that nothing leaks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.judgement import actions, queries
from mulin.judgement.models import Review, Submission
from mulin.judgement.rules.reviews import Act, NotASide, ReviewOver, ReviewStage
from mulin.kernel.actor import SYSTEM, Actor, Relation
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible
from mulin.ledger.models import Entry
from tests.make import cases as make
from tests.make import reviews
from tests.make.cases import NOON, City
from tests.make.reviews import RULE, SCORES

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def here() -> City:
    return make.city()


def snapshot() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Review, Submission, Entry)]


def readers(here: City) -> list[Actor]:
    """Everybody who sees the review at all, the whole city's command and both sides among them."""
    units = (here.city, here.county, here.street, here.department)
    return [
        SYSTEM,
        *(reviews.actor(unit, Act.SEE, Act.SUBMIT, Act.OPEN, relation=relation)
          for unit in units for relation in (Relation.ANY, Relation.BRANCH, Relation.DESK)),
    ]  # fmt: skip


def seen(here: City, review: Review, *, now: Any) -> str:
    """Return all that anybody reads of a review anywhere, and the ledger."""
    told = []
    for who in readers(here):
        told += [repr(row) for row in queries.reviews(who, now=now).rows]
        try:
            told.append(repr(queries.review(who, review.pk, now=now)))
        except NotFound:
            assert not queries.reviews(who, now=now).rows
    return "".join(told) + repr(list(Entry.objects.values()))


def test_nobody_reads_a_side_before_both_are_in(here: City) -> None:
    review = reviews.opened(here)
    reviews.submitted(review, here.street, "甲甲甲")
    told = seen(here, review, now=NOON)
    assert "甲甲甲" not in told
    assert "'履职': 4" not in told
    reviews.submitted(review, here.department, "乙乙乙")
    told = seen(here, review, now=NOON)
    assert "甲甲甲" in told
    assert "乙乙乙" in told
    assert "甲甲甲" not in repr(list(Entry.objects.values()))
    assert [entry.kind for entry in Entry.objects.filter(subject=str(review.pk)).order_by("id")] == [
        "review.opened",
        "review.submitted",
        "review.submitted",
        "review.shown",
    ]


def test_a_review_that_lacks_a_side_lapses_and_is_never_read(here: City) -> None:
    review = reviews.opened(here)
    reviews.submitted(review, here.street, "甲甲甲")
    late = NOON + (RULE.days + 1) * DAY
    assert "甲甲甲" not in seen(here, review, now=late)
    row = queries.review(reviews.above(here.county), review.pk, now=late)
    assert (row.stage, [side.is_in for side in row.sides]) == (ReviewStage.LAPSED, [True, False])
    before = snapshot()
    with pytest.raises(ReviewOver):
        reviews.submitted(review, here.department, "乙乙乙", by=SYSTEM, now=late)
    assert snapshot() == before


def test_a_side_submits_once(here: City) -> None:
    review = reviews.opened(here)
    street = reviews.side(here.street)
    assert queries.review(street, review.pk, now=NOON).may_submit == ("street",)
    reviews.submitted(review, here.street, "甲", by=street)
    assert queries.review(street, review.pk, now=NOON).may_submit == ()
    with pytest.raises(NotPossible):
        reviews.submitted(review, here.street, "再", by=street)
    reviews.submitted(review, here.department, "乙")
    with pytest.raises(ReviewOver):
        reviews.submitted(review, here.street, "再", by=street)


@pytest.mark.parametrize(
    ("unit", "by", "refusal"),
    [
        pytest.param("street", lambda here: reviews.side(here.department), NotAllowed, id="the-other-side"),
        pytest.param("street", lambda here: reviews.above(here.county), NotAllowed, id="wrong-role"),
        pytest.param("other", lambda here: reviews.side(here.other_street), NotASide, id="a-third"),
        pytest.param("nowhere", lambda here: SYSTEM, BadInput, id="no-such-unit"),
    ],
)
def test_a_refused_submission_leaves_no_trace(
    here: City, unit: str, by: Callable[[City], Actor], refusal: type[Exception]
) -> None:
    review, who = reviews.opened(here), by(here)
    before = snapshot()
    with pytest.raises(refusal):
        actions.submit_report_and_rating(
            review_id=review.pk, unit=unit, report="述职", scores=SCORES, words="理由", actor=who, now=NOON
        )
    assert snapshot() == before


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        pytest.param({"report": " "}, "report", id="no-report"),
        pytest.param({"words": ""}, "words", id="no-reasons"),
        pytest.param({"words": "a\x00"}, "words", id="not-storable"),
        pytest.param({"scores": {"履职": 4}}, "scores", id="an-aspect-missing"),
        pytest.param({"scores": {**SCORES, "履职": 6}}, "scores", id="off-the-scale"),
    ],
)
def test_a_submission_is_whole(here: City, wrong: dict[str, Any], where: str) -> None:
    review = reviews.opened(here)
    before = snapshot()
    said = {"report": "述职", "scores": SCORES, "words": "理由", **wrong}
    with pytest.raises(BadInput) as refused:
        actions.submit_report_and_rating(
            review_id=review.pk, unit="street", actor=reviews.side(here.street), now=NOON, **said
        )
    assert refused.value.where == where
    assert snapshot() == before


def test_what_can_be_opened(here: City) -> None:
    reviews.opened(here)
    above = reviews.above(here.county)
    before = snapshot()

    def refused(refusal: type[Exception], by: Actor = above, **said: str) -> None:
        asked = {"first": "street", "second": "department", "term": "下半年", **said}
        with pytest.raises(refusal):
            actions.open_review(**asked, actor=by, now=NOON)

    refused(NotPossible, term="2026 上半年")
    refused(BadInput, term=" ")
    refused(BadInput, second="nowhere")
    refused(BadInput, second="street")
    refused(BadInput, second="firm")  # no rule for these kinds
    refused(NotAllowed, by=reviews.side(here.street))
    refused(NotAllowed, by=reviews.above(here.other_street))
    assert snapshot() == before
    with pytest.raises(NotAllowed):
        actions.adopt_review_rules(rows=[], actor=above, now=NOON)
    with pytest.raises(NotFound):
        queries.review(reviews.side(here.firm), Review.objects.get().pk, now=NOON)
    with pytest.raises(NotFound):
        actions.submit_report_and_rating(
            review_id=UUID(int=0), unit="street", report="x", scores={}, words="x", actor=SYSTEM, now=NOON
        )


def test_its_first_question_locks_the_row_and_open_ones_keep_their_rule(here: City) -> None:
    review = reviews.opened(here)
    actions.adopt_review_rules(rows=[], actor=SYSTEM, now=NOON)
    who = reviews.side(here.street)
    with CaptureQueriesContext(connection) as asked:
        reviews.submitted(review, here.street, "甲", by=who)
    first = next(each["sql"] for each in asked if each["sql"].startswith("SELECT"))
    assert "FOR UPDATE" in first
    assert actions.adopt_review_rules(rows=[RULE], actor=SYSTEM, now=NOON) == 1
    assert actions.adopt_review_rules(rows=[RULE], actor=SYSTEM, now=NOON) == 0


def test_a_longer_list_asks_no_more(here: City) -> None:
    who, counts = reviews.above(here.county), []
    for n, more in ((0, 1), (1, 2)):
        for k in range(more):
            reviews.submitted(reviews.opened(here, term=f"{n}{k}"), here.street, "甲")
        with CaptureQueriesContext(connection) as asked:
            rows = queries.reviews(who, now=NOON).rows
            assert all(side.unit for row in rows for side in row.sides)
        counts.append(len(asked))
    assert counts[0] == counts[1] == 2
