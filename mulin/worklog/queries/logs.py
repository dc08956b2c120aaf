"""The grid log of a month: how many entries of each type, each number opening them; never per person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.people.models import Unit
from mulin.worklog import policy
from mulin.worklog.models import Label, LogEntry
from mulin.worklog.queries.labels import labels
from mulin.worklog.rules.labels import Family
from mulin.worklog.rules.logs import AlreadyCorrected

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class TypeCount:
    """How many entries of one type a month has."""

    code: str
    name: str
    name_en: str
    n: int


@dataclass(frozen=True, slots=True)
class Line:
    """An entry: of which type, where, when, what; who wrote it is not told."""

    id: UUID
    kind: str
    kind_name: str
    kind_name_en: str
    unit: str
    text: str
    on: date
    written_at: datetime
    case_id: UUID | None
    is_correction: bool


def first_of_next(month: date) -> date:
    """Return the first day of the month after the one ``month`` lies in."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def counts(actor: Actor, *, month: date, unit: str = "") -> list[TypeCount]:
    """Return how many entries of each type a month has, types of the city first in their order.

    :raises NotAllowed: the actor reads nobody's log
    """
    typed = _entries(actor, month=month, unit=unit).values_list("kind").annotate(n=Count("pk"))
    found = dict(typed.values_list("kind", "n"))
    known = labels(Family.GRID_LOG)
    gone = Label.objects.filter(pk__in=found.keys() - {label.pk for label in known}).order_by("line")
    return [
        TypeCount(label.code, label.name, label.name_en, found.get(label.pk, 0)) for label in (*known, *gone)
    ]


def entries(actor: Actor, *, month: date, kind: str = "", unit: str = "", page: int = 1) -> list[Line]:
    """Return the entries of a month, newest first: a page of them and one more.

    :raises NotAllowed: the actor reads nobody's log
    """
    found = _entries(actor, month=month, unit=unit).select_related("kind", "unit").order_by("-on", "-pk")
    found = found.filter(kind__code=kind) if kind else found
    first = (page - 1) * PAGE
    return [line(entry) for entry in found[first : first + PAGE + 1]]


def entry(actor: Actor, entry_id: UUID) -> Line:
    """Return one entry as it stands.

    :raises NotFound: there is none, or not for this actor
    """
    seen = Unit.objects.filter(policy.units_read(actor))
    found = LogEntry.objects.filter(unit__in=seen, pk=entry_id).select_related("kind", "unit").first()
    if found is None:
        raise NotFound("没有这条日志")
    return line(found)


def line(entry: LogEntry) -> Line:
    """Return an entry as it is shown."""
    return Line(
        id=entry.pk,
        kind=entry.kind.code,
        kind_name=entry.kind.name,
        kind_name_en=entry.kind.name_en,
        unit=entry.unit.short_name,
        text=entry.text,
        on=entry.on,
        written_at=entry.written_at,
        case_id=entry.case_id,
        is_correction=entry.replaces_id is not None,
    )


def _entries(actor: Actor, *, month: date, unit: str) -> QuerySet[LogEntry]:
    policy.require_reader(actor)
    places = Unit.objects.filter(policy.units_read(actor))
    if unit:
        root = places.filter(code=unit).values_list("path", flat=True).first()
        places = places.filter(path__startswith=root or "-")
    return LogEntry.objects.filter(
        unit__in=places, on__gte=month.replace(day=1), on__lt=first_of_next(month), replaced_by=None
    )


def places_written(actor: Actor) -> list[Unit]:
    """Return the units in whose log the actor writes, by rank and code."""
    found = Unit.objects.filter(policy.units_written(actor), until_on__isnull=True)
    return list(found.order_by("kind__rank", "code")[:500])


def entry_to_change(actor: Actor, entry_id: UUID) -> LogEntry:
    """Return an entry with its row locked.

    :raises NotFound: there is none, or not for this actor
    """
    found = LogEntry.objects.select_for_update(of=("self",)).select_related("unit", "kind")
    seen = Unit.objects.filter(policy.units_read(actor) | policy.units_written(actor))
    entry = found.filter(unit__in=seen, pk=entry_id).first()
    if entry is None:
        raise NotFound("没有这条日志")
    return entry


def require_last(entry: LogEntry) -> None:
    """Return if nothing has taken the place of the entry.

    :raises AlreadyCorrected: something has
    """
    if LogEntry.objects.filter(replaces=entry).exists():
        raise AlreadyCorrected
