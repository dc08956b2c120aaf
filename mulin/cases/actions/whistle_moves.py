"""What the acts on whistles share: begin on a locked case, in whose name, new calls, clocks, settle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mulin.cases.actions import clockwork, moves
from mulin.cases.models import Assignment, Call, Ruling, Whistle, WhistleStep
from mulin.cases.queries import calls as asking
from mulin.cases.rules import grades
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import Asked, CallState, Deed, Part
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger.actions import record
from mulin.ledger.rules.privacy import Json
from mulin.people.models import Unit

Pauses = Sequence[tuple[datetime, datetime | None]]


@dataclass(slots=True)
class Blow:
    """An act under way on one whistle of a locked case."""

    move: moves.Move
    whistle: Whistle
    calls: list[Call]

    @property
    def live(self) -> list[Call]:
        """Return the calls nobody was released from."""
        return [call for call in self.calls if call.state in rules.LIVE]

    @property
    def states(self) -> list[CallState]:
        """Return where each call stands."""
        return [CallState(call.state) for call in self.calls]

    def call_of(self, unit_id: int | None) -> Call:
        """Return the running call of a unit.

        :raises NotCalled: it was not called, or released
        """
        for call in self.live:
            if call.unit_id == unit_id:
                return call
        raise rules.NotCalled

    def settle(self) -> None:
        """Write down what the whistle waits for now, and until when."""
        whistle, live = self.whistle, self.live
        whistle.state = rules.state_of(
            self.states, summed=whistle.summed_up_at is not None, ended=whistle.ended_at is not None
        ).value
        waits = [c.report_due_at for c in live if c.state == CallState.CALLING and c.report_due_at]
        works = [c.handle_due_at for c in live if c.state != CallState.REPLIED and c.handle_due_at]
        whistle.report_due_at = min(waits, default=None)
        whistle.handle_due_at = min(works, default=whistle.handle_due_at)
        whistle.save()

    def record(self, kind: str, **facts: Json) -> None:
        """Save the case's next version and append the act to the ledger."""
        self.move.record(kind, whistle=str(self.whistle.pk), round=self.whistle.round, **facts)


def begin(
    act: Act,
    *,
    case_id: UUID,
    whistle_id: UUID,
    version: int | None,
    actor: Actor,
    now: datetime,
    running: bool = True,
) -> Blow:
    """Return the move of an act on a whistle: case locked, actor authorised, graph asked.

    :raises NotFound: there is no such case for this actor, or no such whistle in it
    :raises WhistleOver: it has ended and the act wants it running
    """
    move = moves.begin(act, case_id=case_id, version=version, actor=actor, now=now)
    whistle = asking.whistle_of(move.case, whistle_id)
    if running and whistle.ended_at is not None:
        raise rules.WhistleOver
    return Blow(move, whistle, asking.calls_of(whistle))


def units_of(move: moves.Move) -> list[int]:
    """Return the units in whose name the actor may do the act, as far as their posts say."""
    return [grant.unit_id for grant in move.actor.grants if grant.relations(move.act)]


def as_caller(blow: Blow) -> None:
    """Act in the name of the unit that whistled.

    :raises NotAllowed: the actor does not act for it
    """
    if blow.whistle.caller_id not in units_of(blow.move):
        raise NotAllowed("只有吹哨的单位能做这一步")
    blow.move.unit_id = blow.whistle.caller_id


def as_called(blow: Blow) -> Call:
    """Act in the name of a called unit and return its call.

    :raises NotCalled: no unit of the actor's was called
    """
    for unit_id in units_of(blow.move):
        for call in blow.live:
            if call.unit_id == unit_id:
                blow.move.unit_id = unit_id
                return call
    raise rules.NotCalled


def report_limit(whistle: Whistle) -> tuple[Limit, str]:
    """Return how long a called unit has to report in: what its grade asks, else what the table says."""
    value, kind = grades.report_of(whistle.grade)
    if value:
        return Limit(value, LimitKind(kind)), f"grade:{whistle.grade['line']}"
    step = whistle.step
    return Limit(step.report_value, LimitKind(step.report_kind)), f"whistle:{step.line}"


def handle_limit(move: moves.Move, whistle: Whistle) -> tuple[Limit, str]:
    """Return how long a called unit has for its part: the table's term, else that of the list item."""
    step, item = whistle.step, whistle.item
    if step.handle_value:
        return Limit(step.handle_value, LimitKind(step.handle_kind)), f"whistle:{step.line}"
    if item is not None:
        return moves.limit_of_item(item)
    return moves.limit_of(move.case, move.settings)


def set_clocks(move: moves.Move, whistle: Whistle, call: Call) -> None:
    """Work out both terms of a call: from when it was called, standing still while a ruling is awaited."""
    pauses = asking.pauses_of(call) if call.pk else ()
    case, settings = move.case, move.settings
    limit, source = report_limit(whistle)
    report = clockwork.due(case, settings, start=call.called_at, limit=limit, source=source, pauses=pauses)
    limit, source = handle_limit(move, whistle)
    handle = clockwork.due(case, settings, start=call.called_at, limit=limit, source=source, pauses=pauses)
    call.report_due_at, call.report_why = report["due_at"], report["due_why"]
    call.handle_due_at, call.handle_why = handle["due_at"], handle["due_why"]


