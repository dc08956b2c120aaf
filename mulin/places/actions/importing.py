"""Acts on places: dated imports of areas, compounds and buildings, and who looks after a building."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound
from mulin.ledger.actions import record
from mulin.places import policy
from mulin.places.actions import writing
from mulin.places.actions.thing_grids import regrid_things
from mulin.places.models import (
    Area,
    Building,
    BuildingGrid,
    Compound,
    CompoundFirm,
    Dwelling,
    Stairwell,
)
from mulin.places.queries import ground as queries
from mulin.places.rules.acts import Act
from mulin.places.rules.changes import Changes
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere
from mulin.places.rules.imports import import_of_areas, import_of_buildings, import_of_compounds

# One statement for a county's 150,000 dwellings, named as ``BuildingThere`` names them.
_DWELLINGS = """
    insert into places_dwelling (stairwell_id, name)
    select stairwell.id, floor || lpad(door::text, 2, '0')
    from places_stairwell stairwell
    join places_building building on building.id = stairwell.building_id
    cross join generate_series(1, building.floors) floor
    cross join generate_series(1, building.doors) door
    where building.id = any(%s)
    on conflict do nothing
"""


@transaction.atomic
def import_areas(
    *,
    areas: Sequence[AreaEdition],
    from_on: date,
    complete_kinds: frozenset[str] = frozenset(),
    actor: Actor,
    now: datetime,
) -> Changes[AreaEdition]:
    """Draw areas as they stand from a day on; an outline that changes ends its edition and begins a new one.

    Areas of ``complete_kinds`` that are not given end on that day. Nothing is written unless the whole
    ground, with everything else in force that day, is sound.

    :raises NotAllowed: no post of the actor permits it
    :raises LaterChange: something is already drawn from a later day on
    :raises BadGround: naming every area that is broken, strays, overlaps or leaves a gap
    """
    unit_id = policy.require(actor, Act.IMPORT_AREAS)
    writing.open_edition()
    standing = queries.ground_to_change(from_on)
    changes = import_of_areas(standing, areas, complete_kinds=complete_kinds)
    leaving = [*changes.changed, *changes.ended]
    running = Area.objects.filter(code__in=leaving, until_on=None)
    running.filter(from_on=from_on).delete()  # begun that very day: it never came to count
    running.update(until_on=from_on)
    arriving = [*changes.new.values(), *changes.changed.values()]
    Area.objects.bulk_create([writing.area_row(area, from_on) for area in arriving], batch_size=writing.BATCH)
    if not changes.is_empty:
        regrid_things(from_on)
        record(
            "places.areas_imported",
            subject="areas",
            actor=actor,
            at=now,
            as_unit=unit_id,
            from_on=from_on.isoformat(),
            **changes.counts(),
        )
    return changes


@transaction.atomic
def import_compounds(
    *, compounds: Sequence[CompoundThere], from_on: date, complete: bool = False, actor: Actor, now: datetime
) -> Changes[CompoundThere]:
    """Record compounds as they stand from a day on: names, position, grids, property firm.

    A grid or a firm that changes ends its period; with ``complete``, compounds not given end.

    :raises NotAllowed: no post of the actor permits it
    :raises BadGround: naming every compound with an unknown grid or a position far from it
    """
    unit_id = policy.require(actor, Act.IMPORT_COMPOUNDS)
    writing.open_edition()
    standing = queries.ground_to_change(from_on)
    changes = import_of_compounds(standing, compounds, complete=complete)
    arriving = [*changes.new.values(), *changes.changed.values()]
    Compound.objects.bulk_create(
        [_compound_row(compound, from_on) for compound in arriving],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "aliases", "lon", "lat", "outline", "synthetic", "until_on"],
    )
    Compound.objects.filter(code__in=list(changes.ended)).update(until_on=from_on)
    given = {compound.code: compound for compound in arriving}
    keys = dict(Compound.objects.filter(code__in=[*given, *changes.ended]).values_list("code", "pk"))
    writing.renew_grids(keys, {code: each.grid_codes for code, each in given.items()}, from_on)
    _renew_firms(keys, given, from_on)
    if not changes.is_empty:
        record(
            "places.compounds_imported",
            subject="compounds",
            actor=actor,
            at=now,
            as_unit=unit_id,
            from_on=from_on.isoformat(),
            **changes.counts(),
        )
    return changes


def _compound_row(compound: CompoundThere, from_on: date) -> Compound:
    return Compound(
        code=compound.code,
        name=compound.name,
        aliases=list(compound.aliases),
        lon=compound.lon,
        lat=compound.lat,
        outline=compound.outline,
        synthetic=compound.synthetic,
        from_on=from_on,
        until_on=None,
    )


def _renew_firms(keys: Mapping[str, int], given: Mapping[str, CompoundThere], from_on: date) -> None:
    wanted = {(key, given[code].firm_code) for code, key in keys.items() if code in given}
    wanted = {pair for pair in wanted if pair[1]}
    running = CompoundFirm.objects.filter(compound__in=keys.values(), until_on=None)
    held = {(row.compound_id, row.firm_code): row for row in running}
    leaving = [row.pk for pair, row in held.items() if pair not in wanted]
    CompoundFirm.objects.filter(pk__in=leaving, from_on=from_on).delete()
    CompoundFirm.objects.filter(pk__in=leaving).update(until_on=from_on)
    CompoundFirm.objects.bulk_create(
        [
            CompoundFirm(compound_id=key, firm_code=firm, from_on=from_on)
            for key, firm in sorted(wanted - held.keys())
        ],
        batch_size=writing.BATCH,
    )


@transaction.atomic
def import_buildings(
    *, buildings: Sequence[BuildingThere], from_on: date, complete: bool = False, actor: Actor, now: datetime
) -> Changes[BuildingThere]:
    """Record buildings with their grid, courtyard group, stairwells and dwellings; nobody who lives there.

    :raises NotAllowed: no post of the actor permits it
    :raises BadGround: naming every building with an unknown grid or compound, or a position far from its grid
    """
    unit_id = policy.require(actor, Act.IMPORT_BUILDINGS)
    writing.open_edition()
    standing = queries.ground_to_change(from_on)
    changes = import_of_buildings(standing, buildings, complete=complete)
    arriving = [*changes.new.values(), *changes.changed.values()]
    compounds = dict(
        Compound.objects.filter(code__in={b.compound_code for b in arriving}).values_list("code", "pk")
    )
    Building.objects.bulk_create(
        [_building_row(given, compounds, from_on) for given in arriving],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "compound", "lon", "lat", "floors", "doors", "until_on"],
    )
    Building.objects.filter(code__in=list(changes.ended)).update(until_on=from_on)
    codes = [given.code for given in arriving] + list(changes.ended)
    keys = dict(Building.objects.filter(code__in=codes).values_list("code", "pk"))
    _renew_building_grids(keys, arriving, from_on)
    _renew_stairwells(keys, arriving)
    if not changes.is_empty:
        record(
            "places.buildings_imported",
            subject="buildings",
            actor=actor,
            at=now,
            as_unit=unit_id,
            from_on=from_on.isoformat(),
            **changes.counts(),
        )
    return changes


def _building_row(there: BuildingThere, compounds: Mapping[str, int], from_on: date) -> Building:
    return Building(
        code=there.code,
        name=there.name,
        compound_id=compounds.get(there.compound_code),
        lon=there.lon,
        lat=there.lat,
        floors=there.floors,
        doors=there.doors,
        from_on=from_on,
        until_on=None,
    )


def _renew_building_grids(keys: Mapping[str, int], arriving: Iterable[BuildingThere], from_on: date) -> None:
    wanted = {(keys[g.code], g.grid_code, g.group_code) for g in arriving}
    writing.replace_places(list(keys.values()), wanted, from_on)


def _renew_stairwells(keys: Mapping[str, int], arriving: Sequence[BuildingThere]) -> None:
    wanted = {code: (keys[g.code], name) for g in arriving for name, code in g.stairwells}
    mine = [keys[g.code] for g in arriving]
    Stairwell.objects.filter(building__in=mine).exclude(unit_code__in=list(wanted)).delete()
    Stairwell.objects.bulk_create(
        [Stairwell(building_id=key, name=name, unit_code=code) for code, (key, name) in wanted.items()],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["unit_code"],
        update_fields=["building", "name"],
    )
    for floors, doors in {(g.floors, g.doors) for g in arriving if g.floors and g.doors}:
        alike = [g for g in arriving if (g.floors, g.doors) == (floors, doors)]
        Dwelling.objects.filter(stairwell__building__in=[keys[g.code] for g in alike]).exclude(
            name__in=alike[0].dwellings()
        ).delete()
    with connection.cursor() as cursor:
        cursor.execute(_DWELLINGS, [mine])


@transaction.atomic
def group_buildings(
    *, group_code: str, building_codes: Sequence[str], from_on: date, actor: Actor, now: datetime
) -> int:
    """Give buildings to a courtyard group (楼院党小组) from a day on; an empty group leaves them without one.

    :raises NotAllowed: no post of the actor permits it
    :raises NotFound: naming the first building nobody knows
    :raises BadInput: a building's running period begins after that day
    """
    unit_id = policy.require(actor, Act.GROUP_BUILDINGS)
    writing.open_edition()
    running = BuildingGrid.objects.filter(building__code__in=building_codes, until_on=None)
    held = {row.building.code: row for row in running.select_related("building").order_by("pk")}
    for code in building_codes:
        if code not in held:
            raise NotFound("没有编码为 %(code)s 的楼栋", code=code)
        if held[code].from_on > from_on:
            raise BadInput("%(code)s 的现有归属晚于这一天开始", where="from_on", code=code)
    wanted = {(row.building_id, row.grid_code, group_code) for row in held.values()}
    writing.replace_places([row.building_id for row in held.values()], wanted, from_on)
    record(
        "places.buildings_grouped",
        subject=group_code or "none",
        actor=actor,
        at=now,
        as_unit=unit_id,
        from_on=from_on.isoformat(),
        buildings=len(held),
    )
    return len(held)
