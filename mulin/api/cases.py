"""What staff ask about cases, and how they enter a report for somebody."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator

from mulin.api import answers, reports, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.actions import handling, intake
from mulin.cases.queries import clock_past, worklist
from mulin.cases.queries import page as pages
from mulin.cases.queries.clock_past import Ask, Compliance
from mulin.kernel.ids import new_id

router = Router(tags=["cases"])
Page = Annotated[int, Query(ge=1, le=200, description="pages of 50")]


@router.get("/cases", response=worklist.QueuePage, operation_id="list_cases")
def list_cases(request: StaffRequest, filters: Query[said.QueueAsked], page: Page = 1) -> HttpResponse:
    """Read one page of a queue, most pressing first."""
    found = worklist.queue(
        request.auth, tab=filters.tab, filters=filters.as_filter(), now=timezone.now(), page=page
    )
    return answers.answer(found)


@router.get("/clocks/asks", response=list[Ask], operation_id="list_asks")
def list_asks(request: StaffRequest) -> HttpResponse:
    """Read the suspensions and extensions that wait for your decision, the most pressing first."""
    return answers.answer(list(clock_past.asks_waiting(request.auth)))


@router.get("/clocks/compliance", response=list[Compliance], operation_id="read_compliance")
def read_compliance(request: StaffRequest, since: datetime, until: datetime) -> HttpResponse:
    """Read how each milestone begun in a period was kept; every number is its cases."""
    begun, ended = (at if at.tzinfo else timezone.make_aware(at) for at in (since, until))
    found = clock_past.compliance(request.auth, since=begun, until=ended, now=timezone.now())
    return answers.answer(list(found))


@router.get("/search", response=worklist.QueuePage, operation_id="search_cases")
def search_cases(
    request: StaffRequest,
    text: Annotated[str, Query(min_length=1, max_length=100), AfterValidator(said.storable)],
    page: Page = 1,
) -> HttpResponse:
    """Search all cases you may see, open or over, newest first; two Chinese characters are enough."""
    return answers.answer(worklist.search(request.auth, text=text, now=timezone.now(), page=page))


@router.get("/cases/{uuid:case_id}", response=shown.CaseShown, operation_id="read_case")
def read_case(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Read a case whole: its voices, its parts, its timeline, and what you may do to it now."""
    return answers.answer(shown.case(pages.case_page(request.auth, case_id, now=timezone.now())))


@router.post("/cases/{uuid:case_id}/contact", response=shown.ContactShown, operation_id="reveal_contact")
def reveal_contact(request: StaffRequest, case_id: UUID, body: said.RevealSaid) -> HttpResponse:
    """Look into the vault, with a reason; the person reads who looked and why.

    Never answered from a receipt: looking again is looking again.
    """
    details = handling.reveal_contact(
        case_id=case_id,
        report_id=UUID(body.report_id),
        reason=body.reason,
        actor=request.auth,
        now=timezone.now(),
    )
    return answers.answer({"phone": details.phone, "name": details.name})


@router.post("/staff/reports", response={201: shown.StaffReportTaken}, operation_id="enter_report")
def enter_report(request: StaffRequest, body: said.StaffReportSaid) -> HttpResponse:
    """Enter a report that came by telephone, over the counter, on paper, or from another system."""
    source_no = body.source_no or answers.key_of(request) or str(new_id())

    def act() -> dict[str, Any]:
        filed = intake.file_report(
            filing=reports.filing_of(body, channel=body.channel, source=body.source, source_no=source_no),
            actor=request.auth,
            now=timezone.now(),
        )
        return {
            "tracking_code": filed.report.tracking_code,
            "replayed": filed.replayed,
            "report_id": filed.report.pk,
            "case": shown.brief(filed.case),
        }

    return answers.answer_once(request, act, who=request.auth.account_id, status=201)
