"""What desks were told, what is supervised, and what gateways say of messages."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.queries import supervisions
from mulin.cases.rules.supervision import Stage
from mulin.telling import queries
from mulin.telling.actions import reading, sending

router = Router(tags=["telling"])
Page = Annotated[int, Query(ge=1, le=1000, description="pages of 50")]


class NoticeShown(shown.Shown):
    """One notice of a desk, in Chinese."""

    id: int
    at: datetime
    words: str
    text: str
    unit: str
    case_id: UUID
    number: str
    is_read: bool


class NoticesShown(shown.Shown):
    """One page of notices, newest first."""

    notices: list[NoticeShown]
    page: int
    has_more: bool
    unread: int


class ReadShown(shown.Shown):
    """How many notices were unread until now."""

    read: int


class SupervisionShown(shown.Shown):
    """One supervision and how it stands."""

    id: UUID
    case_id: UUID
    number: str
    unit: str
    stage: Stage
    raised_by: str
    raised_at: datetime
    due_at: datetime
    is_late: bool
    why: str
    reply: str
    replied_at: datetime | None
    verdict: str
    verified_at: datetime | None
    returns: int
    bulletin: str


class SupervisionsShown(shown.Shown):
    """One page of supervisions."""

    supervisions: list[SupervisionShown]
    page: int
    has_more: bool


class ReadSaid(said.Said):
    """Which notices were read; none named means all."""

    notices: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Field(max_length=200)] = []


class ReceiptSaid(said.Said):
    """What became of a message."""

    delivered: bool
    status: Annotated[str, Field(max_length=80), AfterValidator(said.storable)] = ""


@router.get("/notices", response=NoticesShown, operation_id="list_notices")
def list_notices(request: StaffRequest, page: Page = 1, unread: bool = False) -> HttpResponse:
    """Read what the desks of your posts were told, newest first."""
    found = queries.notices(request.auth, page=page, unread_only=unread)
    return answers.answer(
        {"notices": found.rows, "page": found.page, "has_more": found.has_more, "unread": found.unread}
    )


@router.post("/notices/read", response=ReadShown, operation_id="mark_read")
def mark_read(request: StaffRequest, body: ReadSaid) -> HttpResponse:
    """Mark notices of your desks as read."""

    def done() -> dict[str, object]:
        ids = body.notices or None
        return {"read": reading.mark_read(notice_ids=ids, actor=request.auth, now=timezone.now())}

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.get("/supervisions", response=SupervisionsShown, operation_id="list_supervisions")
def list_supervisions(request: StaffRequest, stage: Stage | None = None, page: Page = 1) -> HttpResponse:
    """Read what is supervised (督办) among the cases you may see."""
    board = supervisions.board(request.auth, stage=stage, now=timezone.now(), page=page)
    names = SupervisionShown.model_fields
    rows = [{name: getattr(row, name) for name in names} for row in board.rows]
    return answers.answer({"supervisions": rows, "page": board.page, "has_more": board.has_more})


@router.post("/messages/{uuid:message_id}/receipt", response=shown.Done, operation_id="acknowledge_message")
def acknowledge_message(request: StaffRequest, message_id: UUID, body: ReceiptSaid) -> HttpResponse:
    """Say what became of a message; news that no longer fits is kept and changes nothing."""

    def done() -> dict[str, object]:
        sending.acknowledge_message(
            message_id=message_id,
            delivered=body.delivered,
            status=body.status,
            actor=request.auth,
            now=timezone.now(),
        )
        return {"done": True}

    return answers.answer_once(request, done, who=request.auth.account_id)
