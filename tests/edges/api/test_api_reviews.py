"""Two-way reviews by API: opened once per key, sealed in every answer until both are in."""

import pytest
from django.utils import timezone

from mulin.judgement import actions
from mulin.kernel.actor import SYSTEM
from tests.make import cases as make
from tests.make import reviews
from tests.make.api import Caller, token_of
from tests.make.reviews import RULE, SCORES

pytestmark = pytest.mark.django_db


def test_a_review_from_end_to_end() -> None:
    here, now = make.city(), timezone.now()
    actions.adopt_review_rules(rows=[RULE], actor=SYSTEM, now=now)
    above = Caller(token_of(reviews.above(here.county), now=now))
    street = Caller(token_of(reviews.side(here.street), now=now))
    other = Caller(token_of(reviews.side(here.department), now=now))
    asked = {"first": "street", "second": "department", "term": "2026 上半年"}
    assert street.post("/reviews/open_review", asked).status_code == 403
    made = above.post("/reviews/open_review", asked, key="o").json()
    assert above.post("/reviews/open_review", asked, key="o").json() == made
    assert above.post("/reviews/open_review", asked).status_code == 409
    path = f"/reviews/{made['id']}"
    submit = f"{path}/submit_report_and_rating"
    said = {"report": "述职秘密", "scores": SCORES, "words": "理由秘密"}
    assert other.post(submit, {**said, "unit": "street"}).status_code == 403
    wrong = street.post(submit, {**said, "unit": "street", "scores": {"履职": 9, "配合": 1}})
    assert (wrong.status_code, wrong.json()["where"]) == (422, "scores")
    own = street.post(submit, {**said, "unit": "street"}, key="s")
    assert (own.status_code, own.json()["stage"]) == (200, "sealed")
    for who in (above, street, other):
        for where in ("/reviews", path):
            assert "秘密" not in who.get(where).content.decode()
    assert "秘密" not in own.content.decode()
    shown = other.post(submit, {**said, "unit": "department"}).json()
    assert (shown["stage"], [side["scores"] for side in shown["sides"]]) == ("shown", [SCORES, SCORES])
    assert "述职秘密" in street.get(path).content.decode()
    assert Caller(token_of(reviews.side(here.firm), now=now)).get(path).status_code == 404
