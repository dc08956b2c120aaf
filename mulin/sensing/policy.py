"""Who sees scene events, who decides them, who registers devices."""

from django.db.models import Q

from mulin.kernel.actor import SYSTEM, Actor, require_post
from mulin.kernel.errors import NotAllowed
from mulin.people import policy as people
from mulin.people.models import Unit
from mulin.sensing.rules.events import Act

NO_POST = "您的岗位不能做这一步"


def require(actor: Actor, act: Act) -> int | None:
    """Return the unit in whose name ``actor`` does ``act``; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    return require_post(actor, act, NotAllowed(NO_POST))


def require_at(actor: Actor, act: Act, unit: Unit) -> int | None:
    """Return the unit in whose name ``actor`` decides about an event on the ground of ``unit``.

    :raises NotAllowed: no post of the actor permits it there
    """
    if actor == SYSTEM:
        return None
    grant = people.grant_for(actor, act, unit)
    if grant is None:
        raise NotAllowed(NO_POST)
    return grant.unit_id


def units_seen(actor: Actor) -> Q:
    """Return the filter of the units on whose ground ``actor`` sees events."""
    return people.units_for(actor, Act.SEE)
