"""The part of an adjustment of boundaries that concerns open cases: they go where their place now belongs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from mulin.cases import policy
from mulin.cases.models import Handover
from mulin.cases.queries import handovers
from mulin.cases.queries.handovers import CaseMoved, Moves, SideMoved
from mulin.cases.rules.handovers import Reform
from mulin.kernel.actor import Actor
from mulin.ledger.actions import record, whole
from mulin.ledger.rules.privacy import Json
from mulin.people.models import Unit
from mulin.places.rules.acts import Act
from mulin.places.rules.ground import AreaEdition
from mulin.places.rules.located import Reason
from mulin.places.rules.points import AreaIndex

BLOCK: Final = 500
_MOVE: Final = """
update cases_case c set place_unit_id = m.place, desk_id = m.desk, lead_id = m.lead,
    dispatcher_id = m.dispatcher, version = c.version + 1,
    place = case when m.patch is null then c.place else c.place || m.patch::jsonb end
from (select * from unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
    as m (id, place, desk, lead, dispatcher, patch)) m
where c.id = m.id
"""
_END: Final = """
update cases_assignment a set ended_at = %(now)s
from (select * from unnest(%(ids)s::bigint[]) as m (id)) m where a.id = m.id
"""
# The heir goes on with what was begun: when it was accepted stays true. Nobody gets the same part twice.
_GIVE: Final = """
insert into cases_assignment
    (case_id, unit_id, role, given_unit_id, given_at, why, accepted_at, return_reason)
select distinct on (a.case_id, m.heir, a.role)
    a.case_id, m.heir, a.role, a.given_unit_id, %(now)s, %(why)s::jsonb, a.accepted_at, ''
from unnest(%(ids)s::bigint[], %(heirs)s::bigint[]) as m (id, heir)
join cases_assignment a on a.id = m.id
where a.role = 'lead' or not exists (
    select from cases_assignment there
    where there.case_id = a.case_id and there.unit_id = m.heir and there.ended_at is null)
