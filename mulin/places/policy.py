"""Who may draw boundaries and record compounds and buildings."""

from mulin.kernel.actor import Actor, require_post
from mulin.kernel.errors import NotAllowed
from mulin.places.rules.acts import Act


def require(actor: Actor, act: Act) -> int | None:
    """Return the unit in whose name ``actor`` does ``act``; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    return require_post(actor, act, NotAllowed("您的岗位不能维护区域和小区资料"))
