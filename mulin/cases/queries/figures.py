"""Counts over cases, each with the filter that opens the exact cases it counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from django.db.models import Case as Choice
from django.db.models import Count, F, Q, QuerySet, When
from django.db.models.functions import TruncDate
from django.utils.timezone import get_default_timezone

from mulin.cases.models import Case, Reception, Report
from mulin.cases.queries.doors import cases_for
from mulin.cases.rules.lifecycle import State
from mulin.kernel.actor import Actor
from mulin.ledger.queries import entries_of
from mulin.people.models import Unit
from mulin.people.queries.units import ancestors_in_time

_HANDLING: Final = frozenset({"case.accepted", "case.asked", "case.finished"})  # who had it in hand
_ALL: Final = 10_000


class By(StrEnum):
    """What a count is split by."""

    MODULE = "module"  # S-049
    ITEM = "item"  # S-073
    CHANNEL = "channel"  # S-064, S-065
    STREET = "street"  # S-036
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the value, its name, the cases, those closed and those whose result came in time."""

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
    sums = {value or "": held for (value,), held in _measured(cases, _COLUMN[by]).items()}
    return tuple(Line(value, value, *held) for value, held in sorted(sums.items(), key=_most_first))


def _most_first(line: tuple[str, tuple[int, int, int]]) -> tuple[int, str]:
    return -line[1][0], line[0]


def _measured(cases: QuerySet[Case], *columns: str) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """Return cases, closed and closed in time for each combination of values of ``columns``."""
    closed = Q(state=State.CLOSED.value)
    lines = (
        cases.order_by()
        .values(*columns)
        .annotate(
            all_of_them=Count("pk", distinct=True),
            over=Count("pk", filter=closed, distinct=True),
            in_time=Count("pk", filter=closed & Q(handled_at__lte=F("due_at")), distinct=True),
        )
        .values_list(*columns, "all_of_them", "over", "in_time")
    )
    return {tuple(values): (some, over, in_time) for *values, some, over, in_time in lines}


def _by_street(cases: QuerySet[Case]) -> tuple[Line, ...]:
    """Count each case for the street its place lay in when it was reported: a move re-totals from its day."""
    streets_of = ancestors_in_time("street")
    moved = [unit for unit, ways in streets_of.items() if len(ways) > 1]
    day = TruncDate("reported_at", tzinfo=get_default_timezone())
    cases = cases.annotate(day=Choice(When(place_unit__in=moved, then=day), default=None))
    sums: dict[int, tuple[int, int, int]] = {}
    for (unit, on), numbers in _measured(cases, "place_unit", "day").items():
        ways = streets_of.get(unit, [])
        street = next((way.ancestor_id for way in ways if on is None or way.from_on <= on), 0)
        held = sums.get(street, (0, 0, 0))
        sums[street] = (held[0] + numbers[0], held[1] + numbers[1], held[2] + numbers[2])
    streets = Unit.objects.in_bulk(sums)
    return tuple(
        Line(streets[pk].code if pk else "", streets[pk].name if pk else "", *held)
        for pk, held in sorted(sums.items(), key=lambda pair: -pair[1][0])
    )


def closed_without_answer() -> int:
    """Return how many reports of closed cases have no answer: always 0 (S-063)."""
    return Report.objects.filter(case__state=State.CLOSED.value, answered_at__isnull=True).count()


def hand_offs(case: Case) -> int:
    """Return how often somebody else went on with a case than who had it before (S-032)."""
    entries = entries_of(case.pk, subject_kind="case", limit=_ALL)
    hands = [entry.account_id for entry in entries if entry.kind in _HANDLING and entry.account_id > 0]
    return sum(before != after for before, after in pairwise(hands))


def receptions(actor: Actor, *, since: datetime, most: int = 100) -> tuple[Reception, ...]:
    """Return the walk-in receptions of the actor's units, newest first (S-066)."""
    units = [grant.unit_id for grant in actor.grants]
    found = Reception.objects.filter(unit__in=units, at__gte=since).select_related("unit", "report")
    return tuple(found.order_by("-at")[:most])
