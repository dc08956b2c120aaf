"""Questions about editions of the ground: the days on which it changes, and how much stands from each."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from mulin.places.models import Area
from mulin.places.queries.ground import atlas_on


@dataclass(frozen=True, slots=True)
class Edition:
    """A day from which the areas of one kind stand otherwise than the day before, and how many there are."""

    on: date
    areas: int


def editions(kind: str) -> tuple[Edition, ...]:
    """Return the days on which areas of a kind begin or end, past and to come, with how many stand then."""
    steps: dict[date, int] = defaultdict(int)
    rows = Area.objects.filter(kind=kind).values_list("from_on", "until_on").annotate(n=Count("pk"))
    for from_on, until_on, number in rows:
        steps[from_on] += number
        if until_on is not None:
            steps[until_on] -= number
    standing, found = 0, []
    for day in sorted(steps):
        standing += steps[day]
        found.append(Edition(day, standing))
    return tuple(found)


def homes(on: date) -> Mapping[str, int]:
    """Return how many dwellings each area holds, by code: what grids hold counts for all around them."""
    atlas = atlas_on(on)
    sums: dict[str, int] = defaultdict(int)
    for building in atlas.ground.buildings:
        number = len(building.stairwells) * building.floors * building.doors
        for step in atlas.areas.chain(building.grid_code):
            sums[step.code] += number
    return sums
