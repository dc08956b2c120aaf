"""Every act of staff on a case: one act, one address, one permission."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from mulin.api import answers, photos, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.actions import checking, handling, holding, supervising, triage

if TYPE_CHECKING:
    from mulin.cases.models import Case

router = Router(tags=["acts"])


def _act(
    request: StaffRequest,
    case_id: UUID,
    act: Callable[..., "Case"],
    body: said.ActSaid,
    *,
    cites: Sequence[str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Do ``act`` once per key, with the photos it ``cites``, and answer where the case stands then."""

    def done() -> dict[str, object]:
        shots = {} if cites is None else {"photos": photos.cited(cites)}
        return shown.brief(
            act(
                case_id=case_id, version=body.version, actor=request.auth, now=timezone.now(), **shots, **more
            )
        )

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/{uuid:case_id}/register_case", response=shown.CaseBrief, operation_id="register_case")
def register_case(request: StaffRequest, case_id: UUID, body: said.ActSaid) -> HttpResponse:
    """Take a case on (立案)."""
    return _act(request, case_id, triage.register_case, body)


@router.post("/{uuid:case_id}/correct_place", response=shown.CaseBrief, operation_id="correct_place")
def correct_place(request: StaffRequest, case_id: UUID, body: said.PlaceSaid) -> HttpResponse:
    """Say where it really is, by point or by address."""
    act = partial(triage.correct_place, lon=body.longitude, lat=body.latitude, address=body.address)
    return _act(request, case_id, act, body)


@router.post("/{uuid:case_id}/match_item", response=shown.CaseBrief, operation_id="match_item")
def match_item(request: StaffRequest, case_id: UUID, body: said.ItemSaid) -> HttpResponse:
    """Match it to an item of the list in force."""
    return _act(request, case_id, triage.match_item, body, item=body.item)


@router.post("/{uuid:case_id}/merge_case", response=shown.CaseBrief, operation_id="merge_case")
def merge_case(request: StaffRequest, case_id: UUID, body: said.MergeSaid) -> HttpResponse:
    """Link a duplicate: its reports are answered with the case it joins."""
    return _act(request, case_id, triage.merge_case, body, into=UUID(body.into), reason=body.reason)


@router.post("/{uuid:case_id}/dispatch_case", response=shown.CaseBrief, operation_id="dispatch_case")
def dispatch_case(request: StaffRequest, case_id: UUID, body: said.DispatchSaid) -> HttpResponse:
    """Send it to its lead (派遣): by the dispatch table, or by hand with a reason."""
    act = partial(triage.dispatch_case, lead=body.lead, assist=body.assist, notify=body.notify)
    return _act(request, case_id, act, body, reason=body.reason, precedent=body.precedent)


@router.post("/{uuid:case_id}/decline_case", response=shown.CaseBrief, operation_id="decline_case")
def decline_case(request: StaffRequest, case_id: UUID, body: said.BecauseSaid) -> HttpResponse:
    """Refuse it (不予受理), with the reason everybody who reported it reads."""
    return _act(request, case_id, triage.decline_case, body, reason=body.reason)


@router.post("/{uuid:case_id}/accept_case", response=shown.CaseBrief, operation_id="accept_case")
def accept_case(request: StaffRequest, case_id: UUID, body: said.ActSaid) -> HttpResponse:
    """Accept it (签收): from now on the lead answers for it."""
    return _act(request, case_id, handling.accept_case, body)


@router.post("/{uuid:case_id}/return_case", response=shown.CaseBrief, operation_id="return_case")
def return_case(request: StaffRequest, case_id: UUID, body: said.ReturnSaid) -> HttpResponse:
    """Return it (退单) to who dispatched it, with the reason."""
    return _act(
        request, case_id, handling.return_case, body, reason=body.reason, better_unit=body.better_unit
    )


@router.post("/{uuid:case_id}/ask_resident", response=shown.CaseBrief, operation_id="ask_resident")
def ask_resident(request: StaffRequest, case_id: UUID, body: said.QuestionSaid) -> HttpResponse:
    """Ask who reported it, or for things to bring (一次性告知); they read it under their tracking code."""
    act = partial(handling.ask_resident, question=body.question, requirements=body.requirements)
    return _act(request, case_id, act, body)


