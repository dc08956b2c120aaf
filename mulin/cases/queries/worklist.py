"""The queue: what lies on my desk, what I did, what I filed, what is overdue; filters and search over it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, radians
from typing import Final
from uuid import UUID

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Least

from mulin.cases import policy
from mulin.cases.models import Assignment, Case, Mediation, Report
from mulin.cases.queries import doors, routing
from mulin.cases.queries.doors import cases_for
from mulin.cases.rules import grams
from mulin.cases.rules.escalation import AMBER_MOST, AMBER_SHARE, amber_from
from mulin.cases.rules.lifecycle import FINAL, RUNNING, Act, State
from mulin.catalogue import queries as catalogue
from mulin.kernel.actor import Actor
from mulin.people.models import Unit

PAGE: Final = 50
COUNT_MOST: Final = 1_000  # a tab says "999+" beyond: no request counts an unbounded table
_SHOWN: Final = (
    "number", "title", "state", "kind", "address", "suggestion", "due_at", "handled_at",
    "in_compound", "report_count", "reopened", "reported_at", "dispatched_at", "version", "is_example",
    "item__code", "item__name", "place_unit__path", "lead__short_name",
)  # fmt: skip
# When amber begins: escalation.amber_from in the database's words.
_SPAN: Final = F("due_at") - Coalesce("dispatched_at", "reported_at")
_AMBER: Final = F("due_at") - Least(
    ExpressionWrapper(_SPAN * AMBER_SHARE, DurationField()), Value(AMBER_MOST, DurationField())
)
_FINAL: Final = [state.value for state in FINAL]
_STOPPED: Final = [state.value for state in State if state not in RUNNING]
_METRES_A_DEGREE: Final = 111_320


class Tab(StrEnum):
    """The four tabs of the queue."""

    TODO = "todo"
    DONE = "done"
    FILED = "filed"
    OVERDUE = "overdue"


class Clock(StrEnum):
    """How a case stands against its deadline."""

    OVERDUE = "overdue"
    SOON = "soon"
    IN_TIME = "in_time"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the worklist is narrowed to; empty means all."""

    unit: int | None = None  # one of my posts' units
    community: str = ""  # unit code of any territory
    item: str = ""
    channel: str = ""
    clock: Clock | None = None
    kind: str = ""
    state: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    id: UUID
    number: str
    title: str
    state: State
    kind: str
    channel: str
    place: tuple[str, ...]  # unit names, widest first
    address: str
    item_code: str
    item_name: str
    suggested: bool  # the item is a suggestion nobody confirmed yet
    due_at: datetime | None
    handled_at: datetime | None
    clock: Clock | None
    in_compound: bool
    report_count: int
    reopened: int
    lead: str
    reported_at: datetime
    version: int
    is_example: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue and the counts of its tabs (capped at ``COUNT_MOST``)."""

    rows: tuple[QueueRow, ...]
    page: int
    has_more: bool
    counts: dict[str, int]


def clock_of(case: Case, now: datetime) -> Clock | None:
    """Return how ``case`` stands against its deadline; nothing when its clock has stopped or it has none."""
    if case.due_at is None or case.state in _STOPPED:
        return None
    if case.due_at < now:
        return Clock.OVERDUE
    return Clock.SOON if amber_of(case, case.due_at) <= now else Clock.IN_TIME


def amber_of(case: Case, due_at: datetime) -> datetime:
    """Return when the clock of ``case`` turns amber."""
    return amber_from(start=case.dispatched_at or case.reported_at, due_at=due_at)


def queue(actor: Actor, *, tab: Tab, filters: QueueFilter, now: datetime, page: int = 1) -> QueuePage:
    """Return one page of a tab, most pressing first, with the counts of all tabs.

    Words are looked for in every case the actor may see, open or over: who searches a number does not know
    on whose desk it lies.
    """
    units = [filters.unit] if filters.unit is not None else [grant.unit_id for grant in actor.grants]
    found = _narrowed(_within(actor, tab, units, filters, now), filters, now)
    return _page(found, page, counts=_counts(actor, units, now), now=now)


def _page(found: QuerySet[Case], page: int, *, counts: dict[str, int], now: datetime) -> QueuePage:
    """Return one page of ``found``; a row more than a page tells whether there is another."""
    first = (page - 1) * PAGE
    cases = list(_lean(found)[first : first + PAGE + 1])
    names = _names(cases)
    return QueuePage(
        rows=tuple(_row(case, names, now) for case in cases[:PAGE]),
        page=page,
        has_more=len(cases) > PAGE,
        counts=counts,
    )


def _lean(found: QuerySet[Case]) -> QuerySet[Case]:
    """Return ``found`` with what a row shows and nothing more: the long explanations stay where they are."""
    channel = Report.objects.filter(case=OuterRef("pk")).order_by("received_at").values("channel")[:1]
    lean = found.select_related(None).select_related("item", "place_unit", "lead").only(*_SHOWN)
    return lean.annotate(channel=Subquery(channel))


def matching(actor: Actor, *, tab: Tab, filters: QueueFilter, now: datetime) -> Iterable[QueueRow]:
    """Yield every row of a tab for export, in batches: memory stays flat, queries grow by batch only."""
    units = [filters.unit] if filters.unit is not None else [grant.unit_id for grant in actor.grants]
    found = _lean(_narrowed(_within(actor, tab, units, filters, now), filters, now))
    batch: list[Case] = []
    for case in found.iterator(chunk_size=500):
        batch.append(case)
        if len(batch) == 500:
            names = _names(batch)
            yield from (_row(each, names, now) for each in batch)
            batch = []
    names = _names(batch)
    yield from (_row(each, names, now) for each in batch)


def _within(
    actor: Actor, tab: Tab, units: Sequence[int], filters: QueueFilter, now: datetime
) -> QuerySet[Case]:
    if filters.text.strip():
        return cases_for(actor).order_by("-reported_at", "-pk")
    return _tab(cases_for(actor), tab, actor, units, now)


def _mine(actor: Actor, units: Sequence[int]) -> Q:
    """Return the filter of what waits for ``units``: on their desk; for a mediator also what they mediate."""
    mediates = [
        grant.unit_id
        for grant in actor.grants
        if grant.unit_id in units and grant.relations(Act.HOLD_SESSION)
    ]
    if not mediates:
        return Q(desk__in=units)
    files = Mediation.objects.filter(unit__in=mediates, settled_at__isnull=True)
    return Q(desk__in=units) | Q(pk__in=files.values("case"))


def _tab(
    cases: QuerySet[Case], tab: Tab, actor: Actor, units: Sequence[int], now: datetime
) -> QuerySet[Case]:
    if tab is Tab.TODO:
        return cases.filter(_mine(actor, units)).exclude(state__in=_FINAL).order_by("due_at", "pk")
    if tab is Tab.OVERDUE:
        return cases.filter(due_at__lt=now).exclude(state__in=_STOPPED).order_by("due_at", "pk")
    if tab is Tab.FILED:
        filed = Report.objects.filter(case=OuterRef("pk"), filed_unit__in=units)
        return cases.filter(Exists(filed)).order_by("-reported_at", "-pk")
    part = Assignment.objects.filter(case=OuterRef("pk")).filter(Q(unit__in=units) | Q(given_unit__in=units))
    mine_now = _mine(actor, units) & ~Q(state__in=_FINAL)
    return cases.filter(Exists(part)).exclude(mine_now).order_by("-reported_at", "-pk")


def _narrowed(cases: QuerySet[Case], filters: QueueFilter, now: datetime) -> QuerySet[Case]:
    if filters.community:
        territory = Unit.objects.filter(code=filters.community).values_list("path", flat=True).first()
        cases = cases.filter(place_unit__path__startswith=territory or "-")
    if filters.item:
        cases = cases.filter(item__code=filters.item)
    if filters.kind:
        cases = cases.filter(kind=filters.kind)
    if filters.state:
        cases = cases.filter(state=filters.state)
    if filters.channel:
        cases = cases.filter(Exists(Report.objects.filter(case=OuterRef("pk"), channel=filters.channel)))
    if filters.clock is Clock.OVERDUE:
        cases = cases.filter(due_at__lt=now).exclude(state__in=_STOPPED)
    elif filters.clock is Clock.SOON:
        near = cases.filter(due_at__gte=now, due_at__lte=now + AMBER_MOST)
        cases = near.alias(amber=_AMBER).filter(amber__lte=now).exclude(state__in=_STOPPED)
    elif filters.clock is Clock.IN_TIME:
        cases = cases.filter(due_at__gte=now).alias(amber=_AMBER).filter(amber__gt=now)
        cases = cases.exclude(state__in=_STOPPED)
    return _searched(cases, filters.text)


def _searched(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    if not text.strip():
        return cases
    keys = grams.wanted(text)
    return cases.filter(search__grams__contains=keys) if keys else cases.none()


def search(actor: Actor, *, text: str, now: datetime, page: int = 1) -> QueuePage:
    """Return the visible cases, open or over, whose words hold every part of ``text``, newest first."""
    found = _searched(cases_for(actor), text).order_by("-reported_at", "-pk")
    units = [grant.unit_id for grant in actor.grants]
    return _page(found, page, counts=_counts(actor, units, now), now=now)


def queue_counts(actor: Actor, *, now: datetime, unit: int | None = None) -> dict[str, int]:
    """Return the counts of the tabs alone, for a list that stays as it is while one case moves."""
    units = [unit] if unit is not None else [grant.unit_id for grant in actor.grants]
    return _counts(actor, units, now)


def row_of(case: Case, *, channel: str, now: datetime) -> QueueRow:
    """Return the line of one case."""
    case.channel = channel  # type: ignore[attr-defined]  # what the queue annotates
    return _row(case, _names([case]), now)


def rows_of(actor: Actor, ids: Sequence[UUID], *, now: datetime) -> tuple[QueueRow, ...]:
    """Return the lines of these cases in their order, as far as the actor may see them."""
    cases = {case.pk: case for case in _lean(cases_for(actor).filter(pk__in=ids))}
    names = _names(cases.values())
    return tuple(_row(cases[pk], names, now) for pk in ids if pk in cases)


def _counts(actor: Actor, units: Sequence[int], now: datetime) -> dict[str, int]:
    """Return how many cases each tab holds, none counted beyond the cap."""
    seen = Case.objects.filter(policy.seen_by(actor))
    counts = {}
    for tab in (Tab.DONE, Tab.FILED, Tab.OVERDUE):
        some = _tab(seen, tab, actor, units, now).order_by().values("pk")[: COUNT_MOST + 1]
        counts[tab.value] = some.count()
    # The most pressing come first, so that a full desk still tells its late ones truly.
    pressing = _tab(seen, Tab.TODO, actor, units, now).order_by("due_at").annotate(amber=_AMBER)
    todo = pressing.values("pk", "due_at", "state", "amber")
    runs = ~Q(state__in=_STOPPED)
    return counts | todo[: COUNT_MOST + 1].aggregate(
        todo=Count("pk"),
        late=Count("pk", filter=runs & Q(due_at__lt=now)),
        soon=Count("pk", filter=runs & Q(due_at__gte=now, amber__lte=now)),
    )


def _names(cases: Iterable[Case]) -> dict[int, str]:
    """Return the names of every unit on the cases' place paths, in one query."""
    ids = {int(part) for case in cases if case.place_unit for part in case.place_unit.path.split("/") if part}
    return dict(Unit.objects.filter(pk__in=ids, kind__family="territory").values_list("pk", "short_name"))


