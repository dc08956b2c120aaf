"""What stands beside invented cases of the demonstration: supervision, mediation, visit-backs, appeal …"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from mulin.cases.actions import appeals, handling, mediating, supervising, triage, visits, voice
from mulin.cases.queries import marks, mediations, supervisions
from mulin.cases.rules.aftercare import Mark, Method, Satisfied, Solved, VisitOutcome, VisitSaid
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.mediation import Consent, Party
from mulin.kernel.actor import PUBLIC
from mulin.people.queries.units import ancestor_of_kind

if TYPE_CHECKING:
    from mulin.cli.demo import Drive

UNSATISFIED: Final = VisitSaid(
    Method.PHONE,
    VisitOutcome.CONTACTED,
    True,
    Solved.NO,
    Satisfied.NO,
    words="只管了一天（示例）",
)


def supervised(drive: "Drive") -> None:
    """Let the county supervise whoever has it in hand, who replies: the re-check is due."""
    case = drive.page().case
    county = ancestor_of_kind(case.desk, "county")
    if county is None:
        return
    reason = "居民反映多日未解决，请说明进展和办结时间（示例）"
    drive.act(supervising.supervise_case, Act.SUPERVISE, unit_id=county.pk, reason=reason)
    (item,) = supervisions.open_items(drive.page().case)
    drive.act(
        supervising.reply_supervision,
        Act.REPLY_SUPERVISION,
        unit_id=item.unit_id,
        supervision_id=item.pk,
        text="配件今天到货，明天上午装好，装好后报请复查（示例）",
    )


def doubted(drive: "Drive") -> None:
    """Let a resident say that it is not fixed: a third party has to ask."""
    (report, *_others) = drive.page().reports
    code = report.tracking_code
    voice.ask_reopen(tracking_code=code, reason="过了一天又是老样子（示例）", actor=PUBLIC, now=drive.later())


def unsatisfied(drive: "Drive") -> None:
    """Let the visit-back find it unsolved: the case is taken up again."""
    doubted(drive)
    visit = next(each for each in marks.after_of(drive.page().case).visits if each.done_at is None)
    drive.act(visits.record_visit, Act.VISIT, unit_id=visit.unit_id, visit_id=visit.pk, said=UNSATISFIED)


def appealed(drive: "Drive") -> None:
    """Let the lead of a case closed too late appeal."""
    case = drive.page().case
    if case.lead_id is not None and Mark.LATE in marks.marks_of(case):
        grounds = "材料由上级统一采购，停工通知见附件（示例）"
        drive.act(appeals.appeal_mark, Act.APPEAL, unit_id=case.lead_id, mark=Mark.LATE, grounds=grounds)


def excluded(drive: "Drive") -> None:
    """Let the street propose to leave a case out of the figures."""
    street = drive.page().case.dispatcher_id
    if street is not None:
        words = {"code": "test", "grounds": "演练时上报的（示例）"}
        drive.act(appeals.propose_exclusion, Act.EXCLUDE, unit_id=street, **words)


def bounced(drive: "Drive") -> None:
    """Let the lead return a case twice: the common superior has to say whose it is."""
    lead = drive.page().case.lead
    for reason in ("不在合同约定的范围内（示例）", "管线归属没有移交给我们（示例）"):
        drive.act(handling.return_case, Act.RETURN, reason=reason)
        if drive.page().case.returns == 1 and lead is not None:
            drive.act(triage.dispatch_case, Act.DISPATCH, lead=lead.code, reason="先到现场看一下（示例）")


def mediated(drive: "Drive") -> None:
    """Let the community's mediator talk with both, who agreed to it."""
    drive.act(
        mediating.propose_mediation,
        Act.PROPOSE_MEDIATION,
        unit_id=drive.page().case.dispatcher_id or 0,
    )
    file = mediations.running(drive.page().case)
    if file is None:
        return
    unit, which = file.unit_id, {"mediation_id": file.pk}
    for party, how in ((Party.FIRST, Consent.IN_PERSON), (Party.SECOND, Consent.PHONE)):
        drive.act(mediating.record_consent, Act.CONSENT, unit_id=unit, party=party, how=how, **which)
    said = "楼上说孩子夜里醒了要走动；楼下说十点以后想安静。双方愿意下周再谈（示例）"
    drive.act(
        mediating.hold_session, Act.HOLD_SESSION, place="社区调解室（示例）", unit_id=unit, text=said, **which
    )


AFTER: Final[Mapping[str, Callable[["Drive"], None]]] = {
    "supervised": supervised,
    "doubted": doubted,
    "unsatisfied": unsatisfied,
    "appealed": appealed,
    "excluded": excluded,
    "bounced": bounced,
    "mediated": mediated,
}
