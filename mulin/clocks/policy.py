"""Who may publish a calendar."""

from typing import Final

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed

PUBLISH: Final = "publish_calendar"


def require(actor: Actor) -> int | None:
    """Return the unit in whose name ``actor`` publishes a calendar; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    if actor == SYSTEM:
        return None
    for grant in actor.grants:
        if grant.relations(PUBLISH):
            return grant.unit_id
    raise NotAllowed("您的岗位不能发布日历")
