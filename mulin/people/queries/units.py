"""The tree of units: as it stands, and as it stood on any day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from mulin.kernel.actor import Actor, Relation
from mulin.kernel.errors import NotFound
from mulin.people import policy
from mulin.people.models import Belonging, Cover, Naming, Unit, UnitKind
from mulin.people.queries.days import in_force
from mulin.people.rules import plans
from mulin.people.rules.acts import Act
from mulin.people.rules.plans import Plan, UnitRow, UnitState
from mulin.people.rules.tree import KindRule

# Every unit of the branch as it was on a day: root first, then level by level; names are the day's names.
_TREE: Final = """
    WITH RECURSIVE tree (id, parent_id, depth) AS (
        SELECT unit.id, NULL::bigint, 0 FROM people_unit unit
        WHERE {root} AND unit.from_on <= %(on)s AND (unit.until_on IS NULL OR unit.until_on > %(on)s)
        UNION ALL
        SELECT below.unit_id, tree.id, tree.depth + 1
        FROM tree JOIN people_belonging below ON below.parent_id = tree.id
        WHERE below.from_on <= %(on)s AND (below.until_on IS NULL OR below.until_on > %(on)s)
          AND tree.depth < %(depth)s
    )
    SELECT unit.id, unit.code, unit.kind_id, kind.name, kind.rank, naming.name, naming.short_name,
           tree.parent_id, tree.depth, unit.from_on, unit.until_on
    FROM tree
    JOIN people_unit unit ON unit.id = tree.id
    JOIN people_unitkind kind ON kind.code = unit.kind_id
    JOIN people_naming naming ON naming.unit_id = unit.id
     AND naming.from_on <= %(on)s AND (naming.until_on IS NULL OR naming.until_on > %(on)s)
    ORDER BY tree.depth, kind.rank, unit.code
"""
_DEEPEST: Final = 100
_ROOTS: Final = "NOT EXISTS (SELECT FROM people_belonging up WHERE up.unit_id = unit.id)"

# For how long each unit lay below the root, however often it or what lies between was moved.
_SPELLS: Final = """
    WITH RECURSIVE spells (unit_id, span) AS (
        SELECT unit.id, daterange(unit.from_on, unit.until_on) FROM people_unit unit WHERE unit.id = %(root)s
        UNION ALL
        SELECT below.unit_id, spells.span * daterange(below.from_on, below.until_on)
        FROM spells JOIN people_belonging below ON below.parent_id = spells.unit_id
        WHERE spells.span && daterange(below.from_on, below.until_on)
    )
    SELECT spells.unit_id, unit.kind_id, lower(span), upper(span)
    FROM spells JOIN people_unit unit ON unit.id = spells.unit_id
    ORDER BY spells.unit_id, lower(span)
"""

# The same for all units of a kind at once: which of them each unit lay below, and from when.
_ANCESTORS: Final = """
    WITH RECURSIVE spells (ancestor_id, unit_id, span) AS (
        SELECT unit.id, unit.id, daterange(unit.from_on, unit.until_on)
        FROM people_unit unit WHERE unit.kind_id = %(kind)s
        UNION ALL
        SELECT spells.ancestor_id, below.unit_id, spells.span * daterange(below.from_on, below.until_on)
        FROM spells JOIN people_belonging below ON below.parent_id = spells.unit_id
        WHERE spells.span && daterange(below.from_on, below.until_on)
    )
    SELECT unit_id, ancestor_id, lower(span) FROM spells ORDER BY unit_id, lower(span) DESC
"""

# Whether, on any day at all, a way up from a unit leads back to it. UNION, not UNION ALL: a circle must end.
_CIRCLES: Final = """
    WITH RECURSIVE up (start, id, span) AS (
        SELECT unit_id, parent_id, daterange(from_on, until_on) FROM people_belonging
        WHERE unit_id = ANY(%(units)s)
        UNION
        SELECT up.start, above.parent_id, up.span * daterange(above.from_on, above.until_on)
        FROM up JOIN people_belonging above ON above.unit_id = up.id
        WHERE up.span && daterange(above.from_on, above.until_on) AND up.id <> up.start
    )
    SELECT DISTINCT start FROM up WHERE id = start
"""


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit in the tree of some day; ``depth`` counts from where the question began."""

    id: int
    code: str
    kind: str
    kind_name: str
    rank: int
    name: str
    short_name: str
    parent_id: int | None
    depth: int
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Spell:
    """A unit lay below another from one day until another."""

    unit_id: int
    kind: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Way:
    """From a day on a unit lay below an ancestor."""

    ancestor_id: int
    from_on: date


