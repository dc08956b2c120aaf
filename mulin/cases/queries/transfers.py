"""Figures of the hand-over machinery: transfers, returns between bodies, levels that solve, how fast, items.

Every figure opens its cases: it carries their ids or a function beside it returns them. Nothing below ten is
broken down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

FEWEST: Final = 10  # below this a breakdown could point at somebody

_TRANSFERS: Final = """
select street.id, street.short_name, a.case_id
from cases_assignment a
join cases_case c on c.id = a.case_id
join people_unit place on place.id = c.place_unit_id
join people_unit street on street.kind_id = %(kind)s
    and street.id = any(string_to_array(trim(trailing '/' from place.path), '/')::bigint[])
where a.given_at >= %(since)s and a.given_at < %(until)s and a.role in ('lead', 'assist')
group by street.id, street.short_name, a.case_id
order by street.id, a.case_id
"""
# Returned dispatches and refused calls are the same thing: a ball that came back from one body to another.
_RETURNS: Final = """
with back as (
    select case_id, unit_id as one, given_unit_id as other from cases_assignment
    where returned_at >= %(since)s and returned_at < %(until)s and given_unit_id is not null
    union all
    select w.case_id, k.unit_id, w.caller_id from cases_call k join cases_whistle w on w.id = k.whistle_id
    where k.refused_at >= %(since)s and k.refused_at < %(until)s
), paired as (
    select case_id, least(one, other) as a, greatest(one, other) as b, count(*) as times
    from back group by 1, 2, 3
)
select paired.a, ua.short_name, paired.b, ub.short_name, paired.case_id
from paired join people_unit ua on ua.id = paired.a join people_unit ub on ub.id = paired.b
where paired.times >= 2 order by paired.a, paired.b, paired.case_id
"""
# Where a closed case was solved: the widest level that had a part with a result, lead or called.
_SOLVED: Final = """
with closed as (
    select id, lead_id from cases_case
    where reported_at >= %(since)s and reported_at < %(until)s and state = 'closed'
), part as (
    select closed.id, kind.code, kind.rank from closed
    join people_unit unit on unit.id = closed.lead_id join people_unitkind kind on kind.code = unit.kind_id
    union all
    select closed.id, kind.code, kind.rank from closed
    join cases_whistle w on w.case_id = closed.id
    join cases_call k on k.whistle_id = w.id and k.state = 'replied'
    join people_unit unit on unit.id = k.unit_id join people_unitkind kind on kind.code = unit.kind_id
)
select distinct on (id) id, code from part order by id, rank, code
"""
_SPEED: Final = """
select unit.kind_id, count(*),
    percentile_cont(array[0.5, 0.9])
        within group (order by extract(epoch from c.accepted_at - c.dispatched_at)),
    percentile_cont(array[0.5, 0.9])
        within group (order by extract(epoch from c.handled_at - c.dispatched_at))
        filter (where c.handled_at is not null)
from cases_case c join people_unit unit on unit.id = c.lead_id
where c.reported_at >= %(since)s and c.reported_at < %(until)s
    and c.dispatched_at is not null and c.accepted_at is not null
group by unit.kind_id order by unit.kind_id
"""
_ITEMS: Final = """
select coalesce(item.code, ''), max(item.name), array_agg(w.case_id order by w.raised_at)
from cases_whistle w left join catalogue_item item on item.id = w.item_id
where w.raised_at >= %(since)s and w.raised_at < %(until)s
group by item.code order by count(*) desc, 1
"""
_FORCES: Final = """
select unit.id, unit.short_name, count(*), count(k.reported_at), count(k.replied_at),
    count(*) filter (where k.state = 'released'), array_agg(distinct w.case_id)