@router.post("/{uuid:case_id}/add_note", response=shown.CaseBrief, operation_id="add_note")
def add_note(request: StaffRequest, case_id: UUID, body: said.NoteSaid) -> HttpResponse:
    """Write a note that only staff read."""
    return _act(request, case_id, handling.add_note, body, cites=body.photos, text=body.text)


@router.post("/{uuid:case_id}/add_public_note", response=shown.CaseBrief, operation_id="add_public_note")
def add_public_note(request: StaffRequest, case_id: UUID, body: said.PublicNoteSaid) -> HttpResponse:
    """Write a note that everybody who reported it reads as well."""
    return _act(request, case_id, handling.add_public_note, body, text=body.text)


@router.post("/{uuid:case_id}/finish_case", response=shown.CaseBrief, operation_id="finish_case")
def finish_case(request: StaffRequest, case_id: UUID, body: said.ResultSaid) -> HttpResponse:
    """Report the result with its evidence; somebody else checks it."""
    return _act(request, case_id, handling.finish_case, body, cites=body.photos, result=body.result)


@router.post("/{uuid:case_id}/pass_check", response=shown.CaseBrief, operation_id="pass_check")
def pass_check(request: StaffRequest, case_id: UUID, body: said.CheckSaid) -> HttpResponse:
    """Confirm the result (核查通过)."""
    return _act(request, case_id, checking.pass_check, body, note=body.note)


@router.post("/{uuid:case_id}/fail_check", response=shown.CaseBrief, operation_id="fail_check")
def fail_check(request: StaffRequest, case_id: UUID, body: said.BecauseSaid) -> HttpResponse:
    """Send the result back to the lead (核查不通过)."""
    return _act(request, case_id, checking.fail_check, body, reason=body.reason)


@router.post("/{uuid:case_id}/answer_report", response=shown.CaseBrief, operation_id="answer_report")
def answer_report(request: StaffRequest, case_id: UUID, body: said.AnswerSaid) -> HttpResponse:
    """Answer one report (反馈)."""
    return _act(
        request, case_id, checking.answer_report, body, report_id=UUID(body.report_id), text=body.text
    )


@router.post("/{uuid:case_id}/close_case", response=shown.CaseBrief, operation_id="close_case")
def close_case(request: StaffRequest, case_id: UUID, body: said.ActSaid) -> HttpResponse:
    """Close it (结案): not by the handler, not with a report unanswered."""
    return _act(request, case_id, checking.close_case, body)


@router.post("/{uuid:case_id}/uphold_decline", response=shown.CaseBrief, operation_id="uphold_decline")
def uphold_decline(request: StaffRequest, case_id: UUID, body: said.BecauseSaid) -> HttpResponse:
    """Confirm a refusal after review."""
    return _act(request, case_id, checking.uphold_decline, body, reason=body.reason)


@router.post("/{uuid:case_id}/admit_case", response=shown.CaseBrief, operation_id="admit_case")
def admit_case(request: StaffRequest, case_id: UUID, body: said.BecauseSaid) -> HttpResponse:
    """Take it on after review."""
    return _act(request, case_id, checking.admit_case, body, reason=body.reason)


@router.post("/{uuid:case_id}/reopen_case", response=shown.CaseBrief, operation_id="reopen_case")
def reopen_case(request: StaffRequest, case_id: UUID, body: said.BecauseSaid) -> HttpResponse:
    """Reopen a closed case (重办)."""
    return _act(request, case_id, checking.reopen_case, body, reason=body.reason)


@router.post("/{uuid:case_id}/supervise_case", response=shown.CaseBrief, operation_id="supervise_case")
def supervise_case(request: StaffRequest, case_id: UUID, body: said.SuperviseSaid) -> HttpResponse:
    """Make a unit answer for it (督办)."""
    return _act(request, case_id, supervising.supervise_case, body, reason=body.reason, unit=body.unit)


