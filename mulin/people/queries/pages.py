"""What the page of a unit shows for a chosen day, and the register of organisations (S-003, S-011)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.people import policy
from mulin.people.models import Unit
from mulin.people.queries import bodies, branches, units
from mulin.people.queries.bodies import Member
from mulin.people.queries.units import UnitNode
from mulin.people.rules.acts import Act

_ABOVE: Final = """
    WITH RECURSIVE up (id, depth) AS (
        SELECT %(unit)s::bigint, 0
        UNION ALL
        SELECT above.parent_id, up.depth + 1 FROM up JOIN people_belonging above ON above.unit_id = up.id
        WHERE above.from_on <= %(on)s AND (above.until_on IS NULL OR above.until_on > %(on)s)
    )
    SELECT unit.id, unit.code, unit.kind_id, kind.name, kind.rank, naming.name, naming.short_name,
           NULL::bigint, up.depth, unit.from_on, unit.until_on
    FROM up JOIN people_unit unit ON unit.id = up.id JOIN people_unitkind kind ON kind.code = unit.kind_id
    JOIN people_naming naming ON naming.unit_id = unit.id
     AND naming.from_on <= %(on)s AND (naming.until_on IS NULL OR naming.until_on > %(on)s)
    ORDER BY up.depth
"""

_REGISTER: Final = """
    SELECT place.id, place.code, place.short_name, place.kind_id, kind.name, place.from_on,
           coalesce((SELECT array_agg(named.short_name ORDER BY named.short_name)
                     FROM people_cover cover JOIN people_naming named ON named.unit_id = cover.territory_id
                      AND named.from_on <= %(on)s AND (named.until_on IS NULL OR named.until_on > %(on)s)
                     WHERE cover.unit_id = place.id
                       AND cover.from_on <= %(on)s AND (cover.until_on IS NULL OR cover.until_on > %(on)s)),
                    '{}'),
           coalesce((SELECT person.name FROM held JOIN people_postkind post ON post.id = held.post_id
                     JOIN people_person person ON person.id = held.person_id
                     WHERE held.unit_id = place.id AND post.leads ORDER BY held.id LIMIT 1), '')
    FROM place JOIN people_unitkind kind ON kind.code = place.kind_id
    WHERE kind.family = %(family)s ORDER BY kind.rank, place.code
"""


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit as it was on a day: what it lay in, what lay in it, who served it and in it."""

    unit: UnitNode
    on: date
    above: tuple[UnitNode, ...]  # nearest first
    below: tuple[UnitNode, ...]  # one level down
    serving: tuple[Unit, ...]  # party branch, property firm, station, reporting units
    serves: tuple[Unit, ...]
    members: tuple[Member, ...]  # empty where the actor may not see who serves


@dataclass(frozen=True, slots=True)
class Organisation:
    """A line of the register: what it is, since when, for which territory, led by whom."""

    unit_id: int
    code: str
    name: str
    kind: str
    kind_name: str
    founded_on: date
    territories: tuple[str, ...]
    leader: str


def unit_page(actor: Actor, unit: Unit, *, on: date) -> UnitPage:
    """Return the page of a unit for a day.

    :raises NotFound: the actor may not see the unit, or it did not stand then
    """
    if not policy.may(actor, Act.SEE_UNIT, unit):
        raise NotFound("没有这个单位")
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, {"unit": unit.pk, "on": on})
        way = [UnitNode(*row) for row in cursor.fetchall()]
    if not way or (unit.until_on is not None and unit.until_on <= on):
        raise NotFound("%(unit)s 在这一天不存在", unit=unit.short_name)
    may_see_staff = policy.may(actor, Act.SEE_STAFF, unit)
    return UnitPage(
        unit=way[0],
        on=on,
        above=tuple(way[1:]),
        below=tuple(units.children_on(unit, on=on)),
        serving=tuple(units.serving(unit, on=on)),
        serves=tuple(units.covered_by(unit, on=on)),
        members=tuple(bodies.members_of(actor, unit, on=on)) if may_see_staff else (),
    )


def register(actor: Actor, unit: Unit, *, family: str, on: date) -> list[Organisation]:
    """Return the organisations of a family at or below ``unit`` on a day, in one statement.

    :raises NotFound: the actor may not see the unit
    """
    if not policy.may(actor, Act.SEE_UNIT, unit):
        raise NotFound("没有这个单位")
    rows = branches.ask(unit, _REGISTER, on=on, family=family)
    return [
        Organisation(unit_id, code, name, kind, kind_name, founded_on, tuple(territories), leader)
        for unit_id, code, name, kind, kind_name, founded_on, territories, leader in rows
    ]
