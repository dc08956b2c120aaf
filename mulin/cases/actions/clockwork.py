"""The clock of one case: its deadline reckoned from history, the promise before it kept, its milestones."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict

from mulin.cases.models import Case, Extension, Hold, Milestone, Promise, Settings
from mulin.cases.queries import clock, doors, routing
from mulin.cases.rules import holds, milestones
from mulin.cases.rules.holds import AskState, Cause, HoldKind, Pause, Reason
from mulin.cases.rules.lifecycle import Act, State
from mulin.cases.rules.milestones import Start
from mulin.clocks.rules import deadlines
from mulin.clocks.rules.calendars import Calendar
from mulin.clocks.rules.limits import Limit, LimitKind

if TYPE_CHECKING:
    from mulin.cases.actions.moves import Move

TRIAGE: Final = "triage"
_AT_WORK: Final = (State.IN_HAND, State.WAITING)


class Due(TypedDict):
    """When something is due, and its explanation: the columns of the same names."""

    due_at: datetime | None  # nothing while a stretch without an end stands in it
    due_why: dict[str, object]


def reckon(
    *,
    start: datetime,
    limit: Limit,
    source: str,
    calendar: Calendar,
    pauses: Sequence[deadlines.Pause] = (),
    times: int = 0,
) -> Due:
    """Return when something is due, and why; ``times`` the limit was granted once more."""
    whole = limit if not times else Limit(limit.value * (1 + times), limit.kind)
    answer = deadlines.deadline(start=start, limit=whole, calendar=calendar, pauses=pauses)
    why: dict[str, object] = {
        "start": start.isoformat(),
        "limit": {"value": limit.value, "kind": limit.kind.value},
        "source": source,
        "calendar": calendar.name,
        **answer.as_json(),
    }
    if times:
        why["extended"] = times
    return Due(due_at=answer.due_at, due_why=why)


def due(
    case: Case,
    settings: Settings,
    *,
    start: datetime,
    limit: Limit,
    source: str,
    pauses: Sequence[deadlines.Pause] = (),
) -> Due:
    """Return when something about ``case`` is due, by the calendar that holds there when it begins."""
    calendar = calendar_of(case, settings, start)
    return reckon(start=start, limit=limit, source=source, calendar=calendar, pauses=pauses)


def calendar_of(case: Case, settings: Settings, now: datetime) -> Calendar:
    """Return the calendar that holds where ``case`` is."""
    return clock.calendar_around(case, settings, routing.today(now))


def keep(case: Case, *, now: datetime, cause: Cause) -> dict[str, object]:
    """Keep the promise in force as one that was; a look promised at intake is none to the resident."""
    if not case.due_why or case.due_why.get("source") == TRIAGE:
        return {}
    Promise.objects.create(
        case=case,
        round=case.reopened,
        due_at=case.due_at,
        why=case.due_why,
        until_at=now,
        cause=cause.value,
    )
    return {"clock_past": True}


def anew(
    case: Case,
    *,
    cause: Cause,
    settings: Settings,
    now: datetime,
    limit: Limit | None = None,
    source: str = "",
    fresh: bool = False,
) -> dict[str, object]:
    """Return the columns of a promise reckoned anew from the case's history; the one before it is kept.

    :param limit: another limit than the one in force, with its ``source``
    :param fresh: what holds the clock has just changed, so that ``case.turns`` does not know it yet
    """
    why = case.due_why
    if not why:
        return {}
    kept = keep(case, now=now, cause=cause)
    if fresh:
        case.turns = max(case.turns, 1)
    if limit is None:
        limit = Limit(why["limit"]["value"], LimitKind(why["limit"]["kind"]))
        source = str(why.get("source", ""))
    pauses = clock.pauses_of(case)
    if case.milestones_open:
        shift(case, pauses, settings=settings, now=now)
    return {
        **kept,
        **reckon(
            start=datetime.fromisoformat(why["start"]),
            limit=limit,
            source=source,
            calendar=calendar_of(case, settings, now),
            pauses=[pause.span for pause in pauses],
            times=clock.extended(case),
        ),
    }


def standing(case: Case) -> dict[str, object]:
    """Return the columns that say what stands beside the clock, counted from its history."""
    pauses = clock.pauses_of(case)
    return {
        "held_until": holds.standing_until(pauses),
        "turns": len(pauses) + clock.extended(case),
    }


def settled(move: "Move") -> dict[str, object]:
    """Return the columns an act changes beside its own: asks lapse, holds end, milestones are met.

    Called for cases that have any of these, by every act that saves.
    """
    case, changes = move.case, dict[str, object]()
    leaves = move.to not in _AT_WORK
    if case.milestones_open:
        changes |= _passed(move)
        case.milestones_open = int(str(changes.get("milestones_open", case.milestones_open)))
    if case.asks and leaves:
        for model in (Hold, Extension):
            model._default_manager.filter(case=case, state=AskState.ASKED.value).update(
                state=AskState.LAPSED.value, decided_at=move.now
            )
        changes["asks"] = 0
    if case.held_until is not None:
        over = Hold.objects.filter(case=case, state=AskState.RUNNING.value)
        heard = move.before is State.WAITING and move.to is not State.WAITING
        if not leaves:
            over = over.filter(kind=HoldKind.WAITING.value) if heard else over.none()
        if over.update(state=AskState.OVER.value, ended_at=move.now):
            settings = doors.settings()
            cause = Cause.ENDED if leaves else Cause.HEARD
            changes |= anew(case, cause=cause, settings=settings, now=move.now) | standing(case)
    return changes


def wait(move: "Move", settings: Settings) -> dict[str, object]:
    """Let the clock stand while the resident is asked, as far as the city's budget goes (K22)."""
    case = move.case
    left = holds.wait_left(clock.pauses_of(case), days=settings.waiting_days)
    if not left or case.due_at is None or case.due_at <= move.now:
        return {}
    hold = Hold.objects.create(
        case=case,
        round=case.reopened,
        kind=HoldKind.WAITING.value,
        state=AskState.RUNNING.value,
        reason=Reason.RESIDENT.value,
        asked_at=move.now,
        asked_by_id=move.actor.staff_id,
        asked_unit_id=move.unit_id,
        from_at=move.now,
        until_at=move.now + left,
    )
    move.aside["hold"] = hold.pk
    fresh = anew(case, cause=Cause.WAITING, settings=settings, now=move.now, fresh=True)
    return fresh | standing(case)


