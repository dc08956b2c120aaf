"""Every act on a whistle: one act, one address, one permission."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from mulin.api import acts, shown
from mulin.api import whistle_said as said
from mulin.api.auth import StaffRequest
from mulin.cases.actions import answering, evaluating, ruling, whistling

router = Router(tags=["whistles"])


def _on(request: StaffRequest, case_id: UUID, act: Any, body: said.OnWhistle, **more: Any) -> HttpResponse:
    return acts._act(request, case_id, partial(act, whistle_id=UUID(body.whistle)), body, **more)


@router.post("/{uuid:case_id}/whistle_units", response=shown.CaseBrief, operation_id="whistle_units")
def whistle_units(request: StaffRequest, case_id: UUID, body: said.WhistleSaid) -> HttpResponse:
    """Whistle (吹哨): call the next level, one unit or several with one lead."""
    act = partial(whistling.whistle_units, units=[each.asked() for each in body.units], ask=body.ask)
    act = partial(act, item=body.item or "", off_list=body.off_list, grade=body.grade)
    return acts._act(request, case_id, act, body)


@router.post("/{uuid:case_id}/report_in", response=shown.CaseBrief, operation_id="report_in")
def report_in(request: StaffRequest, case_id: UUID, body: said.ReportInSaid) -> HttpResponse:
    """Report in (报到) for a called unit."""
    return _on(request, case_id, answering.report_in, body, arrives_at=body.arrives_at, crew=body.crew)


@router.post("/{uuid:case_id}/refuse_whistle", response=shown.CaseBrief, operation_id="refuse_whistle")
def refuse_whistle(request: StaffRequest, case_id: UUID, body: said.RefuseSaid) -> HttpResponse:
    """Refuse to report in, by rule, with evidence and a better unit; the common superior rules."""
    act = partial(answering.refuse_whistle, reason=body.reason, rule=body.rule, documents=body.documents)
    return _on(request, case_id, act, body, cites=body.photos, better_unit=body.better_unit)


@router.post("/{uuid:case_id}/reply_whistle", response=shown.CaseBrief, operation_id="reply_whistle")
def reply_whistle(request: StaffRequest, case_id: UUID, body: said.ReplySaid) -> HttpResponse:
    """Reply with what the unit did."""
    return _on(request, case_id, answering.reply_whistle, body, cites=body.photos, result=body.result)


@router.post("/{uuid:case_id}/call_more_units", response=shown.CaseBrief, operation_id="call_more_units")
def call_more_units(request: StaffRequest, case_id: UUID, body: said.CallMoreSaid) -> HttpResponse:
    """Call more units (加叫单位)."""
    return _on(request, case_id, whistling.call_more_units, body, units=[each.asked() for each in body.units])


@router.post(
    "/{uuid:case_id}/change_whistle_lead", response=shown.CaseBrief, operation_id="change_whistle_lead"
)
def change_whistle_lead(request: StaffRequest, case_id: UUID, body: said.LeadSaid) -> HttpResponse:
    """Name another called unit as the lead (换主办)."""
    return _on(request, case_id, whistling.change_whistle_lead, body, unit=body.unit, reason=body.reason)


@router.post("/{uuid:case_id}/urge_units", response=shown.CaseBrief, operation_id="urge_units")
def urge_units(request: StaffRequest, case_id: UUID, body: said.UrgeSaid) -> HttpResponse:
    """Remind units that owe an answer (催报到)."""
    return _on(request, case_id, whistling.urge_units, body, units=body.units, words=body.words)


@router.post("/{uuid:case_id}/sum_up_whistle", response=shown.CaseBrief, operation_id="sum_up_whistle")
def sum_up_whistle(request: StaffRequest, case_id: UUID, body: said.SummarySaid) -> HttpResponse:
    """Sum up (汇总结论) as the lead, once every called unit has replied."""
    return _on(request, case_id, answering.sum_up_whistle, body, summary=body.summary)


@router.post("/{uuid:case_id}/end_whistle", response=shown.CaseBrief, operation_id="end_whistle")
def end_whistle(request: StaffRequest, case_id: UUID, body: said.EndSaid) -> HttpResponse:
    """End the whistle: the caller confirms the summary."""
    return _on(request, case_id, whistling.end_whistle, body, note=body.note)


@router.post("/{uuid:case_id}/rule_on_refusal", response=shown.CaseBrief, operation_id="rule_on_refusal")
def rule_on_refusal(request: StaffRequest, case_id: UUID, body: said.RulingSaid) -> HttpResponse:
    """Rule on a refusal (裁定) as the common superior."""
    act = partial(ruling.rule_on_refusal, ruling_id=body.ruling, outcome=body.outcome, unit=body.unit)
    return acts._act(request, case_id, act, body, rule=body.rule, words=body.words)


@router.post("/{uuid:case_id}/evaluate_whistle", response=shown.CaseBrief, operation_id="evaluate_whistle")
def evaluate_whistle(request: StaffRequest, case_id: UUID, body: said.JudgementSaid) -> HttpResponse:
    """Judge the other side (互评), once and sealed."""
    act = partial(evaluating.evaluate_whistle, judged=body.judged, scores=body.scores)
    return _on(request, case_id, act, body, words=body.words)


@router.post(
    "/{uuid:case_id}/object_to_evaluation", response=shown.CaseBrief, operation_id="object_to_evaluation"
)
def object_to_evaluation(request: StaffRequest, case_id: UUID, body: said.ObjectionSaid) -> HttpResponse:
    """Answer an opened evaluation, once."""
    return _on(request, case_id, evaluating.object_to_evaluation, body, judge=body.judge, words=body.words)
