"""What counts as time here: calendars and clock profiles, and what a new calendar does to open cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from mulin.cases import policy
from mulin.cases.actions import clockwork
from mulin.cases.models import Case, ProfileStep, ProfileTable, Promise, Settings
from mulin.cases.queries import clock, doors, routing
from mulin.cases.rules import milestones
from mulin.cases.rules.holds import Cause
from mulin.cases.rules.lifecycle import RUNNING
from mulin.clocks import actions as clocks
from mulin.clocks import policy as calendar_policy
from mulin.clocks import queries as published
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.clocks.rules.specs import Drawn
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotPossible
from mulin.kernel.ids import new_id
from mulin.ledger.actions import record, whole

PUBLISH_PROFILES = "publish_profiles"
BLOCK = 500
EXAMPLES = 20
_COUNTED = ("working_minutes", "working_hours", "working_days")


@dataclass(frozen=True, slots=True)
class Shift:
    """A case whose deadline a calendar moves."""

    case_id: UUID
    number: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """What a calendar does to the cases whose clocks run: how many, and the first of them."""

    looked_at: int
    moved: int
    earlier: int
    later: int
    shifts: tuple[Shift, ...]


@whole
def publish_profiles(
    *, steps: Sequence[milestones.Step], name: str, from_on: date, actor: Actor, now: datetime
) -> ProfileTable:
    """Publish an edition of the clock profiles, in force from a day on; cases already bound stay bound.

    :raises BadInput: naming the first line that cannot be
    :raises NotPossible: an edition of that day exists
    """
    unit_id = policy.require_anywhere(actor, PUBLISH_PROFILES)
    milestones.check(steps)
    if ProfileTable.objects.filter(from_on=from_on).exists():
        raise NotPossible("%(day)s 起的时钟套表已经有了", day=from_on.isoformat())
    table = ProfileTable.objects.create(name=name, from_on=from_on, published_at=now)
    ProfileStep.objects.bulk_create(
        ProfileStep(
            table=table,
            line=step.line,
            scheme=step.scheme,
            items=list(step.items),
            code=step.code,
            title=step.title,
            limit_value=step.limit.value,
            limit_kind=step.limit.kind.value,
            start=step.start.value,
            calendar=step.calendar,
            met_by=step.met_by.value,
            asks_words=step.asks_words,
            templates=list(step.templates),
        )
        for step in steps
    )
    _turn_page()
    record(
        "profiles.published",
        subject=table.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        rows=len(steps),
        from_on=from_on.isoformat(),
    )
    return table


@whole
def change_calendar(*, drawn: Drawn, from_on: date, actor: Actor, now: datetime) -> Effect:
    """Publish a calendar and reckon every running clock it holds for anew, as one act with one entry.

    A calendar of a day to come moves nothing yet; ``begin_calendars`` does on that day.

    :raises NotAllowed: no post of the actor permits it
    :raises NotPossible: an edition of that day exists
    """
    edition = clocks.publish_calendar(drawn=drawn, from_on=from_on, actor=actor, now=now)
    clocks.begin_calendars(on=routing.today(now), actor=actor, now=now)
    _turn_page()
    effect = _moved(actor=actor, now=now)
    record(
        "calendar.changed",
        subject=edition.pk,
        actor=actor,
        at=now,
        code=drawn.code,
        looked_at=effect.looked_at,
        moved=effect.moved,
        earlier=effect.earlier,
        later=effect.later,
    )
    return effect


def preview_calendar(*, drawn: Drawn, from_on: date, actor: Actor, now: datetime) -> Effect:
    """Change the calendar, look at which deadlines moved, and take it all back.

    :raises NotAllowed: as for changing it
    :raises NotPossible: as for changing it
    """
    with transaction.atomic():
        effect = change_calendar(drawn=drawn, from_on=from_on, actor=actor, now=now)
        transaction.set_rollback(True)
    return effect


@whole
def recompute_clocks(*, actor: Actor, now: datetime) -> Effect:
    """Reckon every running clock anew by the calendars in force today; twice changes nothing more.

    :raises NotAllowed: no post of the actor permits it
    """
    unit_id = calendar_policy.require(actor)
    clocks.begin_calendars(on=routing.today(now), actor=actor, now=now)
    effect = _moved(actor=actor, now=now)
    if effect.moved:
        record(
            "calendar.changed",
            subject=0,
            actor=actor,
            at=now,
            as_unit=unit_id,
            looked_at=effect.looked_at,
            moved=effect.moved,
            earlier=effect.earlier,
            later=effect.later,
        )
    return effect


@whole
def begin_calendars(*, actor: Actor, now: datetime) -> Effect:
    """Reckon every running clock anew if the day of an edition has come since; once, whoever asks again.

    :raises NotAllowed: no post of the actor permits it
    """
    calendar_policy.require(actor)
    if not published.begins(on=routing.today(now)):
        return Effect(0, 0, 0, 0, ())
    return recompute_clocks(actor=actor, now=now)


def _turn_page() -> None:
    """Say that calendars or profiles changed: every process reads them anew with its next act."""
    token = str(new_id())
    if not Settings.objects.filter(id=1).update(clocks=token):
        Settings.objects.create(id=1, clocks=token)


def _moved(*, actor: Actor, now: datetime) -> Effect:
    """Reckon every running clock anew, block by block; each block's entry names its cases and deadlines."""
    settings, today = doors.settings(), routing.today(now)
    shelf = clock.shelf(settings)
    looked = earlier = later = 0
    shifts: list[Shift] = []
    for block in _running():
        changed: list[Case] = []
        kept: list[Promise] = []
        for case in block:
            looked += 1
            fresh = _reckoned(case, shelf, today)
            due_at, why = fresh["due_at"], fresh["due_why"]
            if due_at is None or case.due_at is None or due_at == case.due_at:
                continue
            earlier, later = earlier + (due_at < case.due_at), later + (due_at > case.due_at)
            shifts.append(Shift(case.pk, case.number, case.due_at, due_at))
            kept.append(
                Promise(
                    case=case,
                    round=case.reopened,
                    due_at=case.due_at,
                    why=case.due_why,
                    until_at=now,
                    cause=Cause.CALENDAR.value,
                )
            )
            case.due_at, case.due_why, case.clock_past = due_at, why, True
            case.version += 1
            changed.append(case)
        if changed:
            Promise.objects.bulk_create(kept)
            Case.objects.bulk_update(changed, ["due_at", "due_why", "clock_past", "version"])
            dues = {str(case.pk): case.due_at.isoformat() for case in changed if case.due_at}
            record("calendar.moved", subject=0, actor=actor, at=now, cases=dues)
            for case in changed:
                if case.milestones_open:
                    clockwork.shift(case, clock.pauses_of(case), settings=settings, now=now)
    shifts.sort(key=lambda shift: shift.before)
    return Effect(looked, earlier + later, earlier, later, tuple(shifts[:EXAMPLES]))


def _running() -> Iterator[list[Case]]:
    """Yield the cases whose clocks run, in blocks, each locked in the order of their keys.

    What was handed in was on time or late by the calendar of its day.
    """
    cases = Case.objects.filter(state__in=RUNNING, due_why__limit__kind__in=_COUNTED)
    ids = list(cases.exclude(due_why__source=clockwork.TRIAGE).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), BLOCK):
        part = Case.objects.filter(pk__in=ids[first : first + BLOCK], state__in=RUNNING).order_by("pk")
        yield list(part.select_for_update(of=("self",)).select_related("place_unit", "desk"))


def _reckoned(case: Case, shelf: clock.Shelf, today: date) -> clockwork.Due:
    """Return deadline and explanation by the calendar in force."""
    why = case.due_why
    calendar = shelf.calendar_at(clock.path_of(case), today)
    return clockwork.reckon(
        start=datetime.fromisoformat(why["start"]),
        limit=Limit(why["limit"]["value"], LimitKind(why["limit"]["kind"])),
        source=str(why.get("source", "")),
        calendar=calendar,
        pauses=[pause.span for pause in clock.pauses_of(case)],
        times=int(why.get("extended", 0)),
    )
