"""Two-way report and rating between a street and a unit of its neighbourhood (双向述职双评)."""

import pytest

from mulin.judgement import queries
from mulin.judgement.rules.reviews import ReviewStage
from tests.make import cases as make
from tests.make import reviews
from tests.make.cases import NOON
from tests.make.reviews import SCORES

pytestmark = pytest.mark.django_db


@pytest.mark.mechanism("S-109")
def test_both_sides_submit_and_the_result_is_published_only_when_both_are_in() -> None:
    here = make.city()
    review = reviews.opened(here)
    street, department, above = (
        reviews.side(here.street), reviews.side(here.department), reviews.above(here.county),
    )  # fmt: skip
    reviews.submitted(review, here.street, "街道说的", by=street)
    for who in (street, department, above):
        row = queries.review(who, review.pk, now=NOON)
        assert (row.stage, row.shown_at) == (ReviewStage.SEALED, None)
        assert [(side.is_in, side.report, side.scores, side.words) for side in row.sides] == [
            (True, "", {}, ""),
            (False, "", {}, ""),
        ]
    reviews.submitted(review, here.department, "住建局说的", by=department)
    for who in (street, department, above):
        row = queries.review(who, review.pk, now=NOON)
        assert (row.stage, row.shown_at) == (ReviewStage.SHOWN, NOON)
        assert [(side.report, side.scores, side.words) for side in row.sides] == [
            ("述职街道说的", SCORES, "理由街道说的"),
            ("述职住建局说的", SCORES, "理由住建局说的"),
        ]
