"""Open cases that would lie with another unit if the ground were drawn otherwise."""

from dataclasses import dataclass
from typing import Final

from mulin.cases.models import Case
from mulin.cases.rules.lifecycle import FINAL
from mulin.places.rules.atlas import Atlas

EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """Open cases that would lie with another unit by the new boundaries."""

    before: str
    after: str
    cases: int
    numbers: tuple[str, ...]


def moved_cases(standing: Atlas, drawn: Atlas) -> tuple[Moved, ...]:
    """Return where open cases with a position would lie otherwise than by the boundaries that stand."""
    numbers: dict[tuple[str, str], list[str]] = {}
    open_cases = (
        Case.objects.exclude(state__in=[state.value for state in FINAL])
        .order_by("number")
        .values_list("number", "lon", "lat")
    )
    for number, lon, lat in open_cases.iterator(chunk_size=5_000):
        if lon is None or lat is None:
            continue
        before = standing.areas.locate(lon, lat, on=standing.on)
        after = drawn.areas.locate(lon, lat, on=drawn.on)
        if before.unit_code != after.unit_code:
            numbers.setdefault((before.area_name or "—", after.area_name or "—"), []).append(number)
    moved = [Moved(*pair, len(held), tuple(held[:EXAMPLES])) for pair, held in numbers.items()]
    return tuple(sorted(moved, key=lambda each: (-each.cases, each.before)))
