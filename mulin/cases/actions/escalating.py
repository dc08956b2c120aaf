"""The sweep over the clocks: warn before, note the miss, climb the ladder; and the ladder itself.

Set-based, complete and idempotent: a block of cases is locked (those somebody works on right now are left for
the next turn), what is not noted yet is noted, and the ledger tells of it, all by a few statements in one
transaction. Two sweeps at once share the work: a row one of them holds is skipped by the other, and an alarm
both saw due is written once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from mulin.cases import policy
from mulin.cases.actions import moves, ruling
from mulin.cases.models import Rung as RungRow
from mulin.cases.models import Settings
from mulin.cases.queries import calls, clock, doors, routing
from mulin.cases.rules import escalation, lifecycle
from mulin.cases.rules.escalation import AlarmKind, Rung
from mulin.cases.rules.supervision import Stage
from mulin.kernel.actor import Actor
from mulin.kernel.ids import new_id
from mulin.ledger.actions import Line, record, record_all, whole

SWEEP: Final = "sweep_clocks"
ADOPT: Final = "adopt_pack"
BLOCK: Final = 250  # a transaction moves one chain head once an entry: long ones cost more a row
_CLOCK: Final = "case"
_RUNNING: Final = [state.value for state in lifecycle.RUNNING]

# Amber is escalation.amber_from in the database's words.
_DUE_SOON: Final = """
c.due_at > %(now)s and c.due_at <= %(now)s + interval '2 days'
and c.due_at - %(now)s
    <= least((c.due_at - coalesce(c.dispatched_at, c.reported_at)) * 0.3, interval '2 days')
"""
_DUE_AGO: Final = "c.due_at <= %(now)s - make_interval(hours => %(after)s)"
_DESK: Final = "c.desk_id"
_IDS: Final = "string_to_array(trim(trailing '/' from {unit}.path), '/')::bigint[]"
_NEAREST: Final = (
    f"(select u.id from people_unit u where u.id = any({_IDS}) and u.kind_id = %(kind)s"  # noqa: S608 - our own words
    " order by length(u.path) desc limit 1)"
)
_ABOVE: Final = f"({_IDS})[cardinality({_IDS}) - %(up)s]"
# 属地兜底: where the ladder has no such rung, the community around the place hears of it, then the city's
# fallback unit; nothing missed is told to nobody.
_LAST: Final = "%(fallback)s, c.desk_id"
_SWEEP: Final = """
with found as (
    select c.id, c.due_at, coalesce({unit}, {last}) as unit_id
    from cases_case c
    left join people_unit d on d.id = c.desk_id
    left join people_unit p on p.id = c.place_unit_id
    where c.state = any(%(running)s) and {due} and (c.due_at, c.id) > (%(past_at)s, %(past_id)s)
        and c.state not in ('closed', 'declined', 'merged') and c.held_until is null
        and not exists (
            select from cases_alarm a
            where a.case_id = c.id and a.kind = %(alarm)s and a.level = %(level)s and a.clock = %(clock)s
                and a.due_at = c.due_at)
    order by c.due_at, c.id limit %(block)s
    for no key update of c skip locked
), fresh as (
    insert into cases_alarm (case_id, clock, due_at, kind, level, unit_id, at)
    select id, %(clock)s, due_at, %(alarm)s, %(level)s, unit_id, %(now)s from found order by due_at, id
    on conflict do nothing
    returning id, case_id, unit_id
)
select found.id, found.due_at, fresh.id, fresh.unit_id
from found left join fresh on fresh.case_id = found.id order by found.due_at, found.id
"""
_SUPERVISE: Final = """
with raised as (
    insert into cases_supervision (id, case_id, unit_id, state, raised_at, due_at, returns)
    select row.id, c.id, c.desk_id, %(asked)s, %(now)s, %(due)s, 0
    from unnest(%(ids)s::uuid[], %(cases)s::uuid[]) as row (id, case_id)
    join cases_case c on c.id = row.case_id
    on conflict (case_id, unit_id) where state <> 'settled' do nothing
    returning id, case_id, unit_id
), counted as (
    update cases_case c set supervisions_open = c.supervisions_open + 1
    from raised where c.id = raised.case_id
)
select id, case_id, unit_id from raised
"""


_MILESTONES: Final = """
with found as (
    select m.id, m.due_at, c.id as case_id, c.desk_id
    from cases_milestone m join cases_case c on c.id = m.case_id and c.reopened = m.round
    where m.met_at is null and m.due_at <= %(now)s and c.state = any(%(running)s) and c.held_until is null
        and not exists (
            select from cases_alarm a
            where a.case_id = c.id and a.kind = 'milestone' and a.level = 0
                and a.clock = 'milestone:' || m.id and a.due_at = m.due_at)
    order by m.due_at, m.id limit %(block)s
    for no key update of c skip locked
), fresh as (
    insert into cases_alarm (case_id, clock, due_at, kind, level, unit_id, at)
    select case_id, 'milestone:' || id, due_at, 'milestone', 0, desk_id, %(now)s from found
    on conflict do nothing
    returning id, case_id, unit_id, clock
)
select found.case_id, fresh.id, fresh.unit_id
from found left join fresh on fresh.clock = 'milestone:' || found.id
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep noted for the first time; zeros mean that all was noted before."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many alarms are new."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Watch:
    """One kind of clock event: which cases are due for it, and who hears of them."""

    kind: AlarmKind
    level: int
    due: str
    unit: str
    facts: Mapping[str, Any]
    supervise: bool = False


