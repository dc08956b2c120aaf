"""Promises to everybody: read by anybody, commented on by residents, made and kept by units."""

from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, limits, photos, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.actions.intake import SourceNumberReused
from mulin.cases.rules.intake import Channel, Kind
from mulin.kernel.actor import PUBLIC
from mulin.kernel.ids import new_id
from mulin.ledger.actions import KeyReused
from mulin.publications.actions import comments, promises
from mulin.publications.queries import comments as found_comments
from mulin.publications.queries import promises as found
from mulin.publications.rules import promises as rules
from mulin.publications.rules.comments import WORDS_MOST, CommentState
from mulin.publications.rules.promises import Act, Standing

public = Router(tags=["promises"])
router = Router(tags=["promises"])
Page = Annotated[int, Query(ge=1, le=500, description="pages of 20")]
Because = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(said.storable)]
Reason = Annotated[str, Field(min_length=1, max_length=rules.WORDS_MOST), AfterValidator(said.storable)]
KindCode = Annotated[str, Query(max_length=32, pattern=r"^[0-9A-Za-z_.\-]*$")]


class PromiseShown(shown.Shown):
    """A promise and how it stands today."""

    id: UUID
    title: str
    unit: str
    unit_kind: str
    address: str
    standing: Standing
    due_on: date
    days_late: int
    postponed: int
    over_at: datetime | None
    published_at: datetime
    comments: int
    comments_released: int


class PromisesShown(shown.Shown):
    """One page of promises."""

    promises: list[PromiseShown]
    page: int
    has_more: bool


class TurnShown(shown.Shown):
    """What was done to a promise; a new date stands beside the old one."""

    act: Act
    at: datetime
    words: str
    was_due_on: date | None
    due_on: date
    was_late: bool
    photos: list[str]


class CommentShown(shown.Shown):
    """A comment that somebody has read over."""

    at: datetime
    kind: Kind
    words: str


class PromiseWhole(shown.Shown):
    """A promise with its history and its released comments."""

    promise: PromiseShown
    what: str
    first_due_on: date
    turns: list[TurnShown]
    released: list[CommentShown]


class PromiseStands(shown.Shown):
    """Where a promise stands after an act."""

    id: UUID
    state: rules.PromiseState
    due_on: date
    version: int


class CommentTaken(shown.Shown):
    """A comment has come in: the tracking code leads to its answer."""

    tracking_code: str
    tracking_url: str


class CommentStands(shown.Shown):
    """Where a comment stands after an act."""

    id: UUID
    state: CommentState


class WaitingShown(shown.Shown):
    """A comment as who decides on it reads it."""

    id: UUID
    promise_id: UUID
    promise: str
    unit: str
    case_id: UUID
    kind: Kind
    said: str
    words: str
    because: str
    state: CommentState
    at: datetime


class CommentsWaiting(shown.Shown):
    """One page of the comments that wait for you."""

    comments: list[WaitingShown]
    page: int
    has_more: bool


class CommentSaid(said.Said):
    """What a resident has to say about a promise."""

    text: Annotated[str, Field(min_length=1, max_length=WORDS_MOST), AfterValidator(said.storable)]
    kind: Kind = Field(Kind.OPINION, strict=False, description="`opinion` or `suggestion`")


class PromiseSaid(said.Said):
    """What a unit promises."""

    unit: said.UnitCode
    title: Annotated[str, Field(min_length=1, max_length=rules.TITLE_MOST), AfterValidator(said.storable)]
    what: Annotated[str, Field(min_length=1, max_length=rules.WHAT_MOST), AfterValidator(said.storable)]
    due_on: date = Field(strict=False)
    address: Annotated[str, Field(max_length=rules.ADDRESS_MOST), AfterValidator(said.storable)] = ""
    case_id: UUID | None = Field(None, strict=False, description="the case it is about; shown to staff only")


class KeptSaid(said.ActSaid):
    """How one can see that it is kept."""

    evidence: said.Words
    photos: list[said.PhotoRef] = Field([], max_length=rules.PHOTOS_MOST)


class PostponedSaid(said.ActSaid):
    """The later day, and why."""

    due_on: date = Field(strict=False)
    reason: Reason


class WithdrawnSaid(said.ActSaid):
    """Why it is taken back."""

    reason: Reason


class ReleasedSaid(said.Said):
    """The words that everybody will read: nobody is named in them."""

    words: Annotated[str, Field(min_length=1, max_length=WORDS_MOST), AfterValidator(said.storable)]


class WithheldSaid(said.Said):
    """Why it is not shown."""

    because: Because


def _listed(row: object) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PromiseShown.model_fields}


@public.get("/promises", response=PromisesShown, operation_id="list_promises", auth=None)
def list_promises(
    request: HttpRequest, standing: Standing | None = None, kind: KindCode = "", page: Page = 1
) -> HttpResponse:
    """Read what units have promised, by how it stands and by kind of unit."""
    board = found.board(now=timezone.now(), standing=standing, kind=kind, page=page)
    rows = [_listed(row) for row in board.rows]
    return answers.answer({"promises": rows, "page": board.page, "has_more": board.has_more})


