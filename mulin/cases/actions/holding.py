"""Holding the clock and giving more time: suspension (挂账), extension (延期), milestones met."""

from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from mulin.cases.actions import clockwork, moves
from mulin.cases.models import Case, Extension, Hold
from mulin.cases.queries import clock, doors, routing
from mulin.cases.rules import closing, holds
from mulin.cases.rules.holds import ASKABLE, AskState, Cause, HoldKind
from mulin.cases.rules.lifecycle import Act
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.ledger.actions import whole

Row = TypeVar("Row", Hold, Extension)


class NothingAsked(NotPossible):
    """Nobody asked for it, or it was decided already."""


@whole
def ask_suspension(
    *,
    case_id: UUID,
    reason: str,
    until: date,
    words: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Ask that the clock stand (挂账) through a day; once in a round, before the deadline, a year at most.

    :raises BadInput: no such reason, no words, or a day that is past or too far off
    :raises NotYet: too late, used up, or asked for already
    """
    if reason not in ASKABLE:
        raise BadInput("请选一个挂账的理由", where="reason")
    words = moves.words(words, where="words", most=300)
    move = moves.begin(Act.SUSPEND, case_id=case_id, version=version, actor=actor, now=now)
    case, settings = move.case, doors.settings()
    waiting, _other = clock.asks_of(case)
    blockers = holds.blocks_suspension(
        due_at=case.due_at,
        now=now,
        granted=clock.suspended(case),
        most=settings.suspensions_most,
        waiting=int(waiting is not None),
    )
    closing.require(blockers)
    last = holds.last_day(until, today=routing.today(now), days=settings.suspension_days)
    until_at = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    asked = Hold.objects.create(
        case=case,
        round=case.reopened,
        kind=HoldKind.SUSPENSION.value,
        state=AskState.ASKED.value,
        reason=reason,
        asked_at=now,
        asked_by_id=actor.staff_id,
        asked_unit_id=move.unit_id,
        words=move.say(words),
        until_at=until_at,
    )
    move.save(asks=case.asks + 1, clock_past=True)
    move.record(
        "suspension_asked", hold=asked.pk, because=reason, until=last.isoformat(), said=asked.words_id
    )
    return case


@whole
def grant_suspension(
    *, case_id: UUID, note: str = "", version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Let the clock stand from now on; another unit than the one that asked, and before the deadline.

    :raises NothingAsked: no suspension waits for a decision
    :raises NotYet: the actor or their unit asked, or the deadline is over
    """
    move = moves.begin(Act.GRANT_SUSPENSION, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    asked = _suspension(move, grants=True)
    if asked.until_at <= now:
        raise NotPossible("申请的挂账日期已经过了")
    remark = _note(move, note)
    Hold.objects.filter(pk=asked.pk).update(state=AskState.RUNNING.value, from_at=now, **_decided(move))
    fresh = clockwork.anew(case, cause=Cause.SUSPENDED, settings=doors.settings(), now=now, fresh=True)
    move.save(asks=case.asks - 1, **fresh, **clockwork.standing(case))
    move.record("suspended", hold=asked.pk, because=asked.reason, said=remark, **_due(case))
    return case


@whole
def refuse_suspension(
    *, case_id: UUID, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Refuse a suspension with the reason; a refusal does not count as one had.

    :raises NothingAsked: no suspension waits for a decision
    :raises BadInput: no reason was given
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.REFUSE_SUSPENSION, case_id=case_id, version=version, actor=actor, now=now)
    asked = _suspension(move, grants=False)
    remark = move.say(reason)
    Hold.objects.filter(pk=asked.pk).update(state=AskState.REFUSED.value, **_decided(move))
    move.save(asks=move.case.asks - 1)
    move.record("suspension_refused", hold=asked.pk, said=remark.pk)
    return move.case


@whole
def resume_case(
    *, case_id: UUID, note: str = "", version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Let a standing clock go on with what was left, sooner than planned or because its time has come.

    :raises NothingAsked: the clock does not stand
    """
    move = moves.begin(Act.RESUME, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    running = Hold.objects.filter(case=case, state=AskState.RUNNING.value)
    if actor == SYSTEM:
        running = running.filter(until_at__lte=now)
    else:
        running = running.filter(kind=HoldKind.SUSPENSION.value)
    ids = list(running.values_list("pk", flat=True))
    if not ids:
        raise NothingAsked("这件事项没有挂账")
    remark = _note(move, note)
    for hold in Hold.objects.filter(pk__in=ids):
        hold.state, hold.ended_at = AskState.OVER.value, min(now, hold.until_at)
        hold.save(update_fields=["state", "ended_at"])
    early = actor != SYSTEM  # what ends as planned was reckoned with from the start: no other promise
    fresh = clockwork.anew(case, cause=Cause.RESUMED, settings=doors.settings(), now=now) if early else {}
    move.save(**fresh, **clockwork.standing(case))
    move.record("resumed", holds=ids, said=remark, **_due(case))
    return case


def resume_due(*, actor: Actor, now: datetime, most: int = 500) -> int:
    """Let every clock go on whose pause is over; complete, and the same when done twice."""
    done = 0
    over = Hold.objects.filter(state=AskState.RUNNING.value, until_at__lte=now).order_by("until_at", "pk")
    for case_id in dict.fromkeys(over.values_list("case_id", flat=True)[:most]):
        done += _resumed(case_id, actor, now)
    return done


@whole
def _resumed(case_id: UUID, actor: Actor, now: datetime) -> int:
    try:
        resume_case(case_id=case_id, actor=actor, now=now)
    except NothingAsked:  # another runner was faster
        return 0
    return 1


@whole
def ask_extension(
    *, case_id: UUID, words: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Ask for the original limit once more (延期), before the deadline.

    :raises BadInput: no reason was written
    :raises NotYet: too late, granted as often as the city allows, or asked for already
    """
    words = moves.words(words, where="words", most=300)
    move = moves.begin(Act.ASK_EXTENSION, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    _other, waiting = clock.asks_of(case)
    blockers = holds.blocks_extension(
        due_at=case.due_at,
        now=now,
        granted=clock.extended(case),
        most=doors.settings().extensions_most,
        waiting=int(waiting is not None),
    )
    closing.require(blockers)
    asked = Extension.objects.create(
        case=case,
        round=case.reopened,
        state=AskState.ASKED.value,
        asked_at=now,
        asked_by_id=actor.staff_id,
        asked_unit_id=move.unit_id,
        words=move.say(words),
    )
    move.save(asks=case.asks + 1, clock_past=True)
    move.record("extension_asked", extension=asked.pk, said=asked.words_id)
    return case


@whole
def grant_extension(
    *, case_id: UUID, note: str = "", version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Give the original limit once more; another unit than the one that asked, and before the deadline.

    :raises NothingAsked: no extension waits for a decision
    :raises NotYet: the actor or their unit asked, or the deadline is over
    """
    move = moves.begin(Act.GRANT_EXTENSION, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    asked = _extension(move, grants=True)
    remark = _note(move, note)
    Extension.objects.filter(pk=asked.pk).update(state=AskState.GRANTED.value, **_decided(move))
    fresh = clockwork.anew(case, cause=Cause.EXTENDED, settings=doors.settings(), now=now, fresh=True)
    move.save(asks=case.asks - 1, **fresh, **clockwork.standing(case))
    move.record("extended", extension=asked.pk, said=remark, **_due(case))
    return case


@whole
def refuse_extension(
    *, case_id: UUID, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Refuse more time with the reason; a refusal does not count as an extension had (K27).

    :raises NothingAsked: no extension waits for a decision
    :raises BadInput: no reason was given
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.REFUSE_EXTENSION, case_id=case_id, version=version, actor=actor, now=now)
    asked = _extension(move, grants=False)
    remark = move.say(reason)
    Extension.objects.filter(pk=asked.pk).update(state=AskState.REFUSED.value, **_decided(move))
    move.save(asks=move.case.asks - 1)
    move.record("extension_refused", extension=asked.pk, said=remark.pk)
    return move.case


@whole
def meet_milestone(
    *,
    case_id: UUID,
    milestone: str,
    text: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Say that a milestone is reached (到场、拿出方案); late or not, the moment is kept as it is.

    :param text: free words, or ``#2`` for the second of the city's own sentences
    :raises NoMilestone: the case has no such milestone waiting
    :raises BadInput: the milestone asks for words and there are none
    """
    move = moves.begin(Act.MEET, case_id=case_id, version=version, actor=actor, now=now)
    met = clockwork.meet(move, milestone, text)
    move.save(milestones_open=move.case.milestones_open - 1)
    late = met.due_at is not None and now > met.due_at
    move.record("milestone_met", milestone=met.pk, code=met.code, late=late, said=met.words_id)
    return move.case


def _asked(move: moves.Move, asked: Row | None, *, grants: bool) -> Row:
    """Return the ask; refuse unless somebody else made it, from another unit.

    :raises NothingAsked: nothing waits for a decision
    """
    if asked is None:
        raise NothingAsked("没有等着批的申请")
    blockers = holds.blocks_decision(
        due_at=move.case.due_at,
        now=move.now,
        asked_by=asked.asked_by_id,
        asked_unit=asked.asked_unit_id,
        account_id=move.actor.account_id,
        unit_id=move.unit_id,
        grants=grants,
    )
    closing.require(blockers)
    return asked


def _suspension(move: moves.Move, *, grants: bool) -> Hold:
    asked, _other = clock.asks_of(move.case)
    return _asked(move, asked, grants=grants)


def _extension(move: moves.Move, *, grants: bool) -> Extension:
    _other, asked = clock.asks_of(move.case)
    return _asked(move, asked, grants=grants)


def _decided(move: moves.Move) -> dict[str, object]:
    return {
        "decided_at": move.now,
        "decided_by_id": move.actor.staff_id,
        "decided_unit_id": move.unit_id,
    }


def _note(move: moves.Move, note: str) -> int | None:
    return move.say(moves.words(note, where="note", most=300)).pk if note.strip() else None


def _due(case: Case) -> dict[str, str]:
    return {"due": case.due_at.isoformat() if case.due_at else ""}
