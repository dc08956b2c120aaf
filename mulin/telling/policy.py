"""Whose notices somebody reads, and who looks after the messages that did not get out."""

from mulin.kernel.actor import Actor, require_post
from mulin.kernel.errors import NotAllowed

SEE_CASE = "see_case"
READ_OUTBOX = "read_outbox"


def desks_of(actor: Actor) -> list[int]:
    """Return the units whose notices ``actor`` reads: where a post lets them see cases."""
    return sorted({grant.unit_id for grant in actor.grants if grant.relations(SEE_CASE)})


def require(actor: Actor, act: str) -> int | None:
    """Return the unit in whose name ``actor`` does ``act``; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    return require_post(actor, act, NotAllowed("您的岗位不能做这一步"))
