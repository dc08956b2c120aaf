"""Promises as everybody reads them, and which acts are open to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound, NotPossible
from mulin.people.models import Unit, UnitKind
from mulin.people.queries.days import day_of
from mulin.publications import policy
from mulin.publications.models import Comment, Promise, Turn
from mulin.publications.rules import promises as rules
from mulin.publications.rules.comments import CommentState
from mulin.publications.rules.promises import Act, PromiseState, Standing

PAGE: Final = 20
PAGES_MOST: Final = 500
COUNT_MOST: Final = 1_000  # "999+" beyond: nobody counts an unbounded table
COMMENTS_SHOWN: Final = 50
TURNS_SHOWN: Final = 100
_ORDER: Final = {
    Standing.RUNNING: ("due_on", "pk"),
    Standing.OVERDUE: ("due_on", "pk"),
    None: ("-published_at", "-pk"),
}


class StalePromise(NotPossible):
    """Somebody else acted on the promise since the page was read."""

    def __init__(self, version: int) -> None:
        super().__init__("刚才有人先办了一步，请看看改了什么", version=version)


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise in a list."""

    id: UUID
    title: str
    unit: str
    unit_kind: str
    address: str
    standing: Standing
    due_on: date
    days_late: int  # overdue by, or kept so many days after its date
    postponed: int
    over_at: datetime | None
    published_at: datetime
    comments: int
    comments_released: int


@dataclass(frozen=True, slots=True)
class PromiseList:
    """One page of promises."""

    rows: tuple[PromiseRow, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class TurnShown:
    """What was done to a promise, as everybody reads it."""

    act: Act
    at: datetime
    words: str
    was_due_on: date | None
    due_on: date
    was_late: bool  # put off only after its date had gone by
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommentShown:
    """A comment that somebody has read over."""

    at: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class PromisePage:
    """A promise with its history and the comments everybody may read."""

    promise: PromiseRow
    what: str
    first_due_on: date
    turns: tuple[TurnShown, ...]
    released: tuple[CommentShown, ...]


def board(
    *,
    now: datetime,
    standing: Standing | None = None,
    kind: str = "",
    units: Sequence[int] | None = None,
    page: int = 1,
) -> PromiseList:
    """Return one page of promises: running ones by their date, others the newest first."""
    today = day_of(now)
    found = _of(standing, today=today).select_related("unit")
    if kind:
        found = found.filter(unit__kind_id=kind)
    if units is not None:
        found = found.filter(unit__in=units)
    page = min(max(page, 1), PAGES_MOST)
    first = (page - 1) * PAGE
    rows = list(found.order_by(*_ORDER.get(standing, ("-over_at", "-pk")))[first : first + PAGE + 1])
    shown = tuple(_row(row, today=today) for row in rows[:PAGE])
    return PromiseList(shown, page, len(rows) > PAGE and page < PAGES_MOST)


def _of(standing: Standing | None, *, today: date) -> QuerySet[Promise]:
    match standing:
        case None:
            return Promise.objects.all()
        case Standing.RUNNING:
            return Promise.objects.filter(state=PromiseState.RUNNING.value, due_on__gte=today)
        case Standing.OVERDUE:
            return Promise.objects.filter(state=PromiseState.RUNNING.value, due_on__lt=today)
        case _:
            return Promise.objects.filter(state=standing.value)


def counts(*, now: datetime, units: Sequence[int] | None = None) -> dict[Standing, int]:
    """Return how many promises stand how, each counted up to ``COUNT_MOST``."""
    today, told = day_of(now), {}
    for standing in Standing:
        found = _of(standing, today=today)
        some = (found if units is None else found.filter(unit__in=units))[:COUNT_MOST]
        told[standing] = some.count()
    return told


def kinds() -> list[UnitKind]:
    """Return the kinds of unit that have promised something, highest first."""
    made = Promise.objects.filter(unit__kind=OuterRef("pk"))
    return list(UnitKind.objects.filter(Exists(made)).order_by("rank", "code"))


def promise_page(promise_id: UUID, *, now: datetime) -> PromisePage:
    """Return a promise with its history and its released comments, the newest first.

    :raises NotFound: there is none
    """
    promise = Promise.objects.select_related("unit").filter(pk=promise_id).first()
    if promise is None:
        raise NotFound("没有这项承诺")
    turns = list(Turn.objects.filter(promise=promise).order_by("pk")[:TURNS_SHOWN])
    released = Comment.objects.filter(promise=promise, state=CommentState.RELEASED.value)
    return PromisePage(
        promise=_row(promise, today=day_of(now)),
        what=promise.what,
        first_due_on=turns[0].due_on if turns else promise.due_on,
        turns=tuple(_turn(turn) for turn in turns),
        released=tuple(
            CommentShown(each.at, each.report.kind, each.words)
            for each in released.select_related("report").order_by("-at", "-pk")[:COMMENTS_SHOWN]
        ),
    )


def _row(promise: Promise, *, today: date) -> PromiseRow:
    state = PromiseState(promise.state)
    ended = day_of(promise.over_at) if promise.over_at else today
    return PromiseRow(
        id=promise.pk,
        title=promise.title,
        unit=promise.unit.name,
        unit_kind=promise.unit.kind_id,
        address=promise.address,
        standing=rules.standing(state, promise.due_on, today=today),
        due_on=promise.due_on,
        days_late=0 if state is PromiseState.WITHDRAWN else rules.days_late(promise.due_on, ended),
        postponed=promise.postponed,
        over_at=promise.over_at,
        published_at=promise.published_at,
        comments=promise.comments,
        comments_released=promise.comments_released,
    )


def _turn(turn: Turn) -> TurnShown:
    return TurnShown(
        act=Act(turn.act),
        at=turn.at,
        words=turn.words,
        was_due_on=turn.was_due_on,
        due_on=turn.due_on,
        was_late=turn.was_due_on is not None and day_of(turn.at) > turn.was_due_on,
        photos=tuple(turn.photos),
    )


def photo_is_shown(promise_id: UUID, digest: str) -> bool:
    """Return whether a photo is evidence of a promise."""
    return Turn.objects.filter(promise=promise_id, photos__contains=[digest]).exists()


def promise_to_change(promise_id: UUID, *, version: int | None) -> Promise:
    """Return a promise with its row locked until the transaction ends.

    :raises NotFound: there is none
    :raises StalePromise: ``version`` is given and is not the present one
    """
    found = Promise.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=promise_id)
    promise = found.first()
    if promise is None:
        raise NotFound("没有这项承诺")
    if version is not None and version != promise.version:
        raise StalePromise(promise.version)
    return promise


@dataclass(frozen=True, slots=True)
class Desk:
    """What staff see beside a promise: the case it is about, its version, and what they may do."""

    version: int
    case_id: UUID | None
    acts: tuple[Act, ...]


def desk_of(actor: Actor, promise_id: UUID) -> Desk:
    """Return what ``actor`` may do to a promise.

    :raises NotFound: there is none
    """
    promise = Promise.objects.select_related("unit").filter(pk=promise_id).first()
    if promise is None:
        raise NotFound("没有这项承诺")
    possible = rules.MOVES[PromiseState(promise.state)]
    acts = tuple(act for act in possible if policy.may(actor, act, promise.unit))
    return Desk(promise.version, promise.case_id, acts)


def own_units(actor: Actor) -> list[Unit]:
    """Return the units in whose name ``actor`` promises."""
    return list(Unit.objects.filter(pk__in=policy.own_units(actor)).order_by("code"))
