"""What a resident does by tracking code: rate, ask for a review, take a contact back."""

from datetime import datetime

from mulin.cases.actions import moves
from mulin.cases.models import Case, Rating, Report
from mulin.cases.queries import doors, routing
from mulin.cases.rules import lifecycle
from mulin.cases.rules.lifecycle import Act, State
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.ledger.actions import record, whole
from mulin.people.actions import contacts

RATEABLE = frozenset({State.CHECKED.value, State.CLOSED.value})


@whole
def rate_report(
    *,
    tracking_code: str,
    solved: bool,
    satisfied: bool,
    words: str = "",
    actor: Actor,
    now: datetime,
) -> Rating:
    """Say whether it is solved and whether one is satisfied; those who are judged do not see it.

    :raises NotFound: no report has this code
    :raises NotPossible: there is no answer yet, or it was rated before
    """
    if len(words) > 500 or "\x00" in words:
        raise BadInput("最多 500 个字", where="words")
    report = doors.voice_to_change(tracking_code)
    if report.case.state not in RATEABLE or report.answered_at is None:
        raise NotPossible("还没有答复，等答复后再评价")
    rating, made = Rating.objects.get_or_create(
        report=report,
        round=report.case.reopened,
        defaults={"solved": solved, "satisfied": satisfied, "words": words.strip(), "at": now},
    )
    if not made:
        raise NotPossible("这次答复已经评价过了")
    # That it was rated is a fact of the case; how is kept from everybody whom it judges.
    record("case.rated", subject=report.case_id, actor=actor, at=now, report=str(report.pk))
    return rating


@whole
def ask_review(*, tracking_code: str, reason: str, actor: Actor, now: datetime) -> Case:
    """Ask for a review of a refusal; the unit above the one that refused looks at it.

    :raises NotFound: no report has this code
    :raises ImpossibleAct: the case was not refused
    """
    reason = moves.words(reason, where="reason", most=500)
    report = doors.voice_to_change(tracking_code)
    case, before = report.case, State(report.case.state)
    move = moves.Move(case, Act.ASK_REVIEW, actor, None, now, before, lifecycle.after(before, Act.ASK_REVIEW))
    if case.reports.filter(case__remarks__act=Act.ASK_REVIEW.value).exists():
        raise NotPossible("已经复核过一次；您还可以打 12345")
    remark = move.say(reason)
    move.save(desk=routing.superior_desk(case, doors.settings()), closed_at=None)
    move.record("review_asked", said=remark.pk, report=str(report.pk))
    return case


@whole
def withdraw_contact(*, tracking_code: str, actor: Actor, now: datetime) -> Report:
    """Take one's contact back: it is erased from the vault at once, the matter goes on.

    :raises NotFound: no report has this code
    :raises NotPossible: there is no contact to take back
    """
    report = doors.voice_to_change(tracking_code)
    if report.contact is None or report.contact.erased_at is not None:
        raise NotPossible("没有可以撤回的联系方式")
    contacts.erase_contact(contact_id=report.contact.pk, actor=SYSTEM, now=now)
    record("case.contact_withdrawn", subject=report.case_id, actor=actor, at=now, report=str(report.pk))
    return report
