"""The places of all cases in this process's memory, for maps of a city with a long past.

Read once and then kept up to date by the ledger: whatever an act changes has an entry there. Why not asked of
the database at every look: docs/decisions/0022-cases-on-the-map.md.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from mulin.cases import policy
from mulin.cases.models import Assignment, Report
from mulin.cases.rules.spots import Sight, Spots, from_copy, key_of
from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation
from mulin.ledger.queries import Cursor, CursorFromElsewhere, cursor_at_end, entries_after
from mulin.people.models import Unit

LARGE: Final = 100_000  # a shorter past the database counts fast enough
REFRESH_SECONDS: Final = 5.0
CHANGES_MOST: Final = 5_000  # after more than these, everything is read again
MANY_MOVED: Final = "boundaries.cases_moved"  # one entry for all that changed hands
SIGHT_SECONDS: Final = 60.0
_SIGHTS_KEPT: Final = 200
_ROWS: Final = """
copy (select id, cell, floor(extract(epoch from reported_at) / 60)::int4,
    coalesce(floor(extract(epoch from closed_at) / 60)::int4, 2147483647),
    coalesce(place_unit_id, 0)::int4, desk_id::int4, coalesce(lead_id, 0)::int4
    from cases_case where cell is not null {narrowed}) to stdout (format binary)
"""


@dataclass(frozen=True, slots=True)
class _Held:
    spots: Spots
    cursor: Cursor
    at: float


_lock = threading.Lock()
_held: _Held | None = None
_checked: tuple[float, bool] = (-REFRESH_SECONDS, False)
_sights: dict[Actor, tuple[float, Sight]] = {}


def is_large() -> bool:
    """Return whether the past is so long that its places are kept in memory."""
    global _checked
    if time.monotonic() - _checked[0] > SIGHT_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("select reltuples from pg_class where oid = 'cases_case'::regclass")
            _checked = (time.monotonic(), cursor.fetchone()[0] >= LARGE)
    return _checked[1]


def spots() -> Spots:
    """Return the places of all cases, at most a few seconds old; while one thread reads, others wait."""
    global _held
    with _lock:
        held = _held
        if held is None or time.monotonic() - held.at > REFRESH_SECONDS:
            _held = held = _refreshed(held) or _read()
        return held.spots


def forget() -> None:
    """Read everything again before the next answer."""
    global _held, _checked
    _held, _checked = None, (-SIGHT_SECONDS, False)
    _sights.clear()


def _read() -> _Held:
    cursor = cursor_at_end()  # before the rows: what happens meanwhile is read once more
    return _Held(_rows(), cursor, time.monotonic())


def _refreshed(held: _Held | None) -> _Held | None:
    """Return what is held with every change since; nothing if it has to be read anew."""
    if held is None:
        return None
    try:
        entries, cursor = entries_after(held.cursor, limit=CHANGES_MOST)
    except CursorFromElsewhere:
        return None
    if len(entries) == CHANGES_MOST or any(each.kind == MANY_MOVED for each in entries):
        return None
    changed = {UUID(each.subject) for each in entries if each.kind.startswith("case.")}
    now = time.monotonic()
    if not changed:
        return _Held(held.spots, cursor, now)
    come = _rows(sorted(changed))
    return _Held(held.spots.changed([key_of(pk.int) for pk in changed], come), cursor, now)


def _rows(ids: Sequence[UUID] | None = None) -> Spots:
    narrowed = "" if ids is None else f"and id in ({', '.join(repr(str(pk)) for pk in ids)})"
    with connection.cursor() as cursor, cursor.copy(_ROWS.format(narrowed=narrowed)) as copy:
        return from_copy(b"".join(bytes(piece) for piece in copy))


def sight_of(actor: Actor) -> Sight:
    """Return what ``actor`` may see, as ``policy.seen_by`` says it to the database; at most a minute old."""
    held = _sights.get(actor)
    if held is None or time.monotonic() - held[0] > SIGHT_SECONDS:
        while len(_sights) >= _SIGHTS_KEPT:
            del _sights[next(iter(_sights))]
        held = _sights[actor] = (time.monotonic(), _sight(actor))
    return held[1]


def _below(grant: Grant) -> frozenset[int]:
    return frozenset(Unit.objects.filter(path__startswith=grant.unit_path).values_list("pk", flat=True))


def _keys(ids: Iterable[UUID]) -> frozenset[int]:
    return frozenset(key_of(pk.int) for pk in ids)


def _assisted(grant: Grant) -> Sight:
    return Sight(
        keys=_keys(Assignment.objects.filter(unit_id=grant.unit_id).values_list("case_id", flat=True))
    )


def _filed(grant: Grant) -> Sight:
    return Sight(
        keys=_keys(Report.objects.filter(filed_unit_id=grant.unit_id).values_list("case_id", flat=True))
    )


def _branch(grant: Grant) -> Sight:
    below = _below(grant)
    return Sight(desks=below, leads=below)


SIGHTS: Final[Mapping[Relation, Callable[[Grant], Sight]]] = {
    Relation.ANY: lambda grant: Sight(is_whole=True),
    Relation.DESK: lambda grant: Sight(desks=frozenset({grant.unit_id})),
    Relation.LEAD: lambda grant: Sight(leads=frozenset({grant.unit_id})),
    Relation.PLACE: lambda grant: Sight(places=_below(grant)),
    Relation.BRANCH: _branch,
    Relation.ASSIST: _assisted,
    Relation.FILED: _filed,
}


def _sight(actor: Actor) -> Sight:
    relations = [(grant, relation) for grant in actor.grants for relation in grant.relations(policy.SEE)]
    if actor == SYSTEM or any(relation is Relation.ANY for _, relation in relations):
        return Sight(is_whole=True)
    seen = Sight()
    for grant, relation in relations:
        more = SIGHTS[relation](grant)
        seen = Sight(
            places=seen.places | more.places,
            desks=seen.desks | more.desks,
            leads=seen.leads | more.leads,
            keys=seen.keys | more.keys,
        )
    return seen