def unit_by_code(code: str) -> Unit:
    """Return the unit with this code, standing or dissolved.

    :raises NotFound: there is none
    """
    try:
        return Unit.objects.select_related("kind").get(code=code)
    except Unit.DoesNotExist:
        raise NotFound("没有单位 %(code)s", code=code) from None


def unit_for(actor: Actor, code: str) -> Unit:
    """Return the unit with this code if ``actor`` may see it.

    :raises NotFound: there is none, or not for this actor
    """
    unit = Unit.objects.select_related("kind").filter(policy.units_seen_by(actor), code=code).first()
    if unit is None:
        raise NotFound("没有单位 %(code)s", code=code)
    return unit


def units_for(actor: Actor) -> QuerySet[Unit]:
    """Return the units ``actor`` may see, by rank and code."""
    return (
        Unit.objects.filter(policy.units_seen_by(actor)).select_related("kind").order_by("kind__rank", "code")
    )


def roots_for(actor: Actor, act: Act = Act.SEE_UNIT) -> list[Unit]:
    """Return the widest units to which ``actor`` may do ``act``: where a page that shows the tree begins."""
    seen = [grant for grant in actor.grants if grant.relations(act)]
    if any(Relation.ANY in grant.relations(act) for grant in seen):
        return list(units_for(actor).filter(path__regex=r"^\d+/$", until_on__isnull=True))
    own = {grant.unit_path: grant.unit_id for grant in seen}
    widest = [pk for path, pk in own.items() if not any(path != o and path.startswith(o) for o in own)]
    return list(Unit.objects.filter(pk__in=widest).select_related("kind").order_by("code"))


def units_of_kind(actor: Actor, kind: str) -> list[Unit]:
    """Return the standing units of one kind ``actor`` may see: what a filter offers."""
    return list(
        Unit.objects.filter(policy.units_seen_by(actor), kind=kind, until_on__isnull=True).order_by("code")
    )


def unit_names(ids: Iterable[int]) -> dict[int, str]:
    """Return the short names of today by id."""
    return dict(Unit.objects.filter(pk__in=set(ids)).values_list("pk", "short_name"))


def names_on(ids: Iterable[int], *, on: date) -> dict[int, str]:
    """Return the short names the units bore on a day; units that did not stand then are left out."""
    return dict(
        Naming.objects.filter(in_force(on), unit_id__in=set(ids)).values_list("unit_id", "short_name")
    )


def ancestors(unit: Unit) -> list[Unit]:
    """Return the units above ``unit`` today, nearest first."""
    ids = [int(part) for part in unit.path.split("/") if part][:-1]
    known = Unit.objects.select_related("kind").in_bulk(ids)
    return [known[pk] for pk in reversed(ids)]


def ancestor_of_kind(unit: Unit, kind: str) -> Unit | None:
    """Return the nearest unit of ``kind``, ``unit`` itself included, or nothing."""
    return next((above for above in (unit, *ancestors(unit)) if above.kind_id == kind), None)


def parent_on(unit: Unit, *, on: date) -> Unit | None:
    """Return the unit to which ``unit`` belonged on a day."""
    belonging = Belonging.objects.select_related("parent").filter(in_force(on), unit=unit).first()
    return belonging.parent if belonging else None


def tree_on(*, on: date, root: Unit | None = None, depth: int = _DEEPEST) -> list[UnitNode]:
    """Return the tree of a day in one statement, parents first; from ``root`` down if one is given."""
    where = _ROOTS if root is None else "unit.id = %(root)s"
    with connection.cursor() as cursor:
        cursor.execute(
            _TREE.format(root=where), {"on": on, "root": root.pk if root else None, "depth": depth}
        )
        return [UnitNode(*row) for row in cursor.fetchall()]


def units_under(unit: Unit, *, on: date) -> list[UnitNode]:
    """Return the units below ``unit`` on a day, itself not included."""
    return tree_on(on=on, root=unit)[1:]


def children_on(unit: Unit, *, on: date) -> list[UnitNode]:
    """Return the units one level below ``unit`` on a day."""
    return tree_on(on=on, root=unit, depth=1)[1:]


def totals_under(unit: Unit, *, on: date) -> dict[str, int]:
    """Return how many units of each kind stood at or below ``unit`` on a day."""
    totals: dict[str, int] = {}
    for node in tree_on(on=on, root=unit):
        totals[node.kind] = totals.get(node.kind, 0) + 1
    return totals


