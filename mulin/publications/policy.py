"""Who promises in whose name, and who decides which comments everybody reads."""

from django.db.models import Q

from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation
from mulin.kernel.errors import NotAllowed
from mulin.people import policy as people
from mulin.people.models import Unit
from mulin.publications.rules.comments import OwnPromise
from mulin.publications.rules.promises import Act


def may(actor: Actor, act: Act, unit: Unit) -> bool:
    """Return whether ``actor`` may do ``act`` to promises of ``unit``."""
    return people.may(actor, act, unit)


def require(actor: Actor, act: Act, unit: Unit) -> int | None:
    """Return the unit in whose name ``actor`` does ``act`` to promises of ``unit``.

    :raises NotAllowed: no post of the actor permits it there
    """
    if actor == SYSTEM:
        return None
    grant = people.grant_for(actor, act, unit)
    if grant is None:
        raise NotAllowed("您的岗位不能对这个单位的承诺做这一步")
    return grant.unit_id


def require_other(actor: Actor, act: Act, unit: Unit) -> int | None:
    """Return the unit, another than ``unit``, in whose name ``actor`` decides on comments.

    :raises NotAllowed: no post of the actor permits it there
    :raises OwnPromise: the post is one of the unit that promised
    """
    require(actor, act, unit)
    if actor == SYSTEM:
        return None
    for grant in _others(actor, unit.pk):
        if people.grant_for(Actor(actor.account_id, actor.name, (grant,)), act, unit):
            return grant.unit_id
    raise OwnPromise


def _others(actor: Actor, unit_id: int) -> list[Grant]:
    return [grant for grant in actor.grants if grant.unit_id != unit_id]


def units_looked_over(actor: Actor) -> Q:
    """Return the filter of the units on whose comments ``actor`` decides: ``require_other`` as a filter."""
    if actor == SYSTEM:
        return Q(pk__isnull=False)
    allowed = Q(pk__isnull=True)
    for grant in actor.grants:
        alone = Actor(actor.account_id, actor.name, (grant,))
        allowed |= people.units_for(alone, Act.RELEASE) & ~Q(pk=grant.unit_id)
    return allowed


def own_units(actor: Actor) -> list[int]:
    """Return the units in whose name ``actor`` promises."""
    return sorted({grant.unit_id for grant in actor.grants if Relation.DESK in grant.relations(Act.PUBLISH)})
