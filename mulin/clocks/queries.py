"""The calendars a city has published, and the one that is in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from mulin.clocks.models import CalendarEdition
from mulin.clocks.rules import calendars, specs
from mulin.clocks.rules.calendars import Calendar


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, ready to count with."""

    code: str
    region: str
    from_on: date
    calendar: Calendar


def editions() -> tuple[Edition, ...]:
    """Return every edition, the newest of a code first."""
    return tuple(
        Edition(each.code, each.region, each.from_on, specs.build(each.code, each.name, each.spec))
        for each in CalendarEdition.objects.order_by("code", "-from_on")
    )


def in_force(known: Iterable[Edition], on: date) -> Mapping[str, Edition]:
    """Return the edition of each code that holds on a day."""
    found: dict[str, Edition] = {}
    for each in known:
        if each.from_on <= on:
            found.setdefault(each.code, each)
    return found


def begins(*, on: date) -> bool:
    """Return whether an edition's day has come by ``on`` and no running clock has been reckoned by it yet."""
    return CalendarEdition.objects.filter(from_on__lte=on, begun_at__isnull=True).exists()


def calendar_named(code: str, *, on: date) -> Calendar | None:
    """Return the calendar of this name: the city's own edition, else one that is shipped, else nothing."""
    own = in_force(editions(), on).get(code)
    if own is not None:
        return own.calendar
    shipped = calendars.CALENDARS.get(code)
    return shipped() if shipped else None


def spec_in_force(code: str, *, on: date) -> tuple[str, str, specs.Spec] | None:
    """Return name, region and content of the edition of ``code`` in force on a day."""
    found = CalendarEdition.objects.filter(code=code, from_on__lte=on).order_by("-from_on").first()
    return (found.name, found.region, found.spec) if found else None
