"""The grid log: a month by type, its entries; write one, correct one."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.worklog.actions import logs as acts
from mulin.worklog.queries import logs

router = Router(tags=["worklog"])
Code = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(said.storable)]
Asked = Annotated[str, Query(max_length=32), AfterValidator(said.storable)]


class TypeShown(shown.Shown):
    """How many entries of one type a month has."""

    code: str
    name: str
    name_en: str
    n: int


class LogEntryShown(shown.Shown):
    """An entry: of which type, where, when, what."""

    id: UUID
    kind: str
    unit: str
    text: str
    on: date
    written_at: datetime
    case_id: UUID | None
    is_correction: bool


class LogShown(shown.Shown):
    """A month of the log: counts by type, and a page of its entries, newest first."""

    month: date
    counts: list[TypeShown]
    entries: list[LogEntryShown]
    page: int
    has_more: bool


class EntrySaid(said.Said):
    """What was done; no name, telephone or door of a resident."""

    kind: Code
    text: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(said.storable)]
    on: Annotated[date, Field(strict=False)]


class NewEntrySaid(EntrySaid):
    """What was done, and where."""

    unit: said.UnitCode
    case_id: Annotated[UUID, Field(strict=False)] | None = None


@router.get("/logs", response=LogShown, operation_id="list_logs")
def list_logs(
    request: StaffRequest,
    month: Annotated[date | None, Query(description="any day of it; this month if none")] = None,
    kind: Asked = "",
    unit: Asked = "",
    page: Annotated[int, Query(ge=1, le=1000, description="pages of 50")] = 1,
) -> HttpResponse:
    """Read a month of the log of the units you read, or of those at and below one of them."""
    start = (month or timezone.localdate()).replace(day=1)
    counts = logs.counts(request.auth, month=start, unit=unit)
    found = logs.entries(request.auth, month=start, kind=kind, unit=unit, page=page)
    types, names = TypeShown.model_fields, LogEntryShown.model_fields
    return answers.answer(
        {
            "month": start,
            "counts": [{name: getattr(one, name) for name in types} for one in counts],
            "entries": [{name: getattr(one, name) for name in names} for one in found[: logs.PAGE]],
            "page": page,
            "has_more": len(found) > logs.PAGE,
        }
    )


@router.post("/logs", response=LogEntryShown, operation_id="write_log")
def write_log(request: StaffRequest, body: NewEntrySaid) -> HttpResponse:
    """Write down what was done on a day in a unit (五小 and the like)."""

    def done() -> dict[str, object]:
        made = acts.write_log(
            unit=body.unit,
            kind=body.kind,
            text=body.text,
            on=body.on,
            case_id=body.case_id,
            actor=request.auth,
            now=timezone.now(),
        )
        return _shown(logs.line(made))

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/logs/{uuid:entry_id}/correct_log", response=LogEntryShown, operation_id="correct_log")
def correct_log(request: StaffRequest, entry_id: UUID, body: EntrySaid) -> HttpResponse:
    """Put an entry in the place of one that was wrong; both stay, the new one counts."""

    def done() -> dict[str, object]:
        made = acts.correct_log(
            entry_id=entry_id,
            kind=body.kind,
            text=body.text,
            on=body.on,
            actor=request.auth,
            now=timezone.now(),
        )
        return _shown(logs.line(made))

    return answers.answer_once(request, done, who=request.auth.account_id)


def _shown(line: logs.Line) -> dict[str, object]:
    return {name: getattr(line, name) for name in LogEntryShown.model_fields}
