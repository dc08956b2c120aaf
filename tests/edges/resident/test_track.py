"""Following by code: what its holder sees and does, and what nobody sees."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.models import Case, Rating, Remark, Report
from mulin.people.models import Contact
from mulin.resident import limits
from tests.make import residents as make
from tests.make.residents import Page, Staff

pytestmark = pytest.mark.django_db


def text(phone: Client, report: Report) -> str:
    answer = phone.get(f"/track/{report.tracking_code}")
    assert answer.status_code == 200
    Page(answer)
    return answer.content.decode()


def post(phone: Client, report: Report, what: str, **fields: str) -> tuple[int, str]:
    answer = phone.post(f"/track/{report.tracking_code}/{what}", fields, follow=True)
    return answer.status_code, answer.content.decode()


def test_the_six_steps_are_shown_from_the_first_moment(phone: Client) -> None:
    page = text(phone, make.voice())
    for step in ("上报", "立案", "派遣", "处置", "反馈", "结案"):
        assert f">{step}<" in page
    assert 'aria-current="step"' in page
    assert "告诉您受理不受理" in page


WAY = {
    "dispatched": (["dispatch"], "等它签收"),
    "in hand": (["dispatch", "accept"], "正在处置"),
    "asked": (["dispatch", "accept", "ask"], "有一个问题要请您回答"),
    "handled": (["dispatch", "accept", "finish"], "正在由别人核实"),
    "checked": (["dispatch", "accept", "finish", "check"], "正在给您写答复"),
    "answered": (["dispatch", "accept", "finish", "check", "answer"], "已经答复您"),
    "closed": (["dispatch", "accept", "finish", "check", "answer", "close"], "办结了"),
    "declined": (["decline"], "没有受理"),
}


@pytest.mark.parametrize("state", WAY)
def test_each_state_is_told_in_plain_words(phone: Client, staff: Staff, state: str) -> None:
    acts, words = WAY[state]
    report = make.voice()
    staff.drive(report, *acts)
    assert words in text(phone, report)


def test_the_page_names_a_unit_and_never_a_person(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept", "note", "finish")
    page = text(phone, report)

    case = Case.objects.select_related("desk").get()
    assert case.desk.name in page
    assert staff.worker.name not in page
    assert staff.giver.name not in page


def test_what_is_said_among_staff_stays_there(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept", "note", "whisper")
    page = text(phone, report)
    assert "已放警示锥" in page
    assert "只给同事看" not in page


def test_another_voice_on_the_same_matter_is_only_counted(phone: Client) -> None:
    report = make.voice()
    Case.objects.update(report_count=3)
    page = text(phone, report)
    assert "和您一样反映的共 3 人" in page


def test_an_overdue_matter_says_so(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept")
    Case.objects.update(due_at=timezone.now() - timedelta(hours=2))
    page = text(phone, report)
    assert "已经超过" in page
    assert "panel row top mt12 bad" in page


@pytest.mark.parametrize("typed", ["lower", "spaced", "joined"])
def test_a_code_is_understood_as_people_type_it(phone: Client, typed: str) -> None:
    code = make.voice().tracking_code
    written = {"lower": code.lower(), "spaced": f" {code[:4]} {code[5:]} ", "joined": code.replace("-", "")}[
        typed
    ]
    answer = phone.get("/track/", {"code": written}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == f"/track/{code}"


@pytest.mark.parametrize("code", ["2345-6789", "x", "<script>alert(1)</script>", "ABCD-EFGH", "....", "码"])
def test_a_wrong_code_gets_a_helpful_page(phone: Client, code: str) -> None:
    answer = phone.get("/track/", {"code": code}, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "没有这个查询码" in page
    assert "<script>alert" not in page
    assert Page(answer).title.startswith("错误：")


def test_codes_cannot_be_guessed_by_the_thousand(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CODES", limits.Bucket(burst=3, seconds=60))
    answers = [phone.get(f"/track/2345-678{n}").status_code for n in range(4, 9)]
    assert answers == [404, 404, 404, 429, 429]


def test_a_question_is_answered_and_work_goes_on(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept", "ask")
    assert "井盖破了没有？" in text(phone, report)

    status, page = post(phone, report, "say", text="破了一半")

    assert status == 200
    assert "已经转给办事的人" in page
    assert Case.objects.get().state == "in_hand"
    assert Remark.objects.filter(act="hear_resident", text="破了一半").exists()


@pytest.mark.parametrize(
    ("acts", "what", "fields", "status", "words"),
    [
        pytest.param([], "say", {"text": " "}, 422, "请写明", id="add nothing"),
        pytest.param([], "say", {"text": "长" * 2001}, 422, "最多", id="add too much"),
        pytest.param(["decline"], "say", {"text": "还有"}, 409, "已经结束", id="add after the end"),
        pytest.param([], "rate", {"solved": "yes", "satisfied": "yes"}, 409, "还没有答复", id="too early"),
        pytest.param([], "rate", {"satisfied": "yes"}, 422, "解决了", id="rate half"),
        pytest.param([], "rate", {"solved": "maybe", "satisfied": "yes"}, 422, "解决了", id="rate nonsense"),
        pytest.param([], "rate", {"solved": "no"}, 422, "不满意", id="rate the other half"),
        pytest.param([], "review", {"reason": "应该管"}, 409, "", id="review what was not refused"),
        pytest.param(["decline"], "review", {"reason": ""}, 422, "请写明", id="review without a reason"),
    ],
)  # fmt: skip
def test_a_refused_deed_is_told_and_changes_nothing(
    phone: Client, staff: Staff, acts: list[str], what: str, fields: dict[str, str], status: int, words: str
) -> None:
    report = make.voice()
    staff.drive(report, *acts)
    before = list(Case.objects.values()), Remark.objects.count()

    got, page = post(phone, report, what, **fields)

    assert got == status
    assert words in page
    assert 'id="faults"' in page
    assert (list(Case.objects.values()), Remark.objects.count()) == before
    assert not Rating.objects.exists()


@pytest.mark.parametrize("what", ["say", "rate", "review", "reopen", "contact/withdraw"])
def test_a_deed_with_a_wrong_code_finds_nothing(phone: Client, what: str) -> None:
    fields = {"text": "x", "reason": "x", "solved": "yes", "satisfied": "no"}
    assert phone.post(f"/track/2345-6789/{what}", fields).status_code == 404


def test_rating_is_two_answers_once_and_is_seen_by_nobody(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept", "finish", "check", "answer")
    assert "解决没有" in text(phone, report)

    status, page = post(phone, report, "rate", solved="no", satisfied="no", words="敷衍，很生气")

    assert status == 200
    assert "您的评价经办人看不到" in page
    rating = Rating.objects.get()
    assert (rating.solved, rating.satisfied, rating.words) == (False, False, "敷衍，很生气")
    assert "敷衍" not in text(phone, report), "whoever looks over a shoulder does not see it either"
    assert post(phone, report, "rate", solved="yes", satisfied="yes")[0] == 409
    assert Rating.objects.get().solved is False


def test_a_refusal_can_be_reviewed_once(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "decline")
    assert "要求复核" in text(phone, report)

    assert post(phone, report, "review", reason="井在公共路面上")[0] == 200

    assert Case.objects.get().state == "under_review"
    assert "要求复核" not in text(phone, report)
    assert post(phone, report, "review", reason="再来一次")[0] == 409


def test_who_looked_at_the_contact_is_shown_and_the_contact_is_not(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept", "look")
    page = text(phone, report)
    assert "约上门时间" in page
    assert "13800000000" not in page
    assert "3 号楼居民" not in page


def test_a_contact_taken_back_is_gone_and_the_matter_goes_on(phone: Client) -> None:
    report = make.voice()
    assert "撤回我的联系方式" in text(phone, report)

    status, page = post(phone, report, "contact/withdraw")

    assert status == 200
    assert "联系方式已经删除" in page
    assert Contact.objects.get().erased_at is not None
    assert Case.objects.get().state == "received"
    assert post(phone, report, "contact/withdraw")[0] == 409


def test_a_holder_of_the_code_sees_their_own_and_the_results_photos_only(phone: Client, staff: Staff) -> None:
    own, foreign = make.kept_photo(), make.kept_photo()
    report = make.voice(given=[own])
    other = make.voice(given=[foreign])
    staff.drive(report, "dispatch", "accept", "finish")
    result = report.case.photos.exclude(digest=own.digest).get()

    for digest, status in ((own.digest, 200), (result.digest, 200), (foreign.digest, 404), ("0" * 64, 404)):
        for size in ("full", "thumb"):
            answer = phone.get(f"/track/{report.tracking_code}/photos/{digest}/{size}")
            assert answer.status_code == status
    shown = phone.get(f"/track/{other.tracking_code}/photos/{foreign.digest}/full")
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "private" in shown["Cache-Control"]


def test_the_done_page_can_be_opened_again_and_has_a_code_for_paper(phone: Client) -> None:
    report = make.voice()
    assert report.tracking_code in phone.get(f"/report/done/{report.tracking_code}").content.decode()
    drawn = phone.get(f"/track/{report.tracking_code}/code.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert b"<script" not in drawn.content
    assert phone.get("/report/done/2345-6789").status_code == 404
    assert phone.get("/track/2345-6789/code.svg").status_code == 404


def test_the_page_asks_the_database_as_often_for_three_as_for_one(phone: Client, staff: Staff) -> None:
    one, three = (
        make.voice(given=[make.kept_photo()]),
        make.voice(given=[make.kept_photo() for _ in range(3)]),
    )
    staff.drive(one, "dispatch", "accept", "note", "look")
    staff.drive(three, "dispatch", "accept", "note", "note", "note", "look", "look", "look")
    text(phone, one)  # whatever is read once per process has been read

    counts = []
    for report in (one, three):
        with CaptureQueriesContext(connection) as asked:
            text(phone, report)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_this_phone_remembers_its_codes_until_the_session_ends(phone: Client) -> None:
    make.ready(phone)
    make.sent(phone)
    code = Report.objects.get().tracking_code
    assert code in phone.get("/track/").content.decode()
    assert code not in Client().get("/track/").content.decode()


def test_not_fixed_is_said_once_inside_the_window_and_a_visit_is_announced(
    phone: Client, staff: Staff
) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept", "finish", "check", "answer", "close")
    assert "没修好？" in text(phone, report)
    status, page = post(phone, report, "reopen", reason="还在漏")
    assert status == 200
    assert "可以不接" in page
    assert "没修好？" not in page
    assert post(phone, report, "reopen", reason="还在漏")[0] == 409


def test_who_was_not_helped_may_ask_to_have_it_looked_at_again(phone: Client, staff: Staff) -> None:
    report = make.voice()
    staff.drive(report, "dispatch", "accept", "finish", "check", "answer", "close")
    _status, page = post(phone, report, "rate", solved="no", satisfied="no", again="yes")
    assert "可以不接" in page
