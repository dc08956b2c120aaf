"""The page of one case: what it shows, what it must never show, the contact behind its reason."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.actions import voice
from mulin.cases.models import Case, Report
from mulin.kernel.actor import PUBLIC
from mulin.ledger.models import Entry
from mulin.people.models import ContactView
from tests.make import console

PHONE, NAME = "13800001234", "王先生"


def page_of(browser: Client, case: Case) -> str:
    answer = browser.get(f"/console/cases/{case.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_case_shows_who_when_why_and_what_next(dispatcher: Client) -> None:
    case = console.case("in_hand")
    page = page_of(dispatcher, case)
    for said in (
        case.number,
        case.title,
        "处置中",
        "首问负责",
        "为什么派给",
        "怎么算的",
        "上报",
        "结案",
        "只增不改",
    ):
        assert said in page
    assert "派遣" in page
    assert "签收" in page


def test_acts_are_buttons_with_their_keys_and_one_is_primary(firm: Client) -> None:
    case = console.case("dispatched")
    page = page_of(firm, case)
    assert page.count("btn pri") == 1
    assert "签收 <kbd>A</kbd>" in page
    assert "退单 <kbd>R</kbd>" in page


def test_a_blocked_act_says_what_is_missing(community: Client) -> None:
    case = console.case("checked")
    page = page_of(community, case)
    assert "还差 1 条诉求未答复" in page
    assert 'aria-disabled="true"' in page


@pytest.mark.parametrize("other", ["S025", console.FIRM, console.STEWARD, console.AUDITOR])
def test_what_is_not_mine_is_not_found(city: None, other: str) -> None:
    case = console.case()
    browser = console.browser(other)
    assert browser.get(f"/console/cases/{case.pk}/").status_code == 404
    assert browser.get(f"/console/cases/{uuid4()}/").status_code == 404


def test_the_two_kinds_of_not_found_look_the_same(firm: Client) -> None:
    case = console.case()
    hidden = firm.get(f"/console/cases/{case.pk}/").content.decode()
    absent = firm.get(f"/console/cases/{uuid4()}/").content.decode()
    strip = lambda page: page.split("<main")[1].split("</main>")[0]  # noqa: E731
    assert strip(hidden) == strip(absent)


def test_no_page_holds_a_contact_or_a_rating(dispatcher: Client, community: Client, firm: Client) -> None:
    case = console.case("closed", contact=True)
    report = Report.objects.get(case=case)
    voice.rate_report(
        tracking_code=report.tracking_code,
        solved=False,
        satisfied=False,
        words="师傅态度差，糟透了",
        actor=PUBLIC,
        now=timezone.now(),
    )
    for browser in (dispatcher, community, firm):
        page = page_of(browser, case) + browser.get("/console/", {"tab": "done"}).content.decode()
        for secret in (PHONE, NAME, "糟透了", "不满意", "没解决"):
            assert secret not in page


def test_a_case_asks_as_often_for_three_voices_as_for_one(dispatcher: Client) -> None:
    asked = []
    case = console.case("in_hand")
    for _ in range(2):
        page_of(dispatcher, case)
        with CaptureQueriesContext(connection) as queries:
            page = page_of(dispatcher, case)
        asked.append(len(queries))
        console.filed(joins=case, text="我家也是")
        console.filed(joins=case, text="我家也是")
    assert page.count('class="voice"') == 3
    assert 5 < asked[0] == asked[1] < 40


def test_a_long_title_and_twenty_voices_are_shown(dispatcher: Client) -> None:
    case = console.case(text="很长" * 400)
    for number in range(19):
        console.filed(joins=case, text=f"第 {number} 个")
    page = page_of(dispatcher, case)
    assert page.count('class="voice"') == 20
    assert page.count("data-late hidden") == 15


def test_what_a_resident_wrote_is_text_and_nothing_else(dispatcher: Client) -> None:
    case = console.case(text="<img src=x onerror=alert(1)> 下水道堵了")
    for page in (page_of(dispatcher, case), dispatcher.get("/console/").content.decode()):
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_htmx_gets_only_the_right_side(dispatcher: Client) -> None:
    case = console.case()
    part = dispatcher.get(f"/console/cases/{case.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert case.title in part


def test_a_contact_needs_a_reason(community: Client) -> None:
    case = console.case("checked", contact=True)
    report = Report.objects.get(case=case)
    address = f"/console/cases/{case.pk}/contact/{report.pk}/"
    assert PHONE not in community.get(address).content.decode()
    refused = community.post(address, {"reason": "  "})
    assert refused.status_code == 422
    assert PHONE not in refused.content.decode()
    assert not ContactView.objects.exists()


def test_a_look_at_a_contact_is_shown_once_and_kept(community: Client) -> None:
    case = console.case("checked", contact=True)
    report = Report.objects.get(case=case)
    shown = community.post(f"/console/cases/{case.pk}/contact/{report.pk}/", {"reason": "回电核实"})
    assert PHONE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert ContactView.objects.get().reason == "回电核实"
    assert Entry.objects.filter(kind="case.contact_revealed", subject=str(case.pk)).exists()
    assert PHONE not in page_of(community, case)


def test_who_may_not_call_back_is_refused(dispatcher: Client, firm: Client) -> None:
    case = console.case("in_hand", contact=True)
    report = Report.objects.get(case=case)
    address = f"/console/cases/{case.pk}/contact/{report.pk}/"
    answer = console.browser("S003").post(
        address, {"reason": "想看看"}
    )  # the supervisor sees, but may not ring
    assert answer.status_code == 403
    assert PHONE not in answer.content.decode()
    assert not ContactView.objects.exists()


def test_a_photo_is_given_to_those_who_see_the_case_only(dispatcher: Client, firm: Client) -> None:
    case = console.case("in_hand")
    form = {"key": console.key(), "version": case.version, "text": "到场"}
    firm.post(f"/console/cases/{case.pk}/acts/add_note/", {**form, "photos": console.upload()}, follow=True)
    photo = Case.objects.get(pk=case.pk).photos.get()
    address = f"/console/cases/{case.pk}/photos/{photo.digest}"
    for query in ("", "?size=thumb"):
        answer = firm.get(address + query)
        assert answer.status_code == 200
        assert answer.getvalue()[:2] == b"\xff\xd8"
        assert answer["Content-Type"] == "image/jpeg"
        assert "private" in answer["Cache-Control"]
    other = console.case()
    assert dispatcher.get(f"/console/cases/{other.pk}/photos/{photo.digest}").status_code == 404
    assert console.browser("S025").get(address).status_code == 404
    assert Client().get(address).status_code == 302
