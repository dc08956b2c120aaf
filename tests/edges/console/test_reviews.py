"""Two-way reviews on the console: opened from above, submitted by both, sealed on every page till then."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mulin.judgement.models import Review
from mulin.judgement.rules.reviews import Act
from tests.make import console

pytestmark = pytest.mark.usefixtures("city")
STREET, HOUSING = "990101001", "990101-ZJ"


def opened(term: str = "2026 年上半年（示例）") -> Review:
    said = {"key": console.key(), "first": STREET, "second": HOUSING, "term": term}
    assert console.browser(console.SEAT).post("/console/reviews/", said).status_code == 302
    return Review.objects.get(term=term)


def submitted(browser: Client, review: Review, unit: str, **more: object) -> int:
    marks = {f"score_{number}": "4" for number in range(len(review.aspects))}
    said = {
        "key": console.key(),
        "unit": unit,
        "report": f"述职秘密{unit}",
        "words": "理由秘密",
        **marks,
        **more,
    }
    return browser.post(f"/console/reviews/{review.pk}/", said).status_code


def test_it_is_sealed_on_every_page_until_both_are_in() -> None:
    review = opened()
    seat, street, housing = (
        console.browser(who) for who in (console.SEAT, console.DISPATCHER, console.HOUSING)
    )
    assert submitted(street, review, STREET, score_0="") == 422
    assert submitted(street, review, STREET, words="") == 422
    assert submitted(housing, review, STREET) == 403
    assert submitted(street, review, STREET) == 302
    for browser in (seat, street, housing):
        for address in ("", f"{review.pk}/"):
            page = browser.get(f"/console/reviews/{address}").content.decode()
            assert "秘密" not in page
            assert "已提交" in page
    assert submitted(street, review, STREET) == 409
    assert submitted(housing, review, HOUSING) == 302
    for browser in (seat, street, housing):
        page = browser.get(f"/console/reviews/{review.pk}/").content.decode()
        assert f"述职秘密{STREET}" in page
        assert f"述职秘密{HOUSING}" in page
        assert "4 / 5" in page


def test_who_may_open_and_who_may_look() -> None:
    review = opened()
    housing, auditor, firm = (
        console.browser(who) for who in (console.HOUSING, console.AUDITOR, console.FIRM)
    )
    said = {"key": console.key(), "first": STREET, "second": HOUSING, "term": "下半年"}
    assert housing.post("/console/reviews/", said).status_code in (403, 422)
    assert auditor.get("/console/reviews/").status_code == 403
    assert firm.get(f"/console/reviews/{review.pk}/").status_code == 404
    again = {**said, "term": review.term, "key": console.key()}
    assert console.browser(console.SEAT).post("/console/reviews/", again).status_code == 409
    assert Review.objects.count() == 1
    assert console.actor(console.SEAT).may(Act.OPEN)


def test_a_longer_list_asks_no_more() -> None:
    seat, counts = console.browser(console.SEAT), []
    for terms in (("甲",), ("乙", "丙")):
        for term in terms:
            opened(term)
        seat.get("/console/reviews/")
        with CaptureQueriesContext(connection) as seen:
            assert seat.get("/console/reviews/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