@router.post("/{uuid:case_id}/reply_supervision", response=shown.CaseBrief, operation_id="reply_supervision")
def reply_supervision(request: StaffRequest, case_id: UUID, body: said.SupervisionReplySaid) -> HttpResponse:
    """Answer a supervision in the name of the unit it asks."""
    act = partial(supervising.reply_supervision, supervision_id=UUID(body.supervision_id))
    return _act(request, case_id, act, body, text=body.text)


@router.post(
    "/{uuid:case_id}/verify_supervision", response=shown.CaseBrief, operation_id="verify_supervision"
)
def verify_supervision(
    request: StaffRequest, case_id: UUID, body: said.SupervisionVerdictSaid
) -> HttpResponse:
    """Settle an answered supervision, or send it back."""
    act = partial(supervising.verify_supervision, supervision_id=UUID(body.supervision_id), good=body.good)
    return _act(request, case_id, act, body, text=body.text)


@router.post("/{uuid:case_id}/ask_suspension", response=shown.CaseBrief, operation_id="ask_suspension")
def ask_suspension(request: StaffRequest, case_id: UUID, body: said.SuspendSaid) -> HttpResponse:
    """Ask that the clock stand (挂账) through a day."""
    return _act(
        request,
        case_id,
        holding.ask_suspension,
        body,
        reason=body.reason.value,
        until=body.until,
        words=body.words,
    )


@router.post("/{uuid:case_id}/grant_suspension", response=shown.CaseBrief, operation_id="grant_suspension")
def grant_suspension(request: StaffRequest, case_id: UUID, body: said.NoteSaidWithIt) -> HttpResponse:
    """Let the clock stand from now on; another unit than the one that asked."""
    return _act(request, case_id, holding.grant_suspension, body, note=body.note)


@router.post("/{uuid:case_id}/refuse_suspension", response=shown.CaseBrief, operation_id="refuse_suspension")
def refuse_suspension(request: StaffRequest, case_id: UUID, body: said.BecauseSaid) -> HttpResponse:
    """Refuse a suspension, with the reason."""
    return _act(request, case_id, holding.refuse_suspension, body, reason=body.reason)


@router.post("/{uuid:case_id}/resume_case", response=shown.CaseBrief, operation_id="resume_case")
def resume_case(request: StaffRequest, case_id: UUID, body: said.NoteSaidWithIt) -> HttpResponse:
    """Let a standing clock go on with what was left."""
    return _act(request, case_id, holding.resume_case, body, note=body.note)


@router.post("/{uuid:case_id}/ask_extension", response=shown.CaseBrief, operation_id="ask_extension")
def ask_extension(request: StaffRequest, case_id: UUID, body: said.AskMoreSaid) -> HttpResponse:
    """Ask for the original limit once more (延期)."""
    return _act(request, case_id, holding.ask_extension, body, words=body.words)


@router.post("/{uuid:case_id}/grant_extension", response=shown.CaseBrief, operation_id="grant_extension")
def grant_extension(request: StaffRequest, case_id: UUID, body: said.NoteSaidWithIt) -> HttpResponse:
    """Give the original limit once more; another unit than the one that asked."""
    return _act(request, case_id, holding.grant_extension, body, note=body.note)


@router.post("/{uuid:case_id}/refuse_extension", response=shown.CaseBrief, operation_id="refuse_extension")
def refuse_extension(request: StaffRequest, case_id: UUID, body: said.BecauseSaid) -> HttpResponse:
    """Refuse more time, with the reason."""
    return _act(request, case_id, holding.refuse_extension, body, reason=body.reason)


@router.post("/{uuid:case_id}/meet_milestone", response=shown.CaseBrief, operation_id="meet_milestone")
def meet_milestone(request: StaffRequest, case_id: UUID, body: said.MilestoneSaid) -> HttpResponse:
    """Say that a milestone (到场、方案 …) is reached."""
    return _act(request, case_id, holding.meet_milestone, body, milestone=body.milestone, text=body.text)
