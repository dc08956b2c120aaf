"""The reception log of a day (来访接待): read it, add a line."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.actions import intake
from mulin.cases.queries import receptions
from mulin.cases.rules.intake import Channel, ReceptionEnd

router = Router(tags=["reports"])


class ReceptionShown(shown.Shown):
    """What somebody came, rang or wrote for; `case_id` once it is a report."""

    id: UUID
    at: datetime
    unit: str
    channel: Channel
    matter: str
    outcome: ReceptionEnd
    case_id: UUID | None


class ReceptionsShown(shown.Shown):
    """A page of a day's log, newest first."""

    receptions: list[ReceptionShown]
    page: int
    has_more: bool


class ReceptionSaid(said.Said):
    """What somebody came for and how it went; no name, no telephone."""

    matter: Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(said.storable)]
    outcome: ReceptionEnd = Field(ReceptionEnd.ANSWERED, strict=False)


@router.get("/receptions", response=ReceptionsShown, operation_id="list_receptions")
def list_receptions(
    request: StaffRequest,
    day: date | None = None,
    unit: Annotated[str, Query(max_length=32), AfterValidator(said.storable)] = "",
    channel: Channel | None = None,
    page: Annotated[int, Query(ge=1, le=1000, description="pages of 50")] = 1,
) -> HttpResponse:
    """Read the reception log of a day: your units', and those below whose cases you see."""
    found = receptions.log(
        request.auth, day=day or timezone.localdate(), unit=unit, channel=channel, page=page
    )
    names = ReceptionShown.model_fields
    rows = [{name: getattr(line, name) for name in names} for line in found[: receptions.PAGE]]
    return answers.answer({"receptions": rows, "page": page, "has_more": len(found) > receptions.PAGE})


@router.post("/receptions", response=ReceptionShown, operation_id="log_reception")
def log_reception(request: StaffRequest, body: ReceptionSaid) -> HttpResponse:
    """Write down a walk-in reception and how it ended; what becomes a report is filed as one."""

    def done() -> dict[str, object]:
        made = intake.log_reception(
            matter=body.matter, outcome=body.outcome, actor=request.auth, now=timezone.now()
        )
        return {
            "id": made.pk,
            "at": made.at,
            "unit": made.unit.short_name,
            "channel": Channel.COUNTER.value,
            "matter": made.matter,
            "outcome": made.outcome,
            "case_id": None,
        }

    return answers.answer_once(request, done, who=request.auth.account_id)
