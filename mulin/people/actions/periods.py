"""How rows with periods change: what was stays as it was until the day, what is to be starts on it."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q

from mulin.people.models import Appointment, Belonging, Cover, Listing, Naming, Unit
from mulin.people.queries.days import ends_after, in_force

Dated = type[Belonging] | type[Naming] | type[Cover]


def stop(model: Dated, rows: Q, *, on: date) -> None:
    """End the rows from ``on``: running ones keep their past, planned ones never come."""
    model.objects.filter(rows, from_on__gte=on).delete()
    model.objects.filter(rows, in_force(on)).update(until_on=on)


def dissolve(units: Collection[int], *, on: date, now: datetime) -> int:
    """End units with all that hangs on them and return how many terms of office ended with them."""
    rows = Q(unit__in=units)
    for model in (Belonging, Naming, Cover):
        stop(model, rows, on=on)
    stop(Cover, Q(territory__in=units), on=on)
    terms = Appointment.objects.filter(rows)
    Listing.objects.filter(appointment__in=terms.filter(ends_after(on))).delete()
    terms.filter(from_on__gte=on).delete()
    ended = terms.filter(in_force(on)).update(until_on=on, ended_at=now)
    Unit.objects.filter(pk__in=units).update(until_on=on)
    return ended
