"""Who may adopt a pack."""

from typing import Final

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed

ADOPT: Final = "adopt_pack"


def require_adopt(actor: Actor) -> int | None:
    """Return the unit in whose name ``actor`` adopts a pack; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    if actor == SYSTEM:
        return None
    for grant in actor.grants:
        if grant.relations(ADOPT):
            return grant.unit_id
    raise NotAllowed("您的岗位不能导入资料包")
