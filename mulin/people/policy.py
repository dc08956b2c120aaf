"""Who may do what to units and their people: one table of relations, read as predicate and as filter."""

from collections.abc import Callable, Mapping
from typing import Final

from django.db.models import Q

from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people.models import Unit
from mulin.people.rules.acts import Act

# The other relations concern cases; to a unit nobody stands in them.
PREDICATES: Final[Mapping[Relation, Callable[[Unit, Grant], bool]]] = {
    Relation.ANY: lambda unit, grant: True,
    Relation.BRANCH: lambda unit, grant: unit.path.startswith(grant.unit_path),
    Relation.DESK: lambda unit, grant: unit.pk == grant.unit_id,
}

FILTERS: Final[Mapping[Relation, Callable[[Grant], Q]]] = {
    Relation.ANY: lambda grant: Q(pk__isnull=False),
    Relation.BRANCH: lambda grant: Q(path__startswith=grant.unit_path),
    Relation.DESK: lambda grant: Q(pk=grant.unit_id),
}


def grant_for(actor: Actor, act: str, unit: Unit) -> Grant | None:
    """Return the first post of ``actor`` that permits ``act`` on ``unit``, or nothing."""
    for grant in actor.grants:
        relations = grant.relations(act)
        if any(holds(unit, grant) for relation, holds in PREDICATES.items() if relation in relations):
            return grant
    return None


def may(actor: Actor, act: str, unit: Unit) -> bool:
    """Return whether ``actor`` may do ``act`` to ``unit``."""
    return actor == SYSTEM or grant_for(actor, act, unit) is not None


def units_for(actor: Actor, act: str) -> Q:
    """Return the filter of the units to which ``actor`` may do ``act``."""
    if actor == SYSTEM:
        return Q(pk__isnull=False)
    allowed = Q(pk__isnull=True)
    for grant in actor.grants:
        for relation in grant.relations(act):
            if relation is Relation.ANY:
                return Q(pk__isnull=False)
            if relation in FILTERS:
                allowed |= FILTERS[relation](grant)
    return allowed


def units_seen_by(actor: Actor) -> Q:
    """Return the filter of the units ``actor`` may see."""
    return units_for(actor, Act.SEE_UNIT)


def require(actor: Actor, act: Act, unit: Unit) -> int | None:
    """Return the unit in whose name ``actor`` does ``act`` to ``unit``; the system acts in nobody's.

    :raises NotFound: the actor may not even see the unit
    :raises NotAllowed: no post of the actor permits the act on it
    """
    if actor == SYSTEM:
        return None
    grant = grant_for(actor, act, unit)
    if grant is not None:
        return grant.unit_id
    if not may(actor, Act.SEE_UNIT, unit):
        raise NotFound("没有这个单位")
    raise NotAllowed("您的岗位不能对这个单位做这一步")


def require_everywhere(actor: Actor, act: str) -> int | None:
    """Return the unit in whose name ``actor`` does an act that touches the whole city.

    :raises NotAllowed: no post of the actor permits it everywhere
    """
    if actor == SYSTEM:
        return None
    for grant in actor.grants:
        if Relation.ANY in grant.relations(act):
            return grant.unit_id
    raise NotAllowed("您的岗位不能做这一步")


def require_in(actor: Actor, act: Act, *, unit_id: int) -> int:
    """Return ``unit_id`` if a post that ``actor`` holds in that unit permits ``act``.

    :raises NotAllowed: the actor holds no such post there
    """
    if any(grant.unit_id == unit_id and grant.relations(act) for grant in actor.grants):
        return unit_id
    raise NotAllowed("您的岗位不能做这一步")
