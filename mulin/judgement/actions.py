"""Open a two-way review; report and rate for one side of it (S-109)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from mulin.judgement import policy, queries
from mulin.judgement.models import Review, Submission
from mulin.judgement.models import ReviewRule as RuleRow
from mulin.judgement.rules import reviews as rules
from mulin.judgement.rules.reviews import Act, ReviewRule, ReviewStage
from mulin.judgement.rules.sealing import check_scores
from mulin.kernel.actor import SYSTEM, Actor, require_post
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible
from mulin.kernel.ids import new_id
from mulin.kernel.wording import written
from mulin.ledger.actions import record, whole
from mulin.people.models import Unit
from mulin.people.queries.units import unit_by_code

ADOPT = "adopt_pack"


@whole
def open_review(*, first: str, second: str, term: str, actor: Actor, now: datetime) -> Review:
    """Open a two-way review between two units for a term; the rule for their kinds says how and how long.

    :raises BadInput: a unit is unknown, they have nothing to do with each other, or no rule pairs their kinds
    :raises NotAllowed: no post of the actor permits it for the first unit
    :raises NotPossible: it was opened for this term before
    """
    term = written(term, where="term", most=rules.TERM_MOST)
    one, other = _unit(first, "first"), _unit(second, "second")
    as_unit = policy.require(actor, Act.OPEN, one)
    rules.check_neighbours(one.path, other.path)
    rule = rules.rule_for(queries.review_rules(), one.kind_id, other.kind_id)
    review, fresh = Review.objects.get_or_create(
        first=one,
        second=other,
        term=term,
        defaults={
            "id": new_id(),
            "aspects": list(rule.aspects),
            "scale": rule.scale,
            "is_example": rule.is_example,
            "opened_at": now,
            "opened_by_id": actor.staff_id,
            "closes_at": now + timedelta(days=rule.days),
        },
    )
    if not fresh:
        raise NotPossible("这两个单位这一期的双评已经发起过")
    record(
        "review.opened",
        subject=review.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        first=one.pk,
        second=other.pk,
    )
    return review


def _unit(code: str, where: str) -> Unit:
    try:
        return unit_by_code(code)
    except NotFound as refusal:
        raise BadInput(refusal.why, where=where, **refusal.facts) from None


@whole
def submit_report_and_rating(
    *,
    review_id: UUID,
    unit: str,
    report: str,
    scores: Mapping[str, int],
    words: str,
    actor: Actor,
    now: datetime,
) -> Review:
    """Report on one's own work and rate the other side, once and sealed; both are shown when both are in.

    :param unit: code of the side that submits
    :raises BadInput: the report, a score or the reasons are missing
    :raises NotFound: there is no such review
    :raises NotAllowed: no post of the actor permits it for that unit
    :raises NotASide: the unit is neither side
    :raises ReviewOver: both are in, or its term is over
    :raises NotPossible: the side has submitted already
    """
    review = queries.review_to_change(review_id)
    side = _unit(unit, "unit")
    as_unit = policy.require(actor, Act.SUBMIT, side)
    sides = (review.first_id, review.second_id)
    given = set(Submission.objects.filter(review=review).values_list("unit", flat=True))
    at = rules.stage(sides, given, closes_at=review.closes_at, now=now)
    rules.check_submission(side.pk, sides=sides, given=given, at=at)
    check_scores(scores, aspects=review.aspects, scale=review.scale)
    Submission.objects.create(
        review=review,
        unit=side,
        report=written(report, where="report", most=rules.REPORT_MOST),
        scores=dict(scores),
        words=written(words, where="words", most=rules.WORDS_MOST),
        given_at=now,
        given_by_id=actor.staff_id,
    )
    record("review.submitted", subject=review.pk, actor=actor, at=now, as_unit=as_unit, by=side.pk)
    if rules.stage(sides, given | {side.pk}, closes_at=review.closes_at, now=now) is ReviewStage.SHOWN:
        review.shown_at = now
        review.save(update_fields=["shown_at"])
        record("review.shown", subject=review.pk, actor=SYSTEM, at=now)
    return review


@whole
def adopt_review_rules(*, rows: Sequence[ReviewRule], actor: Actor, now: datetime) -> int:
    """Put the rules of two-way reviews in place of those before; return how many changed.

    Reviews that are open keep the rule they were opened by.

    :raises NotAllowed: no post of the actor permits it
    """
    as_unit = require_post(actor, ADOPT, NotAllowed("您的岗位不能做这一步"))
    standing = set(queries.review_rules())
    if standing == set(rows):
        return 0
    RuleRow.objects.all().delete()
    RuleRow.objects.bulk_create(RuleRow(**asdict(row) | {"aspects": list(row.aspects)}) for row in rows)
    record("review_rules.adopted", subject="reviews", actor=actor, at=now, as_unit=as_unit, rows=len(rows))
    return len(standing ^ set(rows))
