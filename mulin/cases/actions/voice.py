"""What a resident does by tracking code: rate, ask again, ask for a review, take a contact back."""

from datetime import datetime

from mulin.cases.actions import checking, moves, supervising, visiting
from mulin.cases.models import Case, Rating, Report
from mulin.cases.queries import doors, routing
from mulin.cases.rules import aftercare, closing, lifecycle
from mulin.cases.rules.aftercare import LowRating, SettledBefore, VisitWhy
from mulin.cases.rules.lifecycle import Act, State
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.ledger.actions import record, whole
from mulin.people.actions import contacts

# Whoever is judged reads these words: they say what happens now, never that somebody rated it so.
AGAIN = "按规定重新办理"
WATCHED = "按规定督办，请把办理情况报来复查"
RATEABLE = frozenset({State.CHECKED.value, State.CLOSED.value})


@whole
def rate_report(
    *,
    tracking_code: str,
    solved: bool,
    satisfied: bool,
    words: str = "",
    again: bool = True,
    actor: Actor,
    now: datetime,
) -> Rating:
    """Say whether it is solved and whether one is satisfied; those who are judged do not see it.

    :param again: if it is not solved: have it looked at again, as the city has set (S-105)
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
    if again and not solved:
        _doubt(report, now=now)
    return rating


@whole
def ask_reopen(*, tracking_code: str, reason: str, actor: Actor, now: datetime) -> Case:
    """Say of a closed matter that it is not fixed: it is taken up again, or a third party asks first (W10).

    :raises NotFound: no report has this code
    :raises NotPossible: the matter is not closed
    :raises NotYet: the window to reopen is over
    :raises SettledBefore: this voice said so before, in this round
    """
    reason = moves.words(reason, where="reason", most=500)
    report = doors.voice_to_change(tracking_code)
    case = report.case
    if case.state != State.CLOSED:
        raise NotPossible("这件事还没有结案，请直接补充情况")
    window = doors.settings().reopen_days
    closing.require(closing.blocks_reopen(closed_at=case.closed_at, reopen_days=window, now=now))
    said = moves.Move(case, Act.REOPEN, actor, None, now, State.CLOSED, State.CLOSED).say(reason)
    record("case.reopen_asked", subject=case.pk, actor=actor, at=now, report=str(report.pk), said=said.pk)
    if not _doubt(report, now=now, asked=True):
        raise SettledBefore("您已经提过一次，正在核实")
    return Case.objects.get(pk=case.pk)


def _doubt(report: Report, *, now: datetime, asked: bool = False) -> bool:
    """Do what the city has set when a voice says "not solved"; return whether anything came of it."""
    case, settings = report.case, doors.settings()
    low = LowRating(settings.low_rating)
    open_still = aftercare.window_open(closed_at=case.closed_at, reopen_days=settings.reopen_days, now=now)
    if low is LowRating.NOTHING and not asked:
        return False
    again = low.takes_up_again and case.state == State.CLOSED and open_still
    if again:
        checking.reopen_case(case_id=case.pk, reason=AGAIN, actor=SYSTEM, now=now)
    if low is LowRating.SUPERVISE and (again or case.state == State.CHECKED):
        if not case.supervisions_open:
            supervising.supervise_case(case_id=case.pk, reason=WATCHED, actor=SYSTEM, now=now)
        return True
    if again:
        return True
    visit = visiting.open_visit(case, report, why=VisitWhy.DOUBT, now=now)
    if visit is None:
        return False
    record("case.visit_opened", subject=case.pk, actor=SYSTEM, at=now, visit=str(visit.pk), to=visit.unit_id)
    return True


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
