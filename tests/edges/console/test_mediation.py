"""Mediation on the case page: everybody sees that it runs, its mediators what is inside."""

import pytest
from django.test import Client

from mulin.cases.models import Case, Mediation
from mulin.ledger.models import Entry
from tests.make import console

pytestmark = pytest.mark.django_db
SAID = "三楼装修太吵（示例）"


def acted(browser: Client, case: Case, act: str, **said: str) -> str:
    """Post an act and return the case page as it then stands."""
    fresh = Case.objects.get(pk=case.pk)
    form = {"key": console.key(), "version": fresh.version, **said}
    answer = browser.post(f"/console/cases/{case.pk}/acts/{act}/", form, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_a_mediation_is_proposed_opened_held_and_read_by_its_mediator(city: None) -> None:
    case = console.case("in_hand")
    dispatcher, mediator = console.browser(console.DISPATCHER), console.browser(console.MEDIATOR)
    form = dispatcher.get(f"/console/cases/{case.pk}/acts/propose_mediation/").content.decode()
    assert "都同意才开始" in form
    page = acted(dispatcher, case, "propose_mediation", unit=console.MEDIATORS)
    assert "在问双方" in page
    form = mediator.get(f"/console/cases/{case.pk}/acts/end_mediation/").content.decode()
    assert "没有谈成" not in form.replace("没有谈成不扣分", "")  # nothing failed that never began
    page = acted(mediator, case, "record_consent", party="first", how="in_person")
    assert "已同意（当面）" in page
    form = mediator.get(f"/console/cases/{case.pk}/acts/record_consent/").content.decode()
    assert "甲方" not in form
    acted(mediator, case, "record_consent", party="second", how="phone")
    page = acted(mediator, case, "hold_session", place="社区调解室", text=SAID)
    assert "社区调解室" in page
    assert SAID not in page

    file = Mediation.objects.get(case=case)
    address = f"/console/cases/{case.pk}/mediations/{file.pk}/"
    assert SAID not in mediator.get(address).content.decode()
    shown = mediator.post(address)
    assert (SAID in shown.content.decode(), shown["Cache-Control"]) == (True, "no-store")
    assert Entry.objects.filter(kind="case.mediation_read").count() == 1
    assert dispatcher.post(address).status_code == 403
    seen = dispatcher.get(f"/console/cases/{case.pk}/").content.decode()
    assert "调解中" in seen
    assert "社区调解室" not in seen
    assert "已同意" not in seen

    page = acted(mediator, case, "end_mediation", ending="not_agreed")
    assert "没有达成协议" in page


def test_what_is_missing_is_said_beside_its_field(city: None) -> None:
    case = console.case("in_hand")
    dispatcher = console.browser(console.DISPATCHER)
    acted(dispatcher, case, "propose_mediation", unit=console.MEDIATORS)
    form = {"key": console.key(), "version": case.version + 1, "party": "", "how": "phone"}
    refused = console.browser(console.MEDIATOR).post(f"/console/cases/{case.pk}/acts/record_consent/", form)
    assert refused.status_code == 422
    assert "请选择" in refused.content.decode()


def test_the_figures_count_them_and_open_their_cases(city: None) -> None:
    case = console.case("in_hand")
    dispatcher, mediator = console.browser(console.DISPATCHER), console.browser(console.MEDIATOR)
    acted(dispatcher, case, "propose_mediation", unit=console.MEDIATORS)
    acted(mediator, case, "end_mediation", ending="court")
    page = dispatcher.get("/console/figures/").content.decode()
    assert "结束的调解" in page
    assert "/console/figures/mediations/?since=" in page
    assert "outcome=agreed" not in page  # fewer than ten are not split
    assert case.number in dispatcher.get("/console/figures/mediations/").content.decode()
    assert dispatcher.get("/console/figures/mediations/?outcome=agreed").status_code == 409
    assert dispatcher.get("/console/figures/mediations/?outcome=won").status_code == 404
    assert console.browser(console.FIRM).get("/console/figures/mediations/").status_code == 403


def test_a_grade_fills_in_whom_a_whistle_calls(city: None) -> None:
    case = console.case("in_hand")
    community = console.browser(console.COMMUNITY)
    address = f"/console/cases/{case.pk}/acts/whistle_units/"
    form = community.get(address).content.decode()
    assert "按级别叫" in form
    assert "到场处置" not in form
    filled = community.get(f"{address}?grade=3&ask=请到场").content.decode()
    assert "级别表第 4 行：叫" in filled
    assert "按“紧急”级到场处置" in filled
    assert "请到场" in filled
