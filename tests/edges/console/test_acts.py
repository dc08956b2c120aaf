"""Acts from the console: each form, each post, and how a refusal keeps what was typed."""

from typing import Any

import pytest
from django.test import Client

from mulin.cases.models import Case, Photo, Remark, Report
from mulin.cases.rules.lifecycle import SIDE, Act
from mulin.console.act_forms import FORMS
from mulin.console.keys import KEYS, WHISTLE_KEYS
from mulin.console.whistle_answers import WHISTLE_FORMS
from mulin.ledger.models import Entry
from mulin.people.models import Unit
from tests.make import console

# act, the state it starts from, who, what is typed, the state it leads to
HAPPY = [
    pytest.param("register_case", "received", console.DISPATCHER, {}, "registered", id="register"),
    pytest.param("match_item", "received", console.DISPATCHER, {"item": "04-04"}, "received", id="match"),
    pytest.param(
        "correct_place", "received", console.DISPATCHER,
        {"address": "东苑小区 2 号楼", "lon": "", "lat": ""}, "received", id="locate",
    ),
    pytest.param(
        "dispatch_case", "received", console.DISPATCHER,
        {"lead": "990101-WY01", "assist": [], "notify": [], "reason": "就近"},
        "dispatched", id="dispatch",
    ),
    pytest.param(
        "decline_case", "received", console.DISPATCHER, {"reason": "属于民事纠纷"}, "declined", id="decline"
    ),
    pytest.param("accept_case", "dispatched", console.FIRM, {}, "in_hand", id="accept"),
    pytest.param(
        "return_case", "dispatched", console.FIRM,
        {"reason": "不归我们", "better_unit": ""}, "registered", id="return",
    ),
    pytest.param("ask_resident", "in_hand", console.FIRM, {"question": "几楼？"}, "waiting", id="ask"),
    pytest.param("add_note", "in_hand", console.FIRM, {"text": "到场"}, "in_hand", id="note"),
    pytest.param("add_public_note", "in_hand", console.FIRM, {"text": "明天修"}, "in_hand", id="tell"),
    pytest.param("finish_case", "in_hand", console.FIRM, {"result": "疏通了"}, "handled", id="finish"),
    pytest.param("pass_check", "handled", console.COMMUNITY, {"note": ""}, "checked", id="approve"),
    pytest.param("fail_check", "handled", console.COMMUNITY, {"reason": "还在冒"}, "in_hand", id="fail"),
    pytest.param("reopen_case", "closed", console.DISPATCHER, {"reason": "又堵"}, "registered", id="reopen"),
]  # fmt: skip


def post(browser: Client, case: Case, act: str, said: dict[str, object], **more: object) -> Any:
    form = {"key": console.key(), "version": case.version, **said, **more}
    return browser.post(f"/console/cases/{case.pk}/acts/{act}/", form)


@pytest.mark.parametrize(("act", "state", "who", "said", "after"), HAPPY)
def test_an_act_is_offered_asked_and_done(
    city: None, act: str, state: str, who: str, said: dict[str, object], after: str
) -> None:
    case, browser = console.case(state), console.browser(who)
    address = f"/console/cases/{case.pk}/acts/{act}/"
    assert address in browser.get(f"/console/cases/{case.pk}/").content.decode()
    form = browser.get(address, headers={"HX-Request": "true"})
    assert form.status_code == 200
    assert "<form" in form.content.decode()
    done = browser.post(
        address, {"key": console.key(), "version": case.version, **said}, headers={"HX-Request": "true"}
    )
    assert done.status_code == 200, done.content.decode()
    assert Case.objects.get(pk=case.pk).state == after
    page = done.content.decode()
    assert f'id="row-{case.pk}"' in page
    assert "已办好" in page


def test_every_act_has_a_form_or_belongs_to_residents_and_a_key_of_its_own() -> None:
    assert set(Act) - set(FORMS) - set(WHISTLE_FORMS) == {Act.ASK_REVIEW}
    assert set(WHISTLE_KEYS) == set(WHISTLE_FORMS)
    assert len(set(WHISTLE_KEYS.values())) == len(WHISTLE_KEYS)
    assert set(KEYS) <= set(FORMS)
    assert set(FORMS) - set(KEYS) <= SIDE, "the letters are few: only records beside a case go without"
    assert len(set(KEYS.values())) == len(KEYS)
    assert not (set(KEYS.values()) | set(WHISTLE_KEYS.values())) & {
        "J",
        "K",
        "X",
        "Z",
    }  # the list's, and of acts still to come


