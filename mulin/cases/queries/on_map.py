"""How many cases lie where, on any day: numbers for the map, each a door to exactly its cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from mulin.cases import policy
from mulin.cases.models import Case
from mulin.cases.rules.lifecycle import State
from mulin.kernel.actor import Actor

PAGE: Final = 50
DAYS: Final = 30
_NOT_TAKEN: Final = [State.MERGED.value, State.DECLINED.value, State.UNDER_REVIEW.value]


class Shown(StrEnum):
    """A number of the map."""

    OPEN = "open"
    OVERDUE = "overdue"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is counted of one place."""

    open: int = 0
    overdue: int = 0
    received: int = 0

    def __add__(self, other: "Numbers") -> "Numbers":
        """Return both together."""
        return Numbers(self.open + other.open, self.overdue + other.overdue, self.received + other.received)


def _which(shown: Shown, moment: datetime) -> Q:
    """Return the filter of the cases a number counts at a moment.

    Open is what was reported and not yet ended; overdue what of it had no result when its limit had passed.
    Limits and states that a case had meanwhile and lost again are not asked for: this is a map, not an audit.
    """
    if shown is Shown.RECEIVED:
        taken = Q(reported_at__gte=moment - timedelta(days=DAYS), reported_at__lt=moment)
        return taken & Q(excluded_at__isnull=True) & ~Q(state__in=_NOT_TAKEN)
    standing = Q(reported_at__lt=moment) & (Q(closed_at__isnull=True) | Q(closed_at__gte=moment))
    if shown is Shown.OPEN:
        return standing
    return standing & Q(due_at__lt=moment) & (Q(handled_at__isnull=True) | Q(handled_at__gte=moment))


def numbers(actor: Actor, *, moment: datetime) -> Mapping[str, Numbers]:
    """Return what lies where of the cases the actor may see, by the code of the unit of the place.

    What has no place counts under the empty code.
    """
    asked = _which(Shown.OPEN, moment) | _which(Shown.RECEIVED, moment)
    rows = (
        Case.objects.filter(policy.seen_by(actor))
        .filter(asked)
        .order_by()
        .values_list("place_unit__code")
        .annotate(**{f"n_{each.value}": Count("pk", filter=_which(each, moment)) for each in Shown})
    )
    return {code or "": Numbers(*counts) for code, *counts in rows}


def cases_shown(
    actor: Actor, shown: Shown, *, units: Sequence[str] | None, moment: datetime, page: int = 1
) -> tuple[UUID, ...]:
    """Return the ids of exactly the cases a number counts, newest first, a page of them and one more.

    ``units`` are the codes of places; an empty code stands for none, nothing given for everywhere.
    """
    found = Case.objects.filter(policy.seen_by(actor)).filter(_which(shown, moment))
    if units is not None:
        there = Q(place_unit__code__in=[code for code in units if code])
        found = found.filter(there | Q(place_unit__isnull=True) if "" in units else there)
    first = (page - 1) * PAGE
    return tuple(found.order_by("-pk").values_list("pk", flat=True)[first : first + PAGE + 1])
