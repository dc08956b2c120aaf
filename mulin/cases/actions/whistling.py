"""The caller's side of a whistle: whistle, urge, call more, change the lead, end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mulin.cases.actions import clockwork, moves, whistle_moves
from mulin.cases.models import Case, Whistle
from mulin.cases.queries import calls as asking
from mulin.cases.queries import grades, routing, whistle_offers
from mulin.cases.rules import closing
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import Asked, CallState, Part, WhistleState
from mulin.catalogue import queries as catalogue
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.kernel.ids import new_id
from mulin.ledger.actions import whole
from mulin.ledger.rules.privacy import Json
from mulin.people.models import Unit


def _caller(move: moves.Move) -> Unit:
    """Return the unit that whistles: the first of the actor's that may, and for whose kind there is a row.

    :raises NoStep: none of them may whistle for anybody
    :raises NotPossible: it has a whistle running on the case
    """
    able = whistle_offers.units_that_may(move.actor, move.act, move.case)
    for unit_id in whistle_moves.units_of(move):
        if unit_id in able:
            unit = asking.unit_of(unit_id)
            if asking.steps_for(unit.kind_id, asking.today(move.now)):
                break
    else:
        raise rules.NoStep
    if Whistle.objects.filter(case=move.case, caller=unit, ended_at__isnull=True).exists():
        raise NotPossible("本单位对这件事项的吹哨还没有结束，可以加叫单位")
    move.unit_id = unit.pk
    return unit


def _off_list(item: str, why: str) -> str:
    """Return why no item is cited, empty if one is.

    :raises BadInput: neither was said
    """
    if item:
        return ""
    if not why.strip():
        raise BadInput("请选清单项；清单里没有的，写明为什么", where="item")
    return moves.words(why, where="off_list", most=300)


def _expect_evaluations(blow: whistle_moves.Blow, *, start: datetime) -> None:
    """Say until when both sides may judge each other; while the whistle runs that is an expectation."""
    move, step = blow.move, blow.whistle.step
    limit = Limit(step.evaluate_value, LimitKind(step.evaluate_kind))
    until = clockwork.due(move.case, move.settings, start=start, limit=limit, source="whistle")
    blow.whistle.evaluate_until = until["due_at"]


def _whom(units: Sequence[Asked], graded: grades.Graded | None, ask: str) -> Sequence[Asked]:
    """Return whom to call, each with its task: as asked, else as the grade says."""
    if graded is not None and not units:
        task = ask[: rules.TASK_MOST]
        units = [Asked(unit=unit.code, task=task, lead=not n) for n, unit in enumerate(graded.units)]
    rules.check_asked(units)
    return units


@whole
def whistle_units(
    *,
    case_id: UUID,
    units: Sequence[Asked],
    ask: str,
    item: str = "",
    off_list: str = "",
    grade: int = 0,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Whistle (吹哨): call the next level, one unit or several with one lead, each with its task.

    :param item: code of the list item it rests on, in force today
    :param off_list: without an item, why none fits; the list's keepers look at it
    :param grade: of the city's table (分级响应): sets the time to report in; without ``units``, whom to call
    :raises BadInput: nobody to call, a task missing, neither item nor reason, a unit that cannot be called
    :raises NoStep: the actor's level has nobody to call
    :raises NoGrade: the city's table has no such grade for this level and matter
    :raises NotPossible: this unit has a whistle running on the case; it calls more units instead
    """
    ask = moves.words(ask, where="ask", most=rules.WORDS_MOST)
    why = _off_list(item, off_list)
    if not grade:
        rules.check_asked(units)
    move = moves.begin(Act.WHISTLE, case_id=case_id, version=version, actor=actor, now=now)
    caller = _caller(move)
    graded = grades.chosen(caller, move.case, grade=grade, item=item, now=now) if grade else None
    units = _whom(units, graded, ask)
    lead_code = rules.lead_of(units)
    called = asking.units_by_code(each.unit for each in units)
    step = whistle_moves.step_for(caller, called, now)
    lead = next(unit for unit in called if unit.code == lead_code)
    remark = move.say(ask)
    whistle = Whistle.objects.create(
        id=new_id(),
        case=move.case,
        round=Whistle.objects.filter(case=move.case).count() + 1,
        step=step,
        caller=caller,
        lead_unit=lead,
        item=catalogue.item_in_force(item, on=routing.today(now)) if item else None,
        off_list=not item,
        off_list_why=why,
        grade=graded.row.why(item) if graded else {},
        ask=remark,
        state=WhistleState.CALLING.value,
        raised_at=now,
        raised_by_id=actor.staff_id,
    )
    calls = whistle_moves.call_units(move, whistle, units, called, lead=lead.pk)
    blow = whistle_moves.Blow(move, whistle, calls)
    _expect_evaluations(blow, start=max((c.handle_due_at for c in calls if c.handle_due_at), default=now))
    blow.settle()
    move.save(whistles_open=move.case.whistles_open + 1)
    whom: dict[str, Json] = {"units": [unit.pk for unit in called], "calls": [call.pk for call in calls]}
    whom |= {"grade": grade} if grade else {}
    blow.record("whistled", by=caller.pk, lead=lead.pk, **whom, item=item, off_list=not item, said=remark.pk)
    return move.case


