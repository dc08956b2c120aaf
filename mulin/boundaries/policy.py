"""Who may adjust boundaries, and who may look at what an adjustment does."""

from mulin.kernel.actor import Actor, require_post
from mulin.kernel.errors import NotAllowed
from mulin.places.rules.acts import Act


def require(actor: Actor) -> int | None:
    """Return the unit in whose name ``actor`` adjusts boundaries; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    return require_post(actor, Act.ADJUST_BOUNDARIES, NotAllowed("您的岗位不能调整区划"))
