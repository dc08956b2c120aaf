"""Closed cases of the little city with what stands beside them: visits, appeals, exclusions."""

from datetime import date, datetime, timedelta
from uuid import UUID

from mulin.cases.actions import appeals, checking, handling, triage, visiting
from mulin.cases.models import Appeal, Case, Exclusion, Formula, Phrase, Report, Visit
from mulin.cases.rules.aftercare import Mark, Method, Satisfied, Solved, VisitOutcome, VisitSaid, VisitWhy
from tests.make import cases as make
from tests.make.cases import NOON, City

REACHED = VisitSaid(Method.PHONE, VisitOutcome.CONTACTED, True, Solved.YES, Satisfied.YES)
BAD = VisitSaid(Method.PHONE, VisitOutcome.CONTACTED, True, Solved.NO, Satisfied.NO)
NOBODY = VisitSaid(Method.PHONE, VisitOutcome.NOT_REACHED)
REFUSED = VisitSaid(Method.PHONE, VisitOutcome.REFUSED)


def words() -> None:
    """Word the script and the reasons, and publish the formula."""
    Phrase.objects.create(kind="question", code="tidy", position=1, text="现场干净吗", choices=["是", "否"])
    Phrase.objects.create(kind="exclusion", code="impossible", position=1, text="不可抗力（示例）")
    Formula.objects.create(
        name="示例公式", from_on=date(2026, 1, 1), basic_percent=90, partly_percent=0, response_weight=10,
        solution_weight=50, satisfaction_weight=40, published_at=NOON,
    )  # fmt: skip


def closed(here: City, *, at: datetime = NOON, callable_: bool = True) -> Case:
    """Return a closed case whose voice agreed to be rung."""
    filed = make.filed(contact=make.contact() if callable_ else None, now=at)
    Case.objects.filter(pk=filed.case.pk).update(place_unit=here.grid, desk=here.street)
    case_id = filed.case.pk
    triage.dispatch_case(case_id=case_id, lead="firm", reason="示例", actor=here.dispatcher, now=at)
    handling.accept_case(case_id=case_id, actor=here.handler, now=at)
    handling.finish_case(case_id=case_id, result="好了", actor=here.handler, now=at)
    checking.pass_check(case_id=case_id, actor=here.checker, now=at)
    for report in Report.objects.filter(case_id=case_id):
        checking.answer_report(case_id=case_id, report_id=report.pk, text="好了", actor=here.checker, now=at)
    return checking.close_case(case_id=case_id, actor=here.checker, now=at)


def to_visit(here: City, *, at: datetime = NOON) -> Case:
    """Return a closed case with a visit-back on the street's desk."""
    case = closed(here, at=at)
    report = case.reports.get()
    visiting.open_drawn([(case, report)], unit=here.street, plan=None, now=at)  # type: ignore[arg-type]
    return case


def visit_of(case: Case) -> Visit:
    """Return the newest visit of a case."""
    return Visit.objects.filter(case=case).latest("opened_at")


def doubted(here: City) -> Case:
    """Return a closed case about which somebody else must ask."""
    case = closed(here)
    visiting.open_visit(case, case.reports.get(), why=VisitWhy.DOUBT, now=NOON)
    return case


def late(here: City) -> Case:
    """Return a case closed after its deadline."""
    case = closed(here)
    Case.objects.filter(pk=case.pk).update(due_at=NOON - timedelta(hours=1))
    return Case.objects.get(pk=case.pk)


def appealed(here: City) -> Case:
    """Return a late case whose lead appeals."""
    case = late(here)
    return appeals.appeal_mark(
        case_id=case.pk, mark=Mark.LATE, grounds="停水通知（示例）", actor=here.handler, now=NOON
    )


def reviewed(here: City) -> Case:
    """Return an appeal that awaits its decision."""
    case = appealed(here)
    return appeals.review_appeal(
        case_id=case.pk, appeal_id=appeal_of(case), advice=True, words="属实", actor=here.dispatcher, now=NOON
    )


def appeal_of(case: Case) -> UUID:
    """Return the appeal of a case."""
    return UUID(str(Appeal.objects.get(case=case).pk))


def proposed(here: City) -> Case:
    """Return a closed case that the street wants left out."""
    if not Phrase.objects.exists():
        words()
    case = closed(here)
    return appeals.propose_exclusion(
        case_id=case.pk, code="impossible", grounds="暴雨（示例）", actor=here.dispatcher, now=NOON
    )


def closed_with_words(here: City) -> Case:
    """Return a closed case in a city that has its words."""
    if not Phrase.objects.exists():
        words()
    return closed(here)


def exclusion_of(case: Case) -> UUID:
    """Return the exclusion of a case."""
    return UUID(str(Exclusion.objects.get(case=case).pk))
