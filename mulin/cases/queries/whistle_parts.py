"""The parts of a whistle's page: columns, rulings, sealed slots, what closing still waits for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from mulin.cases import policy
from mulin.cases.models import Call, Case, Evaluation, Report, Ruling, Whistle
from mulin.cases.queries import calls as asking
from mulin.cases.queries.calls import Precedent
from mulin.cases.queries.page import Event
from mulin.cases.queries.whistle_shapes import (
    CallColumn,
    Need,
    NeedKind,
    Refusal,
    Round,
    RulingView,
    Seal,
    Slot,
)
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.whistles import CallState, RulingOutcome, Seat, WhistleState
from mulin.kernel.actor import Actor, Relation


def owes(call: Call) -> datetime | None:
    """Return by when a called unit owes its next answer."""
    if call.state == CallState.CALLING:
        return call.report_due_at
    return call.handle_due_at if call.state == CallState.REPORTED_IN else None


def is_mine(actor: Actor, call: Call) -> bool:
    """Return whether ``call`` went to a unit of the actor's."""
    return any(grant.unit_id == call.unit_id for grant in actor.grants)


def precedents(whistle: Whistle, rulings: Iterable[Ruling]) -> tuple[Precedent, ...]:
    """Return the rulings that may be cited for those still waited for."""
    waiting = {ruling.refuser_id for ruling in rulings if ruling.ruled_at is None}
    if not waiting:
        return ()
    return asking.precedents_for(item=whistle.item.code if whistle.item else "", units=waiting)


def column(
    actor: Actor,
    call: Call,
    rulings: Iterable[Ruling],
    events: Iterable[Event],
    cited: tuple[Precedent, ...],
    slots: Sequence[Slot],
    may_rule: Collection[int],
    now: datetime,
) -> CallColumn:
    """Return one called unit as a column."""
    due_at = owes(call)
    refusal = None
    if call.refused_at is not None:
        refusal = Refusal(
            at=call.refused_at,
            words=call.refusal.text if call.refusal else "",
            rule=call.refusal_rule,
            documents=call.documents,
            photos=tuple(call.evidence) if not call.replied_at else (),
            better_unit=call.better_unit.short_name if call.better_unit else "",
            better_code=call.better_unit.code if call.better_unit else "",
        )
    return CallColumn(
        id=call.pk,
        unit_id=call.unit_id,
        code=call.unit.code,
        name=call.unit.short_name,
        is_lead=call.role == rules.Part.LEAD,
        state=CallState(call.state),
        task=call.task,
        called_at=call.called_at,
        read_at=call.read_at,
        report_due_at=call.report_due_at,
        report_why=call.report_why,
        handle_due_at=call.handle_due_at,
        handle_why=call.handle_why,
        is_late=due_at is not None and due_at < now,
        reported_at=call.reported_at,
        arrives_at=call.arrives_at,
        crew=call.crew,
        refusal=refusal,
        rulings=tuple(
            _ruling(ruling, cited, may_rule, now) for ruling in rulings if ruling.call_id == call.pk
        ),
        replied_at=call.replied_at,
        result=call.result.text if call.result else "",
        photos=tuple(call.evidence) if call.replied_at else (),
        urged=call.urged,
        urged_at=call.urged_at,
        escalated_at=call.escalated_at,
        escalated_to=call.escalated_to.short_name if call.escalated_to else "",
        returns=call.returns,
        is_mine=is_mine(actor, call),
        released_at=call.released_at,
        events=tuple(event for event in events if _is_of(event, call)),
        slots=tuple(slot for slot in slots if call.unit_id in (slot.judge_id, slot.judged_id)),
    )


def _is_of(event: Event, call: Call) -> bool:
    several = event.facts.get("calls")
    return event.facts.get("call") == call.pk or (isinstance(several, list) and call.pk in several)


def _ruling(
    ruling: Ruling, cited: tuple[Precedent, ...], may_rule: Collection[int], now: datetime
) -> RulingView:
    waits = ruling.ruled_at is None
    return RulingView(
        id=ruling.pk,
        superior=ruling.superior.short_name,
        asked_at=ruling.asked_at,
        due_at=ruling.due_at,
        due_why=ruling.due_why,
        is_late=waits and ruling.due_at is not None and ruling.due_at < now,
        ruled_at=ruling.ruled_at,
        outcome=RulingOutcome(ruling.outcome) if ruling.outcome else None,
        unit=ruling.unit.short_name if ruling.unit else "",
        rule_cited=ruling.rule_cited,
        words=ruling.words.text if ruling.words else "",
        may_rule=waits and ruling.superior_id in may_rule,
        precedents=cited if waits else (),
    )


