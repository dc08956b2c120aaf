"""Residents comment on promises: each comment is a report, answered as any, and shown once it is released."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from mulin.cases.actions.intake import Filed, file_report
from mulin.cases.rules.intake import Channel, Filing, Kind
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.kernel.ids import new_id
from mulin.kernel.wording import written
from mulin.ledger.actions import record, whole
from mulin.publications import policy
from mulin.publications.models import Comment, Promise
from mulin.publications.queries.comments import comment_to_change
from mulin.publications.rules import comments as rules
from mulin.publications.rules.comments import CommentState
from mulin.publications.rules.promises import Act

SOURCE = "promise"  # who numbers the reports that comments are


@whole
def comment_on_promise(
    *,
    promise_id: UUID,
    text: str,
    kind: Kind,
    channel: Channel,
    key: str,
    actor: Actor,
    now: datetime,
) -> Filed:
    """Take a resident's comment on a promise: a report with its own tracking code, and an answer to come.

    :param key: makes it idempotent: the same key with the same words is the same comment
    :raises BadInput: it says nothing or too much, or is neither an opinion nor a suggestion
    :raises NotFound: there is no such promise
    :raises SourceNumberReused: the key came before with other words
    """
    text = rules.said(text, kind)
    promise = Promise.objects.filter(pk=promise_id).first()
    if promise is None:
        raise NotFound("没有这项承诺")
    filing = Filing(
        text=text,
        channel=channel,
        source=SOURCE,
        source_no=f"{promise.pk.hex}:{key}",
        kind=kind,
        title=f"对公开承诺「{promise.title}」的意见建议",
        address=promise.address,
        anonymous=True,
    )
    filed = file_report(filing=filing, actor=actor, now=now)
    if filed.replayed:
        return filed
    comment = Comment.objects.create(
        id=new_id(), promise=promise, report=filed.report, state=CommentState.WAITING.value, at=now
    )
    Promise.objects.filter(pk=promise.pk).update(comments=F("comments") + 1)
    said, report = str(comment.pk), str(filed.report.pk)
    record("promise.commented", subject=promise.pk, actor=actor, at=now, said=said, report=report)
    return filed


@whole
def release_comment(*, comment_id: UUID, words: str, actor: Actor, now: datetime) -> Comment:
    """Let everybody read a comment, in words that name nobody.

    :raises BadInput: there are no words, or they hold what looks like personal data
    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it there
    :raises OwnPromise: the actor's post is one of the unit that promised
    :raises CommentSettled: it is shown already
    """
    words = rules.shown(words)
    comment, as_unit = _begin(Act.RELEASE, comment_id, actor)
    _decide(comment, as_unit, actor, now, words=words, because="")
    Promise.objects.filter(pk=comment.promise_id).update(comments_released=F("comments_released") + 1)
    _note("promise.comment_released", comment, as_unit, actor, now)
    return comment


@whole
def withhold_comment(*, comment_id: UUID, because: str, actor: Actor, now: datetime) -> Comment:
    """Keep a comment from being shown, with the reason; its writer is answered all the same.

    :raises BadInput: no reason was given
    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it there
    :raises OwnPromise: the actor's post is one of the unit that promised
    :raises CommentSettled: it is held back already
    """
    because = written(because, where="because", most=300)
    comment, as_unit = _begin(Act.WITHHOLD, comment_id, actor)
    if comment.words:
        Promise.objects.filter(pk=comment.promise_id).update(comments_released=F("comments_released") - 1)
    _decide(comment, as_unit, actor, now, words="", because=because)
    _note("promise.comment_withheld", comment, as_unit, actor, now)
    return comment


def _begin(act: Act, comment_id: UUID, actor: Actor) -> tuple[Comment, int | None]:
    """Lock, authorise, ask the rule; the comment comes back in its next state, not saved yet."""
    comment = comment_to_change(comment_id)
    as_unit = policy.require_other(actor, act, comment.promise.unit)
    comment.state = rules.after(CommentState(comment.state), act).value
    return comment, as_unit


def _decide(comment: Comment, as_unit: int | None, actor: Actor, now: datetime, **changes: str) -> None:
    decided = {"decided_at": now, "decided_by_id": actor.staff_id, "decided_unit_id": as_unit, **changes}
    for name, value in decided.items():
        setattr(comment, name, value)
    comment.save(update_fields=["state", "decided_at", "decided_by", "decided_unit", *changes])


def _note(kind: str, comment: Comment, as_unit: int | None, actor: Actor, now: datetime) -> None:
    record(kind, subject=comment.promise_id, actor=actor, at=now, as_unit=as_unit, said=str(comment.pk))
