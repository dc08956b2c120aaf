"""After the work: check by somebody else, answer everybody, close; review of a refusal; reopen."""

from datetime import datetime
from uuid import UUID

from mulin.cases.actions import clockwork, moves, visiting
from mulin.cases.models import Assignment, Case, Report
from mulin.cases.queries import beside, doors, routing
from mulin.cases.rules import closing
from mulin.cases.rules.holds import Cause
from mulin.cases.rules.lifecycle import Act
from mulin.clocks.rules.limits import Limit
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.ledger.actions import whole


def _by_another(move: moves.Move) -> None:
    closing.require(
        closing.blocks_check(handler_id=move.case.handled_by_id, checker_id=move.actor.account_id)
    )


@whole
def pass_check(
    *, case_id: UUID, note: str = "", version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Confirm a result (核查通过); the reports can be answered now.

    :raises NotYet: the actor reported the result themselves
    """
    move = moves.begin(Act.APPROVE, case_id=case_id, version=version, actor=actor, now=now)
    _by_another(move)
    remark = move.say(moves.words(note, where="note")).pk if note.strip() else None
    move.save(checked_at=now)
    move.record("passed", said=remark)
    return move.case


@whole
def fail_check(
    *, case_id: UUID, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Send a result back to the lead (核查不通过) with the reason.

    :raises BadInput: no reason was given
    :raises NotYet: the actor reported the result themselves
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.FAIL, case_id=case_id, version=version, actor=actor, now=now)
    _by_another(move)
    remark = move.say(reason)
    move.save(desk=move.case.lead, handled_at=None, checked_at=None)
    move.record("failed", said=remark.pk)
    return move.case


@whole
def answer_report(
    *,
    case_id: UUID,
    report_id: UUID,
    text: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Answer one voice (反馈); a second answer replaces the first, both stay in the remarks.

    :raises NotFound: the report is not one of this case
    :raises BadInput: the answer is empty
    """
    text = moves.words(text, where="text", most=2_000)
    move = moves.begin(Act.ANSWER, case_id=case_id, version=version, actor=actor, now=now)
    answered = Report.objects.filter(pk=report_id, case=move.case).update(
        answer=text, answered_at=now, answered_unit_id=move.unit_id
    )
    if not answered:
        raise NotFound("这件事项里没有这条诉求")
    remark = move.say(text)
    move.save()
    move.record("answered", report=str(report_id), said=remark.pk)
    return move.case


@whole
def close_case(*, case_id: UUID, version: int | None = None, actor: Actor, now: datetime) -> Case:
    """Close a case (结案): never by the handler alone, never with a report unanswered.

    :raises NotYet: naming what is missing
    """
    move = moves.begin(Act.CLOSE, case_id=case_id, version=version, actor=actor, now=now)
    _by_another(move)
    closing.require(close_blockers(move.case, now=now))
    Assignment.objects.filter(case=move.case, ended_at__isnull=True).update(ended_at=now)
    move.save(closed_at=now)
    if move.case.in_compound and (visit := visiting.after_closing(move.case, now=now)) is not None:
        move.aside["visit"] = str(visit.pk)
    move.record("closed")
    return move.case


def close_blockers(case: Case, *, now: datetime) -> tuple[closing.Blocker, ...]:
    """Return what closing ``case`` still needs."""
    reports = Report.objects.filter(case=case)
    return beside.blocks_closing(case) + closing.blocks_close(
        unanswered=reports.filter(answered_at__isnull=True).count(),
        in_compound=case.in_compound,
        unrated=reports.exclude(ratings__round=case.reopened).count() if case.in_compound else 0,
        checked_at=case.checked_at,
        rating_days=doors.settings().rating_days,
        now=now,
    )


@whole
def uphold_decline(
    *, case_id: UUID, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Confirm a refusal after review (维持不予受理); by another person than who refused.

    Whoever joined meanwhile is answered with the reason, as the others were.

    :raises NotYet: the actor refused the case themselves
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.UPHOLD, case_id=case_id, version=version, actor=actor, now=now)
    _by_another(move)
    Report.objects.filter(case=move.case, answered_at__isnull=True).update(
        answer=reason, answered_at=now, answered_unit=move.unit_id
    )
    remark = move.say(reason, public=True)
    move.save(decline_reason=reason, closed_at=now)
    move.record("upheld", said=remark.pk)
    return move.case


@whole
def admit_case(
    *, case_id: UUID, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Take a case on after review (改为受理); it starts again at the desk of its place.

    :raises NotYet: the actor refused the case themselves
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.ADMIT, case_id=case_id, version=version, actor=actor, now=now)
    _by_another(move)
    remark = move.say(reason, public=True)
    _start_again(move)
    move.record("admitted", said=remark.pk)
    return move.case


@whole
def reopen_case(
    *,
    case_id: UUID,
    reason: str,
    because: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Reopen a closed case (重办) inside its window; everybody who reported it is owed a new answer.

    :param because: what led to it, if not the actor's own finding: "visit:…", "report:…"
    :raises NotYet: the window is over
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.REOPEN, case_id=case_id, version=version, actor=actor, now=now)
    window = doors.settings().reopen_days
    closing.require(closing.blocks_reopen(closed_at=move.case.closed_at, reopen_days=window, now=now))
    remark = move.say(reason, public=True)
    visiting.call_off(move.case, now=now)
    _start_again(move, reopened=move.case.reopened + 1)
    move.record(
        "reopened", said=remark.pk, times=move.case.reopened, **({"cause": because} if because else {})
    )
    return move.case


def _start_again(move: moves.Move, **changes: object) -> None:
    """Save a case as newly registered: no lead, a new promise with the old one kept, nobody answered."""
    settings = doors.settings()
    kept = clockwork.keep(move.case, now=move.now, cause=Cause.REOPENED)
    desk = routing.intake_desk(routing.chain_of(move.case.place_unit), settings)
    Report.objects.filter(case=move.case).update(answered_at=None)
    limit: Limit
    limit, source = moves.limit_of(move.case, settings)
    move.save(
        desk=desk,
        lead=None,
        registered_at=move.now,
        dispatched_at=None,
        accepted_at=None,
        handled_at=None,
        checked_at=None,
        closed_at=None,
        decline_reason="",
        asks=0,
        held_until=None,
        turns=0,
        milestones_open=0,
        **kept,
        **clockwork.due(move.case, settings, start=move.now, limit=limit, source=source),
        **changes,
    )
