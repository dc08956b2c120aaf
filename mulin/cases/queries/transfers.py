"""Figures of the hand-over machinery: transfers, returns between bodies, levels that solve, how fast, items.

Each number opens exactly the cases it counts, a page of them at a time. A breakdown shows no line below ten
and never hides one alone; pairs of bodies are a list of matters to look at, so each is named with its cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import connection

from mulin.cases import policy
from mulin.cases.models import Case
from mulin.cases.queries.completion import PAGE, SEE, Period, said_out, street_names
from mulin.cases.rules.rates import LEAST, Rate, hidden, share
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotPossible
from mulin.people.models import UnitKind

PAIRS_MOST: Final = 50
ITEMS_MOST: Final = 20
FORCES_MOST: Final = 200


class Flow(StrEnum):
    """A figure; each of its lines, and its whole, opens exactly the cases it counts."""

    TRANSFERRED = "transferred"  # S-079, by street
    RETURNED = "returned_twice"  # S-099, by pair of bodies
    SOLVED = "solved_at"  # S-088, by level
    ACCEPTED = "accepted_at"  # S-093, by level
    CITED = "cited"  # S-077, by list item; no item: off the list
    CALLED = "called"  # S-083, by called unit


_SEEN: Final = "with seen (id, state, place, lead, dispatched_at, accepted_at, handled_at) as ({seen})"
# What each figure counts: a key and a case a row.
_COUNTED: Final[Mapping[Flow, str]] = {
    Flow.TRANSFERRED: """
        select seen.place::text as key, seen.id from cases_assignment a join seen on seen.id = a.case_id
        where a.given_at >= %(since)s and a.given_at < %(until)s and a.role in ('lead', 'assist')""",
    # Returned dispatches and refused calls are the same thing: a ball that came back to another body.
    Flow.RETURNED: """
        select least(one, other) || '-' || greatest(one, other) as key, seen.id from (
            select case_id, unit_id as one, given_unit_id as other from cases_assignment
            where returned_at >= %(since)s and returned_at < %(until)s and given_unit_id is not null
            union all
            select w.case_id, k.unit_id, w.caller_id
            from cases_call k join cases_whistle w on w.id = k.whistle_id
            where k.refused_at >= %(since)s and k.refused_at < %(until)s
        ) back join seen on seen.id = back.case_id
        group by 1, 2 having count(*) >= 2""",
    # Where a closed case was solved: the widest level that had a part with a result, lead or called.
    Flow.SOLVED: """
        select distinct on (part.id) kind.code as key, part.id from (
            select seen.id, seen.lead as unit_id from seen
            where state = 'closed'
            union all
            select seen.id, k.unit_id from seen
            join cases_whistle w on w.case_id = seen.id
            join cases_call k on k.whistle_id = w.id and k.state = 'replied'
            where seen.state = 'closed'
        ) part
        join people_unit unit on unit.id = part.unit_id join people_unitkind kind on kind.code = unit.kind_id
        order by part.id, kind.rank, kind.code""",
    Flow.ACCEPTED: """
        select unit.kind_id as key, seen.id from seen join people_unit unit on unit.id = seen.lead
        where seen.dispatched_at is not null and seen.accepted_at is not null""",
    Flow.CITED: """
        select coalesce(item.code, '—') as key, seen.id from cases_whistle w join seen on seen.id = w.case_id
        left join catalogue_item item on item.id = w.item_id
        where w.raised_at >= %(since)s and w.raised_at < %(until)s""",
    Flow.CALLED: """
        select k.unit_id::text as key, seen.id from cases_call k
        join cases_whistle w on w.id = k.whistle_id join seen on seen.id = w.case_id
        where w.raised_at >= %(since)s and w.raised_at < %(until)s""",
}
_REPORTED: Final = frozenset({Flow.SOLVED, Flow.ACCEPTED})  # these are of the cases reported in the period
_SPEED: Final = """
select unit.kind_id, count(*), count(seen.handled_at),
    percentile_cont(array[0.5, 0.9])
        within group (order by extract(epoch from seen.accepted_at - seen.dispatched_at)),
    percentile_cont(array[0.5, 0.9])
        within group (order by extract(epoch from seen.handled_at - seen.dispatched_at))
        filter (where seen.handled_at is not null)
