"""Two-way reviews (双向述职双评): opened from above, submitted by both sides, read when both are in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.judgement import actions, queries
from mulin.judgement.rules import reviews as rules
from mulin.judgement.rules.reviews import ReviewStage

router = Router(tags=["reviews"])
Page = Annotated[int, Query(ge=1, le=500, description="pages of 20")]


class SideShown(shown.Shown):
    """One side; what it wrote is empty until both are in."""

    unit: str
    code: str
    is_in: bool
    is_mine: bool
    report: str
    scores: dict[str, int]
    words: str
    given_at: datetime | None


class ReviewShown(shown.Shown):
    """A review and how it stands."""

    id: UUID
    term: str
    stage: ReviewStage
    aspects: list[str]
    scale: int
    is_example: bool
    opened_at: datetime
    closes_at: datetime
    shown_at: datetime | None
    sides: list[SideShown]
    may_submit: list[str]


class ReviewsShown(shown.Shown):
    """One page of reviews."""

    reviews: list[ReviewShown]
    page: int
    has_more: bool


class OpenSaid(said.Said):
    """Which two units, for which term."""

    first: said.UnitCode
    second: said.UnitCode
    term: Annotated[str, Field(min_length=1, max_length=rules.TERM_MOST), AfterValidator(said.storable)]


class SubmitSaid(said.Said):
    """One side's report, and how it finds the other."""

    unit: said.UnitCode
    report: Annotated[str, Field(min_length=1, max_length=rules.REPORT_MOST), AfterValidator(said.storable)]
    scores: Annotated[
        dict[Annotated[str, Field(max_length=20), AfterValidator(said.storable)], int], Field(max_length=20)
    ]
    words: Annotated[str, Field(min_length=1, max_length=rules.WORDS_MOST), AfterValidator(said.storable)]


@router.get("/reviews", response=ReviewsShown, operation_id="list_reviews")
def list_reviews(request: StaffRequest, page: Page = 1) -> HttpResponse:
    """Read the two-way reviews of the units you look after, newest first."""
    found = queries.reviews(request.auth, now=timezone.now(), page=page)
    return answers.answer({"reviews": found.rows, "page": found.page, "has_more": found.has_more})


@router.get("/reviews/{uuid:review_id}", response=ReviewShown, operation_id="read_review")
def read_review(request: StaffRequest, review_id: UUID) -> HttpResponse:
    """Read one review; nothing of either side before both are in."""
    return answers.answer(queries.review(request.auth, review_id, now=timezone.now()))


@router.post("/reviews/open_review", response=ReviewShown, operation_id="open_review")
def open_review(request: StaffRequest, body: OpenSaid) -> HttpResponse:
    """Open a review (发起双评) between two units for a term."""

    def done() -> object:
        now = timezone.now()
        made = actions.open_review(
            first=body.first, second=body.second, term=body.term, actor=request.auth, now=now
        )
        return queries.review(request.auth, made.pk, now=now)

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post(
    "/reviews/{uuid:review_id}/submit_report_and_rating",
    response=ReviewShown,
    operation_id="submit_report_and_rating",
)
def submit_report_and_rating(request: StaffRequest, review_id: UUID, body: SubmitSaid) -> HttpResponse:
    """Report and rate (述职评分) for one side, once and sealed; both are shown when both are in."""

    def done() -> object:
        now = timezone.now()
        actions.submit_report_and_rating(
            review_id=review_id,
            unit=body.unit,
            report=body.report,
            scores=body.scores,
            words=body.words,
            actor=request.auth,
            now=now,
        )
        return queries.review(request.auth, review_id, now=now)

    return answers.answer_once(request, done, who=request.auth.account_id)
