"""Who may publish a calendar."""

from typing import Final

from mulin.kernel.actor import Actor, require_post
from mulin.kernel.errors import NotAllowed

PUBLISH: Final = "publish_calendar"


def require(actor: Actor) -> int | None:
    """Return the unit in whose name ``actor`` publishes a calendar; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    return require_post(actor, PUBLISH, NotAllowed("您的岗位不能发布日历"))