@whole
def call_more_units(
    *,
    case_id: UUID,
    whistle_id: UUID,
    units: Sequence[Asked],
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Call more units (加叫单位) to a running whistle; a summary made before is made anew.

    :raises BadInput: nobody, or somebody who was called already or cannot be
    """
    rules.check_asked(units)
    blow = whistle_moves.begin(
        Act.CALL_MORE, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    whistle_moves.as_caller(blow)
    move, whistle = blow.move, blow.whistle
    called = asking.units_by_code(each.unit for each in units)
    there = {call.unit_id for call in blow.live}
    for unit in called:
        if unit.pk in there:
            raise BadInput("%(unit)s已经叫过了", where="units", unit=unit.short_name)
    if len(there) + len(called) > rules.UNITS_MOST:
        raise BadInput("一次最多叫 %(most)d 个单位", where="units", most=rules.UNITS_MOST)
    whistle_moves.step_for(asking.unit_of(whistle.caller_id), called, now)
    lead = None
    if whistle.lead_unit_id is None:
        lead = next((u.pk for each, u in zip(units, called, strict=True) if each.lead), None)
        if lead is None and len(called) == 1 and not blow.live:
            lead = called[0].pk
        whistle.lead_unit_id = lead
    calls = whistle_moves.call_units(move, whistle, units, called, lead=lead)
    blow.calls += calls
    whistle.summed_up_at, whistle.summary = None, None
    blow.settle()
    move.save()
    blow.record("more_called", units=[unit.pk for unit in called], calls=[call.pk for call in calls])
    return move.case


@whole
def change_whistle_lead(
    *,
    case_id: UUID,
    whistle_id: UUID,
    unit: str,
    reason: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Name another called unit as the lead (换主办); it sums up, the one before assists.

    :raises BadInput: no reason, or the unit leads already
    :raises NotCalled: the unit is not one of those called
    """
    reason = moves.words(reason, where="reason", most=300)
    blow = whistle_moves.begin(
        Act.CHANGE_LEAD, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    whistle_moves.as_caller(blow)
    move, whistle = blow.move, blow.whistle
    (chosen,) = asking.units_by_code([unit])
    call = blow.call_of(chosen.pk)
    if call.role == Part.LEAD:
        raise BadInput("%(unit)s已经是主办", where="unit", unit=chosen.short_name)
    was = whistle.lead_unit_id
    for other in blow.live:
        if other.role == Part.LEAD:
            other.role = Part.ASSIST.value
            other.save(update_fields=["role"])
    call.role = Part.LEAD.value
    call.save(update_fields=["role"])
    whistle.lead_unit = chosen
    whistle.summed_up_at, whistle.summary = None, None
    remark = move.say(reason)
    blow.settle()
    move.save()
    blow.record("lead_changed", was=was, to=chosen.pk, call=call.pk, said=remark.pk)
    return move.case


@whole
def urge_units(
    *,
    case_id: UUID,
    whistle_id: UUID,
    units: Sequence[str] = (),
    words: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Remind called units (催报到) that still owe an answer: those named, else all of them.

    :raises NotPossible: nobody owes an answer
    :raises NotCalled: a unit named does not owe one
    """
    blow = whistle_moves.begin(
        Act.URGE, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    whistle_moves.as_caller(blow)
    move = blow.move
    owing = [call for call in blow.live if call.state in (CallState.CALLING, CallState.REPORTED_IN)]
    if units:
        named = {unit.pk for unit in asking.units_by_code(units)}
        owing = [call for call in owing if call.unit_id in named]
        if len(owing) != len(named):
            raise rules.NotCalled
    if not owing:
        raise NotPossible("叫的单位都已经回话，不用催")
    said = move.say(moves.words(words, where="words", most=rules.WORDS_MOST)).pk if words.strip() else None
    for call in owing:
        call.urged, call.urged_at = call.urged + 1, now
        call.save(update_fields=["urged", "urged_at"])
    move.save()
    blow.record("urged", calls=[c.pk for c in owing], units=[c.unit_id for c in owing], said=said)
    return move.case


@whole
def end_whistle(
    *,
    case_id: UUID,
    whistle_id: UUID,
    note: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """End a whistle (结束吹哨): the caller confirms the summary; both sides judge each other from now on.

    :raises NotYet: the lead has not summed up, or somebody has not replied
    """
    blow = whistle_moves.begin(
        Act.END, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    whistle_moves.as_caller(blow)
    move, whistle = blow.move, blow.whistle
    closing.require(rules.blocks_end(blow.states, summed=whistle.summed_up_at is not None))
    said = move.say(moves.words(note, where="note", most=rules.WORDS_MOST)).pk if note.strip() else None
    whistle.ended_at = now
    _expect_evaluations(blow, start=now)
    blow.settle()
    move.save(whistles_open=move.case.whistles_open - 1)
    blow.record("whistle_ended", said=said)
    whistle_moves.open_if_complete(blow)
    return move.case