def spells_under(unit: Unit) -> list[Spell]:
    """Return for how long each unit lay at or below ``unit``: totals of the past follow every move."""
    with connection.cursor() as cursor:
        cursor.execute(_SPELLS, {"root": unit.pk})
        return [Spell(*row) for row in cursor.fetchall()]


def ancestors_in_time(kind: str) -> dict[int, list[Way]]:
    """Return below which unit of ``kind`` each unit lay and from when, the newest first, by unit id.

    The first way of a unit counts for the days before it too: what was reported before a city drew its tree
    belongs somewhere.
    """
    ways: dict[int, list[Way]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ANCESTORS, {"kind": kind})
        for unit_id, ancestor_id, from_on in cursor.fetchall():
            ways.setdefault(unit_id, []).append(Way(ancestor_id, from_on))
    for those in ways.values():
        those[-1] = Way(those[-1].ancestor_id, date.min)
    return {unit_id: _merged(those) for unit_id, those in ways.items()}


def _merged(ways: list[Way]) -> list[Way]:
    """Return the ways without those that lead where the one before led: the unit between them moved."""
    return [
        way
        for way, older in zip_longest(ways, ways[1:])
        if older is None or older.ancestor_id != way.ancestor_id
    ]


def circles_through(units: Iterable[int]) -> set[int]:
    """Return those of ``units`` that would lie below themselves on some day, past or to come."""
    with connection.cursor() as cursor:
        cursor.execute(_CIRCLES, {"units": list(units)})
        return {start for (start,) in cursor.fetchall()}


def covered_by(unit: Unit, *, on: date) -> list[Unit]:
    """Return the territories ``unit`` served on a day."""
    return list(
        Unit.objects.filter(pk__in=Cover.objects.filter(in_force(on), unit=unit).values("territory"))
        .select_related("kind")
        .order_by("code")
    )


def serving(territory: Unit, *, on: date) -> list[Unit]:
    """Return the units that served ``territory`` on a day: party branch, property firm, station."""
    return list(
        Unit.objects.filter(pk__in=Cover.objects.filter(in_force(on), territory=territory).values("unit"))
        .select_related("kind")
        .order_by("kind__rank", "code")
    )


def kind_rules(codes: Collection[str] | None = None) -> dict[str, KindRule]:
    """Return what the kinds of unit demand, by code."""
    kinds = UnitKind.objects.all() if codes is None else UnitKind.objects.filter(code__in=codes)
    return {kind.code: kind_rule(kind) for kind in kinds}


def kind_rule(kind: UnitKind) -> KindRule:
    """Return what a kind of unit demands."""
    return KindRule(
        code=kind.code,
        name=kind.name,
        family=kind.family,
        parents=tuple(kind.parents),
        must_cover=kind.must_cover,
    )


def units_plan(rows: Collection[UnitRow], *, ends: Collection[str] = (), on: date) -> Plan:
    """Return what importing ``rows`` would change, without changing it.

    :raises BadRows: a row breaks a rule; all broken rows are named
    """
    return plans.plan(list(rows), kinds=kind_rules(), known=states_on(on), ends=list(ends), on=on)


def states_on(on: date) -> Mapping[str, UnitState]:
    """Return every unit as it stands on a day, by code, in three statements."""
    parents = dict(Belonging.objects.filter(_latest(on)).values_list("unit_id", "parent__code"))
    names = {
        pk: (name, short)
        for pk, name, short in Naming.objects.filter(_latest(on)).values_list("unit", "name", "short_name")
    }
    covers: dict[int, set[str]] = {}
    for pk, code in Cover.objects.filter(_latest(on)).values_list("unit_id", "territory__code"):
        covers.setdefault(pk, set()).add(code)
    return {
        unit.code: UnitState(
            kind=unit.kind_id,
            name=names.get(unit.pk, (unit.name, unit.short_name))[0],
            short_name=names.get(unit.pk, (unit.name, unit.short_name))[1],
            parent=parents.get(unit.pk, ""),
            phone=unit.phone,
            covers=frozenset(covers.get(unit.pk, ())),
            from_on=unit.from_on,
            until_on=unit.until_on,
        )
        for unit in Unit.objects.all()
    }


def _latest(on: date) -> Q:
    """Return the filter of what stands on ``on`` or, for what is founded later, from then on."""
    return in_force(on) | Q(from_on__gt=on, unit__from_on__gt=on)


def names_of(codes: Collection[str]) -> dict[str, str]:
    """Return the present names of units by code."""
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "short_name"))
