"""What is missing or unclear: border cases, grids without an officer, buildings without a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from mulin.cases.models import Case
from mulin.cases.rules.lifecycle import FINAL
from mulin.insight import policy
from mulin.insight.queries import matters
from mulin.insight.queries.grounds import area_seen, unit_ids
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed
from mulin.people.models import Unit
from mulin.people.queries import staffing, units
from mulin.people.queries.staffing import PostRow
from mulin.people.rules.acts import Act
from mulin.places.queries import ground as places
from mulin.places.queries.ground import BuildingRow
from mulin.places.rules.located import Outcome
from mulin.places.rules.points import GRID

UNCLEAR: Final = (Outcome.BORDER.value, Outcome.AMBIGUOUS.value)
STAIRWELL: Final = "stairwell"
NAMED_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing on a day; posts are not told to who may not see who serves."""

    on: date
    grids: int
    without_officer: tuple[PostRow, ...] | None
    stairwells_vacant: tuple[PostRow, ...] | None
    without_group: tuple[BuildingRow, ...]

    @property
    def vacant_grids(self) -> int:
        """Return how many grids have a post nobody holds."""
        return len({row.unit_id for row in self.without_officer or ()})


def border_cases(
    actor: Actor, *, area: str = "", on: date | None = None, after: UUID | None = None
) -> Sequence[UUID]:
    """Return the open cases on a border or in several grids, newest first, a page and one more."""
    policy.require_reader(actor)
    found = _unclear(actor)
    if area and on is not None:
        _, unit = area_seen(actor, area, on=on)
        found = found.filter(place_unit__in=unit_ids(unit, on=on))
    return matters.page_of(found, after=after)


def border_count(actor: Actor, area: str, *, on: date) -> int:
    """Return how many open cases of an area lie on a border or in several grids."""
    _, unit = area_seen(actor, area, on=on)
    return _unclear(actor).filter(place_unit__in=unit_ids(unit, on=on)).count()


def _unclear(actor: Actor) -> QuerySet[Case]:
    running = matters.seen(actor).exclude(state__in=[state.value for state in FINAL])
    return running.filter(place__outcome__in=UNCLEAR)


def gaps(actor: Actor, *, on: date) -> Gaps:
    """Return what is missing in the areas the actor sees on a day.

    :raises NotAllowed: no post of the actor sees any unit
    """
    seen = policy.codes_seen(actor)
    index = places.atlas_on(on).areas
    grids = [
        area.code
        for area in index.area_of.values()
        if area.kind == GRID and (seen is None or area.unit_code in seen)
    ]
    posts = posts_seen(actor, on)
    return Gaps(
        on=on,
        grids=len(grids),
        without_officer=_vacant(posts, GRID),
        stairwells_vacant=_vacant(posts, STAIRWELL),
        without_group=tuple(places.buildings_without_group(grids, on=on)),
    )


def posts_seen(actor: Actor, on: date) -> list[PostRow] | None:
    """Return the posts of all units of which the actor may see who serves; nothing without any."""
    roots = (
        list(Unit.objects.filter(path__regex=r"^\d+/$"))
        if actor == SYSTEM
        else units.roots_for(actor, Act.SEE_STAFF)
    )
    try:
        return (
            [row for root in roots for row in staffing.staffing(actor, root, on=on).posts] if roots else None
        )
    except NotAllowed:
        return None


def _vacant(posts: list[PostRow] | None, kind: str) -> tuple[PostRow, ...] | None:
    """Return the posts of units of a kind that should be held and are not."""
    if posts is None:
        return None
    return tuple(
        row for row in posts if row.unit_kind == kind and (row.leads or row.is_below) and not row.holders
    )