def sweep_clocks(*, actor: Actor, now: datetime) -> Swept:
    """Note every case whose clock turned amber, was missed, or stayed missed for long; each exactly once.

    :raises NotAllowed: the actor is neither the system nor permitted
    """
    policy.require_anywhere(actor, SWEEP)
    rungs = [
        Rung(row.level, row.after_hours, row.to, row.supervise) for row in RungRow.objects.order_by("level")
    ]
    settings = doors.settings()
    fallback = routing.fallback_id(settings)
    watches = [
        _Watch(AlarmKind.YELLOW, 0, _DUE_SOON, _DESK, {}),
        _Watch(AlarmKind.RED, 0, _DUE_AGO, _DESK, {"after": 0}),
        *(_rung(rung) for rung in rungs),
    ]
    counts: dict[str, int] = {}
    for watch in watches:
        name = watch.kind.value + (str(watch.level) if watch.level else "")
        counts[name] = _sweep(watch, fallback, settings, actor=actor, now=now)
    counts |= _sweep_milestones(actor=actor, now=now)
    return Swept({**counts, **sweep_whistles(actor=actor, now=now).counts})


def _rung(rung: Rung) -> _Watch:
    """Return the watch of one rung: where the first unit of a kind above it is, or the one so many above."""
    how, _, what = rung.to.partition(":")
    facts: dict[str, Any] = {"after": rung.after_hours}
    if how == "superior":
        unit, facts["up"] = _ABOVE.format(unit="d"), int(what or 1)
    else:
        unit, facts["kind"] = _NEAREST.format(unit="d" if how == "kind" else "p"), what
    return _Watch(AlarmKind.ESCALATION, rung.level, _DUE_AGO, unit, facts, rung.supervise)


def _sweep(watch: _Watch, fallback: int | None, settings: Settings, *, actor: Actor, now: datetime) -> int:
    statement = _SWEEP.format(unit=watch.unit, due=watch.due, last=f"{_community()}, {_LAST}")
    asked = {
        "now": now, "running": _RUNNING, "alarm": watch.kind.value, "level": watch.level, "clock": _CLOCK,
        "block": BLOCK, "fallback": fallback, "near": "community",
        "past_at": datetime.min.replace(tzinfo=now.tzinfo), "past_id": UUID(int=0), **watch.facts,
    }  # fmt: skip
    new = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement, asked)
                found = cursor.fetchall()
            fresh = [(case, alarm, unit) for case, _due, alarm, unit in found if alarm is not None]
            _tell(watch, fresh, actor=actor, now=now)
            if watch.supervise:
                _supervise([case for case, _, _ in fresh], settings, actor=actor, now=now)
        new += len(fresh)
        if len(found) < BLOCK:
            return new
        asked |= {"past_at": found[-1][1], "past_id": found[-1][0]}