def step_for(caller: Unit, called: Iterable[Unit], now: datetime) -> WhistleStep:
    """Return the row of the table by which ``caller`` may call all of ``called``.

    :raises NoStep: units of the caller's kind have none
    :raises BadInput: no row lets it call one of them
    """
    steps = asking.steps_for(caller.kind_id, asking.today(now))
    if not steps:
        raise rules.NoStep
    own, units = asking.body(caller), list(called)
    for step in steps:
        if all(rules.may_call(own, asking.body(unit), step.called_kinds) for unit in units):
            return step
    kinds = {kind for step in steps for kind in step.called_kinds}
    wrong = next((u for u in units if not rules.may_call(own, asking.body(u), kinds)), units[-1])
    raise BadInput("%(unit)s不在本级可以叫的单位里", where="units", unit=wrong.short_name)


def call_units(
    move: moves.Move, whistle: Whistle, asked: Sequence[Asked], units: Sequence[Unit], *, lead: int | None
) -> list[Call]:
    """Call each unit with its task; each gets its part in the case and sees it from now on."""
    calls = []
    for each, unit in zip(asked, units, strict=True):
        role = Part.LEAD if unit.pk == lead else Part.ASSIST
        calls.append(new_call(move, whistle, unit, role=role, task=each.task.strip()))
    return calls


def new_call(
    move: moves.Move,
    whistle: Whistle,
    unit: Unit,
    *,
    role: Part,
    task: str,
    follows: Call | None = None,
) -> Call:
    """Call one unit, its clocks starting now."""
    call = Call(
        whistle=whistle,
        unit=unit,
        role=role.value,
        task=task,
        state=CallState.CALLING.value,
        called_at=move.now,
        is_ruled=follows is not None,
        follows=follows,
    )
    set_clocks(move, whistle, call)
    call.save()
    Assignment.objects.create(
        case=move.case,
        unit=unit,
        role="assist",
        given_unit_id=move.unit_id,
        given_at=move.now,
        why={"how": "whistle", "whistle": str(whistle.pk), "round": whistle.round},
    )
    return call


def turn(call: Call, deed: Deed) -> None:
    """Put a call into its next state.

    :raises ImpossibleDeed: its state does not allow it
    """
    call.state = rules.after(CallState(call.state), deed).value


def open_if_complete(blow: Blow) -> None:
    """Break the seal of the evaluations for all at once when the whistle is over and all of them are in."""
    whistle = blow.whistle
    seats = asking.seats(whistle, blow.calls)
    given = [rules.Seat(each.judge_id, each.judged_id) for each in asking.evaluations_of(whistle)]
    if whistle.opened_at is None and rules.opens(
        seats, given, ended_at=whistle.ended_at, until=whistle.evaluate_until, now=blow.move.now
    ):
        whistle.opened_at = blow.move.now
        whistle.save(update_fields=["opened_at"])
        record(
            "case.evaluations_opened",
            subject=blow.move.case.pk,
            actor=blow.move.actor,
            at=blow.move.now,
            as_unit=blow.move.unit_id,
            whistle=str(whistle.pk),
        )


def settle_return(move: moves.Move, *, unit: Unit | None, said: int | None) -> None:
    """Rule on a case that was returned twice: who has the say names a unit, or ends it otherwise (S-099).

    :raises NotAllowed: the actor acts neither for the common superior nor for a unit above it
    """
    ruling = asking.open_ruling(move.case)
    if ruling is None:
        return
    paths = {grant.unit_id: grant.unit_path for grant in move.actor.grants}
    own = paths.get(move.unit_id or 0, "" if move.actor.grants else "/")
    superior = asking.unit_of(ruling.superior_id)
    if move.actor.grants and not (own and superior.path.startswith(own)):
        raise NotAllowed("两次退回的事项由共同上级%(unit)s决定派给谁", unit=superior.short_name)
    ruling.ruled_at = move.now
    ruling.ruled_by_id = move.actor.staff_id
    ruling.unit = unit
    ruling.outcome = (
        rules.RulingOutcome.RELEASE
        if unit is None
        else rules.RulingOutcome.REPORT_IN
        if unit.pk == ruling.refuser_id
        else rules.RulingOutcome.OTHER
    ).value
    ruling.words_id = said
    ruling.save()
    move.aside["settled"] = ruling.pk


def ask_superior_of_return(move: moves.Move, *, asker: Unit, refuser: Unit, better: Unit | None) -> Ruling:
    """Ask who is above both bodies whose a case is; they dispatch it within the triage time."""
    settings, item = move.settings, move.case.item
    limit = Limit(settings.triage_minutes, LimitKind.WORKING_MINUTES)
    code = item.code if item else ""
    return ask_superior(
        move, asker=asker, refuser=refuser, better=better, limit=limit, source="triage", item_code=code
    )


def ask_superior(
    move: moves.Move,
    *,
    asker: Unit,
    refuser: Unit,
    better: Unit | None,
    limit: Limit,
    source: str,
    call: Call | None = None,
    item_code: str = "",
) -> Ruling:
    """Ask the nearest common superior of those who return a ball to one another whose it is."""
    bodies = [asker, refuser, *([better] if better else [])]
    superior = asking.superior_of(bodies, fallback=asking.fallback(move.settings))
    due = clockwork.due(move.case, move.settings, start=move.now, limit=limit, source=source)
    return Ruling.objects.create(
        case=move.case,
        call=call,
        superior=superior,
        asker=asker,
        refuser=refuser,
        better_unit=better,
        item_code=item_code,
        asked_at=move.now,
        **due,
    )
