"""Public promises on the console: promise, keep, put off, withdraw; read comments over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.people.queries.days import day_of
from mulin.publications.models import Comment, Promise, Turn
from tests.make import console
from tests.make import publications as public
from tests.make.publications import promised

pytestmark = pytest.mark.usefixtures("city")
DAY = timedelta(days=1)


def body(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def said(**more: object) -> dict[str, object]:
    due = day_of(timezone.now()) + 30 * DAY
    usual = {
        "unit": public.HOUSING,
        "title": "修好路灯（示例）",
        "what": "更换 12 盏",
        "due_on": due.isoformat(),
    }
    return {"key": console.key(), **usual, **more}


def test_a_unit_promises_puts_off_and_keeps_on_screen() -> None:
    housing = console.browser(console.HOUSING)
    form = said()
    for _ in range(2):  # pressed twice: one promise
        assert housing.post("/console/promises/", form).status_code == 302
    it = Promise.objects.get()
    assert "修好路灯（示例）" in body(housing, "/console/promises/?standing=running")
    page = body(housing, f"/console/promises/{it.pk}/")
    for name in ("keep_promise", "postpone_promise", "withdraw_promise"):
        assert f"/console/promises/{it.pk}/acts/{name}/" in page

    def act(name: str, **more: object) -> tuple[int, str]:
        answer = housing.post(
            f"/console/promises/{it.pk}/acts/{name}/", {"key": console.key(), "version": 1, **more}
        )
        return answer.status_code, answer.content.decode()

    assert act("postpone_promise", due_on=it.due_on.isoformat(), reason="缺货")[0] == 422
    assert act("postpone_promise", due_on="", reason="缺货")[0] == 422
    later = (it.due_on + DAY).isoformat()
    assert act("postpone_promise", due_on=later, reason="缺货")[0] == 302
    status, page = act("withdraw_promise", reason="取消")  # somebody acted since: the words are kept
    assert status == 409
    assert "刚才有人先办了一步" in page
    assert "取消" in page
    assert 'name="version" value="2"' in page
    status, _page = act("keep_promise", version=2, evidence="12 盏全亮", photos=console.upload())
    assert status == 302
    assert len(Turn.objects.get(act="keep_promise").photos) == 1
    shown = body(housing, f"/console/promises/{it.pk}/")
    assert "12 盏全亮" in shown
    assert "/acts/" not in shown
    assert act("keep_promise", version=3, evidence="再来")[0] == 409
    assert act("no_such_act")[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"due_on": "2020-01-01"}, {"due_on": "soon"}, {"unit": "990101001"}, {"what": "a\x00"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_promise_is_told_and_nothing_is_published(wrong: dict[str, object]) -> None:
    answer = console.browser(console.HOUSING).post("/console/promises/", said(**wrong))
    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode()
    assert not Promise.objects.exists()


def test_comments_are_read_over_by_another_unit() -> None:
    it = promised()
    first, second = (
        public.comment(it, now=timezone.now()),
        public.comment(it, "找王某13912345678", now=timezone.now()),
    )
    seat, housing = console.browser(console.SEAT), console.browser(console.HOUSING)
    assert housing.get("/console/promises/comments/").status_code == 403
    assert "13912345678" not in body(housing, f"/console/promises/{it.pk}/")
    assert "2 条意见待公开" in body(seat, "/console/promises/")
    assert "王某" in body(seat, "/console/promises/comments/")

    def decide(comment: Comment, name: str, **more: object) -> int:
        address = f"/console/promises/comments/{comment.pk}/{name}/"
        return seat.post(address, {"key": console.key(), **more}).status_code

    assert decide(second, "release_comment", words=second.report.text) == 422  # the number is in it
    assert decide(second, "withhold_comment", because="") == 422
    assert decide(second, "withhold_comment", because="只说某一个人", back="nowhere") == 422
    assert decide(second, "withhold_comment", because="只说某一个人") == 302
    assert decide(first, "release_comment", words="太暗", back=it.pk) == 302
    assert decide(first, "release_comment", words="太暗", back=it.pk) == 409
    assert decide(first, "shout") == 404
    page = body(seat, f"/console/promises/{it.pk}/")
    assert "居民说了 2 句，公开 1 句" in page
    assert "只说某一个人" in page
    assert "没有待公开的意见" in body(seat, "/console/promises/comments/")


def test_who_has_no_part_in_it_is_turned_away() -> None:
    auditor = console.browser(console.AUDITOR)
    it = promised()
    for address in ("", f"{it.pk}/", "comments/"):
        assert auditor.get(f"/console/promises/{address}").status_code == 403
    assert auditor.post("/console/promises/", said()).status_code == 403
    dispatcher = console.browser(console.DISPATCHER)
    withdraw = {"key": console.key(), "reason": "x", "version": 1}
    assert dispatcher.post(f"/console/promises/{it.pk}/acts/withdraw_promise/", withdraw).status_code == 403
    assert Promise.objects.get().state == "running"


def test_my_promises_and_those_of_all() -> None:
    mine, other = promised(), promised("990101001", title="清沟（示例）")
    housing = console.browser(console.HOUSING)
    own, everywhere = body(housing, "/console/promises/"), body(housing, "/console/promises/?of=all")
    assert (mine.title in own, other.title in own, other.title in everywhere) == (True, False, True)
    assert "这里没有承诺" in body(housing, "/console/promises/?standing=kept&page=9")
    assert body(housing, "/console/promises/?standing=x&page=-1")


def test_a_longer_list_asks_no_more() -> None:
    seat, counts = console.browser(console.SEAT), []
    for more in (1, 2):
        for _ in range(more):
            it = promised()
            public.comment(it, now=timezone.now())
        asked = []
        for address in ("", "comments/", f"{it.pk}/"):
            seat.get(f"/console/promises/{address}")
            with CaptureQueriesContext(connection) as seen:
                assert seat.get(f"/console/promises/{address}").status_code == 200
            asked.append(len(seen))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_a_promise_begins_on_the_page_of_its_case() -> None:
    open_one, over = console.case("in_hand"), console.case("closed")
    seat = console.browser(console.DISPATCHER)
    address = f"/console/promises/?case={open_one.pk}"
    assert address in body(seat, f"/console/cases/{open_one.pk}/")
    form = body(seat, address)
    assert f'value="{open_one.pk}"' in form
    assert "只有工作人员看得到是哪一件" in form
    assert "promises/?case=" not in body(seat, f"/console/cases/{over.pk}/")
