"""Who looks after a neighbourhood: the units around a place, and the people who agreed to be named."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mulin.kernel.errors import BadInput
from mulin.people.queries.bodies import ContactPoint, contact_points
from mulin.people.queries.days import day_of
from mulin.people.queries.units import unit_by_code
from mulin.places.rules.located import Located
from mulin.resident import ground
from mulin.resident.door import Fault, fault_of, page, render
from mulin.resident.report import pin, plain

LISTED: Final = ("grid", "community")  # never a whole street: the page is no directory of the city


@dataclass(frozen=True, slots=True)
class Office:
    """A unit around the place with its duty telephone."""

    kind: str
    name: str
    phone: str


@require_http_methods(["GET"])
@page
def neighbours(request: HttpRequest) -> HttpResponse:
    """Show, for an address or a pin, the grid, the community and the street, nearest first."""
    address = plain(request.GET.get("address", ""))
    today = day_of(timezone.now())
    faults: list[Fault] = []
    where: ground.Where | None = None
    try:
        found = pin(request.GET.get("lon", ""), request.GET.get("lat", ""))
    except BadInput as refusal:
        found, faults = None, [fault_of(refusal)]
    if address:
        where = ground.named(address, request.GET.get("candidate", ""), on=today)
    elif found:
        where = ground.pointed(*found, on=today)
    context = {
        "typed": address,
        "where": where,
        "offices": offices(where.located) if where else [],
        "people": people(where.located) if where else [],
        "faults": faults,
    }
    return render(request, "neighbours.html", context, status=422 if faults else 200)


def offices(located: Located) -> list[Office]:
    """Return the units around a place, nearest first."""
    units = [
        (step.kind, unit_by_code(step.unit_code)) for step in located.chain if step.kind in ground.AROUND
    ]
    return [Office(kind, unit.name, unit.phone) for kind, unit in units]


def people(located: Located) -> list[ContactPoint]:
    """Return the contact points of the grid or community found: those who agreed to be named, nobody else."""
    near = next((step for step in located.chain if step.kind in LISTED), None)
    if near is None:
        return []
    return contact_points(unit_by_code(near.unit_code), on=day_of(timezone.now()))
