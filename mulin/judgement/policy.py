"""Who opens a two-way review, who submits for which side, who sees it."""

from django.db.models import Q

from mulin.judgement.rules.reviews import Act
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed
from mulin.people import policy as people
from mulin.people.models import Unit


def require(actor: Actor, act: Act, unit: Unit) -> int | None:
    """Return the unit in whose name ``actor`` does ``act`` about ``unit``; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it there
    """
    if actor == SYSTEM:
        return None
    grant = people.grant_for(actor, act, unit)
    if grant is None:
        raise NotAllowed("您的岗位不能做这一步")
    return grant.unit_id


def units_seen(actor: Actor) -> Q:
    """Return the filter of the units whose reviews ``actor`` sees."""
    return people.units_for(actor, Act.SEE)