def place_names(case: Case, names: dict[int, str]) -> tuple[str, ...]:
    """Return the unit names around the case, from street inwards."""
    if case.place_unit is None:
        return ()
    ids = [int(part) for part in case.place_unit.path.split("/") if part]
    return tuple(names[pk] for pk in ids[2:] if pk in names)


def _row(case: Case, names: dict[int, str], now: datetime) -> QueueRow:
    item, suggestion = case.item, case.suggestion
    return QueueRow(
        id=case.pk,
        number=case.number,
        title=case.title,
        state=State(case.state),
        kind=case.kind,
        channel=getattr(case, "channel", "") or "",
        place=place_names(case, names),
        address=case.address,
        item_code=item.code if item else str(suggestion.get("code", "")),
        item_name=item.name if item else str(suggestion.get("name", "")),
        suggested=item is None and bool(suggestion),
        due_at=case.due_at,
        handled_at=case.handled_at,
        clock=clock_of(case, now),
        in_compound=case.in_compound,
        report_count=case.report_count,
        reopened=case.reopened,
        lead=case.lead.short_name if case.lead else "",
        reported_at=case.reported_at,
        version=case.version,
        is_example=case.is_example,
    )


@dataclass(frozen=True, slots=True)
class Nearby:
    """A case near a point, without anybody's words: open, or just closed and perhaps not fixed."""

    id: UUID
    item_name: str
    reported_at: datetime
    metres: int
    report_count: int
    closed_at: datetime | None


