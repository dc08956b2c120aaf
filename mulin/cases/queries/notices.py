"""One-time full notice (一次性告知): in how many cases it was given, in how many it came in pieces."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from mulin.cases import policy
from mulin.cases.models import Case, Requirement
from mulin.cases.queries.completion import PAGE, SEE, Period
from mulin.kernel.actor import Actor


class NoticeCount(StrEnum):
    """A number about notices; each opens exactly the cases it counts, and none counts people."""

    TOLD = "told"
    LATE = "told_late"


_WHERE: Final = {NoticeCount.TOLD: Q(), NoticeCount.LATE: Q(is_late=True)}


def notices(actor: Actor, period: Period) -> dict[NoticeCount, int]:
    """Return in how many cases something was asked for, and in how many not all at once.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    counts = {count.value: Count("case", distinct=True, filter=where) for count, where in _WHERE.items()}
    found = _asked(actor, period).aggregate(**counts)
    return {count: int(found[count.value]) for count in NoticeCount}


def cases_told(actor: Actor, period: Period, count: NoticeCount, *, page: int = 1) -> tuple[UUID, ...]:
    """Return the ids of exactly the cases a number counts, newest first, a page of them and one more.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    found = _asked(actor, period).filter(_WHERE[count]).values_list("case", flat=True).distinct()
    first = (page - 1) * PAGE
    return tuple(found.order_by("-case")[first : first + PAGE + 1])


def _asked(actor: Actor, period: Period) -> QuerySet[Requirement]:
    policy.require_anywhere(actor, SEE)
    seen = Case.objects.filter(policy.seen_by(actor), excluded_at=None).values("pk")
    return Requirement.objects.filter(at__gte=period.since, at__lt=period.until, case__in=seen)
