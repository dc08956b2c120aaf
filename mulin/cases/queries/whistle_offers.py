"""What whistles offer and hold back: which acts are open to whom, and what still stands in their way."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from mulin.cases import policy
from mulin.cases.models import Call, Case, Ruling, Whistle
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.closing import Blocker, Missing
from mulin.cases.rules.lifecycle import Act, State, possible_acts
from mulin.cases.rules.whistles import CallState, Deed, Seat
from mulin.kernel.actor import Actor, Relation

_DEEDS: Final = {Act.REPORT_IN: Deed.REPORT_IN, Act.REFUSE: Deed.REFUSE, Act.REPLY: Deed.REPLY}


def holds_finishing(case: Case) -> tuple[Blocker, ...]:
    """Return what whistles hold back before a result may be reported: open ones."""
    return (Blocker(Missing.WHISTLE, case.whistles_open),) if case.whistles_open else ()


def holds_closing(case: Case) -> tuple[Blocker, ...]:
    """Return what whistles hold back before closing: open ones."""
    return holds_finishing(case)


def side_offers(actor: Actor, case: Case, now: datetime) -> Mapping[Act, tuple[Blocker, ...]]:
    """Return what the case's own page offers: to whistle. The rest is offered on the whistle's page."""
    return {Act.WHISTLE: ()}


def units_that_may(actor: Actor, act: Act, case: Case, called: Collection[int] = ()) -> set[int]:
    """Return the units in whose name ``actor`` may do ``act``; who is called assists, so nobody is asked."""
    if act not in possible_acts(State(case.state)):
        return set()
    units = set()
    for grant in actor.grants:
        for relation in grant.relations(act):
            if relation is Relation.ASSIST:
                holds = grant.unit_id in called
            elif relation is Relation.FILED:
                continue
            else:
                holds = policy.PREDICATES[relation](case, grant)
            if holds:
                units.add(grant.unit_id)
    return units


def _answers(whistle: Whistle, calls: Iterable[Call], act: Act) -> set[int]:
    """Return the called units that may answer so."""
    deed = _DEEDS[act]
    able = {
        call.unit_id
        for call in calls
        if deed in rules.CALL_MOVES[CallState(call.state)] and not (act is Act.REFUSE and call.is_ruled)
    }
    return set() if whistle.ended_at or (act is Act.REPLY and whistle.summed_up_at) else able


def offers_on(
    actor: Actor,
    case: Case,
    whistle: Whistle,
    calls: Collection[Call],
    rulings: Iterable[Ruling],
    *,
    given: Collection[Seat],
    objected: Collection[Seat],
) -> dict[Act, tuple[Blocker, ...]]:
    """Return the acts on a whistle that are open to ``actor``, each with what it still needs."""
    called = {call.unit_id for call in calls}
    states = [CallState(call.state) for call in calls]
    seats = rules.seats_of(whistle.caller_id, [(call.unit_id, CallState(call.state)) for call in calls])
    running = whistle.ended_at is None
    can: dict[Act, set[int]] = {act: _answers(whistle, calls, act) for act in _DEEDS}
    caller = {whistle.caller_id} if running else set()
    live = [state for state in states if state in rules.LIVE]
    can[Act.URGE] = caller if CallState.CALLING in states or CallState.REPORTED_IN in states else set()
    can[Act.CALL_MORE] = caller
    can[Act.CHANGE_LEAD] = caller if len(live) > 1 or (live and whistle.lead_unit_id is None) else set()
    can[Act.END] = caller
    can[Act.SUM_UP] = {whistle.lead_unit_id} - {None} if running and not whistle.summed_up_at else set()  # type: ignore[assignment]
    can[Act.RULE] = {ruling.superior_id for ruling in rulings if ruling.ruled_at is None}
    sealed = whistle.opened_at is None
    can[Act.EVALUATE] = {seat.judge for seat in seats if seat not in given} if sealed else set()
    can[Act.OBJECT] = {seat.judged for seat in given if seat not in objected} if not sealed else set()
    missing = {
        Act.SUM_UP: rules.blocks_sum_up(states, has_lead=whistle.lead_unit_id is not None),
        Act.END: rules.blocks_end(states, summed=whistle.summed_up_at is not None),
    }
    return {
        act: missing.get(act, ())
        for act, units in can.items()
        if units and units & units_that_may(actor, act, case, called)
    }