def bind_milestones(move: "Move", settings: Settings, *, dispatched_at: datetime) -> dict[str, object]:
    """Bind the milestones of the case's item to it; most items have none, and then nothing is asked.

    Bound anew after the item was corrected, what was met or is late already stays as it is.
    """
    case, found, today = move.case, clock.shelf(settings), routing.today(move.now)
    steps = found.steps_for(case.item.code if case.item else "", today)
    if not steps and not case.milestones_open:
        return {}
    bound = Milestone.objects.filter(case=case, round=case.reopened)
    if case.clock_past:
        over = bound.filter(met_at__isnull=True).exclude(due_at__lt=move.now)
        if unbound := list(over.values_list("pk", flat=True)):
            move.aside["unbound"] = unbound
            over.delete()
        kept = set(bound.values_list("code", flat=True))
        steps = tuple(step for step in steps if step.code not in kept)
    if fresh := _bind(case, steps, found, move.now, dispatched_at, clock.pauses_of(case)):
        move.aside["bound"] = fresh
    still = bound.filter(met_at__isnull=True).count() if case.clock_past else len(fresh)
    return {"milestones_open": still, "clock_past": True}


def _bind(
    case: Case,
    steps: Sequence[milestones.Step],
    found: clock.Shelf,
    now: datetime,
    dispatched_at: datetime,
    pauses: Sequence[Pause],
) -> list[int]:
    starts = {
        Start.REPORTED: case.reported_at,
        Start.DISPATCHED: dispatched_at,
        Start.ACCEPTED: case.accepted_at,
    }
    bound = []
    for step in steps:
        row = Milestone(
            case=case,
            round=case.reopened,
            scheme=step.scheme,
            code=step.code,
            title=step.title,
            line=step.line,
            met_by=step.met_by.value,
            asks_words=step.asks_words,
            templates=list(step.templates),
            start=step.start.value,
            limit_value=step.limit.value,
            limit_kind=step.limit.kind.value,
            calendar=step.calendar,
        )
        _wind(row, starts[step.start], found, clock.path_of(case), now, pauses)
        bound.append(row)
    return [each.pk for each in Milestone.objects.bulk_create(bound)]


def _wind(
    row: Milestone,
    start: datetime | None,
    found: clock.Shelf,
    path: str,
    now: datetime,
    pauses: Sequence[Pause],
) -> None:
    """Set when a milestone began and is due."""
    if start is None:
        return
    reckoned = reckon(
        start=start,
        limit=Limit(row.limit_value, LimitKind(row.limit_kind)),
        source=f"profile:{row.scheme}",
        calendar=found.calendar_named(row.calendar, path, routing.today(now)),
        pauses=[pause.span for pause in pauses],
    )
    row.start_at, row.due_at, row.why = start, reckoned["due_at"], reckoned["due_why"]


def shift(case: Case, pauses: Sequence[Pause], *, settings: Settings, now: datetime) -> None:
    """Reckon the unmet milestones anew with the pauses the case has now."""
    found = clock.shelf(settings)
    for row in Milestone.objects.filter(case=case, round=case.reopened, met_at__isnull=True):
        if row.start_at is not None:
            _wind(row, row.start_at, found, clock.path_of(case), now, pauses)
            row.save(update_fields=["due_at", "why"])


def _passed(move: "Move") -> dict[str, object]:
    """Mark what the act itself meets, and start what begins with it."""
    case = move.case
    if move.act not in milestones.MEETS:
        return {}
    unmet = Milestone.objects.filter(case=case, round=case.reopened, met_at__isnull=True)
    met = unmet.filter(met_by__in=milestones.MEETS[move.act], start_at__isnull=False)
    if done := list(met.values_list("pk", flat=True)):
        met.update(met_at=move.now, met_unit_id=move.unit_id)
        move.aside["met"] = done
    if move.act is Act.ACCEPT:
        settings = doors.settings()
        for row in unmet.filter(start=Start.ACCEPTED.value, start_at__isnull=True):
            _wind(row, move.now, clock.shelf(settings), clock.path_of(case), move.now, ())
            row.save(update_fields=["start_at", "due_at", "why"])
    return {"milestones_open": case.milestones_open - len(done)} if done else {}


def meet(move: "Move", code: str, words: str) -> Milestone:
    """Mark one milestone as met, with what was said.

    :raises NoMilestone: the case has no such milestone waiting
    """
    waiting = Milestone.objects.filter(case=move.case, round=move.case.reopened, met_at__isnull=True)
    row = waiting.filter(met_by=Act.MEET.value, code=code, start_at__isnull=False).first()
    if row is None:
        raise milestones.NoMilestone("这件事项没有等着办的节点“%(code)s”", code=code)
    said = milestones.words_of(words, asks_words=row.asks_words, templates=row.templates)
    row.words = move.say(said) if said else None
    row.met_at, row.met_unit_id = move.now, move.unit_id
    row.save(update_fields=["met_at", "met_unit", "words"])
    return row