def nearby(*, lon: float, lat: float, now: datetime, metres: int = 80, most: int = 3) -> tuple[Nearby, ...]:
    """Return cases of the last 30 days around a point: open, or just closed and perhaps not fixed (W11).

    Only the item's name is told, and only of items the list calls public: a quarrel at home is nobody's news.
    """
    window = timedelta(days=doors.settings().reopen_days)
    d_lat = metres / _METRES_A_DEGREE
    d_lon = d_lat / max(cos(radians(lat)), 0.01)
    cases = (
        Case.objects.select_related("item")
        .filter(
            lat__range=(lat - d_lat, lat + d_lat),
            lon__range=(lon - d_lon, lon + d_lon),
            reported_at__gte=now - timedelta(days=30),
        )
        .filter(~Q(state__in=_FINAL) | Q(state=State.CLOSED.value, closed_at__gte=now - window))
        .order_by("-reported_at")[:20]
    )
    found = [(case, case.item.code if case.item else str(case.suggestion.get("code", ""))) for case in cases]
    public = catalogue.public_codes([code for _, code in found], on=routing.today(now))
    near = []
    for case, code in found:
        name = case.item.name if case.item else str(case.suggestion.get("name", ""))
        if code in public and case.lon is not None and case.lat is not None:
            east = (case.lon - lon) * cos(radians(lat)) * _METRES_A_DEGREE
            north = (case.lat - lat) * _METRES_A_DEGREE
            far = round((east**2 + north**2) ** 0.5)
            closed_at = case.closed_at if case.state == State.CLOSED else None
            near.append(Nearby(case.pk, name, case.reported_at, far, case.report_count, closed_at))
    return tuple(sorted(near, key=lambda each: each.metres)[:most])


def duplicates_of(actor: Actor, case: Case, *, now: datetime, most: int = 5) -> tuple[QueueRow, ...]:
    """Return open cases that may be the same matter: near it, or with its item in the same place."""
    same = (
        Q(place_unit=case.place_unit, item=case.item) if case.place_unit and case.item else Q(pk__isnull=True)
    )
    if case.lon is not None and case.lat is not None:
        d_lat = 150 / _METRES_A_DEGREE
        d_lon = d_lat / max(cos(radians(case.lat)), 0.01)
        same |= Q(
            lat__range=(case.lat - d_lat, case.lat + d_lat), lon__range=(case.lon - d_lon, case.lon + d_lon)
        )
    found = list(
        cases_for(actor)
        .filter(same, reported_at__gte=now - timedelta(days=30))
        .exclude(pk=case.pk)
        .exclude(state__in=_FINAL)
        .order_by("-reported_at")[:most]
    )
    names = _names(found)
    return tuple(_row(each, names, now) for each in found)
