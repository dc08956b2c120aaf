"""The part of an adjustment of boundaries that lies on the ground: areas, buildings and compounds."""

from collections.abc import Sequence
from datetime import date, datetime

from mulin.kernel.actor import Actor
from mulin.ledger.actions import record, whole
from mulin.places import policy
from mulin.places.actions import writing
from mulin.places.actions.thing_grids import regrid_things
from mulin.places.models import Area, BuildingGrid, Compound
from mulin.places.rules.acts import Act
from mulin.places.rules.ground import AreaEdition
from mulin.places.rules.regrid import Regrid


@whole
def take_ground(*, actor: Actor, now: datetime) -> None:
    """Take the ground for this transaction: whoever else changes places waits.

    :raises NotAllowed: no post of the actor permits it
    """
    policy.require(actor, Act.ADJUST_BOUNDARIES)
    writing.open_edition()


@whole
def redraw_ground(
    *,
    begun: Sequence[AreaEdition],
    ended: Sequence[str],
    things: Regrid,
    on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """End and begin editions of areas from a day on, and let what stands on them follow.

    The ground was taken and what comes of it was checked by ``take_ground`` and the survey before.

    :raises NotAllowed: no post of the actor permits it
    """
    unit_id = policy.require(actor, Act.ADJUST_BOUNDARIES)
    leaving = Area.objects.filter(code__in=[*ended, *(area.code for area in begun)], until_on=None)
    leaving.filter(from_on=on).delete()  # begun that very day: it never came to count
    leaving.update(until_on=on)
    Area.objects.bulk_create([writing.area_row(area, on) for area in begun], batch_size=writing.BATCH)
    running = BuildingGrid.objects.filter(building__code__in=things.buildings, until_on=None)
    wanted = {
        (key, things.buildings[code], group)
        for key, code, group in running.values_list("building_id", "building__code", "group_code")
    }
    writing.replace_places([key for key, _, _ in wanted], wanted, on)
    keys = dict(Compound.objects.filter(code__in=things.compounds).values_list("code", "pk"))
    writing.renew_grids(keys, things.compounds, on)
    regrid_things(on)
    record(
        "places.ground_redrawn",
        subject="areas",
        actor=actor,
        at=now,
        as_unit=unit_id,
        from_on=on.isoformat(),
        begun=len(begun),
        ended=len(ended),
        buildings=len(things.buildings),
        compounds=len(things.compounds),
    )
