"""Notices, supervisions and receipts by API."""

import pytest
from django.utils import timezone

from mulin.cases.models import Case
from mulin.kernel.actor import SYSTEM
from mulin.kernel.ids import new_id
from mulin.telling.models import Notice, Outgoing
from tests.edges.api.conftest import Desk
from tests.make import cases as make


def noticed(case: Case, n: int) -> None:
    for number in range(n):
        Notice.objects.create(
            entry=Notice.objects.count() + number, words="overdue", unit=case.desk, case=case,
            at=timezone.now(), facts={"number": case.number},
        )  # fmt: skip


def test_a_desk_reads_its_notices_and_marks_them(desk: Desk) -> None:
    case = make.in_hand(desk.city)
    noticed(case, 2)
    page = desk.handler.get("/notices").json()
    assert (page["unread"], len(page["notices"])) == (2, 2)
    assert case.number in page["notices"][0]["text"]
    first = page["notices"][0]["id"]
    assert desk.handler.post("/notices/read", {"notices": [first]}, key="k").json() == {"read": 1}
    assert desk.handler.post("/notices/read", {"notices": [first]}, key="k").json() == {"read": 1}  # replayed
    assert desk.handler.get("/notices", unread=True).json()["unread"] == 1
    assert desk.other.get("/notices").json()["notices"] == []
    assert desk.handler.post("/notices/read", {}).json() == {"read": 1}
    assert desk.handler.post("/notices/read", {"notices": [0]}).status_code == 422


def test_who_may_sees_what_is_supervised_where_they_see_the_case(desk: Desk) -> None:
    case = make.replied(desk.city)
    (row,) = desk.command.get("/supervisions").json()["supervisions"]
    assert (row["case_id"], row["stage"], row["reply"]) == (str(case.pk), "replied", "明天上午修好")
    assert desk.dispatcher.get("/supervisions", stage="replied").json()["supervisions"] == [row]
    assert desk.dispatcher.get("/supervisions", stage="asked").json()["supervisions"] == []
    assert desk.other.get("/supervisions").json()["supervisions"] == []
    assert desk.handler.get("/supervisions").status_code == 403


def test_a_receipt_is_for_gateways(desk: Desk) -> None:
    case, now = make.in_hand(desk.city), timezone.now()
    message = Outgoing.objects.create(
        id=new_id(), entry=1, words="reported", channel="sms", case=case, state="sent", at=now, next_at=now
    )
    path = f"/messages/{message.pk}/receipt"
    assert desk.handler.post(path, {"delivered": False}).status_code == 403
    assert SYSTEM.account_id < 0
    assert Outgoing.objects.get().state == "sent"


@pytest.mark.parametrize("path", ["/notices", "/supervisions"])
def test_nothing_is_told_without_a_token(desk: Desk, path: str) -> None:
    assert desk.public.get(path).status_code == 401
