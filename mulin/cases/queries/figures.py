"""Counts over cases, each with the filter that opens the exact cases it counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, F, Q, QuerySet

from mulin.cases.models import Assignment, Case, Reception, Report
from mulin.cases.queries.doors import cases_for
from mulin.cases.rules.lifecycle import State
from mulin.kernel.actor import Actor
from mulin.people.models import Unit


class By(StrEnum):
    """What a count is split by."""

    MODULE = "module"  # S-049
    ITEM = "item"  # S-073
    CHANNEL = "channel"  # S-064, S-065
    STREET = "street"  # S-036
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the value, its name, the cases, those closed and those closed in time."""

    value: str
    name: str
    cases: int
    closed: int
    closed_in_time: int


_COLUMN = {By.MODULE: "module", By.ITEM: "item__code", By.CHANNEL: "reports__channel", By.STATE: "state"}


def counts(actor: Actor, *, by: By, since: datetime, until: datetime) -> tuple[Line, ...]:
    """Return the visible cases reported in ``[since, until)``, split; merged duplicates count once."""
    cases = cases_for(actor).filter(reported_at__gte=since, reported_at__lt=until)
    cases = cases.exclude(state=State.MERGED.value).select_related(None)
    if by is By.STREET:
        return _by_street(cases)
    sums = _measured(cases, _COLUMN[by])
    return tuple(Line(value, value, *held) for value, held in sorted(sums.items(), key=_most_first))


def _most_first(line: tuple[str, tuple[int, int, int]]) -> tuple[int, str]:
    return -line[1][0], line[0]


def _measured(cases: QuerySet[Case], column: str) -> dict[str, tuple[int, int, int]]:
    """Return cases, closed and closed in time for each value of ``column``."""
    closed = Q(state=State.CLOSED.value)
    lines = (
        cases.order_by()
        .values(column)
        .annotate(
            all_of_them=Count("pk", distinct=True),
            over=Count("pk", filter=closed, distinct=True),
            in_time=Count("pk", filter=closed & Q(closed_at__lte=F("due_at")), distinct=True),
        )
        .values_list(column, "all_of_them", "over", "in_time")
    )
    return {value or "": (some, over, in_time) for value, some, over, in_time in lines}


def _by_street(cases: QuerySet[Case]) -> tuple[Line, ...]:
    streets = {unit.pk: unit for unit in Unit.objects.filter(kind="street")}
    sums: dict[int, tuple[int, int, int]] = {}
    for path, numbers in _measured(cases, "place_unit__path").items():
        street = next((int(part) for part in path.split("/") if part and int(part) in streets), 0)
        held = sums.get(street, (0, 0, 0))
        sums[street] = (held[0] + numbers[0], held[1] + numbers[1], held[2] + numbers[2])
    return tuple(
        Line(streets[pk].code if pk else "", streets[pk].name if pk else "", *held)
        for pk, held in sorted(sums.items(), key=lambda pair: -pair[1][0])
    )


def closed_without_answer() -> int:
    """Return how many reports of closed cases have no answer: always 0 (S-063)."""
    return Report.objects.filter(case__state=State.CLOSED.value, answered_at__isnull=True).count()


def hand_offs(case: Case) -> int:
    """Return how often a case changed hands between leads (S-032)."""
    return max(Assignment.objects.filter(case=case, role="lead").count() - 1, 0)


def receptions(actor: Actor, *, since: datetime, most: int = 100) -> tuple[Reception, ...]:
    """Return the walk-in receptions of the actor's units, newest first (S-066)."""
    units = [grant.unit_id for grant in actor.grants]
    found = Reception.objects.filter(unit__in=units, at__gte=since).select_related("unit", "report")
    return tuple(found.order_by("-at")[:most])
