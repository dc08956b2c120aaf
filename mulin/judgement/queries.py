"""Two-way reviews as they may be read: nothing of either side before both are in, whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from mulin.judgement import policy
from mulin.judgement.models import Review, Submission
from mulin.judgement.models import ReviewRule as RuleRow
from mulin.judgement.rules import reviews as rules
from mulin.judgement.rules.reviews import Act, ReviewRule, ReviewStage
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.people import policy as people
from mulin.people.models import Unit

PAGE: Final = 20
PAGES_MOST: Final = 500
CHOICES_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class SideShown:
    """One side of a review; what it wrote is empty until both are in."""

    unit: str
    code: str
    is_in: bool
    is_mine: bool
    report: str
    scores: Mapping[str, int]
    words: str
    given_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review and how it stands."""

    id: UUID
    term: str
    stage: ReviewStage
    aspects: tuple[str, ...]
    scale: int
    is_example: bool
    opened_at: datetime
    closes_at: datetime
    shown_at: datetime | None
    sides: tuple[SideShown, SideShown]
    may_submit: tuple[str, ...]  # codes of the sides the reader may submit for, now


@dataclass(frozen=True, slots=True)
class ReviewList:
    """One page of reviews, newest first."""

    rows: tuple[ReviewRow, ...]
    page: int
    has_more: bool


def _seen(actor: Actor) -> QuerySet[Review]:
    units = Unit.objects.filter(policy.units_seen(actor)).values("pk")
    return Review.objects.filter(Q(first__in=units) | Q(second__in=units)).select_related("first", "second")


def reviews(actor: Actor, *, now: datetime, page: int = 1) -> ReviewList:
    """Return one page of the reviews ``actor`` sees."""
    page = min(max(page, 1), PAGES_MOST)
    first = (page - 1) * PAGE
    found = list(_seen(actor).order_by("-opened_at", "-pk")[first : first + PAGE + 1])
    given: dict[UUID, list[Submission]] = {}
    for each in Submission.objects.filter(review__in=[row.pk for row in found[:PAGE]]):
        given.setdefault(each.review_id, []).append(each)
    rows = tuple(_row(actor, row, given.get(row.pk, []), now=now) for row in found[:PAGE])
    return ReviewList(rows, page, len(found) > PAGE)


def review(actor: Actor, review_id: UUID, *, now: datetime) -> ReviewRow:
    """Return one review.

    :raises NotFound: there is none, or not for this actor
    """
    found = _seen(actor).filter(pk=review_id).first()
    if found is None:
        raise NotFound("没有这次双评")
    return _row(actor, found, list(Submission.objects.filter(review=found)), now=now)


def _row(actor: Actor, review: Review, given: list[Submission], *, now: datetime) -> ReviewRow:
    by_unit = {each.unit_id: each for each in given}
    stage = rules.stage(
        (review.first_id, review.second_id), by_unit.keys(), closes_at=review.closes_at, now=now
    )
    own = {grant.unit_id for grant in actor.grants}
    first, second = (
        _side(unit, by_unit.get(unit.pk), is_open=stage is ReviewStage.SHOWN, is_mine=unit.pk in own)
        for unit in (review.first, review.second)
    )
    submits = tuple(
        unit.code
        for unit in (review.first, review.second)
        if stage is ReviewStage.SEALED and unit.pk not in by_unit and people.may(actor, Act.SUBMIT, unit)
    )
    return ReviewRow(
        id=review.pk,
        term=review.term,
        stage=stage,
        aspects=tuple(review.aspects),
        scale=review.scale,
        is_example=review.is_example,
        opened_at=review.opened_at,
        closes_at=review.closes_at,
        shown_at=review.shown_at,
        sides=(first, second),
        may_submit=submits,
    )


def _side(unit: Unit, given: Submission | None, *, is_open: bool, is_mine: bool) -> SideShown:
    """Return one side; the one place where what was submitted leaves this package."""
    if given is None or not is_open:
        return SideShown(unit.name, unit.code, given is not None, is_mine, "", {}, "", None)
    return SideShown(
        unit.name, unit.code, True, is_mine, given.report, given.scores, given.words, given.given_at
    )


def review_to_change(review_id: UUID) -> Review:
    """Return a review with its row locked until the transaction ends.

    :raises NotFound: there is none
    """
    found = Review.objects.select_for_update(of=("self",)).select_related("first", "second")
    review = found.filter(pk=review_id).first()
    if review is None:
        raise NotFound("没有这次双评")
    return review


def review_rules() -> list[ReviewRule]:
    """Return the rules in force."""
    return [
        ReviewRule(row.first_kind, row.second_kind, tuple(row.aspects), row.scale, row.days, row.is_example)
        for row in RuleRow.objects.order_by("first_kind", "second_kind")
    ]


def units_to_pair(actor: Actor) -> tuple[list[Unit], list[Unit]]:
    """Return the units a review may be opened for, and those that may stand on the other side."""
    known = review_rules()
    opened = Unit.objects.filter(people.units_for(actor, Act.OPEN), until_on=None)
    firsts = opened.filter(kind__in={rule.first_kind for rule in known}).order_by("code")[:CHOICES_MOST]
    seconds = Unit.objects.filter(kind__in={rule.second_kind for rule in known}, until_on=None)
    return list(firsts), list(seconds.order_by("code")[:CHOICES_MOST])
