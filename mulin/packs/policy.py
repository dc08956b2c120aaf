"""Who may adopt a pack."""

from typing import Final

from mulin.kernel.actor import Actor, require_post
from mulin.kernel.errors import NotAllowed

ADOPT: Final = "adopt_pack"


def require_adopt(actor: Actor) -> int | None:
    """Return the unit in whose name ``actor`` adopts a pack; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    return require_post(actor, ADOPT, NotAllowed("您的岗位不能导入资料包"))
