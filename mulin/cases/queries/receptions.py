"""The reception log of a day (来访接待, S-101): everybody who came, rang or wrote, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Left
from django.utils import timezone

from mulin.cases import policy
from mulin.cases.models import Case, Reception, Report
from mulin.cases.rules.intake import Channel, ReceptionEnd
from mulin.kernel.actor import Actor, Relation
from mulin.people.models import Unit
from mulin.people.queries.units import unit_names

FILE: Final = "file_report"
CHANNELS: Final = (Channel.COUNTER, Channel.PHONE, Channel.PAPER, Channel.GRID)
PAGE: Final = 50
MOST: Final = 5_000  # lines of a workbook
LONGEST: Final = 500  # characters of the words


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody came: when, to which unit, how, why, and what became of it."""

    at: datetime
    id: UUID
    unit: str
    channel: str
    matter: str
    outcome: str
    case_id: UUID | None

    @property
    def may_be_filed(self) -> bool:
        """Return whether it is a reception that has not become a report."""
        return self.case_id is None


def log(
    actor: Actor,
    *,
    day: date,
    unit: str = "",
    channel: Channel | None = None,
    page: int = 1,
    size: int = PAGE,
) -> list[Line]:
    """Return a day's log, newest first: a page of it and one line more.

    :raises NotAllowed: no post of the actor permits to take reports
    """
    policy.require_anywhere(actor, FILE)
    start = timezone.make_aware(datetime.combine(day, time()))
    within = {"start": start, "end": start + timedelta(days=1)}
    desks = _desks(actor, unit)
    parts: list[QuerySet[Any, Any]] = [_reports(actor, desks, [channel] if channel else CHANNELS, **within)]
    if channel in (None, Channel.COUNTER):
        parts.append(_receptions(desks, **within))
    first = (page - 1) * size
    rows = parts[0].union(*parts[1:], all=True).order_by("-received_at", "-pk")[first : first + size + 1]
    found = [tuple(row) for row in rows]
    names = unit_names({row[2] for row in found})
    return [Line(at, pk, names.get(at_unit, ""), *rest) for at, pk, at_unit, *rest in found]


def desks(actor: Actor) -> list[tuple[str, str]]:
    """Return code and name of the units whose log the actor reads, by rank and code."""
    found = _desks(actor).filter(until_on__isnull=True, kind__rank__lte=5)
    return list(found.order_by("kind__rank", "code").values_list("code", "short_name")[:500])


def _desks(actor: Actor, code: str = "") -> QuerySet[Unit]:
    """Return the units where the actor takes reports, and those below whose cases the same post sees."""
    where = Q(pk__isnull=True)
    for grant in actor.grants:
        if grant.relations(FILE):
            seen = grant.relations(policy.SEE)
            where |= Q(pk=grant.unit_id)
            where |= Q(path__startswith=grant.unit_path) if Relation.BRANCH in seen else Q(pk__isnull=True)
            where |= Q(pk__isnull=False) if Relation.ANY in seen else Q(pk__isnull=True)
    return Unit.objects.filter(where, **({"code": code} if code else {}))


def _reports(
    actor: Actor, desks: QuerySet[Unit], channels: Sequence[Channel], *, start: datetime, end: datetime
) -> QuerySet[Report, Any]:
    found = Report.objects.filter(
        filed_unit__in=desks,
        received_at__gte=start,
        received_at__lt=end,
        channel__in=[each.value for each in channels],
        case__in=Case.objects.filter(policy.seen_by(actor)),
        reception__isnull=True,
    )
    return found.values_list(
        "received_at", "pk", "filed_unit", "channel", Left("text", LONGEST),
        Value(ReceptionEnd.FILED.value, CharField()), "case",
    )  # fmt: skip


def _receptions(desks: QuerySet[Unit], *, start: datetime, end: datetime) -> QuerySet[Reception, Any]:
    found = Reception.objects.filter(unit__in=desks, at__gte=start, at__lt=end)
    return found.values_list(
        "at", "pk", "unit", Value(Channel.COUNTER.value, CharField()), Left("matter", LONGEST), "outcome",
        "report__case",
    )  # fmt: skip
