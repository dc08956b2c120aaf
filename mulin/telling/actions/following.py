"""Following the ledger: what happened becomes notices on desks and messages to the outside.

The cursor and the rows are written in one transaction, and the ledger's own cursor passes nobody by who
commits late: each entry is told once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from mulin.cases.models import Case, Report
from mulin.cases.queries import doors
from mulin.kernel.actor import Actor
from mulin.ledger import queries as ledger
from mulin.ledger.actions import record, whole
from mulin.ledger.queries import Cursor, EntryRow
from mulin.people.models import Unit
from mulin.telling import policy
from mulin.telling.models import Follower, Notice, Outgoing
from mulin.telling.models import Route as RouteRow
from mulin.telling.rules import routes as rules
from mulin.telling.rules import timing
from mulin.telling.rules.routes import Audience, Fate, Medium, Route

FOLLOW: Final = "follow_ledger"
ADOPT: Final = "adopt_pack"
BATCH: Final = 500
NAME: Final = "telling"
_SPACE: Final = UUID("7c1f3a52-6f0e-4a53-9d5c-2f6f2f1f7a10")  # of the messages' ids
_UNITS: Final = {
    Audience.DESK: "desk_id",
    Audience.LEAD: "lead_id",
    Audience.DISPATCHER: "dispatcher_id",
    Audience.FIRST_UNIT: "first_unit_id",
}


@transaction.atomic
def follow_ledger(*, actor: Actor, now: datetime) -> int:
    """Tell of the next entries of the ledger; return how many were read, 0 when there is nothing new.

    :raises NotAllowed: the actor is neither the system nor permitted
    """
    policy.require(actor, FOLLOW)
    follower = Follower.objects.select_for_update(skip_locked=True).filter(pk=NAME).first()
    if follower is None:
        _begin()  # or another process has it in hand
        return 0
    entries, end = ledger.entries_after(Cursor(follower.tx, follower.entry), limit=BATCH)
    if not entries:
        return 0
    _tell(entries, now=now)
    follower.tx, follower.entry = end.tx, end.id
    follower.save(update_fields=["tx", "entry"])
    return len(entries)


def _begin() -> None:
    """Start to follow from here on: nobody wants to hear of what was long ago."""
    end = ledger.cursor_at_end()
    Follower.objects.get_or_create(name=NAME, defaults={"tx": end.tx, "entry": end.id})


def _tell(entries: Sequence[EntryRow], *, now: datetime) -> None:
    by_kind: dict[str, list[RouteRow]] = {}
    for route in RouteRow.objects.filter(kind__in={entry.kind for entry in entries}):
        by_kind.setdefault(route.kind, []).append(route)
    told = [entry for entry in entries if entry.kind in by_kind and entry.kind.startswith("case.")]
    cases = {str(case.pk): case for case in Case.objects.filter(pk__in={entry.subject for entry in told})}
    to_reporters = {
        UUID(entry.subject)
        for entry in told
        for route in by_kind[entry.kind]
        if route.who == Audience.REPORTER
    }
    reports: dict[UUID, list[Report]] = {}
    for report in Report.objects.filter(case__in=to_reporters, contact__erased_at=None).exclude(contact=None):
        reports.setdefault(report.case_id, []).append(report)
    names = _names(told, cases.values())
    hotline = doors.settings().hotline
    notices: list[Notice] = []
    outgoing: list[Outgoing] = []
    for entry in told:
        case = cases.get(entry.subject)
        if case is None:
            continue
        facts = _facts(entry, case, names) | {"hotline": hotline}
        for route in by_kind[entry.kind]:
            voices = _voices(entry, reports.get(case.pk, ())) if route.who == Audience.REPORTER else ()
            for message in _messages(entry, case, route, voices, facts, now):
                (notices if isinstance(message, Notice) else outgoing).append(message)  # type: ignore[arg-type]
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1_000)
    Outgoing.objects.bulk_create(outgoing, ignore_conflicts=True, batch_size=1_000)


def _names(entries: Sequence[EntryRow], cases: Iterable[Case]) -> dict[int, str]:
    """Return the names of every unit a message may name."""
    ids = {value for entry in entries for value in (entry.unit_id, entry.facts.get("to"))}
    ids |= {unit for case in cases for unit in (case.desk_id, case.lead_id)}
    return dict(
        Unit.objects.filter(pk__in=[pk for pk in ids if isinstance(pk, int)]).values_list("pk", "short_name")
    )


def _facts(entry: EntryRow, case: Case, names: Mapping[int, str]) -> dict[str, str]:
    """Return what fills the gaps: as the entry tells it where it does, else as the case stands."""
    to = entry.facts.get("to")
    unit = to if isinstance(to, int) else entry.unit_id or case.lead_id or case.desk_id
    due = timezone.localtime(case.due_at) if case.due_at else None
    facts = {"number": case.number, "unit": names.get(unit or 0, "")}
    return facts | ({"due": f"{due.month}/{due.day} {due:%H:%M}"} if due else {})


def _voices(entry: EntryRow, reports: Sequence[Report]) -> Sequence[Report]:
    """Return whom an entry concerns: the one voice it names, else every voice of the case."""
    only = entry.facts.get("report")
    if only is not None:
        return [report for report in reports if str(report.pk) == only]
    return () if entry.kind in ("case.joined", "case.filed") else reports


def _messages(
    entry: EntryRow,
    case: Case,
    route: RouteRow,
    voices: Sequence[Report],
    facts: Mapping[str, str],
    now: datetime,
) -> Iterator[Notice | Outgoing]:
    at = timing.not_before(
        now,
        quiet_from=route.quiet_from,
        quiet_until=route.quiet_until,
        zone=timezone.get_default_timezone(),
    )
    if route.who == Audience.REPORTER:
        for report in voices:
            said = {**facts, "code": report.tracking_code}
            yield _outgoing(entry, case, route, said, now, at, report=report)
        return
    for unit_id in _units(entry, case, Audience(route.who)):
        if unit_id == entry.unit_id:  # who did it knows
            continue
        if route.channel == Medium.IN_APP:
            yield Notice(
                entry=entry.id, words=route.words, unit_id=unit_id, case=case, facts=dict(facts), at=entry.at
            )
        else:
            yield _outgoing(entry, case, route, facts, now, at, unit_id=unit_id)


def _units(entry: EntryRow, case: Case, who: Audience) -> list[int]:
    if who is Audience.CALLED_UNIT:
        named = entry.facts.get("units")
        return [each for each in named if isinstance(each, int)] if isinstance(named, list) else []
    one = _unit(entry, case, who)
    return [] if one is None else [one]


def _unit(entry: EntryRow, case: Case, who: Audience) -> int | None:
    if who is Audience.NAMED_UNIT:
        to = entry.facts.get("to")
        return to if isinstance(to, int) else None
    moved = entry.facts.get("moved")
    column = _UNITS[who]
    if isinstance(moved, Mapping) and isinstance(moved.get(column), int):  # as it was then
        return int(str(moved[column]))
    found: int | None = getattr(case, column)
    return found


def _outgoing(
    entry: EntryRow,
    case: Case,
    route: RouteRow,
    facts: Mapping[str, str],
    now: datetime,
    at: datetime,
    *,
    report: Report | None = None,
    unit_id: int | None = None,
) -> Outgoing:
    who = report.pk if report else f"unit:{unit_id}"
    return Outgoing(
        id=uuid5(_SPACE, f"{entry.id}|{route.words}|{route.channel}|{who}"),
        entry=entry.id,
        words=route.words,
        channel=route.channel,
        case=case,
        report=report,
        contact_id=report.contact_id if report else None,
        unit_id=unit_id,
        facts=dict(facts),
        state=Fate.WAITING.value,
        at=now,
        next_at=at,
    )


@whole
def adopt_routes(*, routes: Sequence[Route], actor: Actor, now: datetime) -> int:
    """Put a city's table of who is told what in place of the one before; return how many rows changed.

    :raises BadInput: a row is wrong; ``where`` names it
    :raises NotAllowed: no post of the actor permits it
    """
    unit_id = policy.require(actor, ADOPT)
    rules.check_routes(routes)
    fields = ("kind", "who", "channel", "words", "quiet_from", "quiet_until")
    standing = {Route(*row) for row in RouteRow.objects.values_list(*fields)}
    changed = len(standing ^ set(routes))
    if changed:
        RouteRow.objects.all().delete()
        RouteRow.objects.bulk_create(
            RouteRow(**{name: getattr(route, name) for name in fields}) for route in routes
        )
        record("routes.adopted", subject=1, actor=actor, at=now, as_unit=unit_id, rows=len(routes))
    _begin()
    return changed
