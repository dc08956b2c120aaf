"""The lines acts on places share: take the ground, write areas, move what stands on them between grids."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import shapely
from django.db import connection, transaction

from mulin.places.models import Area, BuildingGrid, CompoundGrid
from mulin.places.queries import ground as queries
from mulin.places.rules.ground import AreaEdition

BATCH = 1_000


def open_edition() -> None:
    """Take the lock that makes changes of places queue up, and give the state to come its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into places_edition (id, number) values (1, nextval('places_edition_number')) "
            "on conflict (id) do update set number = nextval('places_edition_number')"
        )
    queries.forget()
    transaction.on_commit(queries.forget)


def area_row(area: AreaEdition, from_on: date) -> Area:
    """Return an edition that begins on a day, as a row."""
    west, south, east, north = shapely.from_wkb(area.outline).bounds
    return Area(
        code=area.code,
        kind=area.kind,
        name=area.name,
        parent_code=area.parent_code,
        unit_code=area.unit_code,
        grid_type=area.grid_type,
        outline=area.outline,
        west=west,
        south=south,
        east=east,
        north=north,
        synthetic=area.synthetic,
        source=area.source,
        source_system=area.source_system,
        accuracy_m=area.accuracy_m,
        from_on=from_on,
        until_on=None,
    )


def renew_grids(keys: Mapping[str, int], given: Mapping[str, Collection[str]], from_on: date) -> None:
    """End what a compound no longer lies in and begin what it lies in now; nothing given ends everything."""
    wanted = {(key, grid) for code, key in keys.items() if code in given for grid in given[code]}
    running = CompoundGrid.objects.filter(compound__in=keys.values(), until_on=None)
    held = {(row.compound_id, row.grid_code): row for row in running}
    leaving = [row.pk for pair, row in held.items() if pair not in wanted]
    CompoundGrid.objects.filter(pk__in=leaving, from_on=from_on).delete()
    CompoundGrid.objects.filter(pk__in=leaving).update(until_on=from_on)
    CompoundGrid.objects.bulk_create(
        [
            CompoundGrid(compound_id=key, grid_code=grid, from_on=from_on)
            for key, grid in sorted(wanted - held.keys())
        ],
        batch_size=BATCH,
    )


def replace_places(buildings: Sequence[int], wanted: set[tuple[int, str, str]], from_on: date) -> None:
    """End the running grid and group of the buildings where they differ, and begin the wanted ones."""
    running = BuildingGrid.objects.filter(building__in=buildings, until_on=None)
    held = {(row.building_id, row.grid_code, row.group_code): row for row in running}
    leaving = [row.pk for there, row in held.items() if there not in wanted]
    BuildingGrid.objects.filter(pk__in=leaving, from_on=from_on).delete()
    BuildingGrid.objects.filter(pk__in=leaving).update(until_on=from_on)
    BuildingGrid.objects.bulk_create(
        [
            BuildingGrid(building_id=key, grid_code=grid, group_code=group, from_on=from_on)
            for key, grid, group in sorted(wanted - held.keys())
        ],
        batch_size=BATCH,
    )