def slots_of(
    actor: Actor,
    whistle: Whistle,
    calls: Sequence[Call],
    given: Mapping[Seat, Evaluation],
    *,
    may_give: Collection[int],
    may_object: Collection[int],
) -> tuple[Slot, ...]:
    """Return who judges whom, sealed until the whistle is opened.

    Opened, the reasons are for both sides and those above; the scores for who gave them (red line 3).
    """
    seats = dict.fromkeys((*asking.seats(whistle, calls), *given))
    names = {call.unit_id: call.unit for call in calls} | {whistle.caller_id: whistle.caller}
    is_open = whistle.opened_at is not None
    slots = []
    for seat in seats:
        each = given.get(seat)
        own = {grant.unit_id for grant in actor.grants}
        sides = (names[seat.judge], names[seat.judged])
        reads = is_open and any(
            Relation.ANY in grant.relations(policy.SEE)
            or any(side.path.startswith(grant.unit_path) for side in sides)
            for grant in actor.grants
        )
        shown = each if reads else None
        slots.append(
            Slot(
                judge=sides[0].short_name,
                judged=sides[1].short_name,
                judge_id=seat.judge,
                judged_id=seat.judged,
                is_given=each is not None,
                is_open=is_open,
                may_give=each is None and seat.judge in may_give,
                may_object=each is not None and each.objected_at is None and seat.judged in may_object,
                words=shown.words if shown else "",
                scores=shown.scores if shown and seat.judge in own and seat.judged not in own else None,
                objection=shown.objection if shown else "",
                objected_at=shown.objected_at if shown else None,
            )
        )
    return tuple(slots)


def seal_of(whistle: Whistle, slots: Sequence[Slot]) -> Seal:
    """Return how the evaluations open."""
    return Seal(
        given=sum(slot.is_given for slot in slots),
        of=len(slots),
        until=whistle.evaluate_until,
        opened_at=whistle.opened_at,
        aspects=tuple(whistle.step.aspects),
        scale=whistle.step.scale,
    )


def needs_of(
    case: Case, whistle: Whistle, live: Sequence[Call], rulings: Iterable[Ruling]
) -> tuple[Need, ...]:
    """Return what closing still waits for, done lines included: units, rulings, results, summary, answers."""
    needs = [
        Need(
            NeedKind.REPORT_IN,
            call.unit.short_name,
            call.role == rules.Part.LEAD,
            call.report_due_at,
            1,
            call.reported_at is not None,
        )
        for call in live
        if call.state != CallState.REFUSED
    ]
    needs += [
        Need(NeedKind.RULING, ruling.superior.short_name, False, ruling.due_at, 1, False)
        for ruling in rulings
        if ruling.ruled_at is None
    ]
    left = sum(call.state != CallState.REPLIED for call in live)
    if live:
        needs.append(Need(NeedKind.RESULTS, "", False, whistle.handle_due_at, left or len(live), left == 0))
        lead = whistle.lead_unit.short_name if whistle.lead_unit else ""
        summed = whistle.summed_up_at is not None
        needs.append(Need(NeedKind.SUMMARY, lead, True, None, 1, summed))
    needs.append(Need(NeedKind.END, whistle.caller.short_name, False, None, 1, whistle.ended_at is not None))
    answered = list(Report.objects.filter(case=case).values_list("answered_at", flat=True))
    open_voices = sum(at is None for at in answered)
    needs.append(
        Need(NeedKind.ANSWERS, "", False, case.due_at, open_voices or len(answered), not open_voices)
    )
    return tuple(needs)


def round_of(whistle: Whistle, calls: Iterable[Call]) -> Round:
    """Return another round as one line."""
    live = [call for call in calls if call.state in rules.LIVE]
    return Round(
        id=whistle.pk,
        round=whistle.round,
        caller=whistle.caller.short_name,
        called=tuple(call.unit.short_name for call in live),
        state=WhistleState(whistle.state),
        raised_at=whistle.raised_at,
        reported_at=min((call.reported_at for call in live if call.reported_at), default=None),
        ended_at=whistle.ended_at,
    )
