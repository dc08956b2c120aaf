"""Comments on promises, for who decides which of them everybody reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.people.models import Unit
from mulin.publications import policy
from mulin.publications.models import Comment
from mulin.publications.rules.comments import CommentState

PAGE: Final = 20
PAGES_MOST: Final = 500
COUNT_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment as who decides on it reads it; its writer stays unknown."""

    id: UUID
    promise_id: UUID
    promise: str
    unit: str
    case_id: UUID
    kind: str
    said: str
    words: str  # as everybody reads them, or would
    because: str
    state: CommentState
    at: datetime


def waiting(actor: Actor, *, page: int = 1) -> tuple[tuple[CommentRow, ...], bool]:
    """Return one page of the comments that wait for ``actor``, oldest first, and whether there are more."""
    first = (min(max(page, 1), PAGES_MOST) - 1) * PAGE
    found = _looked_over(actor).filter(state=CommentState.WAITING.value)
    rows = list(found.order_by("at", "pk")[first : first + PAGE + 1])
    return tuple(map(_row, rows[:PAGE])), len(rows) > PAGE


def count_waiting(actor: Actor) -> int:
    """Return how many comments wait for ``actor``, counted up to ``COUNT_MOST``."""
    return _looked_over(actor).filter(state=CommentState.WAITING.value)[:COUNT_MOST].count()


def of_promise(actor: Actor, promise_id: UUID) -> tuple[CommentRow, ...]:
    """Return the newest comments on a promise if ``actor`` decides on them, held back ones too."""
    found = _looked_over(actor).filter(promise=promise_id).order_by("-at", "-pk")
    return tuple(map(_row, found[:PAGE]))


def comment_to_change(comment_id: UUID) -> Comment:
    """Return a comment with its row locked until the transaction ends.

    :raises NotFound: there is none
    """
    found = Comment.objects.select_for_update(of=("self",)).select_related("promise__unit", "report")
    comment = found.filter(pk=comment_id).first()
    if comment is None:
        raise NotFound("没有这条意见")
    return comment


def _looked_over(actor: Actor) -> QuerySet[Comment]:
    units = Unit.objects.filter(policy.units_looked_over(actor))
    return Comment.objects.filter(promise__unit__in=units).select_related("promise__unit", "report")


def _row(comment: Comment) -> CommentRow:
    return CommentRow(
        id=comment.pk,
        promise_id=comment.promise_id,
        promise=comment.promise.title,
        unit=comment.promise.unit.short_name,
        case_id=comment.report.case_id,
        kind=comment.report.kind,
        said=comment.report.text,
        words=comment.words or comment.report.text,
        because=comment.because,
        state=CommentState(comment.state),
        at=comment.at,
    )
