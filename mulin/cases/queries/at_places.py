"""The cases of a component, and of a building: by the code they were filed under or located at."""

from collections.abc import Sequence
from uuid import UUID

from mulin.cases.queries.doors import cases_for
from mulin.kernel.actor import Actor

MOST = 50


def cases_of_thing(actor: Actor, code: str) -> list[UUID]:
    """Return the cases about a component that the actor sees, the latest first."""
    found = cases_for(actor).filter(thing_code=code).exclude(thing_code="").order_by("-reported_at")
    return list(found.values_list("pk", flat=True)[:MOST])


def cases_of_building(actor: Actor, code: str, *, grid_codes: Sequence[str]) -> list[UUID]:
    """Return the cases located at a building that the actor sees, the latest first."""
    here = cases_for(actor).filter(place_unit__code__in=grid_codes, place__building_code=code)
    return list(here.order_by("-reported_at").values_list("pk", flat=True)[:MOST])
