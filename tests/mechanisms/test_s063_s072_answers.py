"""Nobody stays unanswered: every caller has a reply, two on one defect both get it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.utils import timezone

from mulin.cases.actions import voice
from mulin.cases.models import Case, Report
from mulin.cases.queries import figures
from mulin.cases.rules.lifecycle import MOVES, Act, State
from mulin.kernel.actor import PUBLIC
from mulin.ledger.models import Entry
from mulin.people.models import ContactView
from mulin.resident import draft, limits
from tests.make import console, packs
from tests.make.platform import DEPARTMENT, ROAD, by_api, do, followed, page_of, sent, to_the_department


@pytest.fixture(autouse=True)
def _demo(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[None]:
    """The demo city, a folder for photos of its own, no waiting between two screens."""
    settings.VAR = tmp_path
    monkeypatch.setattr(draft, "LEAST_SECONDS", 0.0)
    buckets = (limits.REPORTS, limits.PHOTOS, limits.CODES)
    for bucket in buckets:
        bucket.clear()
    packs.city()
    yield
    for bucket in buckets:
        bucket.clear()


@pytest.mark.mechanism("S-063")
def test_no_case_ends_without_a_reply_to_every_caller() -> None:
    first, second = sent(ROAD), sent("还是那段路，坑更大了")
    case = first.case
    do(console.DISPATCHER, second.case, Act.MERGE, into=case.pk, reason="同一处")
    to_the_department(case)
    do(DEPARTMENT, case, Act.FINISH, result="已修复", photos=[console.upload()])
    do(console.COMMUNITY, case, Act.APPROVE)

    refused = do(console.COMMUNITY, case, Act.CLOSE, status=409).content.decode()
    assert "还差 2 条诉求未答复" in refused
    do(console.COMMUNITY, case, Act.ANSWER, report=first.pk, text="已修复，请看照片。")
    refused = do(console.COMMUNITY, case, Act.CLOSE, status=409).content.decode()
    assert "还差 1 条诉求未答复" in refused
    assert figures.closed_without_answer() == 0
    do(console.COMMUNITY, case, Act.ANSWER, report=second.pk, text="和上一件一起办好了。")
    do(console.COMMUNITY, case, Act.CLOSE)

    assert Case.objects.get(pk=case.pk).state == State.CLOSED
    assert "已修复，请看照片。" in followed(first)
    assert "和上一件一起办好了。" in followed(second)
    assert figures.closed_without_answer() == 0


@pytest.mark.mechanism("S-063")
def test_a_refusal_is_a_reply_too_and_there_is_no_other_way_to_an_end() -> None:
    report = sent("想问问月亮上的事")
    do(console.DISPATCHER, report.case, Act.DECLINE, reason="不属于本市职责，可打 12345")
    assert "不属于本市职责，可打 12345" in followed(report)
    assert Report.objects.get(pk=report.pk).answered_at is not None

    into = {
        act
        for before, moves in MOVES.items()
        for act, to in moves.items()
        if to is State.CLOSED and before is not to
    }
    assert into == {Act.CLOSE}
    assert figures.closed_without_answer() == 0


@pytest.mark.mechanism("S-072")
def test_two_reports_on_one_defect_are_linked_and_both_callers_get_the_answer() -> None:
    by_phone = sent(ROAD, phone="13800001111", name="甲某")
    from_hotline = by_api("路面坑洼，和邻居说的是一处")
    case = by_phone.case
    do(console.SEAT, from_hotline.case, Act.MERGE, into=case.pk, reason="同一处")

    linked = Case.objects.get(pk=case.pk)
    assert linked.report_count == 2
    assert {one.pk for one in linked.reports.all()} == {by_phone.pk, from_hotline.pk}
    to_the_department(case)
    do(DEPARTMENT, case, Act.FINISH, result="已修复", photos=[console.upload()])
    do(console.COMMUNITY, case, Act.APPROVE)
    do(console.COMMUNITY, case, Act.ANSWER, report=by_phone.pk, text="路已修好，谢谢您。", everybody="on")

    for report in (by_phone, from_hotline):
        assert "路已修好，谢谢您。" in followed(report)
    assert from_hotline.text not in followed(by_phone)  # what the other said stays theirs


@pytest.mark.mechanism("S-072")
def test_who_called_is_seen_only_by_who_must_call_back() -> None:
    report = sent(ROAD, phone="13800001111", name="甲某", may_call="on")
    case = report.case
    to_the_department(case)

    everybody = [
        console.DISPATCHER,
        console.COMMUNITY,
        console.FIRM,
        console.SEAT,
        DEPARTMENT,
        console.AUDITOR,
    ]
    for staff_no in everybody:
        assert "13800001111" not in page_of(staff_no, case)
        assert "甲某" not in page_of(staff_no, case)

    def ask(staff_no: str) -> HttpResponse:
        address = f"/console/cases/{case.pk}/contact/{report.pk}/"
        return console.browser(staff_no).post(address, {"reason": "约上门时间"})

    for staff_no in (console.COMMUNITY, console.FIRM, console.AUDITOR, "S072"):
        answer = ask(staff_no)
        assert answer.status_code in (403, 404), staff_no
        assert "13800001111" not in answer.content.decode()
    assert not ContactView.objects.exists()

    assert "13800001111" in ask(DEPARTMENT).content.decode()
    assert [view.reason for view in ContactView.objects.all()] == ["约上门时间"]
    assert Entry.objects.filter(kind="contact.revealed").exists()
    assert "约上门时间" in followed(report)  # the caller reads who looked, and why
    voice.withdraw_contact(tracking_code=report.tracking_code, actor=PUBLIC, now=timezone.now())
    assert "13800001111" not in ask(DEPARTMENT).content.decode()
