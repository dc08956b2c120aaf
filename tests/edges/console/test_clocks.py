"""What waits for a word on somebody's clock, the calendar's end, the forms of suspension and extension."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.actions import holding
from mulin.cases.models import Case, Hold
from tests.make import console

pytestmark = pytest.mark.django_db


def asked(number: int) -> list[Case]:
    made = [console.case("in_hand") for _ in range(number)]
    by, now = console.actor(console.FIRM), timezone.now()
    return [holding.ask_extension(case_id=one.pk, words="等配件（示例）", actor=by, now=now) for one in made]


def page(client: Client) -> tuple[str, int]:
    client.get("/console/clocks/")
    with CaptureQueriesContext(connection) as seen:
        answer = client.get("/console/clocks/")
    assert answer.status_code == 200
    return answer.content.decode(), len(seen)


def post(client: Client, case: Case, act: str, said: dict[str, Any]) -> int:
    body = {"key": console.key(), "version": Case.objects.get(pk=case.pk).version, **said}
    return client.post(f"/console/cases/{case.pk}/acts/{act}/", body).status_code


def test_the_list_of_asks_costs_the_same_for_one_and_three(dispatcher: Client) -> None:
    assert "没有等您批的申请" in page(dispatcher)[0]
    (one,) = asked(1)
    text, statements = page(dispatcher)
    assert one.number in text
    assert "等配件" in text
    asked(2)
    text, more = page(dispatcher)
    assert (text.count("等配件"), more) == (3, statements)


def test_the_command_centre_is_told_when_a_calendar_ends(dispatcher: Client) -> None:
    seat = console.browser(console.SEAT)
    for client, told in ((seat, True), (dispatcher, False)):
        text = client.get("/console/").content.decode()
        assert ("放假安排" in text) is told  # the year's end is less than ninety days off, or past


def test_a_suspension_is_asked_and_granted_by_form(firm: Client, dispatcher: Client) -> None:
    case = console.case("in_hand")
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    said = {"reason": "weather", "until": until, "words": "连阴雨（示例）"}
    form = firm.get(f"/console/cases/{case.pk}/acts/ask_suspension/").content.decode()
    assert "天气、汛期" in form
    assert post(firm, case, "ask_suspension", {**said, "words": ""}) == 422
    assert post(firm, case, "ask_suspension", said) == 302
    assert post(firm, case, "grant_suspension", {"note": ""}) == 403
    assert post(dispatcher, case, "grant_suspension", {"note": "同意（示例）"}) == 302
    assert Hold.objects.get().state == "running"
    text = dispatcher.get(f"/console/cases/{case.pk}/").content.decode()
    assert "以前的承诺" in text
    assert "resume_case" in text
