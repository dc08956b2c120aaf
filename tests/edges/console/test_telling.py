"""The bell, the notices, the supervision list and the messages that did not get out, on screen."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from mulin.cases.actions import supervising
from mulin.cases.models import Bulletin, Case, Supervision
from mulin.kernel.actor import SYSTEM
from mulin.kernel.ids import new_id
from mulin.telling.models import Notice, Outgoing
from mulin.telling.rules.routes import Fate
from tests.make import console

ADMIN = "S006"


def noticed(case: Case, n: int) -> None:
    for number in range(n):
        Notice.objects.create(
            entry=number, words="assigned", unit=case.lead, case=case, at=timezone.now(),
            facts={"number": case.number, "due": "5/12 12:00"},
        )  # fmt: skip


def stuck(case: Case, state: Fate = Fate.DEAD) -> Outgoing:
    now = timezone.now()
    return Outgoing.objects.create(
        id=new_id(), entry=Outgoing.objects.count(), words="reported", channel="sms", case=case,
        state=state.value, at=now, next_at=now, fault="HTTP 503", attempts=8,
    )  # fmt: skip


def supervised(state: str = "in_hand") -> Case:
    case = console.case(state)
    return supervising.supervise_case(
        case_id=case.pk, reason="居民等久了", actor=console.actor(console.SEAT), now=timezone.now()
    )


def test_the_bell_counts_and_reading_quiets_it(city: None) -> None:
    case, browser = console.case("dispatched"), console.browser(console.FIRM)
    assert "没有未读通知" in browser.get("/console/notices/bell").content.decode()
    noticed(case, 2)
    assert "2 条未读通知" in browser.get("/console/notices/bell").content.decode()
    page = browser.get("/console/notices/").content.decode()
    assert page.count(f"{case.number} 派给了你们") == 2
    first = Notice.objects.earliest("id")
    assert browser.post("/console/notices/", {"notice": first.pk}).status_code == 302
    assert Notice.objects.filter(read_at=None).count() == 1
    browser.post("/console/notices/", {"all": "1"})
    assert not Notice.objects.filter(read_at=None).exists()
    assert "没有通知" in browser.get("/console/notices/?only=unread").content.decode()


def test_a_longer_list_of_notices_asks_no_more(city: None) -> None:
    case, browser = console.case("dispatched"), console.browser(console.FIRM)
    counts = []
    for n in (1, 2):
        noticed(case, n) if n == 1 else Notice.objects.bulk_create(
            Notice(entry=10 + k, words="overdue", unit=case.lead, case=case, at=timezone.now())
            for k in range(2)
        )
        browser.get("/console/notices/")
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/console/notices/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_supervision_is_raised_answered_and_settled_on_screen(city: None) -> None:
    case = console.case("in_hand")
    seat, firm = console.browser(console.SEAT), console.browser(console.FIRM)

    def act(browser: Client, name: str, **said: object) -> int:
        address = f"/console/cases/{case.pk}/acts/{name}/"
        assert address in browser.get(f"/console/cases/{case.pk}/").content.decode()
        version = Case.objects.get(pk=case.pk).version
        return browser.post(address, {"key": console.key(), "version": version, **said}).status_code

    lead = case.lead.code if case.lead else ""
    assert act(seat, "supervise_case", unit=lead, reason="居民等久了") == 302
    item = Supervision.objects.get()
    assert act(firm, "reply_supervision", supervision=item.pk, text="明天修好") == 302
    assert act(seat, "verify_supervision", supervision=item.pk, verdict="", text="看过") == 422
    assert act(seat, "verify_supervision", supervision=item.pk, verdict="good", text="看过") == 302
    item.refresh_from_db()
    assert item.state == "settled"
    assert "看过" in seat.get("/console/supervision/?stage=settled").content.decode()
    assert "督办销号" in seat.get(f"/console/cases/{case.pk}/").content.decode()


def test_a_collected_notice_is_issued_and_exported(city: None) -> None:
    case, seat = supervised(), console.browser(console.SEAT)
    today = timezone.localdate()
    said = {"title": "五月通报（示例）", "since": today - timedelta(days=1), "until": today}
    assert seat.post("/console/supervision/", {**said, "title": ""}).status_code == 422
    assert seat.post("/console/supervision/", {**said, "since": today + timedelta(days=2)}).status_code == 422
    assert seat.post("/console/supervision/", said).status_code == 302
    assert seat.post("/console/supervision/", said).status_code == 409  # each is noticed once
    bulletin = Bulletin.objects.get()
    answer = seat.get(f"/console/supervision/{bulletin.pk}.xlsx")
    rows = list(load_workbook(BytesIO(b"".join(answer))).active.values)
    assert [row[0] for row in rows][-1] == case.number
    assert seat.get("/console/supervision/99.xlsx").status_code == 404
    assert console.browser(console.FIRM).post("/console/supervision/", said).status_code == 403


def test_what_did_not_get_out_is_seen_sent_again_or_given_up(city: None) -> None:
    case, admin = console.case("received"), console.browser(ADMIN)
    dead, off = stuck(case), stuck(case, Fate.OFF)
    page = admin.get("/console/outbox/").content.decode()
    assert "HTTP 503" in page
    assert "诉求人" in page
    assert admin.post(f"/console/outbox/{dead.pk}/settle/", {"do": "resend"}).status_code == 302
    assert admin.post(f"/console/outbox/{off.pk}/settle/", {"do": "give_up"}).status_code == 302
    assert sorted(Outgoing.objects.values_list("state", flat=True)) == ["dropped", "waiting"]
    assert admin.post(f"/console/outbox/{dead.pk}/settle/", {"do": "resend"}).status_code == 409
    firm = console.browser(console.FIRM)
    assert firm.get("/console/outbox/").status_code == 403
    assert firm.post(f"/console/outbox/{dead.pk}/settle/", {}).status_code == 403


@pytest.mark.usefixtures("city")
def test_the_clocks_supervision_says_so() -> None:
    case = console.case("in_hand")
    Supervision.objects.create(
        id=new_id(), case=case, unit=case.lead, state="asked", raised_at=timezone.now(),
        due_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip
    page = console.browser(console.SEAT).get("/console/supervision/").content.decode()
    assert "超期自动督办" in page
    assert "待回复 · 超期" in page.replace("\n", "")
    assert SYSTEM.account_id == -1