from seen join people_unit unit on unit.id = seen.lead
where seen.dispatched_at is not null and seen.accepted_at is not null
group by unit.kind_id
"""
_NAMED_PAIRS: Final = """
select key, a.short_name, b.short_name, count(*) from ({counted}) as counted
join people_unit a on a.id = split_part(key, '-', 1)::bigint
join people_unit b on b.id = split_part(key, '-', 2)::bigint
group by key, a.short_name, b.short_name order by count(*) desc, key limit %(most)s
"""
_ITEMS: Final = """
select coalesce(item.code, '—'), coalesce(max(item.name), ''), count(distinct seen.id)
from cases_whistle w join seen on seen.id = w.case_id left join catalogue_item item on item.id = w.item_id
where w.raised_at >= %(since)s and w.raised_at < %(until)s
group by item.code order by 3 desc, 1 limit %(most)s
"""
_FORCES: Final = """
select k.unit_id::text, unit.short_name, count(*), count(k.reported_at), count(k.replied_at),
    count(*) filter (where k.state = 'released')
from cases_call k join cases_whistle w on w.id = k.whistle_id join seen on seen.id = w.case_id
join people_unit unit on unit.id = k.unit_id
where w.raised_at >= %(since)s and w.raised_at < %(until)s
group by k.unit_id, unit.short_name, unit.path order by unit.path limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a breakdown: how many cases; ``is_hidden`` when they are too few to be told apart."""

    key: str
    name: str
    count: int
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bodies between which cases went back at least twice, and how many cases."""

    key: str
    one: str
    other: str
    count: int


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a level is: seconds from dispatch, as the clock on the wall runs; nothing below ten cases."""

    kind: str
    name: str
    count: int
    accept_median: float | None
    accept_p90: float | None
    solve_median: float | None
    solve_p90: float | None

    @property
    def is_hidden(self) -> bool:
        """Return whether it accepted too few cases for anything to be told."""
        return self.count < LEAST


@dataclass(frozen=True, slots=True)
class Force:
    """How often a unit was called, came, had a result, was released by a ruling (S-083); never a person."""

    key: str
    name: str
    called: int
    came: int
    replied: int
    released: int

    @property
    def is_hidden(self) -> bool:
        """Return whether it was called too seldom for its numbers to be told."""
        return self.called < LEAST


@dataclass(frozen=True, slots=True)
class Flows:
    """How matters went from hand to hand in a period."""

    transferred: int
    streets: tuple[Line, ...]
    pairs: tuple[Pair, ...]
    solved: int
    levels: tuple[Line, ...]
    speeds: tuple[Speed, ...]
    items: tuple[Line, ...]
    forces: tuple[Force, ...]

    def share_of(self, level: Line) -> Rate:
        """Return the share of the closed cases that were solved at a level (S-088)."""
        return share(level.count, self.solved)


def flows(actor: Actor, period: Period) -> Flows:
    """Return the figures of a period over the cases the actor may see; as many statements however many cases.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    policy.require_anywhere(actor, SEE)
    streets = transfers(actor, period)
    levels = solved_at(actor, period)
    return Flows(
        transferred=sum(line.count for line in streets),
        streets=streets,
        pairs=returned_twice(actor, period),
        solved=sum(line.count for line in levels),
        levels=levels,
        speeds=speed(actor, period),
        items=tuple(Line(*row) for row in _rows(actor, period, _ITEMS, most=ITEMS_MOST)),
        forces=tuple(Force(*row) for row in _rows(actor, period, _FORCES, most=FORCES_MOST)),
    )


def transfers(actor: Actor, period: Period) -> tuple[Line, ...]:
    """Return per street the distinct cases handed on at least once in the period (S-079)."""
    streets = street_names()
    sums: dict[tuple[str, str], int] = {}
    for place, count in _counts(actor, period, Flow.TRANSFERRED).items():
        street = streets.get(int(place), ("", "")) if place else ("", "")
        sums[street] = sums.get(street, 0) + count
    return _told([Line(*street, count) for street, count in sorted(sums.items())])


