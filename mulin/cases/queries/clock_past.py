"""What stood beside the clocks: holds, promises, milestones of a case; compliance; asks that wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from mulin.cases import policy
from mulin.cases.models import Case, Extension, Hold, Milestone, Promise
from mulin.cases.queries import doors
from mulin.cases.rules import milestones
from mulin.cases.rules.holds import AskState
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.milestones import Verdict
from mulin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class HeldShown:
    """A pause or an ask for one, as staff see it."""

    kind: str
    state: str
    reason: str
    asked_at: datetime
    asked_unit: str
    words: str
    decided_at: datetime | None
    decided_unit: str
    from_at: datetime | None
    until_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExtensionShown:
    """An ask for more time, as staff see it."""

    state: str
    asked_at: datetime
    asked_unit: str
    words: str
    decided_at: datetime | None
    decided_unit: str


@dataclass(frozen=True, slots=True)
class PromiseShown:
    """A deadline that was promised before, and why it was replaced."""

    round: int
    due_at: datetime | None
    until_at: datetime
    cause: str
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MilestoneShown:
    """One line of the compliance report of a case (S-098)."""

    round: int
    scheme: str
    code: str
    title: str
    limit_value: int
    limit_kind: str
    start_at: datetime | None
    due_at: datetime | None
    met_at: datetime | None
    met_unit: str
    verdict: Verdict
    words: str
    met_by: str
    asks_words: bool
    templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockHistory:
    """All that ever held, moved or bound the clock of one case."""

    holds: tuple[HeldShown, ...] = ()
    extensions: tuple[ExtensionShown, ...] = ()
    promises: tuple[PromiseShown, ...] = ()
    milestones: tuple[MilestoneShown, ...] = ()


def history_of(case: Case, *, now: datetime) -> ClockHistory:
    """Return what the case's page and the API show of its clock, oldest first."""
    if not case.clock_past:
        return ClockHistory()
    return ClockHistory(
        tuple(_held(hold) for hold in _with_units(Hold, case)),
        tuple(_extension(each) for each in _with_units(Extension, case)),
        tuple(
            PromiseShown(
                promise.round,
                promise.due_at,
                promise.until_at,
                promise.cause,
                promise.why,
            )
            for promise in Promise.objects.filter(case=case).order_by("until_at", "pk")
        ),
        report_of(case, now=now),
    )


def _with_units(model: type[Any], case: Case) -> Any:
    found = model.objects.filter(case=case).select_related("asked_unit", "decided_unit", "words")
    return found.order_by("asked_at", "pk")


def _held(hold: Hold) -> HeldShown:
    return HeldShown(
        kind=hold.kind,
        state=hold.state,
        reason=hold.reason,
        asked_at=hold.asked_at,
        asked_unit=hold.asked_unit.short_name if hold.asked_unit else "",
        words=hold.words.text if hold.words else "",
        decided_at=hold.decided_at,
        decided_unit=hold.decided_unit.short_name if hold.decided_unit else "",
        from_at=hold.from_at,
        until_at=hold.until_at,
        ended_at=hold.ended_at,
    )


def _extension(ask: Extension) -> ExtensionShown:
    return ExtensionShown(
        state=ask.state,
        asked_at=ask.asked_at,
        asked_unit=ask.asked_unit.short_name if ask.asked_unit else "",
        words=ask.words.text if ask.words else "",
        decided_at=ask.decided_at,
        decided_unit=ask.decided_unit.short_name if ask.decided_unit else "",
    )


def report_of(case: Case, *, now: datetime) -> tuple[MilestoneShown, ...]:
    """Return the compliance report of a case: one line for each of its milestones (S-098)."""
    found = Milestone.objects.filter(case=case).select_related("met_unit", "words").order_by("round", "line")
    return tuple(
        MilestoneShown(
            round=each.round,
            scheme=each.scheme,
            code=each.code,
            title=each.title,
            limit_value=each.limit_value,
            limit_kind=each.limit_kind,
            start_at=each.start_at,
            due_at=each.due_at,
            met_at=each.met_at,
            met_unit=each.met_unit.short_name if each.met_unit else "",
            verdict=milestones.verdict(
                due_at=each.due_at,
                met_at=each.met_at,
                ended_at=case.handled_at if each.round == case.reopened else now,
                now=now,
            ),
            words=each.words.text if each.words else "",
            met_by=each.met_by,
            asks_words=each.asks_words,
            templates=tuple(each.templates),
        )
        for each in found
    )