order by a.case_id, m.heir, a.role, a.id
"""
# Where the table allows one open record of a unit, the heir keeps its own.
_ALONE: Final[Mapping[tuple[str, str], str]] = {
    ("cases_whistle", "caller_id"): "o.case_id = t.case_id and o.ended_at is null",
    ("cases_call", "unit_id"): "o.whistle_id = t.whistle_id and o.state <> 'released'",
    ("cases_supervision", "unit_id"): "o.case_id = t.case_id and o.state <> 'settled'",
}


@whole
def replace_cases(
    *,
    reform: Reform,
    areas: Sequence[AreaEdition],
    buildings: Mapping[str, str],
    compounds: Mapping[str, tuple[str, ...]],
    adjustment: int,
    document: str,
    actor: Actor,
    now: datetime,
) -> Moves:
    """Hand open cases over to the units their places belong to by ``areas``; closed ones stay untouched.

    :raises NotAllowed: no post of the actor permits it
    """
    policy.require_anywhere(actor, Act.ADJUST_BOUNDARIES)
    moves = handovers.moves_of(reform, areas, buildings=buildings, compounds=compounds, lock=True)
    ids = _ids(moves)
    patches = _patches(areas, {move.to.place for move in moves.cases if move.to.place != move.was.place})
    for block in _blocks(moves.cases):
        _move(block, ids, patches)
        Handover.objects.bulk_create(_row(move, ids, adjustment, now) for move in block)
        told: dict[str, Json] = {str(move.case_id): _told(move, ids) for move in block}
        record("boundaries.cases_moved", subject=adjustment, actor=actor, at=now, cases=told)
    for (table, column), sides in handovers.by_table(moves.sides).items():
        if table == "cases_assignment":
            _reassign(sides, ids, {"adjustment": adjustment, "document": document}, now)
        else:
            _hand_on(table, column, sides, ids)
    return moves


def _ids(moves: Moves) -> dict[str, int]:
    codes = {code for move in moves.cases for code in (*move.was, *move.to)}
    codes |= {code for side in moves.sides for code in (side.was, side.to)}
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))


def _patches(areas: Sequence[AreaEdition], places: set[str]) -> dict[str, str]:
    """Return what changes in the answer where a case lies, by the unit of its new place."""
    index = AreaIndex(areas)
    found = {}
    for area in areas:
        if area.unit_code in places:
            chain = index.chain(area.code)
            found[area.unit_code] = json.dumps(
                {
                    "reason": Reason("redrawn", {"area": area.name}).as_json(),
                    "area_code": area.code,
                    "area_name": area.name,
                    "area_kind": area.kind,
                    "unit_code": area.unit_code,
                    "chain": [
                        {"kind": s.kind, "code": s.code, "name": s.name, "unit_code": s.unit_code}
                        for s in chain
                    ],
                    "candidates": [],
                    "edge_metres": None,
                    "edition_from": area.from_on.isoformat(),
                    "synthetic": area.synthetic,
                },
                ensure_ascii=False,
            )
    return found


def _blocks(moves: Sequence[CaseMoved]) -> Iterator[Sequence[CaseMoved]]:
    for first in range(0, len(moves), BLOCK):
        yield moves[first : first + BLOCK]


def _move(block: Sequence[CaseMoved], ids: Mapping[str, int], patches: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            (
                [move.case_id for move in block],
                *([ids.get(move.to[place]) for move in block] for place in range(4)),
                [patches.get(m.to.place) if m.to.place != m.was.place else None for m in block],
            ),
        )


def _row(move: CaseMoved, ids: Mapping[str, int], adjustment: int, now: datetime) -> Handover:
    return Handover(
        case_id=move.case_id,
        adjustment=adjustment,
        how=move.how.value,
        place_was_id=ids.get(move.was.place),
        place_id=ids.get(move.to.place),
        desk_was_id=ids[move.was.desk],
        desk_id=ids[move.to.desk],
        lead_was_id=ids.get(move.was.lead),
        lead_id=ids.get(move.to.lead),
        at=now,
    )


_COLUMNS: Final = ("place_unit_id", "desk_id", "lead_id", "dispatcher_id")


def _told(move: CaseMoved, ids: Mapping[str, int]) -> dict[str, Json]:
    """Return the columns that change, with their new values: what replay needs."""
    return {
        column: ids.get(to) for column, was, to in zip(_COLUMNS, move.was, move.to, strict=True) if was != to
    }


def _reassign(
    sides: Sequence[SideMoved], ids: Mapping[str, int], by: Mapping[str, object], now: datetime
) -> None:
    """End the parts of units that are no more and give them to their heirs; what was given stays readable."""
    asked: dict[str, Any] = {
        "ids": [int(side.id) for side in sides],
        "heirs": [ids[side.to] for side in sides],
        "now": now,
        "why": json.dumps({"how": "boundaries", **by}, ensure_ascii=False),
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, asked)
        cursor.execute(_GIVE, asked)


def _hand_on(table: str, column: str, sides: Sequence[SideMoved], ids: Mapping[str, int]) -> None:
    """Let records that wait for a unit wait for its heir."""
    seen: set[tuple[object, str]] = set()
    first = []
    for side in sides:  # of two that would come to be one the second stays where it is
        if (table, column) not in _ALONE or (side.case_id, side.to) not in seen:
            first.append(side)
        seen.add((side.case_id, side.to))
    alone = _ALONE.get((table, column))
    unless = f"and not exists (select from {table} o where o.{column} = m.heir and {alone})" if alone else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} t set {column} = m.heir "  # noqa: S608 - our own tables
            "from (select * from unnest(%s::text[], %s::bigint[]) as m (id, heir)) m "
            f"where t.id::text = m.id {unless}",
            ([side.id for side in first], [ids[side.to] for side in first]),
        )
