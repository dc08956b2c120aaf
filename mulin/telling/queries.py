"""What telling answers: a desk's notices, how many are unread, and the messages that did not get out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count

from mulin.kernel.actor import Actor
from mulin.telling import policy
from mulin.telling.models import Notice, Outgoing
from mulin.telling.rules import texts
from mulin.telling.rules.routes import Fate

PAGE: Final = 50
COUNT_MOST: Final = 100  # the bell says "99+" beyond
STUCK: Final = (Fate.DEAD.value, Fate.OFF.value, Fate.DROPPED.value)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice, in the reader's language."""

    id: int
    at: datetime
    words: str
    text: str
    unit: str
    case_id: UUID
    number: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of notices, newest first."""

    rows: tuple[NoticeRow, ...]
    page: int
    has_more: bool
    unread: int


def unread(actor: Actor) -> int:
    """Return how many notices nobody of the actor's desks has read, counted up to ``COUNT_MOST``."""
    some = Notice.objects.filter(unit__in=policy.desks_of(actor), read_at=None)[:COUNT_MOST]
    return some.count()


def notices(actor: Actor, *, page: int = 1, unread_only: bool = False, language: str = "zh") -> NoticePage:
    """Return one page of the notices of the actor's desks."""
    found = Notice.objects.filter(unit__in=policy.desks_of(actor)).select_related("unit", "case")
    found = found.filter(read_at=None) if unread_only else found
    first = (page - 1) * PAGE
    rows = list(found.order_by("-at", "-id")[first : first + PAGE + 1])
    return NoticePage(
        rows=tuple(
            NoticeRow(
                id=row.pk,
                at=row.at,
                words=row.words,
                text=texts.text(row.words, row.facts, language=language),
                unit=row.unit.short_name,
                case_id=row.case_id,
                number=row.case.number,
                is_read=row.read_at is not None,
            )
            for row in rows[:PAGE]
        ),
        page=page,
        has_more=len(rows) > PAGE,
        unread=unread(actor),
    )


@dataclass(frozen=True, slots=True)
class StuckRow:
    """A message that did not get out: to whom in general, never the number."""

    id: UUID
    at: datetime
    channel: str
    words: str
    to: str  # the unit's name; "" for a resident
    number: str
    state: Fate
    attempts: int
    fault: str


def stuck(actor: Actor, *, page: int = 1) -> tuple[tuple[StuckRow, ...], bool]:
    """Return one page of the messages that did not get out, newest first, and whether there are more.

    :raises NotAllowed: no post of the actor permits it
    """
    policy.require(actor, policy.READ_OUTBOX)
    first = (page - 1) * PAGE
    found = Outgoing.objects.filter(state__in=STUCK).select_related("unit", "case").order_by("-at", "pk")
    rows = list(found[first : first + PAGE + 1])
    shown = tuple(
        StuckRow(
            id=row.pk,
            at=row.at,
            channel=row.channel,
            words=row.words,
            to=row.unit.short_name if row.unit else "",
            number=row.case.number,
            state=Fate(row.state),
            attempts=row.attempts,
            fault=row.fault,
        )
        for row in rows[:PAGE]
    )
    return shown, len(rows) > PAGE


def outbox(actor: Actor) -> Mapping[str, int]:
    """Return how many messages wait and how many did not get out, each counted up to a thousand.

    :raises NotAllowed: no post of the actor permits it
    """
    policy.require(actor, policy.READ_OUTBOX)
    counts = dict.fromkeys((*STUCK, "waiting", "sending"), 0)
    for states in (STUCK, ("waiting", "sending")):
        some = Outgoing.objects.filter(state__in=states).values("pk")[:1_000]
        found = Outgoing.objects.filter(pk__in=some).values_list("state").annotate(n=Count("pk"))
        counts |= dict(found.order_by())
    return counts
