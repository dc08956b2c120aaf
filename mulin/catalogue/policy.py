"""Who may publish a list: an edition binds the whole city, so it takes a post that reaches over a branch."""

from typing import Final

from mulin.kernel.actor import SYSTEM, Actor, Relation
from mulin.kernel.errors import NotAllowed

PUBLISH: Final = "publish_list"
_WIDE: Final = (Relation.ANY, Relation.BRANCH)


def may_publish(actor: Actor) -> bool:
    """Return whether ``actor`` may publish an edition."""
    return actor == SYSTEM or _unit(actor) is not None


def require_publish(actor: Actor) -> int | None:
    """Return the unit in whose name ``actor`` publishes; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    unit = _unit(actor)
    if unit is None and actor != SYSTEM:
        raise NotAllowed("您的岗位不能发布清单")
    return unit


def _unit(actor: Actor) -> int | None:
    for relation in _WIDE:
        for grant in actor.grants:
            if relation in grant.relations(PUBLISH):
                return grant.unit_id
    return None
