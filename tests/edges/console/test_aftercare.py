"""Visit-backs, appeals and figures on screen: forms lead where they say, the judged see nothing."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from mulin.cases.actions import visiting
from mulin.cases.models import Case, Visit
from mulin.cases.rules.aftercare import VisitWhy
from tests.make import console

DECIDER, SUPERVISOR, BRANCH = "S002", "S003", "S091"


def to_visit(*, contact: bool = True) -> tuple[Case, Visit]:
    case = console.case("closed", contact=contact)
    visit = visiting.open_visit(case, case.reports.get(), why=VisitWhy.DOUBT, now=timezone.now())
    assert visit is not None
    return case, visit


def said(browser: Client, case: Case, act: str, **words: object) -> Case:
    form = {"key": console.key(), "version": Case.objects.get(pk=case.pk).version, **words}
    done = browser.post(f"/console/cases/{case.pk}/acts/{act}/", form)
    assert done.status_code == 302, done.content.decode()
    return Case.objects.get(pk=case.pk)


def test_a_visit_is_listed_rung_and_written_down(city: None) -> None:
    case, visit = to_visit()
    browser = console.browser(console.COMMUNITY)
    page = browser.get("/console/visits/").content.decode()
    ring = f"/console/visits/{case.pk}/{visit.pk}/contact/"
    assert ring in page
    assert "13800001234" not in page
    assert "13800001234" not in browser.get(ring).content.decode()
    assert "13800001234" in browser.post(ring, {"reason": "回访，问办理结果"}).content.decode()
    form = browser.get(f"/console/cases/{case.pk}/acts/record_visit/").content.decode()
    assert "现场收拾干净了吗" in form
    again = said(
        browser, case, "record_visit", outcome="contacted", method="by_phone", responded="no",
        solved="not_solved", satisfied="unsatisfied", q_tidy="不干净", words="还在冒",
    )  # fmt: skip
    assert again.state == "registered"
    assert Visit.objects.get(pk=visit.pk).answers == {"tidy": "不干净"}
    for who in (console.FIRM, console.DISPATCHER):
        seen = console.browser(who).get(f"/console/cases/{case.pk}/").content.decode()
        assert "还在冒" not in seen
        assert "没有解决" not in seen


def test_in_a_compound_the_branch_asks_and_may_do_little_else(city: None) -> None:
    closed = console.case("closed", contact=True)
    Case.objects.filter(pk=closed.pk).update(in_compound=True)
    case = Case.objects.get(pk=closed.pk)
    visit = visiting.open_visit(case, case.reports.get(), why=VisitWhy.COMPOUND, now=timezone.now())
    assert visit is not None
    assert visit.unit.kind_id == "party_branch"
    (grant,) = console.actor(BRANCH).grants
    assert {act for act, _ in grant.permits} == {
        "see_case", "file_report", "add_note", "record_visit", "see_unit"
    }  # fmt: skip
    browser = console.browser(BRANCH)
    assert (
        f"/console/visits/{case.pk}/{visit.pk}/contact/" in browser.get("/console/visits/").content.decode()
    )
    done = said(
        browser, case, "record_visit", outcome="contacted", method="at_door", responded="yes",
        solved="solved", satisfied="satisfied", q_tidy="干净",
    )  # fmt: skip
    assert done.state == "closed"
    assert browser.get(f"/console/cases/{console.case('closed').pk}/").status_code == 404, (
        "not asked, not seen"
    )


def test_what_is_missing_is_said_beside_its_field(city: None) -> None:
    case, _visit = to_visit()
    form = {"key": console.key(), "version": case.version, "outcome": "contacted", "method": "by_phone"}
    refused = console.browser(console.COMMUNITY).post(f"/console/cases/{case.pk}/acts/record_visit/", form)
    assert refused.status_code == 422
    assert "请选一项" in refused.content.decode()


def test_a_sample_is_previewed_and_drawn(city: None) -> None:
    for _ in range(3):
        console.case("closed", contact=True)
    browser, today = console.browser(console.DISPATCHER), timezone.localdate()
    asked = {"since": today.isoformat(), "until": today.isoformat(), "wanted": "2", "seed": "公开摇号-1"}
    assert "抽一个样本" in browser.get("/console/visits/plans/").content.decode()
    preview = browser.get("/console/visits/plans/", asked).content.decode()
    assert "从 3 件里会抽到 2 件" in preview
    assert not Visit.objects.exists()
    assert browser.post("/console/visits/plans/", asked).status_code == 302
    assert Visit.objects.count() == 2
    assert "公开摇号-1" in browser.get("/console/visits/plans/").content.decode()
    assert browser.get("/console/visits/plans/", {**asked, "until": "2020-01-01"}).status_code == 422
    assert console.browser(console.FIRM).get("/console/visits/plans/").status_code == 403


def test_an_appeal_goes_its_two_levels(city: None) -> None:
    case = console.case("closed")
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=3))
    said(console.browser(console.FIRM), case, "appeal_mark", mark="late", grounds="停水通知（示例）")
    street = console.browser(console.DISPATCHER)
    listed = street.get("/console/appeals/").content.decode()
    assert f"/console/cases/{case.pk}/acts/review_appeal/" in listed
    said(street, case, "review_appeal", advice="yes", words="属实")
    done = said(console.browser(DECIDER), case, "decide_appeal", granted="yes", words="不计")
    assert done.late_waived_at is not None
    assert "申诉通过，不计入" in street.get(f"/console/cases/{case.pk}/").content.decode()


def test_an_exclusion_is_proposed_and_confirmed(city: None) -> None:
    case = console.case("closed")
    said(console.browser(console.DISPATCHER), case, "propose_exclusion", code="law", grounds="示例依据")
    confirm = f"/console/cases/{case.pk}/acts/confirm_exclusion/"
    proposer = console.browser(console.DISPATCHER).get("/console/appeals/").content.decode()
    assert "等第二人确认" in proposer
    assert confirm not in proposer
    listed = console.browser(SUPERVISOR).get("/console/appeals/").content.decode()
    assert "示例依据" in listed
    assert confirm in listed
    done = said(console.browser(SUPERVISOR), case, "confirm_exclusion", agreed="yes", words="")
    assert done.excluded_at is not None


def test_every_figure_opens_its_cases(city: None) -> None:
    case = console.case("closed")
    browser = console.browser(SUPERVISOR)
    page = browser.get("/console/figures/").content.decode()
    assert "100.0%" in page
    assert "三率公式（示例）" in page
    opened = browser.get("/console/figures/cases/?count=closed").content.decode()
    assert case.number in opened
    assert case.number not in browser.get("/console/figures/cases/?count=late").content.decode()
    assert browser.get("/console/figures/cases/?count=satisfied").status_code == 409  # fewer than ten
    assert browser.get("/console/figures/cases/?count=nonsense").status_code == 404
    assert console.browser(console.FIRM).get("/console/figures/").status_code == 403
    assert console.browser(console.AUDITOR).get("/console/visits/").status_code == 403


@pytest.mark.parametrize(
    "path", ["visits/", "visits/plans/", "appeals/", "figures/", "figures/flows/", "figures/records/"]
)
def test_the_pages_speak_english(city: None, path: str) -> None:
    console.case("closed", contact=True)
    page = console.browser(console.DISPATCHER, language="en").get(f"/console/{path}")
    assert page.status_code == 200


def test_transfers_levels_and_speed_open_their_cases(city: None) -> None:
    for _ in range(10):
        case = console.case("closed")
    browser = console.browser(SUPERVISOR)
    page = browser.get("/console/figures/flows/").content.decode()
    assert "不是门槛" in page
    assert "100.0%" in page  # all solved at one level
    addresses = set(re.findall(r'href="(/console/figures/flows/cases/[^"]+)"', page))
    assert {"transferred", "solved_at", "accepted_at"} <= {re.findall(r"flow=(\w+)", a)[0] for a in addresses}
    for address in addresses:
        assert case.number in browser.get(unescape(address)).content.decode()
    assert browser.get("/console/figures/flows/cases/?flow=nonsense").status_code == 404
    assert browser.get("/console/figures/flows/?since=2020-01-01").status_code == 422  # a year at most
    assert console.browser(console.FIRM).get("/console/figures/flows/").status_code == 403


def test_few_cases_are_told_as_a_whole_only(city: None) -> None:
    case = console.case("closed")
    browser = console.browser(SUPERVISOR)
    page = browser.get("/console/figures/flows/").content.decode()
    assert "不显示" in page
    assert "100.0%" not in page
    assert case.number in browser.get("/console/figures/flows/cases/?flow=transferred").content.decode()
    key = case.lead.kind_id if case.lead else ""
    assert browser.get(f"/console/figures/flows/cases/?flow=solved_at&key={key}").status_code == 409


def test_a_year_of_evaluations_is_a_page(city: None) -> None:
    browser = console.browser(SUPERVISOR)
    assert "年度评价" in browser.get("/console/figures/records/").content.decode()
    assert browser.get("/console/figures/records/?year=1999").status_code == 422
    assert browser.get("/console/figures/records/?year=x").status_code == 422
    assert browser.get("/console/figures/records/cases/?unit=nobody").status_code == 409  # fewer than ten
    assert console.browser(console.FIRM).get("/console/figures/records/").status_code == 200
    assert console.browser(console.FIRM).get("/console/figures/records/cases/?unit=x").status_code == 403


def test_a_supervision_is_told_on_the_page_of_its_case(city: None) -> None:
    case = console.case("in_hand")
    address = f"/console/cases/{case.pk}/"
    assert "看全部督办" not in console.browser(console.FIRM).get(address).content.decode()
    said(
        console.browser(SUPERVISOR), case, "supervise_case", unit=case.desk.code, reason="居民等久了（示例）"
    )
    item = str(case.supervisions.get().pk)
    page = console.browser(console.FIRM).get(address).content.decode()
    assert "等久了（示例）" in page
    assert "待回复" in page
    said(console.browser(console.FIRM), case, "reply_supervision", supervision=item, text="明天修好（示例）")
    said(
        console.browser(SUPERVISOR),
        case,
        "verify_supervision",
        supervision=item,
        verdict="bad",
        text="没有动工（示例）",
    )
    page = console.browser(console.FIRM).get(address).content.decode()
    assert "没有动工（示例）" in page
    assert "退回过 1 次" in page
