"""Where things lie by the boundaries of a day: shared by the acts that move a thing or a boundary."""

from collections.abc import Sequence
from datetime import date

from mulin.places.models import Thing, ThingGrid
from mulin.places.queries import ground
from mulin.places.rules.points import AreaIndex

BATCH = 1_000


def regrid_things(on: date, things: Sequence[Thing] | None = None) -> int:
    """Give ``things`` (else all that stand) the grid that takes their spot from a day on.

    A thing no grid takes has none: the gap report lists it. Returned is how many moved.
    """
    standing = list(Thing.objects.filter(until_on=None)) if things is None else list(things)
    if not standing:
        return 0
    index = AreaIndex(ground.areas_on(on))
    wanted = {thing.pk: index.locate(thing.lon, thing.lat, on=on).grid_code for thing in standing}
    running = ThingGrid.objects.filter(thing__in=standing, until_on=None)
    held = {row.thing_id: row for row in running}
    leaving = [row.pk for row in held.values() if row.grid_code != wanted[row.thing_id]]
    ThingGrid.objects.filter(
        pk__in=leaving, from_on__gte=on
    ).delete()  # begun that very day: it never counted
    ThingGrid.objects.filter(pk__in=leaving).update(until_on=on)
    moved = [
        ThingGrid(thing_id=key, grid_code=grid, from_on=on)
        for key, grid in wanted.items()
        if grid and (key not in held or held[key].grid_code != grid)
    ]
    ThingGrid.objects.bulk_create(moved, batch_size=BATCH)
    return len({row.thing_id for row in moved} | {row.thing_id for row in held.values() if row.pk in leaving})
