"""Who may draw boundaries and record compounds and buildings."""

from typing import Final

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed

IMPORT_AREAS: Final = "import_areas"
IMPORT_COMPOUNDS: Final = "import_compounds"
IMPORT_BUILDINGS: Final = "import_buildings"
GROUP_BUILDINGS: Final = "group_buildings"
ACTS: Final = (IMPORT_AREAS, IMPORT_COMPOUNDS, IMPORT_BUILDINGS, GROUP_BUILDINGS)


def require(actor: Actor, act: str) -> int | None:
    """Return the unit in whose name ``actor`` does ``act``; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it
    """
    if actor == SYSTEM:
        return None
    for grant in actor.grants:
        if grant.relations(act):
            return grant.unit_id
    raise NotAllowed("您的岗位不能维护区域和小区资料")
