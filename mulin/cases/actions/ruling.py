"""The superior's side: rule on a refusal; and what happens by the clock when somebody stays silent."""

from datetime import datetime
from uuid import UUID

from mulin.cases import policy
from mulin.cases.actions import clockwork, moves, whistle_moves
from mulin.cases.models import Alarm, Call, Case, Ruling, Whistle
from mulin.cases.queries import calls as asking
from mulin.cases.queries import doors
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.escalation import AlarmKind
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import CallState, Deed, Part, RulingOutcome
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible
from mulin.ledger.actions import record, whole
from mulin.people.models import Unit

SWEEP = "sweep_clocks"


@whole
def rule_on_refusal(
    *,
    case_id: UUID,
    ruling_id: int,
    outcome: RulingOutcome,
    words: str,
    rule: str,
    unit: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Rule on a refusal (裁定): report in, another unit, or nobody; the ruling is kept as a precedent.

    :param unit: code of the unit that takes it, for ``RulingOutcome.OTHER``; the named better unit if empty
    :raises BadInput: words or rule are missing, or the unit cannot take it
    :raises NotAllowed: the actor does not act for the superior that was asked, or sits with the refuser
    :raises NotPossible: it was ruled on
    """
    words = moves.words(words, where="words", most=rules.WORDS_MOST)
    rule = moves.words(rule, where="rule", most=200)
    move = moves.begin(Act.RULE, case_id=case_id, version=version, actor=actor, now=now)
    ruling = asking.ruling_of(move.case, ruling_id)
    if ruling.superior_id not in whistle_moves.units_of(move):
        raise NotAllowed("只有共同上级能裁定")
    if ruling.refuser_id in {grant.unit_id for grant in actor.grants}:
        raise NotAllowed("不能裁定本单位的拒绝")
    if ruling.ruled_at is not None or ruling.call is None:
        raise NotPossible("已经裁定过了")
    move.unit_id = ruling.superior_id
    blow = whistle_moves.Blow(move, ruling.call.whistle, asking.calls_of(ruling.call.whistle))
    call = next(each for each in blow.calls if each.pk == ruling.call_id)
    chosen = _chosen(blow, ruling, call, outcome, unit)
    remark = move.say(words)
    ruling.ruled_at, ruling.outcome, ruling.unit = now, outcome.value, chosen
    ruling.rule_cited, ruling.words = rule, remark
    ruling.ruled_by_id = actor.staff_id
    ruling.save()
    instead = _carry_out(blow, call, outcome, chosen)
    blow.settle()
    move.save()
    blow.record(
        "ruled",
        call=call.pk,
        ruling=ruling.pk,
        outcome=outcome.value,
        unit=chosen.pk if chosen else None,
        refuser=ruling.refuser_id,
        instead=instead.pk if instead else None,
        said=remark.pk,
    )
    return move.case


def _chosen(
    blow: whistle_moves.Blow, ruling: Ruling, call: Call, outcome: RulingOutcome, code: str
) -> Unit | None:
    """Return whose it becomes."""
    if outcome is RulingOutcome.RELEASE:
        return None
    if outcome is RulingOutcome.REPORT_IN:
        return call.unit
    if not code and ruling.better_unit_id is None:
        raise BadInput("请选择改由哪个单位办", where="unit")
    chosen = asking.units_by_code([code])[0] if code else asking.unit_of(ruling.better_unit_id or 0)
    superior = asking.unit_of(ruling.superior_id)
    taken = {each.unit_id for each in blow.live} | {blow.whistle.caller_id}
    if chosen.pk in taken:
        raise BadInput("%(unit)s已经在这次吹哨里", where="unit", unit=chosen.short_name)
    if not chosen.path.startswith(superior.path) or chosen.pk == superior.pk:
        raise BadInput("%(unit)s不在本级管辖之下", where="unit", unit=chosen.short_name)
    return chosen


def _carry_out(
    blow: whistle_moves.Blow, call: Call, outcome: RulingOutcome, chosen: Unit | None
) -> Call | None:
    """Change the calls as ruled: the refuser goes on where its clocks stopped, or another begins anew.

    Return the call of the other.
    """
    move, whistle = blow.move, blow.whistle
    if outcome is RulingOutcome.REPORT_IN:
        whistle_moves.turn(call, Deed.RULE_IN)
        call.is_ruled = True
        call.escalated_at, call.escalated_to = None, None
        whistle_moves.set_clocks(move, whistle, call)
        call.save()
        return None
    was_lead = call.role == Part.LEAD
    whistle_moves.turn(call, Deed.RELEASE)
    call.released_at = move.now
    call.save()
    if was_lead:
        whistle.lead_unit = chosen
    if chosen is None:
        return None
    role = Part.LEAD if was_lead else Part.ASSIST
    instead = whistle_moves.new_call(move, whistle, chosen, role=role, task=call.task, follows=call)
    blow.calls.append(instead)
    return instead


def _miss(case_id: UUID, clock: str, kind: AlarmKind, due_at: datetime, unit: Unit, now: datetime) -> bool:
    """Note a missed clock; return whether it was not noted before."""
    missed = {"case_id": case_id, "clock": clock, "kind": kind.value, "level": 0, "due_at": due_at}
    _alarm, new = Alarm.objects.get_or_create(**missed, defaults={"unit": unit, "at": now})
    return new


@whole
def escalate_call(*, call_id: int, actor: Actor, now: datetime) -> bool:
    """Tell the superior that a called unit stays silent past its term; return whether that was new.

    Only a call that is still silent and overdue is touched, once: two sweeps at the same time do no harm.

    :raises NotAllowed: the actor is neither the system nor permitted
    """
    policy.require_anywhere(actor, SWEEP)
    call = (
        Call.objects.select_related("unit", "whistle__caller")
        .select_for_update(of=("self",))
        .filter(pk=call_id, state=CallState.CALLING.value, escalated_at__isnull=True, report_due_at__lt=now)
        .first()
    )
    if call is None:
        return False
    fallback = asking.fallback(doors.settings())
    call.escalated_to = asking.superior_of([call.unit, call.whistle.caller], fallback=fallback)
    call.escalated_at = now
    call.save(update_fields=["escalated_to", "escalated_at"])
    if call.report_due_at is not None:
        case_id, clock = call.whistle.case_id, f"call:{call.pk}"
        _miss(case_id, clock, AlarmKind.SILENT_CALL, call.report_due_at, call.escalated_to, now)
    record(
        "case.call_escalated",
        subject=call.whistle.case_id,
        actor=actor,
        at=now,
        whistle=str(call.whistle_id),
        call=call.pk,
        by=call.unit_id,
        to=call.escalated_to.pk,
    )
    return True


@whole
def escalate_ruling(*, ruling_id: int, actor: Actor, now: datetime) -> bool:
    """Hand a ruling nobody gave in time to the next level up, its term starting anew; the root is told once.

    A case returned twice stays on its desk (S-099): the next level up is told, once, and may dispatch it.

    Return whether that was new.

    :raises NotAllowed: the actor is neither the system nor permitted
    """
    policy.require_anywhere(actor, SWEEP)
    ruling = (
        Ruling.objects.select_related("superior", "call__whistle__step")
        .select_for_update(of=("self",))
        .filter(pk=ruling_id, ruled_at__isnull=True, due_at__lt=now)
        .first()
    )
    if ruling is None or ruling.due_at is None:
        return False
    higher = asking.unit_above(ruling.superior) or ruling.superior
    if not _miss(ruling.case_id, f"ruling:{ruling.pk}", AlarmKind.SILENT_RULING, ruling.due_at, higher, now):
        return False
    was, whistle = ruling.superior_id, ruling.call.whistle if ruling.call else None
    if whistle is not None and higher.pk != was:
        step = whistle.step
        limit = Limit(step.ruling_value, LimitKind(step.ruling_kind))
        ruling.superior = higher
        due = clockwork.due(
            ruling.case, doors.settings(), start=now, limit=limit, source=f"whistle:{step.line}"
        )
        ruling.due_at, ruling.due_why = due["due_at"], due["due_why"]
        ruling.save(update_fields=["superior", "due_at", "due_why"])
    record(
        "case.ruling_escalated",
        subject=ruling.case_id,
        actor=actor,
        at=now,
        whistle=str(whistle.pk) if whistle else None,
        call=ruling.call_id,
        ruling=ruling.pk,
        was=was,
        to=higher.pk,
    )
    return True


@whole
def open_evaluations(*, whistle_id: UUID, actor: Actor, now: datetime) -> bool:
    """Break the seal of a whistle's evaluations once their term is over; return whether that was new.

    :raises NotAllowed: the actor is neither the system nor permitted
    """
    policy.require_anywhere(actor, SWEEP)
    whistle = (
        Whistle.objects.select_for_update()
        .filter(pk=whistle_id, opened_at__isnull=True, ended_at__isnull=False, evaluate_until__lte=now)
        .first()
    )
    if whistle is None:
        return False
    whistle.opened_at = now
    whistle.save(update_fields=["opened_at"])
    record("case.evaluations_opened", subject=whistle.case_id, actor=actor, at=now, whistle=str(whistle.pk))
    return True
