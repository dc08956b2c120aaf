"""After-care over the API: visit-backs, appeals, exclusions."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.actions import appeals, visits
from mulin.cases.rules.aftercare import Mark, Method, Satisfied, Solved, VisitOutcome, VisitSaid

if TYPE_CHECKING:
    from mulin.cases.models import Case

router = Router(tags=["after-care"])
Id = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(said.storable)]
Maybe = Annotated[str, Field(max_length=500), AfterValidator(said.storable)]


class VisitMade(said.ActSaid):
    """One try of a visit-back; who was not reached, or did not want it, has answered nothing."""

    visit_id: Id
    method: Method = Field(Method.PHONE, strict=False)
    outcome: VisitOutcome = Field(strict=False)
    responded: bool | None = Field(None, description="did the handling unit get in touch?")
    solved: Solved | None = Field(None, strict=False)
    satisfied: Satisfied | None = Field(None, strict=False)
    answers: dict[str, Maybe] = Field({}, max_length=50, description="by code of the script's questions")
    words: Maybe = ""


class AppealSaid(said.ActSaid):
    """Which mark is wrong, and why."""

    mark: Mark = Field(strict=False)
    grounds: Text


class AppealReviewed(said.ActSaid):
    """What a first look says; another level decides."""

    appeal_id: Id
    advice: bool
    words: Text


class AppealDecided(said.ActSaid):
    """Whether the mark still counts."""

    appeal_id: Id
    granted: bool
    words: Text


class ExclusionSaid(said.ActSaid):
    """Why a case should be left out of the figures."""

    code: Annotated[str, Field(pattern=said.CODE_PATTERN, description="code of a reason the city has named")]
    grounds: Text


class ExclusionSettled(said.ActSaid):
    """Whether a second person agrees."""

    exclusion_id: Id
    agreed: bool
    words: Maybe = ""


def _act(
    request: StaffRequest, case_id: UUID, act: Callable[..., "Case"], body: said.ActSaid, **more: Any
) -> HttpResponse:
    def done() -> dict[str, object]:
        now = timezone.now()
        return shown.brief(act(case_id=case_id, version=body.version, actor=request.auth, now=now, **more))

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/cases/{uuid:case_id}/record_visit", response=shown.CaseBrief, operation_id="record_visit")
def record_visit(request: StaffRequest, case_id: UUID, body: VisitMade) -> HttpResponse:
    """Write down a visit-back (回访); "not solved" or "not satisfied" reopens the case inside its window."""
    told = VisitSaid(
        method=body.method,
        outcome=body.outcome,
        responded=body.responded,
        solved=body.solved,
        satisfied=body.satisfied,
        answers=body.answers,
        words=body.words,
    )
    act = partial(visits.record_visit, visit_id=UUID(body.visit_id), said=told)
    return _act(request, case_id, act, body)


@router.post("/cases/{uuid:case_id}/appeal_mark", response=shown.CaseBrief, operation_id="appeal_mark")
def appeal_mark(request: StaffRequest, case_id: UUID, body: AppealSaid) -> HttpResponse:
    """Appeal a mark (申诉), once, by the unit it concerns."""
    return _act(request, case_id, appeals.appeal_mark, body, mark=body.mark, grounds=body.grounds)


@router.post("/cases/{uuid:case_id}/review_appeal", response=shown.CaseBrief, operation_id="review_appeal")
def review_appeal(request: StaffRequest, case_id: UUID, body: AppealReviewed) -> HttpResponse:
    """Look at an appeal first."""
    act = partial(appeals.review_appeal, appeal_id=UUID(body.appeal_id))
    return _act(request, case_id, act, body, advice=body.advice, words=body.words)


@router.post("/cases/{uuid:case_id}/decide_appeal", response=shown.CaseBrief, operation_id="decide_appeal")
def decide_appeal(request: StaffRequest, case_id: UUID, body: AppealDecided) -> HttpResponse:
    """Decide an appeal: the fact stays, what is counted changes."""
    act = partial(appeals.decide_appeal, appeal_id=UUID(body.appeal_id))
    return _act(request, case_id, act, body, granted=body.granted, words=body.words)


@router.post(
    "/cases/{uuid:case_id}/propose_exclusion", response=shown.CaseBrief, operation_id="propose_exclusion"
)
def propose_exclusion(request: StaffRequest, case_id: UUID, body: ExclusionSaid) -> HttpResponse:
    """Propose that a case be left out of the figures (剔除)."""
    return _act(request, case_id, appeals.propose_exclusion, body, code=body.code, grounds=body.grounds)


@router.post(
    "/cases/{uuid:case_id}/confirm_exclusion", response=shown.CaseBrief, operation_id="confirm_exclusion"
)
def confirm_exclusion(request: StaffRequest, case_id: UUID, body: ExclusionSettled) -> HttpResponse:
    """Confirm an exclusion, or drop it: a second person of another post."""
    act = partial(appeals.confirm_exclusion, exclusion_id=UUID(body.exclusion_id))
    return _act(request, case_id, act, body, agreed=body.agreed, words=body.words)
