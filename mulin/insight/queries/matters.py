"""Cases of a place and a time as numbers, each with the filter that opens exactly the cases it counts.

A case lies where it lay then: what boundaries moved since is told by its hand-overs. It is open at a moment
if it was reported before it and had not ended by it; what was closed and reopened counts by its last ending.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mulin.cases import policy
from mulin.cases.models import Case, Handover
from mulin.cases.rules.lifecycle import State
from mulin.insight.rules.asked import Span
from mulin.kernel.actor import Actor

PAGE = 50


class What(StrEnum):
    """What is asked about cases between two moments."""

    REPORTED = "reported"
    CLOSED = "closed"
    OPEN = "open"  # at the second moment


def filter_of(what: What, span: Span) -> Q:
    """Return the filter of the cases a number counts; merged duplicates are in none."""
    return {
        What.REPORTED: Q(reported_at__gte=span.since, reported_at__lt=span.until),
        What.CLOSED: Q(state=State.CLOSED.value, closed_at__gte=span.since, closed_at__lt=span.until),
        What.OPEN: open_at(span.until),
    }[what]


def open_at(moment: datetime) -> Q:
    """Return the filter of the cases that were open at a moment."""
    return Q(reported_at__lt=moment) & (Q(closed_at__isnull=True) | Q(closed_at__gte=moment))


def seen(actor: Actor) -> QuerySet[Case]:
    """Return the cases ``actor`` may see, merged duplicates left out."""
    return Case.objects.filter(policy.seen_by(actor)).exclude(state=State.MERGED.value)


def handed_over_after(moment: datetime) -> QuerySet[Handover]:
    """Return the first hand-over of each case after a moment: until then it lay where it was taken from."""
    earlier = Handover.objects.filter(case=OuterRef("case"), at__gte=moment, pk__lt=OuterRef("pk"))
    return Handover.objects.filter(at__gte=moment).filter(~Exists(earlier))


def lying_in(units: Collection[int], moment: datetime) -> Q:
    """Return the filter of the cases that lay in some units at a moment, whoever has them since."""
    later = handed_over_after(moment)
    stayed = Q(place_unit__in=units) & ~Q(pk__in=later.values("case"))
    return stayed | Q(pk__in=later.filter(place_was__in=units).values("case"))


def counts(cases: QuerySet[Case], span: Span) -> Mapping[What, int]:
    """Return the three numbers of some cases, in one statement."""
    numbers = cases.order_by().aggregate(
        **{what.value: Count("pk", filter=filter_of(what, span)) for what in What}
    )
    return {what: numbers[what.value] for what in What}


def page_of(cases: QuerySet[Case], *, after: UUID | None = None) -> Sequence[UUID]:
    """Return the ids of some cases, newest first: a page of them and one more, from ``after`` on."""
    found = cases.filter(pk__lt=after) if after else cases
    return list(found.order_by("-pk").values_list("pk", flat=True)[: PAGE + 1])