def solved_at(actor: Actor, period: Period) -> tuple[Line, ...]:
    """Return per kind of unit the closed cases solved at its level, of those reported in the period (S-088).

    An indicator, never a barrier: nobody is refused a way up for its sake (P-19).
    """
    solved = _counts(actor, period, Flow.SOLVED)
    return _told([Line(kind, name, solved[kind]) for kind, name in _kinds() if kind in solved])


def speed(actor: Actor, period: Period) -> tuple[Speed, ...]:
    """Return median and 90th percentile of time to accept and to solve, per level (S-093)."""
    found = {row[0]: row for row in _rows(actor, period, _SPEED, reported=True)}
    return tuple(_speed(name, *found[kind]) for kind, name in _kinds() if kind in found)


def _kinds() -> list[tuple[str, str]]:
    """Return code and name of every kind of unit, the narrowest level first."""
    return list(UnitKind.objects.order_by("-rank", "code").values_list("code", "name"))


def returned_twice(actor: Actor, period: Period) -> tuple[Pair, ...]:
    """Return the pairs of bodies between which cases went back twice or more in the period (S-099)."""
    statement = _NAMED_PAIRS.format(counted=_COUNTED[Flow.RETURNED])
    return tuple(Pair(*row) for row in _rows(actor, period, statement, most=PAIRS_MOST))


def cases_of(actor: Actor, period: Period, flow: Flow, *, key: str = "", page: int = 1) -> tuple[UUID, ...]:
    """Return the ids of exactly the cases a number counts, newest first, a page of them and one more.

    :raises NotAllowed: no post of the actor permits to see figures
    :raises NotPossible: the line is not shown: somebody could be picked out of it
    """
    policy.require_anywhere(actor, SEE)
    keys = [key]
    if key and flow is Flow.TRANSFERRED:
        keys = [str(unit) for unit, (code, _) in street_names().items() if code == key]
    if key and flow in (Flow.TRANSFERRED, Flow.SOLVED):
        lines = (transfers if flow is Flow.TRANSFERRED else solved_at)(actor, period)
        if any(line.key == key and line.is_hidden for line in lines):
            raise NotPossible("不足 10 件，不逐件显示")
    statement = f"select distinct id from ({_COUNTED[flow]}) as counted"  # noqa: S608 - our own words
    statement += " where key = any(%(keys)s)" if key else ""
    statement += " order by id desc limit %(most)s offset %(first)s"
    first = (page - 1) * PAGE
    rows = _rows(actor, period, statement, reported=flow in _REPORTED, keys=keys, most=PAGE + 1, first=first)
    return tuple(row[0] for row in rows)


def _counts(actor: Actor, period: Period, flow: Flow) -> dict[str, int]:
    """Return how many cases each key of a figure counts."""
    statement = f"select key, count(distinct id) from ({_COUNTED[flow]}) as counted group by key"  # noqa: S608
    return dict(_rows(actor, period, statement, reported=flow in _REPORTED))


def _told(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines of a breakdown, those marked that must not be shown."""
    small = hidden([line.count for line in lines])
    return tuple(
        Line(line.key, line.name, line.count, is_hidden=index in small) for index, line in enumerate(lines)
    )


def _speed(
    name: str,
    kind: str,
    count: int,
    solved: int,
    accept: Sequence[float] | None,
    solve: Sequence[float] | None,
) -> Speed:
    return Speed(kind, name, count, *_enough(count, accept), *_enough(solved, solve))


def _enough(count: int, found: Sequence[float] | None) -> tuple[float | None, float | None]:
    return (found[0], found[1]) if found and count >= LEAST else (None, None)


def _rows(
    actor: Actor, period: Period, statement: str, *, reported: bool = False, **more: Any
) -> list[tuple[Any, ...]]:
    """Ask over the cases the actor may see, or those of them ``reported`` in the period."""
    cases = Case.objects.filter(policy.seen_by(actor), excluded_at__isnull=True).order_by()
    if reported:
        cases = cases.filter(reported_at__gte=period.since, reported_at__lt=min(period.until, period.as_of))
    seen, named = said_out(
        cases.values_list("pk", "state", "place_unit", "lead", "dispatched_at", "accepted_at", "handled_at")
    )
    span = {"since": period.since, "until": min(period.until, period.as_of)}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN.replace("{seen}", seen) + statement, {**named, **span, **more})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
