"""Which calendar and milestones hold for a case; what stands beside its clock: asks, holds, promises."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from mulin.cases import policy
from mulin.cases.models import (
    Case,
    Extension,
    Hold,
    Milestone,
    ProfileStep,
    ProfileTable,
    Settings,
)
from mulin.cases.queries import doors
from mulin.cases.rules import holds, milestones
from mulin.cases.rules.closing import Blocker
from mulin.cases.rules.holds import AskState, HoldKind, Pause
from mulin.cases.rules.lifecycle import Act, State
from mulin.cases.rules.milestones import Start, Step
from mulin.clocks import queries as published
from mulin.clocks.rules import calendars
from mulin.clocks.rules.calendars import Calendar
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import Actor
from mulin.people.models import Unit


@dataclass(frozen=True, slots=True)
class Shelf:
    """The calendars and profiles in force, as they stand under one value of ``Settings.clocks``."""

    editions: tuple[published.Edition, ...] = ()
    regions: Mapping[str, int] | None = None  # unit code → id
    tables: tuple[tuple[date, tuple[Step, ...]], ...] = ()  # the newest first

    def calendar_at(self, path: str, on: date) -> Calendar:
        """Return the calendar of a place: of the nearest unit around it that has one, else the city's."""
        if not self.editions:
            return calendars.cn()
        known = published.in_force(self.editions, on).values()
        if not known:
            return calendars.cn()
        by_unit = {(self.regions or {}).get(each.region): each.calendar for each in known if each.region}
        for part in reversed(path.split("/")):
            if part and (found := by_unit.get(int(part))) is not None:
                return found
        return next((each.calendar for each in known if not each.region), calendars.cn())

    def in_force(self, on: date) -> tuple[Calendar, ...]:
        """Return the calendars that hold on a day, the city's or the shipped one first."""
        known = published.in_force(self.editions, on).values()
        return (self.calendar_at("", on), *(each.calendar for each in known if each.region))

    def calendar_named(self, code: str, path: str, on: date) -> Calendar:
        """Return the calendar a milestone names; without a name, that of the place."""
        if not code:
            return self.calendar_at(path, on)
        own = published.in_force(self.editions, on).get(code)
        if own is not None:
            return own.calendar
        shipped = calendars.CALENDARS.get(code)
        return shipped() if shipped else self.calendar_at(path, on)

    def steps_for(self, item: str, on: date) -> tuple[Step, ...]:
        """Return the milestones of a matter by the table in force on a day."""
        steps = next((steps for from_on, steps in self.tables if from_on <= on), ())
        return milestones.steps_for(steps, item)


def shelf(settings: Settings) -> Shelf:
    """Return what is in force; ``Settings.clocks`` changes with every publication, so it may be kept."""
    return _shelf(settings.clocks) if settings.clocks else Shelf()


@lru_cache(maxsize=4)
def _shelf(_token: str) -> Shelf:
    editions = published.editions()
    regions = {each.region for each in editions if each.region}
    return Shelf(
        editions,
        dict(Unit.objects.filter(code__in=regions).values_list("code", "pk")),
        tuple(
            (table.from_on, tuple(step_of(row) for row in table.steps.order_by("line")))
            for table in ProfileTable.objects.order_by("-from_on")
        ),
    )


def step_of(row: ProfileStep) -> Step:
    """Return a stored row of the table of profiles as the rules know it."""
    return Step(
        line=row.line,
        scheme=row.scheme,
        code=row.code,
        title=row.title,
        limit=Limit(row.limit_value, LimitKind(row.limit_kind)),
        start=Start(row.start),
        met_by=Act(row.met_by),
        items=tuple(row.items),
        calendar=row.calendar,
        asks_words=row.asks_words,
        templates=tuple(row.templates),
    )


def calendar_around(case: Case, settings: Settings, on: date) -> Calendar:
    """Return the calendar that holds where ``case`` is; of a city without its own nothing is asked."""
    found = shelf(settings)
    return found.calendar_at(path_of(case) if found.editions else "", on)


def path_of(case: Case) -> str:
    """Return the path of the place of ``case``, of its desk if the place is not known."""
    return case.place_unit.path if case.place_unit is not None else case.desk.path


def pauses_of(case: Case) -> list[Pause]:
    """Return every stretch of this round in which the clock stands or stood."""
    if not case.turns:
        return []
    return [
        Pause(hold.from_at, hold.until_at, hold.reason, hold.ended_at)
        for hold in Hold.objects.filter(case=case, round=case.reopened, from_at__isnull=False).order_by(
            "from_at"
        )
        if hold.from_at is not None
    ]


def extended(case: Case) -> int:
    """Return how often the limit was granted once more in this round."""
    if not case.turns:
        return 0
    return Extension.objects.filter(case=case, round=case.reopened, state=AskState.GRANTED).count()


def suspended(case: Case) -> int:
    """Return how often the case was suspended in this round."""
    if not case.turns:
        return 0
    held = Hold.objects.filter(case=case, round=case.reopened, kind=HoldKind.SUSPENSION)
    return held.filter(from_at__isnull=False).count()


def asks_of(case: Case) -> tuple[Hold | None, Extension | None]:
    """Return the suspension and the extension that wait for a decision."""
    if not case.asks:
        return None, None
    asked = {"case": case, "state": AskState.ASKED.value}
    return Hold.objects.filter(**asked).first(), Extension.objects.filter(**asked).first()


_WHERE = (State.IN_HAND.value, State.WAITING.value)


def side_offers(actor: Actor, case: Case, now: datetime) -> Mapping[Act, tuple[Blocker, ...]]:
    """Return the acts on the clock of ``case`` that are open now, with what each still needs."""
    offers: dict[Act, tuple[Blocker, ...]] = {}
    if case.milestones_open and _may_meet(case):
        offers[Act.MEET] = ()
    if case.state not in _WHERE or case.due_at is None:
        return offers
    settings = doors.settings()
    hold, extension = asks_of(case)
    if hold is None and case.held_until is None:
        offers[Act.SUSPEND] = holds.blocks_suspension(
            due_at=case.due_at, now=now, granted=suspended(case), most=settings.suspensions_most, waiting=0
        )
    if extension is None:
        offers[Act.ASK_EXTENSION] = holds.blocks_extension(
            due_at=case.due_at, now=now, granted=extended(case), most=settings.extensions_most, waiting=0
        )
    for ask, grant, refuse in (
        (hold, Act.GRANT_SUSPENSION, Act.REFUSE_SUSPENSION),
        (extension, Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION),
    ):
        if ask is not None:
            for act, grants in ((grant, True), (refuse, False)):
                found = policy.grant_for(actor, act, case)
                offers[act] = holds.blocks_decision(
                    due_at=case.due_at,
                    now=now,
                    asked_by=ask.asked_by_id,
                    asked_unit=ask.asked_unit_id,
                    account_id=actor.account_id,
                    unit_id=found.unit_id if found else None,
                    grants=grants,
                )
    if case.held_until is not None and case.held_until > now and _is_suspended(case):
        offers[Act.RESUME] = ()
    return offers


def _may_meet(case: Case) -> bool:
    waiting = Milestone.objects.filter(case=case, round=case.reopened, met_at__isnull=True)
    return waiting.filter(met_by=Act.MEET.value, start_at__isnull=False).exists()


def _is_suspended(case: Case) -> bool:
    running = Hold.objects.filter(case=case, round=case.reopened, state=AskState.RUNNING)
    return running.filter(kind=HoldKind.SUSPENSION).exists()