@dataclass(frozen=True, slots=True)
class Compliance:
    """How one milestone was kept in a period; every number opens its cases."""

    scheme: str
    code: str
    title: str
    met: tuple[UUID, ...]
    late: tuple[UUID, ...]
    missed: tuple[UUID, ...]
    running: tuple[UUID, ...]
    paused: tuple[UUID, ...]  # of all these: the clock stood for a while (S-096)


def compliance(actor: Actor, *, since: datetime, until: datetime, now: datetime) -> tuple[Compliance, ...]:
    """Return how the milestones begun in ``[since, until)`` were kept, of the cases ``actor`` may see."""
    rows = (
        Milestone.objects.filter(start_at__gte=since, start_at__lt=until)
        .filter(case__in=doors.cases_for(actor).values("pk"))
        .select_related("case")
        .order_by("line", "start_at", "pk")
    )
    lines: dict[tuple[str, str, str], dict[str, list[UUID]]] = {}
    for each in rows.iterator(chunk_size=2_000):
        verdict = milestones.verdict(
            due_at=each.due_at,
            met_at=each.met_at,
            ended_at=each.case.handled_at if each.round == each.case.reopened else now,
            now=now,
        )
        line = lines.setdefault((each.scheme, each.code, each.title), {})
        line.setdefault(verdict, []).append(each.case_id)
        if any(stretch.get("why") == "pause" for stretch in each.why.get("intervals", [])):
            line.setdefault("paused", []).append(each.case_id)
    return tuple(
        Compliance(
            *key,
            *(
                tuple(found.get(name, ()))
                for name in (Verdict.MET, Verdict.LATE, Verdict.MISSED, Verdict.RUNNING, "paused")
            ),
        )
        for key, found in lines.items()
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """One line of the list of what waits for a decision (待批)."""

    case_id: UUID
    number: str
    title: str
    what: str  # "suspension", "extension"
    reason: str
    words: str
    unit: str
    asked_at: datetime
    until_at: datetime | None
    due_at: datetime | None


def asks_waiting(actor: Actor, *, most: int = 100) -> tuple[Ask, ...]:
    """Return the asks ``actor`` may decide, the most pressing deadline first; in two questions."""
    found: list[Ask] = []
    for model, act, what in (
        (Hold, Act.GRANT_SUSPENSION, "suspension"),
        (Extension, Act.GRANT_EXTENSION, "extension"),
    ):
        allowed = Q(pk__isnull=True)
        for grant in actor.grants:
            for relation in grant.relations(act):
                allowed |= policy.FILTERS[relation](grant)
        cases = Case.objects.filter(policy.seen_by(actor)).filter(allowed, asks__gt=0)
        rows = (
            model._default_manager.filter(state=AskState.ASKED.value, case__in=cases.values("pk"))
            .exclude(asked_unit__in=[grant.unit_id for grant in actor.grants])
            .select_related("case", "asked_unit", "words")
            .order_by("case__due_at", "pk")[:most]
        )
        found += [
            Ask(
                case_id=row.case_id,
                number=row.case.number,
                title=row.case.title,
                what=what,
                reason=row.reason if isinstance(row, Hold) else "",
                words=row.words.text if row.words else "",
                unit=row.asked_unit.short_name if row.asked_unit else "",
                asked_at=row.asked_at,
                until_at=row.until_at if isinstance(row, Hold) else None,
                due_at=row.case.due_at,
            )
            for row in rows
        ]
    return tuple(sorted(found, key=lambda each: (each.due_at is None, each.due_at)))