def test_a_form_opened_in_a_tab_of_its_own_needs_no_case_beside_it(firm: Client) -> None:
    case = console.case("dispatched")
    address = f"/console/cases/{case.pk}/acts/return_case/"
    alone = firm.get(address).content.decode()
    beside = firm.get(address, headers={"HX-Request": "true"}).content.decode()
    assert ("hx-post" in alone, "hx-post" in beside) == (False, True)


def test_who_returns_a_case_may_name_a_better_unit(firm: Client) -> None:
    case = console.case("dispatched")
    page = firm.get(f"/console/cases/{case.pk}/acts/return_case/").content.decode()
    assert 'value="990101001002"' in page  # the community next door
    assert 'value="990101-WY01"' not in page  # not oneself
    done = post(firm, case, "return_case", {"reason": "不在本小区", "better_unit": "990101001002"})
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.state == "registered"
    entry = Entry.objects.filter(subject=str(case.pk), kind="case.returned").get()
    assert entry.facts["better"] == Unit.objects.get(code="990101001002").pk


def test_without_script_an_act_leads_back_to_the_case(firm: Client) -> None:
    case = console.case("dispatched")
    done = post(firm, case, "accept_case", {})
    assert done.status_code == 302
    assert f"/console/cases/{case.pk}/" in done["Location"]


@pytest.mark.parametrize(
    ("act", "state", "who", "said"),
    [
        ("decline_case", "received", console.DISPATCHER, {"reason": " "}),
        ("dispatch_case", "received", console.DISPATCHER, {"lead": ""}),
        ("dispatch_case", "received", console.DISPATCHER, {"lead": "nobody", "reason": "x"}),
        ("dispatch_case", "received", console.DISPATCHER, {"lead": "990101001002", "reason": ""}),
        ("match_item", "received", console.DISPATCHER, {"item": "99-99"}),
        ("correct_place", "received", console.DISPATCHER, {"address": "", "lon": "", "lat": ""}),
        ("merge_case", "received", console.DISPATCHER, {"reason": "同一件"}),
        ("merge_case", "received", console.DISPATCHER, {"reason": "同一件", "number": "DM-0"}),
        ("merge_case", "received", console.DISPATCHER, {"reason": "同一件", "into": "x"}),
        ("return_case", "dispatched", console.FIRM, {"reason": ""}),
        ("ask_resident", "in_hand", console.FIRM, {"question": "问" * 501}),
        ("add_note", "in_hand", console.FIRM, {"text": "\x00"}),
        ("finish_case", "in_hand", console.FIRM, {"result": ""}),
        ("fail_check", "handled", console.COMMUNITY, {"reason": ""}),
        ("answer_report", "checked", console.COMMUNITY, {"report": "x", "text": "好"}),
    ],
)
def test_wrong_words_come_back_and_leave_nothing_behind(
    city: None, act: str, state: str, who: str, said: dict[str, object]
) -> None:
    case, browser = console.case(state), console.browser(who)
    before = (Case.objects.values().get(pk=case.pk), Entry.objects.count(), Remark.objects.count())
    answer = post(browser, case, act, said)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'class="err"' in page or "notice bad" in page
    for typed in said.values():
        if isinstance(typed, str) and len(typed.strip()) > 1 and "\x00" not in typed and typed != "99-99":
            assert typed in page or typed in ("nobody", "x")
    after = (Case.objects.values().get(pk=case.pk), Entry.objects.count(), Remark.objects.count())
    assert after == before


@pytest.mark.parametrize(
    ("act", "state", "who"),
    [
        ("dispatch_case", "received", console.GRID),
        ("accept_case", "dispatched", console.DISPATCHER),
        ("pass_check", "handled", console.DISPATCHER),
        ("close_case", "checked", console.FIRM),
    ],
)
def test_the_wrong_role_is_refused_and_nothing_changes(city: None, act: str, state: str, who: str) -> None:
    case, browser = console.case(state), console.browser(who)
    before = Case.objects.values().get(pk=case.pk)
    said = {"lead": "990101-WY01", "reason": "x"} if act == "dispatch_case" else {}
    answer = post(browser, case, act, said)
    assert answer.status_code in (403, 422)
    assert Case.objects.values().get(pk=case.pk) == before


