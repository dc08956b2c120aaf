"""Who may ask: staff, for the areas whose units they see; cases are seen as everywhere else."""

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people import policy as people
from mulin.people.models import Unit
from mulin.people.rules.acts import Act


def require_reader(actor: Actor) -> None:
    """Return if somebody of staff, or the system, asks.

    :raises NotAllowed: it is the public, or no post of the actor sees any unit
    """
    if actor != SYSTEM and not actor.may(Act.SEE_UNIT):
        raise NotAllowed("您的岗位不能做这一步")


def sees_everything(actor: Actor) -> bool:
    """Return whether the actor sees the areas of the whole city."""
    return actor == SYSTEM or any(
        relation.value == "any" for grant in actor.grants for relation in grant.relations(Act.SEE_UNIT)
    )


def unit_of(actor: Actor, code: str) -> Unit:
    """Return the unit of an area.

    :raises NotFound: there is none, or not for this actor
    """
    unit = Unit.objects.filter(code=code).select_related("kind").first()
    if unit is None or not people.may(actor, Act.SEE_UNIT, unit):
        raise NotFound("没有这个区域，或不在您的范围内")
    return unit


def codes_seen(actor: Actor) -> frozenset[str] | None:
    """Return the codes of the units whose areas ``actor`` sees; nothing when it is all of them."""
    require_reader(actor)
    if sees_everything(actor):
        return None
    return frozenset(Unit.objects.filter(people.units_seen_by(actor)).values_list("code", flat=True))
