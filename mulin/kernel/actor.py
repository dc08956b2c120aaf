"""Who acts: an account with the posts it holds today, the public, or the system itself."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import NotAllowed


class Relation(StrEnum):
    """How a unit stands to a case or another unit; permissions are acts × relations."""

    DESK = "desk"  # the case lies on my unit's desk: it is our move
    LEAD = "lead"  # my unit leads (主办)
    ASSIST = "assist"  # my unit assists (协办) or was notified (知会)
    FILED = "filed"  # my unit entered the report
    PLACE = "place"  # the case's place lies in my unit's territory
    BRANCH = "branch"  # the desk or the lead is my unit or one below it
    ANY = "any"  # every case of the city


@dataclass(frozen=True, slots=True)
class Grant:
    """What one post lets its holder do: acts with the relation each needs, for one unit.

    ``unit_path`` is the unit's path from the root, ``/`` after each id (``1/4/27/``): a unit lies at or
    below another when its path starts with the other's.
    """

    unit_id: int
    unit_path: str
    unit_name: str
    post: str
    permits: frozenset[tuple[str, Relation]]

    def relations(self, act: str) -> frozenset[Relation]:
        """Return the relations under which this post may do ``act``."""
        return frozenset(relation for permitted, relation in self.permits if permitted == act)


@dataclass(frozen=True, slots=True)
class Actor:
    """An account and its grants; ``account_id`` 0 is nobody known (the public), -1 the system."""

    account_id: int
    name: str
    grants: tuple[Grant, ...] = field(default=())

    @property
    def is_staff(self) -> bool:
        """Return whether somebody signed in stands behind this actor."""
        return self.account_id > 0

    @property
    def staff_id(self) -> int | None:
        """Return the account to name beside what was done: none for the public and the system."""
        return self.account_id if self.is_staff else None

    def may(self, act: str) -> bool:
        """Return whether any post permits ``act`` under some relation."""
        return any(permitted == act for grant in self.grants for permitted, _ in grant.permits)


PUBLIC: Final = Actor(account_id=0, name="public")
SYSTEM: Final = Actor(account_id=-1, name="system")


def require_post(actor: Actor, act: str, refusal: NotAllowed) -> int | None:
    """Return the unit of the first post that permits ``act`` anywhere; the system acts in nobody's.

    :raises NotAllowed: ``refusal``, when no post of the actor permits it
    """
    if actor == SYSTEM:
        return None
    for grant in actor.grants:
        if grant.relations(act):
            return grant.unit_id
    raise refusal