def test_the_wrong_state_is_refused(firm: Client) -> None:
    case = console.case("in_hand")
    answer = post(firm, case, "accept_case", {})
    assert answer.status_code == 409


@pytest.mark.parametrize("act", ["ask_review", "delete_case", "accept"])
def test_an_act_nobody_knows_is_not_found(firm: Client, act: str) -> None:
    case = console.case("dispatched")
    assert firm.get(f"/console/cases/{case.pk}/acts/{act}/").status_code == 404


def test_pressed_twice_it_is_done_once(firm: Client) -> None:
    case = console.case("in_hand")
    key = console.key()
    for _ in range(2):
        assert post(firm, case, "add_note", {"text": "到场"}, key=key).status_code == 302
    assert Remark.objects.filter(case=case, text="到场").count() == 1


def test_a_stale_page_keeps_the_words_and_says_what_changed(firm: Client) -> None:
    case = console.case("in_hand")
    post(firm, case, "add_public_note", {"text": "材料已到"})
    stale = post(firm, case, "finish_case", {"result": "写了很久的结果"})
    page = stale.content.decode()
    assert stale.status_code == 409
    assert "刚才有人先办了一步" in page
    assert "写了很久的结果" in page
    assert "材料已到" in page
    now = Case.objects.get(pk=case.pk)
    assert now.state == "in_hand"
    assert f'name="version" value="{now.version}"' in page


def test_a_duplicate_goes_in_by_its_number_and_keeps_its_code(dispatcher: Client) -> None:
    first, second = console.case(), console.case()
    code = Report.objects.get(case=second).tracking_code
    form = {"number": first.number, "reason": "同一口井"}
    assert post(dispatcher, second, "merge_case", form).status_code == 302
    assert Report.objects.get(tracking_code=code).case_id == first.pk
    shown = dispatcher.get(f"/console/cases/{first.pk}/").content.decode()
    assert shown.count('class="voice"') == 2


def test_one_answer_may_go_to_everybody_who_waits(community: Client) -> None:
    case = console.case("in_hand")
    console.filed(joins=case, text="我家也是")
    case = console.brought(case, "handled", "checked")
    first = Report.objects.filter(case=case).order_by("received_at")[0]
    form = {"report": str(first.pk), "text": "已疏通", "everybody": "on"}
    assert post(community, case, "answer_report", form).status_code == 302
    assert list(Report.objects.filter(case=case).values_list("answer", flat=True)) == ["已疏通", "已疏通"]
    case = Case.objects.get(pk=case.pk)
    assert post(community, case, "close_case", {}).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "closed"


def test_what_a_resident_says_on_the_telephone_is_taken_down(firm: Client) -> None:
    case = console.case("in_hand")
    post(firm, case, "ask_resident", {"question": "几楼？"})
    code = Report.objects.get(case=case).tracking_code
    assert "记回话" in firm.get(f"/console/cases/{case.pk}/").content.decode()
    assert post(firm, case, "hear_resident", {"report": code, "text": "三楼"}).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "in_hand"


def test_photos_of_a_refused_try_are_not_lost(firm: Client) -> None:
    case = console.case("in_hand")
    key = console.key()
    refused = post(firm, case, "finish_case", {"result": "", "photos": [console.upload()]}, key=key)
    assert refused.status_code == 422
    assert "已上传 1 张照片" in refused.content.decode()
    assert not Photo.objects.exists()
    assert post(firm, case, "finish_case", {"result": "疏通了"}, key=key).status_code == 302
    assert Photo.objects.get(case=case).phase == "result"


def test_a_file_that_is_no_photo_is_refused_in_words(firm: Client) -> None:
    case = console.case("in_hand")
    bad = console.upload(b"<svg onload=alert(1)>", "x.jpg")
    answer = post(firm, case, "add_note", {"text": "到场", "photos": [bad]})
    assert answer.status_code == 422
    assert "到场" in answer.content.decode()
    assert not Remark.objects.filter(case=case).filter(text="到场").exists()


def test_the_dispatch_form_starts_with_the_table_and_says_why(dispatcher: Client) -> None:
    case = console.case()
    page = dispatcher.get(f"/console/cases/{case.pk}/acts/dispatch_case/").content.decode()
    assert "派遣表建议" in page
    assert "派遣表第" in page