def _sweep_milestones(*, actor: Actor, now: datetime) -> dict[str, int]:
    """Note every step on the way that was missed while its case runs."""
    new = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_MILESTONES, {"now": now, "running": _RUNNING, "block": BLOCK})
                found = cursor.fetchall()
            lines = [Line(case, {"alarm": alarm, "to": unit}) for case, alarm, unit in found if alarm]
            record_all("case.milestone_missed", lines=lines, actor=actor, at=now)
        new += len(lines)
        if len(found) < BLOCK or not lines:
            return {"milestone": new}


def sweep_whistles(*, actor: Actor, now: datetime) -> Swept:
    """Tell the superiors of silent units and of rulings nobody gives; open what was sealed long enough.

    :raises NotAllowed: the actor is neither the system nor permitted
    """
    policy.require_anywhere(actor, SWEEP)
    silent = sum(
        ruling.escalate_call(call_id=call.pk, actor=actor, now=now) for call in calls.calls_overdue(now)
    )
    higher = sum(
        ruling.escalate_ruling(ruling_id=each.pk, actor=actor, now=now) for each in calls.rulings_overdue(now)
    )
    opened = sum(
        ruling.open_evaluations(whistle_id=each.pk, actor=actor, now=now)
        for each in calls.sealed_past_term(now)
    )
    return Swept({"silent_call": silent, "silent_ruling": higher, "evaluation": opened})


def _community() -> str:
    return _NEAREST.format(unit="p").replace("%(kind)s", "%(near)s")


def _tell(watch: _Watch, fresh: Sequence[tuple[UUID, int, int]], *, actor: Actor, now: datetime) -> None:
    lines = [
        Line(case, {"alarm": alarm, "to": unit} | ({"level": watch.level} if watch.level else {}))
        for case, alarm, unit in fresh
    ]
    match watch.kind:
        case AlarmKind.YELLOW:
            record_all("case.warned", lines=lines, actor=actor, at=now)
        case AlarmKind.RED:
            record_all("case.overdue", lines=lines, actor=actor, at=now)
        case _:
            record_all("case.escalated", lines=lines, actor=actor, at=now)


def _supervise(cases: Sequence[UUID], settings: Settings, *, actor: Actor, now: datetime) -> None:
    """Open a supervision of whoever has the move, where none is open (督办 by the clock)."""
    if not cases:
        return
    calendar = clock.shelf(settings).calendar_at("", routing.today(now))
    asked: dict[str, Any] = {
        "ids": [new_id() for _ in cases], "cases": list(cases), "asked": Stage.ASKED.value, "now": now,
        "due": moves.supervision_due(settings, calendar, now),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SUPERVISE, asked)
        raised = cursor.fetchall()
    lines = [Line(case, {"supervision": str(pk), "to": unit}) for pk, case, unit in raised]
    record_all("case.supervised", lines=lines, actor=actor, at=now)


@whole
def adopt_ladder(*, rungs: Sequence[Rung], actor: Actor, now: datetime) -> int:
    """Put a city's ladder of escalation in place of the one before; return how many rungs changed.

    :raises BadInput: a rung is wrong; ``where`` names it
    :raises NotAllowed: no post of the actor permits it
    """
    unit_id = policy.require_anywhere(actor, ADOPT)
    escalation.check_rungs(rungs)
    standing = {Rung(row.level, row.after_hours, row.to, row.supervise) for row in RungRow.objects.all()}
    changed = len(standing ^ set(rungs))
    if changed:
        RungRow.objects.all().delete()
        RungRow.objects.bulk_create(
            RungRow(level=rung.level, after_hours=rung.after_hours, to=rung.to, supervise=rung.supervise)
            for rung in rungs
        )
        record("ladder.adopted", subject=1, actor=actor, at=now, as_unit=unit_id, rungs=len(rungs))
    return changed
