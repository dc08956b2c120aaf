"""Who writes in which unit's log, and whose log somebody reads."""

from django.db.models import Q

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed
from mulin.people import policy as people
from mulin.people.models import Unit
from mulin.worklog.rules.logs import Act


def require(actor: Actor, act: Act, unit: Unit) -> int | None:
    """Return the unit in whose name ``actor`` does ``act`` to the log of ``unit``.

    :raises NotAllowed: no post of the actor permits it there
    """
    if actor == SYSTEM:
        return None
    grant = people.grant_for(actor, act, unit)
    if grant is None:
        raise NotAllowed("您的岗位不能在这个单位的日志里做这一步")
    return grant.unit_id


def require_reader(actor: Actor) -> None:
    """Return if the actor reads somebody's log.

    :raises NotAllowed: no post of the actor permits it
    """
    if actor != SYSTEM and not actor.may(Act.SEE):
        raise NotAllowed("您的岗位不能做这一步")


def units_read(actor: Actor) -> Q:
    """Return the filter of the units whose log ``actor`` reads."""
    return people.units_for(actor, Act.SEE)


def units_written(actor: Actor) -> Q:
    """Return the filter of the units in whose log ``actor`` writes."""
    return people.units_for(actor, Act.WRITE)
