"""Whistles at their screens: board, page, ruling, and each act asked, done and refused."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.models import Call, Case, Evaluation, Ruling, Whistle
from tests.make import console

HTMX = {"HX-Request": "true"}


@pytest.fixture
def whistle(city: None) -> Whistle:
    """Return a whistle to three departments: one reported in, one refused, one is silent."""
    made = console.whistled()
    console.reported_in(made, console.HOUSING)
    console.refused(made, console.POLICE)
    return Whistle.objects.get(pk=made.pk)


def at(whistle: Whistle, act: str = "") -> str:
    return f"/console/whistles/{whistle.pk}/" + (f"acts/{act}/" if act else "")


def page_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def post(browser: Client, whistle: Whistle, act: str, said: dict[str, Any], **headers: str) -> Any:
    whistle.case.refresh_from_db()
    form = {"key": console.key(), "version": whistle.case.version, **said}
    return browser.post(at(whistle, act), form, headers=headers)


def test_a_whistle_shows_who_was_called_for_what_until_when_and_why_not(
    whistle: Whistle, dispatcher: Client
) -> None:
    page = page_of(dispatcher, at(whistle))
    for said in (
        "吹哨第 1 轮", "街道→部门", "到东苑小区 1 号楼", "依据", "04-04", "已报到", "等报到", "拒绝报到",
        "2 人，疏通车 1 台", "小区内部秩序由物业负责", "权责清单 示例 3-08", "移交单（示例）", "更合适",
        "示例区裁定", "结案还差", "区城管局报到", "主办汇总", "互评怎么开封", "首问负责", "竖线为现在",
    ):  # fmt: skip
        assert said in page, said
    assert page.count('class="mx-unit') == 3
    assert page.count("btn pri") == 1
    assert "还差：1 家报到，1 件裁定，3 家报结果" in page
    assert page.count('class="seal"') == 6


def test_an_english_page_is_english(whistle: Whistle) -> None:
    browser = console.browser(console.DISPATCHER, language="en")
    page = page_of(browser, at(whistle))
    for said in ("Still needed to close", "Task", "Refused", "Whole course", "Street → Department"):
        assert said in page, said


def test_the_board_has_five_tabs_with_counts_and_says_what_to_do_when_empty(
    whistle: Whistle, dispatcher: Client
) -> None:
    ruling = page_of(dispatcher, "/console/whistles/?tab=ruling")
    assert at(whistle) in ruling
    assert "等裁定 <em>1</em>" in ruling
    first = page_of(dispatcher, "/console/whistles/")
    assert at(whistle) in first, "without a tab the first that holds something"
    empty = page_of(dispatcher, "/console/whistles/?tab=done")
    assert "还没有完成的吹哨" in empty
    assert at(whistle) not in empty
    strange = page_of(dispatcher, "/console/whistles/?tab=nonsense&page=x")
    assert at(whistle) in strange


def test_board_and_page_ask_as_often_for_three_as_for_one(whistle: Whistle, dispatcher: Client) -> None:
    def asked(address: str) -> int:
        page_of(dispatcher, address)
        with CaptureQueriesContext(connection) as queries:
            page_of(dispatcher, address)
        return len(queries)

    board, page = asked("/console/whistles/?tab=ruling"), asked(at(whistle))
    for _ in range(2):
        other = console.whistled()
        console.reported_in(other, console.HOUSING)
        console.refused(other, console.POLICE)
        console.refused(other, console.CITY_LAW)
    assert asked("/console/whistles/?tab=ruling") == board < 30
    assert asked(at(whistle)) == page < 45
    assert asked(at(other)) == page, "two refusals ask no more than one"


@pytest.mark.parametrize("other", ["S025", console.AUDITOR, "S082"])
def test_a_whistle_is_not_found_by_those_it_does_not_concern(whistle: Whistle, other: str) -> None:
    browser = console.browser(other)
    assert browser.get(at(whistle)).status_code == 404
    assert browser.get(at(whistle, "report_in")).status_code == 404
    assert at(whistle) not in browser.get("/console/whistles/").content.decode()


def test_the_rail_counts_what_my_units_owe(whistle: Whistle) -> None:
    law = page_of(console.browser(console.CITY_LAW), "/console/whistles/")
    assert "<em>1</em></a>" in law
    seat = page_of(console.browser(console.SEAT), "/console/rulings/")
    assert "等裁定 1 件" in seat


def test_opening_it_is_noted_as_read_once(whistle: Whistle) -> None:
    law = console.browser(console.CITY_LAW)
    assert "未读" in page_of(console.browser(console.DISPATCHER), at(whistle))
    page_of(law, at(whistle))
    read = Call.objects.get(whistle=whistle, unit__code="990101-CG").read_at
    assert read is not None
    page_of(law, at(whistle))
    assert Call.objects.get(whistle=whistle, unit__code="990101-CG").read_at == read


def test_a_street_whistles_from_the_case(city: None, dispatcher: Client) -> None:
    case = console.case("in_hand")
    address = f"/console/cases/{case.pk}/acts/whistle_units/"
    assert address in page_of(dispatcher, f"/console/cases/{case.pk}/")
    form = dispatcher.get(address, headers=HTMX).content.decode()
    assert "990101-ZJ" in form
    said = {
        "key": console.key(), "version": case.version, "ask": "到东苑小区疏通", "item": "04-04",
        "lead": "2", "unit_1": "990101-CG", "task_1": "查油污", "unit_2": "990101-ZJ", "task_2": "疏通",
    }  # fmt: skip
    done = dispatcher.post(address, said, headers=HTMX)
    assert done.status_code == 200, done.content.decode()
    made = Whistle.objects.get(case=case)
    assert made.lead_unit is not None
    assert made.lead_unit.code == "990101-ZJ"
    assert at(made) in done.content.decode(), "the case shows its whistle"
    held = page_of(console.browser(console.FIRM), f"/console/cases/{case.pk}/")
    assert "还有 1 次吹哨没有结束" in held


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"ask": "来", "item": "04-04"}, "请选择要叫的单位"),
        ({"ask": "来", "item": "04-04", "unit_1": "990101-CG", "lead": "1"}, "请写明要它办什么"),
        ({"ask": "来", "item": "04-04", "task_1": "查", "lead": "1"}, "请选择"),
        ({"ask": " ", "item": "04-04", "unit_1": "990101-CG", "task_1": "查", "lead": "1"}, "请写明"),
        ({"ask": "来", "item": "", "unit_1": "990101-CG", "task_1": "查", "lead": "1"}, "清单"),
        (
            {"ask": "来", "item": "04-04", "unit_1": "990101-CG", "task_1": "查",
             "unit_2": "990101-ZJ", "task_2": "办", "lead": ""}, "主办",
        ),
    ],
)  # fmt: skip
def test_a_whistle_that_lacks_something_keeps_what_was_typed(
    city: None, dispatcher: Client, said: dict[str, str], why: str
) -> None:
    case = console.case("in_hand")
    form = {"key": console.key(), "version": case.version, **said}
    answer = dispatcher.post(f"/console/cases/{case.pk}/acts/whistle_units/", form, headers=HTMX)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert said["ask"].strip() in answer.content.decode()
    assert not Whistle.objects.exists()


ACTS = [
    (console.DISPATCHER, "urge_units", {"words": "请尽快"}),
    (console.DISPATCHER, "change_whistle_lead", {"unit": "990101-CG", "reason": "它的人近"}),
    (console.CITY_LAW, "report_in", {"arrives": "30", "crew": "3 人"}),
    (
        console.CITY_LAW, "refuse_whistle",
        {"reason": "不归我局", "rule": "示例 3-01", "documents": "文书", "better_unit": "990101-WY01"},
    ),
    (console.HOUSING, "reply_whistle", {"result": "已经疏通"}),
    (
        console.DISPATCHER, "evaluate_whistle",
        {"judged": "990101-ZJ", "score_0": "5", "score_1": "4", "score_2": "5", "words": "来得快"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("who", "act", "said"), ACTS, ids=[act for _, act, _ in ACTS])
def test_an_act_on_a_whistle_is_offered_asked_and_done(
    whistle: Whistle, who: str, act: str, said: dict[str, str]
) -> None:
    browser = console.browser(who)
    assert at(whistle, act) in page_of(browser, at(whistle))
    form = browser.get(at(whistle, act), headers=HTMX)
    assert form.status_code == 200
    assert "<form" in form.content.decode()
    done = post(browser, whistle, act, said, **HTMX)
    assert done.status_code == 200, done.content.decode()
    assert "已办好" in done.content.decode()
    assert "data-whistle" in done.content.decode()


@pytest.mark.parametrize(("who", "act", "said"), ACTS, ids=[act for _, act, _ in ACTS])
def test_an_act_on_a_whistle_is_refused_to_the_wrong_unit(
    whistle: Whistle, who: str, act: str, said: dict[str, str]
) -> None:
    wrong = console.browser(console.SEAT)
    answer = post(wrong, whistle, act, said, **HTMX)
    assert answer.status_code in (403, 409, 422), answer.content.decode()


def test_whoever_was_slower_sees_what_changed(whistle: Whistle) -> None:
    browser = console.browser(console.CITY_LAW)
    said = {"key": console.key(), "version": 1, "arrives": "30", "crew": "我写的"}
    answer = browser.post(at(whistle, "report_in"), said, headers=HTMX)
    assert answer.status_code == 409
    assert "刚才有人先办了一步" in answer.content.decode()
    assert "我写的" in answer.content.decode()


def test_a_form_sent_twice_acts_once(whistle: Whistle) -> None:
    browser = console.browser(console.HOUSING)
    whistle.case.refresh_from_db()
    said = {"key": console.key(), "version": whistle.case.version, "result": "已经疏通"}
    for _ in range(2):
        assert browser.post(at(whistle, "reply_whistle"), said).status_code == 302
    assert Call.objects.filter(whistle=whistle, state="replied").count() == 1


def test_more_units_can_be_called(city: None, dispatcher: Client) -> None:
    case = console.case("in_hand")
    said = {
        "key": console.key(), "version": case.version, "ask": "来", "item": "04-04", "lead": "1",
        "unit_1": "990101-CG", "task_1": "查",
    }  # fmt: skip
    dispatcher.post(f"/console/cases/{case.pk}/acts/whistle_units/", said)
    made = Whistle.objects.get(case=case)
    done = post(dispatcher, made, "call_more_units", {"unit_1": "990101-GA", "task_1": "警戒"}, **HTMX)
    assert done.status_code == 200, done.content.decode()
    assert Call.objects.filter(whistle=made).count() == 2


def test_the_superior_reads_both_sides_and_rules(whistle: Whistle) -> None:
    ruling, seat = Ruling.objects.get(), console.browser(console.SEAT)
    queue = page_of(seat, "/console/rulings/")
    assert f"/console/rulings/{ruling.pk}/" in queue
    page = page_of(seat, f"/console/rulings/{ruling.pk}/")
    for said in (
        "吹哨的一方", "拒绝的一方", "小区内部秩序由物业负责", "到场警戒", "权责清单怎么说", "办结标准",
        "先例", "仍由", "改由", "不必再叫", "共同上级",
    ):  # fmt: skip
        assert said in page, said
    said = {"ruling": ruling.pk, "outcome": "other", "unit": "", "rule": "示例 3-08", "words": "物业更近"}
    done = post(seat, whistle, "rule_on_refusal", said, **HTMX)
    assert done.status_code == 200, done.content.decode()
    ruling.refresh_from_db()
    assert ruling.unit is not None
    assert ruling.unit.code == "990101-WY02"
    again = page_of(seat, f"/console/rulings/{ruling.pk}/")
    assert "裁定作为先例留存" in again
    assert '<form class="decide"' not in again


def test_a_ruling_that_lacks_its_reason_stays_on_its_page(whistle: Whistle) -> None:
    ruling, seat = Ruling.objects.get(), console.browser(console.SEAT)
    said = {"ruling": ruling.pk, "outcome": "release", "rule": "示例 3-08", "words": " "}
    answer = post(seat, whistle, "rule_on_refusal", said, **HTMX)
    assert answer.status_code == 422
    assert "吹哨的一方" in answer.content.decode()
    assert "示例 3-08" in answer.content.decode()
    ruling.refresh_from_db()
    assert ruling.ruled_at is None


def test_only_the_superior_gets_the_form_to_rule(whistle: Whistle, dispatcher: Client) -> None:
    ruling = Ruling.objects.get()
    assert 'class="decide"' not in page_of(dispatcher, f"/console/rulings/{ruling.pk}/")
    said = {"ruling": ruling.pk, "outcome": "release", "rule": "x", "words": "x"}
    assert post(dispatcher, whistle, "rule_on_refusal", said, **HTMX).status_code == 403
    assert console.browser("S025").get(f"/console/rulings/{ruling.pk}/").status_code == 404
    assert dispatcher.get("/console/rulings/999999/").status_code == 404


SECRET = "来得太慢，态度敷衍"


def test_a_sealed_judgement_is_on_nobodys_page(whistle: Whistle, dispatcher: Client) -> None:
    said = {"judged": "990101-ZJ", "score_0": "1", "score_1": "1", "score_2": "1", "words": SECRET}
    assert post(dispatcher, whistle, "evaluate_whistle", said).status_code == 302
    assert Evaluation.objects.count() == 1
    for who in (console.DISPATCHER, console.HOUSING, console.CITY_LAW, console.SEAT):
        browser = console.browser(who)
        page = page_of(browser, at(whistle)) + page_of(browser, f"/console/cases/{whistle.case_id}/")
        assert SECRET not in page
    assert "已交，封存" in page_of(dispatcher, at(whistle))


def test_a_note_from_the_whistle_leads_back_to_it(whistle: Whistle, dispatcher: Client) -> None:
    note = f"/console/cases/{whistle.case_id}/acts/add_note/?whistle={whistle.pk}"
    assert note in page_of(dispatcher, at(whistle))
    form = dispatcher.get(note, headers=HTMX).content.decode()
    assert f'hx-post="{note}"' in form
    said = {
        "key": console.key(),
        "version": Case.objects.get(pk=whistle.case_id).version,
        "text": "路口已围挡",
    }
    done = dispatcher.post(note, said, headers=HTMX)
    assert (done.status_code, done["HX-Redirect"]) == (204, at(whistle))
    assert "记一笔：已办好" in page_of(dispatcher, at(whistle))
    assert dispatcher.get(f"{note}x").status_code == 200, "a strange address is as if none was given"


def test_more_time_is_asked_on_the_whistle_by_who_has_the_case(whistle: Whistle) -> None:
    asked = f"/console/cases/{whistle.case_id}/acts/ask_extension/?whistle={whistle.pk}"
    assert asked in page_of(console.browser(console.FIRM), at(whistle))
    assert asked not in page_of(console.browser(console.DISPATCHER), at(whistle))


def test_who_comes_late_is_said_to_be_late(city: None, dispatcher: Client) -> None:
    made = console.whistled(now=timezone.now() - timedelta(hours=2))
    console.reported_in(made, console.HOUSING)
    page = page_of(dispatcher, at(made))
    assert "报到用 2 小时，超时 1 小时 30 分" in page
    assert '<circle class="bad"' in page


def test_the_next_thing_to_do_is_the_one_not_done_yet(whistle: Whistle) -> None:
    browser = console.browser(console.HOUSING)
    first = re.compile(r'class="btn pri"[^>]*>([^<]+)')
    assert "报本单位结果" in first.findall(page_of(browser, at(whistle)))[0]
    console.replied(whistle, console.HOUSING)
    assert not any("报本单位结果" in word for word in first.findall(page_of(browser, at(whistle))))


def test_a_department_with_an_empty_desk_is_sent_to_its_whistles(whistle: Whistle) -> None:
    assert "还有 1 次吹哨等本单位回话" in page_of(console.browser(console.CITY_LAW), "/console/")
