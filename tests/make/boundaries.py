"""A small territory to redraw: a street of communities in a row, each of square grids, with cases."""

import json
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from uuid import UUID

import shapely
from django.db import transaction

from mulin.boundaries.rules.plan import Plan, read_plan
from mulin.cases.models import Assignment, Case
from mulin.kernel.actor import SYSTEM
from mulin.kernel.ids import new_id
from mulin.ledger.actions import record
from mulin.people.actions import trees
from mulin.people.models import Appointment, Belonging, Naming, Person, PostKind, Unit, UnitKind
from mulin.places.rules.ground import AreaEdition
from tests.make import places
from tests.make.cases import NOON

SINCE = date(2026, 1, 1)
DAY = date(2026, 5, 12)  # the day of NOON
KINDS = {
    "street": [],
    "community": ["street"],
    "grid": ["community"],
    "building": ["grid"],
    "party": ["community", "grid"],
}
_serial = count(1)


def territory(communities: int = 3, grids: int = 2) -> None:
    """Draw street S with communities C1, C2 … in a row, each with grids C1G1, C1G2 …, and their units."""
    for rank, (kind, parents) in enumerate(KINDS.items()):
        family = "party" if kind == "party" else "territory"
        UnitKind.objects.create(code=kind, name=kind, name_en=kind, family=family, parents=parents, rank=rank)
    wide = 100 * grids
    street = places.area("S", places.box(0, 0, wide * communities, 100), "street", name="示例街道")
    areas: list[AreaEdition] = [street]
    for number in range(communities):
        row = places.community(f"C{number + 1}", wide * number, grids)
        areas += [replace(row[0], parent_code="S"), *row[1:]]
    places.drawn(*areas)
    parents = {area.code: area.parent_code for area in areas}
    for area in areas:
        _founded(area.code, area.kind, area.name, parents[area.code])
    trees.work_out(DAY)


def found(code: str, kind: str, name: str, parent: str = "") -> Unit:
    """Found a unit as it would have been."""
    made = _founded(code, kind, name, parent)
    trees.work_out(DAY)
    return made


def _founded(code: str, kind: str, name: str, parent: str) -> Unit:
    made = Unit.objects.create(code=code, kind_id=kind, name=name, short_name=name, path="", from_on=SINCE)
    Naming.objects.create(unit=made, name=name, short_name=name, from_on=SINCE)
    if parent:
        Belonging.objects.create(unit=made, parent=Unit.objects.get(code=parent), from_on=SINCE)
    return made


def serve(unit: str, post: str, name: str, *, seats: int | None = None, since: date = SINCE) -> Appointment:
    """Give somebody a post in a unit."""
    place = Unit.objects.get(code=unit)
    kind, _ = PostKind.objects.get_or_create(
        code=post, defaults={"name": post, "name_en": post, "unit_kind": place.kind, "seats_max": seats}
    )
    person = Person.objects.create(staff_no=f"B{next(_serial)}", name=name)
    return Appointment.objects.create(person=person, unit=place, post=kind, from_on=since, sole=seats == 1)


@transaction.atomic
def case(
    at: tuple[float, float] | None = None,
    *,
    place: str,
    desk: str = "",
    lead: str = "",
    state: str = "received",
    reported_at: datetime = NOON,
    **more: object,
) -> Case:
    """Put a case of a place there, with its first ledger entry, as if it had been filed."""
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[place, desk, lead])}
    pk = new_id()
    made = Case.objects.create(
        id=pk,
        number=f"MB-{next(_serial):06d}",
        title="示例",
        kind="need",
        state=state,
        lon=places.lon(at[0]) if at else None,
        lat=places.lat(at[1]) if at else None,
        place={"area_code": place, "unit_code": place},
        place_unit=units[place],
        desk=units[desk or lead or place],
        lead=units.get(lead),
        first_unit=units[place],
        reported_at=reported_at,
        due_at=reported_at,
        **more,
    )
    if lead and state in ("dispatched", "in_hand", "waiting", "handled", "checked"):
        Assignment.objects.create(case=made, unit=units[lead], role="lead", given_at=reported_at)
    record(
        "case.filed",
        subject=pk,
        actor=SYSTEM,
        at=reported_at,
        report=str(UUID(int=made.pk.int ^ 1)),
        moved={
            name: getattr(made, name)
            for name in ("desk_id", "lead_id", "place_unit_id")
            if getattr(made, name) is not None
        }
        | {"due_at": reported_at.isoformat()},
    )
    return made


def outline(west: float, east: float, south: float = 0, north: float = 100) -> dict[str, object]:
    """Return a rectangle given in metres as GeoJSON."""
    shape = shapely.from_wkb(places.box(west, south, east, north))
    drawn: dict[str, object] = json.loads(shapely.to_geojson(shape))
    return drawn


def plan(*lines: dict[str, object], on: date = DAY) -> Plan:
    """Return a plan of these lines."""
    return read_plan(
        {"on": on.isoformat(), "reason": "示例调整", "document": "示例〔2026〕1号", "lines": list(lines)}
    )


def line(kind: str, sources: list[str], *into: dict[str, object], **more: object) -> dict[str, object]:
    """Return a line of a plan."""
    return {"kind": kind, "from": sources, "into": list(into), **more}