from cases_call k join cases_whistle w on w.id = k.whistle_id join people_unit unit on unit.id = k.unit_id
where w.raised_at >= %(since)s and w.raised_at < %(until)s
group by unit.id, unit.short_name order by unit.id
"""
_JUDGED: Final = """
select aspect, count(*), avg(score::numeric), count(e.objected_at)
from cases_evaluation e
join cases_whistle w on w.id = e.whistle_id and w.opened_at is not null,
jsonb_each_text(e.scores) as s (aspect, score)
where e.judged_id = %(unit)s and e.given_at >= %(since)s and e.given_at < %(until)s
group by aspect order by aspect
"""


@dataclass(frozen=True, slots=True)
class Count:
    """A figure with the cases it counts."""

    key: str
    name: str
    cases: tuple[UUID, ...]

    @property
    def count(self) -> int:
        """Return how many cases."""
        return len(self.cases)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bodies between which cases went back at least twice."""

    one: str
    other: str
    cases: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a level is: seconds from dispatch, as the clock on the wall runs; nothing below ten cases."""

    kind: str
    count: int
    accept_median: float | None
    accept_p90: float | None
    solve_median: float | None
    solve_p90: float | None


@dataclass(frozen=True, slots=True)
class Attendance:
    """How often a force was called, came, had a result, was released by a ruling (S-083)."""

    unit: str
    called: int
    came: int
    replied: int
    released: int
    cases: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Aspect:
    """How a unit was judged in one aspect: no mean below ten judgements."""

    aspect: str
    count: int
    mean: float | None
    objected: int


def _rows(statement: str, **facts: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _grouped(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], list[UUID]]:
    groups: dict[tuple[Any, ...], list[UUID]] = {}
    for *key, case in rows:
        groups.setdefault(tuple(key), []).append(case)
    return groups


def transfers(*, since: datetime, until: datetime, kind: str = "street") -> tuple[Count, ...]:
    """Return per street the distinct cases handed on at least once in the period (S-079)."""
    rows = _rows(_TRANSFERS, since=since, until=until, kind=kind)
    return tuple(Count(str(pk), name, tuple(cases)) for (pk, name), cases in _grouped(rows).items())


def returned_twice(*, since: datetime, until: datetime) -> tuple[Pair, ...]:
    """Return the pairs of bodies between which cases went back twice or more in the period (S-099)."""
    rows = _rows(_RETURNS, since=since, until=until)
    pairs = [Pair(a, b, tuple(cases)) for (_a, a, _b, b), cases in _grouped(rows).items()]
    return tuple(sorted(pairs, key=lambda pair: -len(pair.cases)))


def solved_at(*, since: datetime, until: datetime) -> tuple[Count, ...]:
    """Return per kind of unit the closed cases solved at its level, of those reported in the period (S-088).

    An indicator, never a barrier: nobody is refused a way up for its sake (P-19).
    """
    groups: dict[str, list[UUID]] = {}
    for case, kind in _rows(_SOLVED, since=since, until=until):
        groups.setdefault(kind, []).append(case)
    return tuple(Count(kind, kind, tuple(cases)) for kind, cases in sorted(groups.items()))


def speed(*, since: datetime, until: datetime) -> tuple[Speed, ...]:
    """Return median and 90th percentile of time to accept and to solve, per level (S-093)."""
    return tuple(
        Speed(kind, count, *_enough(count, accept), *_enough(count, solve))
        for kind, count, accept, solve in _rows(_SPEED, since=since, until=until)
    )


def _enough(count: int, found: Sequence[float] | None) -> tuple[float | None, float | None]:
    return (found[0], found[1]) if found and count >= FEWEST else (None, None)


def item_usage(*, since: datetime, until: datetime) -> tuple[Count, ...]:
    """Return how often whistles cited each list item; the empty code is what was off the list (S-077)."""
    return tuple(
        Count(code, name or "", tuple(cases)) for code, name, cases in _rows(_ITEMS, since=since, until=until)
    )


def attendance(*, since: datetime, until: datetime) -> tuple[Attendance, ...]:
    """Return per called unit how often it was called, came and had a result (S-083); units, never persons."""
    return tuple(
        Attendance(name, called, came, replied, released, tuple(cases))
        for _pk, name, called, came, replied, released, cases in _rows(_FORCES, since=since, until=until)
    )


def judged(unit_id: int, *, since: datetime, until: datetime) -> tuple[Aspect, ...]:
    """Return how a unit was judged by the other sides of its whistles, opened ones only (S-108)."""
    return tuple(
        Aspect(aspect, count, float(mean) if count >= FEWEST else None, objected)
        for aspect, count, mean, objected in _rows(_JUDGED, unit=unit_id, since=since, until=until)
    )
