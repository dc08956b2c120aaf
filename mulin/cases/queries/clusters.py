"""Cases on the map: clusters of those an actor may see, by tile and day, and the cases behind one."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, Count, IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from mulin.cases import policy
from mulin.cases.models import Case
from mulin.cases.queries import spots
from mulin.cases.queries.worklist import Clock, QueueRow, clock_of, rows_of
from mulin.cases.rules.cells import LEVEL, Cluster, cells_in, clusters, fine_level, placed
from mulin.cases.rules.spots import OPEN, Span
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput

PAGE: Final = 100
WIDE: Final = 16  # nearer, a tile holds few cases
TONES: Final = {Clock.OVERDUE: "bad", Clock.SOON: "warn", Clock.IN_TIME: "ok"}


class Which(StrEnum):
    """Which cases the map shows: those open on the day, or all that had come in by then."""

    OPEN = "open"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked about: a day, which cases of it, and between which days they came in (both included)."""

    on: date
    which: Which = Which.OPEN
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise BadInput("结束要晚于开始", where="until")


@dataclass(frozen=True, slots=True)
class Found:
    """A cluster, or the one case it is: its number and how it stands, nobody's words."""

    cluster: Cluster
    id: UUID | None = None
    number: str = ""
    state: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The cases behind a cluster, newest first, and the key the next page begins after."""

    rows: tuple[QueueRow, ...]
    next: str


def found_in(actor: Actor, z: int, x: int, y: int, *, look: Look, now: datetime) -> list[Found]:
    """Return the clusters of a tile: every case the actor may see is counted in exactly one."""
    cases = _seen(actor, look, now)
    first, after = cells_in(z, x, y)
    shift = 2 * (LEVEL - fine_level(z))
    if z <= WIDE and spots.is_large():
        sight, span = spots.sight_of(actor), _span(look, now)
        fine = spots.spots().counted(first, after, shift, span=span, sight=sight)
    else:
        coarser = RawSQL("cases_case.cell >> %s", (shift,), IntegerField())
        counted = _between(cases, [(first, after)]).annotate(fine=coarser).values("fine").order_by()
        fine = list(counted.annotate(count=Count("*")).values_list("fine", "count"))
    found = clusters(z, x, y, fine)
    singles = _singles(cases, [each for each in found if each.count == 1])
    is_now = look.on >= _day(now)
    return [_told(each, singles.get(each.first), (z, x, y), now if is_now else None) for each in found]


def cases_in(actor: Actor, z: int, x: int, y: int, *, look: Look, now: datetime, after: str = "") -> Listed:
    """Return a page of the cases of a tile or a cluster, newest first.

    :raises BadInput: ``after`` is no key of a page
    """
    cases = _between(_seen(actor, look, now), [cells_in(z, x, y)])
    if after:
        at, pk = _key(after)
        cases = cases.filter(Q(reported_at__lt=at) | Q(reported_at=at, pk__lt=pk))
    page = list(cases.order_by("-reported_at", "-pk").values_list("reported_at", "pk")[: PAGE + 1])
    shown = page[:PAGE]
    following = f"{shown[-1][0].isoformat()}_{shown[-1][1]}" if len(page) > PAGE else ""
    return Listed(rows_of(actor, [pk for _, pk in shown], now=now), following)


def _seen(actor: Actor, look: Look, now: datetime) -> QuerySet[Case]:
    cases = Case.objects.filter(policy.seen_by(actor))
    if look.on < _day(now):
        cases = cases.filter(reported_at__lt=_end(look.on))
        if look.which is Which.OPEN:
            cases = cases.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=_end(look.on)))
    elif look.which is Which.OPEN:
        cases = cases.filter(closed_at__isnull=True)
    if look.since is not None:
        cases = cases.filter(reported_at__gte=_end(look.since - timedelta(days=1)))
    if look.until is not None:
        cases = cases.filter(reported_at__lt=_end(look.until))
    return cases


def _span(look: Look, now: datetime) -> Span:
    """Return the same days as ``_seen`` narrows to, in minutes."""
    is_now = look.on >= _day(now)
    ends = [_end(day) for day in ((None if is_now else look.on), look.until) if day is not None]
    is_open = look.which is Which.OPEN
    return Span(
        since=_minute(_end(look.since - timedelta(days=1))) if look.since else 0,
        before=min((_minute(end) for end in ends), default=OPEN),
        open_at=(OPEN if is_now else _minute(_end(look.on))) if is_open else None,
    )


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _between(cases: QuerySet[Case], ranges: list[tuple[int, int]]) -> QuerySet[Case]:
    """Return the cases in ranges of cells: the column is the database's own (migration 0013)."""
    words = " or ".join(["cases_case.cell >= %s and cases_case.cell < %s"] * len(ranges))
    values = [bound for pair in ranges for bound in pair]
    return cases.filter(RawSQL(words, values, BooleanField()))  # noqa: S611 - our own words


def _singles(cases: QuerySet[Case], alone: list[Cluster]) -> dict[int, tuple[Case, int]]:
    if not alone:
        return {}
    lean = _between(cases, [(each.first, each.after) for each in alone]).annotate(
        cell=RawSQL("cases_case.cell", (), IntegerField())
    )
    told = lean.only("number", "state", "due_at", "dispatched_at", "reported_at")
    width = alone[0].after - alone[0].first
    return {case.cell // width * width: (case, case.cell) for case in told}


def _told(
    cluster: Cluster, single: tuple[Case, int] | None, tile: tuple[int, int, int], now: datetime | None
) -> Found:
    if single is None:
        return Found(cluster)
    case, cluster = single[0], placed(cluster, single[1], tile)
    if now is None:  # how it stood on a past day the ledger knows; a dot on a map need not
        return Found(cluster, case.pk, case.number)
    clock = clock_of(case, now)
    return Found(cluster, case.pk, case.number, case.state, TONES[clock] if clock else "")


def _key(after: str) -> tuple[Any, UUID]:
    at, _, pk = after.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        raise BadInput("这一页的位置不对，请从第一页看起", where="after") from None


def _day(now: datetime) -> date:
    return now.astimezone(timezone.get_default_timezone()).date()


def _end(on: date) -> datetime:
    """Return the first moment after a day of the city."""
    return datetime.combine(on + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone())