@public.get("/promises/{uuid:promise_id}", response=PromiseWhole, operation_id="read_promise", auth=None)
def read_promise(request: HttpRequest, promise_id: UUID) -> HttpResponse:
    """Read one promise: every date it had, what was done, what residents say of it."""
    return answers.answer(found.promise_page(promise_id, now=timezone.now()))


@public.post(
    "/promises/{uuid:promise_id}/comments",
    response={201: CommentTaken},
    operation_id="comment_on_promise",
    auth=None,
)
def comment_on_promise(request: HttpRequest, promise_id: UUID, body: CommentSaid) -> HttpResponse:
    """Say something about a promise; it is answered under its tracking code, and shown once read over."""
    limits.take_turn(request)
    # As a report: idempotent by its own number, so the key needs no receipt besides.
    key = answers.key_of(request)
    try:
        filed = comments.comment_on_promise(
            promise_id=promise_id,
            text=body.text,
            kind=body.kind,
            channel=Channel.API,
            key=sha256(key.encode()).hexdigest()[:40] if key else new_id().hex,
            actor=PUBLIC,
            now=timezone.now(),
        )
    except SourceNumberReused:
        raise KeyReused("这个幂等键已经用于另一个请求", where=answers.KEY_HEADER) from None
    code = filed.report.tracking_code
    taken = {
        "tracking_code": code,
        "tracking_url": request.build_absolute_uri(f"/api/v1/reports/{code}"),
    }
    return answers.answer(taken, status=201, replayed=filed.replayed)


def _stands(request: StaffRequest, act: Any) -> HttpResponse:
    """Do an act on a promise once per key, and answer where it stands then."""

    def done() -> dict[str, object]:
        promise = act(actor=request.auth, now=timezone.now())
        return {name: getattr(promise, name) for name in PromiseStands.model_fields}

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/promises/publish_promise", response=PromiseStands, operation_id="publish_promise")
def publish_promise(request: StaffRequest, body: PromiseSaid) -> HttpResponse:
    """Promise something to everybody, in the name of your unit, by a day."""
    return _stands(request, partial(promises.publish_promise, **body.model_dump()))


@router.post("/promises/{uuid:promise_id}/keep_promise", response=PromiseStands, operation_id="keep_promise")
def keep_promise(request: StaffRequest, promise_id: UUID, body: KeptSaid) -> HttpResponse:
    """Say that it is kept (兑现), with the evidence everybody may look at."""

    def act(**who: Any) -> object:
        return promises.keep_promise(
            promise_id=promise_id,
            evidence=body.evidence,
            photos=photos.cited(body.photos),
            version=body.version,
            **who,
        )

    return _stands(request, act)


@router.post(
    "/promises/{uuid:promise_id}/postpone_promise", response=PromiseStands, operation_id="postpone_promise"
)
def postpone_promise(request: StaffRequest, promise_id: UUID, body: PostponedSaid) -> HttpResponse:
    """Put it off to a later day (改期), with the reason; the old day stays in sight."""
    return _stands(request, partial(promises.postpone_promise, promise_id=promise_id, **body.model_dump()))


@router.post(
    "/promises/{uuid:promise_id}/withdraw_promise", response=PromiseStands, operation_id="withdraw_promise"
)
def withdraw_promise(request: StaffRequest, promise_id: UUID, body: WithdrawnSaid) -> HttpResponse:
    """Take it back (撤回), with the reason; it stays in sight."""
    return _stands(request, partial(promises.withdraw_promise, promise_id=promise_id, **body.model_dump()))


@router.get("/promise-comments", response=CommentsWaiting, operation_id="list_comments")
def list_comments(request: StaffRequest, page: Page = 1) -> HttpResponse:
    """Read the comments that wait until you let everybody read them, or not."""
    rows, has_more = found_comments.waiting(request.auth, page=page)
    return answers.answer({"comments": rows, "page": page, "has_more": has_more})


def _decided(request: StaffRequest, act: Any) -> HttpResponse:
    def done() -> dict[str, object]:
        comment = act(actor=request.auth, now=timezone.now())
        return {"id": comment.pk, "state": comment.state}

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post(
    "/promise-comments/{uuid:comment_id}/release_comment",
    response=CommentStands,
    operation_id="release_comment",
)
def release_comment(request: StaffRequest, comment_id: UUID, body: ReleasedSaid) -> HttpResponse:
    """Let everybody read a comment (公开意见), in words that name nobody."""
    return _decided(request, partial(comments.release_comment, comment_id=comment_id, words=body.words))


@router.post(
    "/promise-comments/{uuid:comment_id}/withhold_comment",
    response=CommentStands,
    operation_id="withhold_comment",
)
def withhold_comment(request: StaffRequest, comment_id: UUID, body: WithheldSaid) -> HttpResponse:
    """Keep a comment from being shown (不公开), with the reason; its writer is answered all the same."""
    return _decided(request, partial(comments.withhold_comment, comment_id=comment_id, because=body.because))
