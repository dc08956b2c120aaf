"""What residents see of promises, and how they say what they think of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.gateways import photos
from mulin.kernel.actor import SYSTEM
from mulin.people.models import Unit
from mulin.people.queries.days import day_of
from mulin.publications.actions import comments, promises
from mulin.publications.models import Comment, Promise
from tests.make import publications as public
from tests.make import residents
from tests.make.publications import promised

DAY = timedelta(days=1)


def body(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def test_the_list_tells_promise_date_and_state_and_filters(phone: Client) -> None:
    assert "还没有单位公开承诺" in body(phone, "/promises/")
    late, fine = promised(days=-2, title="修路（示例）"), promised("990101001", title="清沟（示例）")
    page = body(phone, "/promises/")
    assert "已超 2 天" in page
    assert "修路（示例）" in page
    assert "清沟（示例）" in page
    overdue = body(phone, "/promises/?standing=overdue")
    assert ("修路（示例）" in overdue, "清沟（示例）" in overdue) == (True, False)
    streets = body(phone, "/promises/?kind=street")
    assert ("修路（示例）" in streets, "清沟（示例）" in streets) == (False, True)
    assert "这里没有承诺" in body(phone, "/promises/?standing=kept")
    for odd in ("?standing=x&kind=x", "?page=0", "?page=999999", "?page=²"):
        assert phone.get(f"/promises/{odd}").status_code == 200
    assert body(phone, f"/promises/{late.pk}").count("修路（示例）") >= 1
    assert str(fine.pk) in page
    assert "/promises/" in body(phone, "/")


def test_one_promise_shows_every_date_and_the_evidence(phone: Client) -> None:
    it = promised(days=1)
    due = it.due_on + 10 * DAY
    promises.postpone_promise(
        promise_id=it.pk, due_on=due, reason="灯具缺货", actor=SYSTEM, now=timezone.now()
    )
    shot = residents.kept_photo()
    promises.keep_promise(
        promise_id=it.pk, evidence="12 盏全亮", photos=(shot,), actor=SYSTEM, now=timezone.now()
    )
    page = body(phone, f"/promises/{it.pk}")
    assert "灯具缺货" in page
    assert f"<del>{it.due_on.month} 月 {it.due_on.day} 日</del>" in page
    assert "12 盏全亮" in page
    picture = f"/promises/{it.pk}/photos/{shot.digest}/thumb"
    assert picture in page
    assert phone.get(picture)["Content-Type"] == "image/jpeg"
    other = residents.kept_photo()
    assert photos.path_of(other.digest).exists()
    assert phone.get(f"/promises/{it.pk}/photos/{other.digest}/full").status_code == 404


def test_a_comment_gets_a_tracking_code_and_is_shown_once_released(phone: Client) -> None:
    it = promised()
    form = body(phone, f"/promises/{it.pk}/say")
    key = form.split('name="key" value="')[1].split('"')[0]
    said = {"key": key, "kind": "suggestion", "text": "装感应灯"}
    for _ in range(2):  # pressed twice: one comment
        answer = phone.post(f"/promises/{it.pk}/say", said)
        assert answer.status_code == 302
    comment = Comment.objects.get()
    assert answer["Location"] == f"/report/done/{comment.report.tracking_code}"
    assert comment.report.tracking_code in body(phone, answer["Location"])
    page = body(phone, f"/promises/{it.pk}")
    assert "居民说了 1 句，公开 0 句" in page
    assert "装感应灯" not in page
    comments.release_comment(comment_id=comment.pk, words="请装感应灯", actor=SYSTEM, now=timezone.now())
    assert "请装感应灯" in body(phone, f"/promises/{it.pk}")


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        pytest.param({"text": " "}, "#text", id="nothing"),
        pytest.param({"text": "长" * 501}, "#text", id="too-long"),
        pytest.param({"text": "a\x00b"}, "#text", id="not-storable"),
        pytest.param({"kind": "complaint"}, "#kind", id="another-kind"),
        pytest.param({"website": "http://spam"}, "", id="a-machine"),
    ],
)
def test_a_wrong_comment_is_told_and_keeps_its_words(
    phone: Client, wrong: dict[str, str], where: str
) -> None:
    it = promised()
    answer = phone.post(f"/promises/{it.pk}/say", {"key": "k1", "kind": "opinion", "text": "太暗", **wrong})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'href="{where}"' in page or not where
    assert wrong.get("text", "太暗").replace("\x00", "") in page.replace("\x00", "")
    assert not Comment.objects.exists()


def test_there_is_nothing_where_nothing_is(phone: Client) -> None:
    for tail in ("", "/say"):
        assert "没有这项承诺" in body(phone, f"/promises/00000000-0000-7000-8000-000000000000{tail}", 404)


def test_a_longer_page_asks_no_more(phone: Client) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            it = promised()
            public.comment(it, now=timezone.now())
        Comment.objects.update(state="released", words="好", promise=it)
        asked = []
        for address in ("/promises/", f"/promises/{it.pk}"):
            phone.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert phone.get(address).status_code == 200
            asked.append(len(seen))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_every_page_has_english_words(city: None) -> None:
    english = Client(headers={"accept-language": "en"})
    kept, late = promised(days=-3, title="Mend"), promised("990101001", days=-1, title="Clean")
    promises.postpone_promise(
        promise_id=late.pk, due_on=day_of(timezone.now()) + DAY, reason="x", actor=SYSTEM, now=timezone.now()
    )
    promises.keep_promise(promise_id=kept.pk, evidence="x", actor=SYSTEM, now=timezone.now())
    Unit.objects.update(name="Office", short_name="Office")
    Promise.objects.update(what="x", comments=2)
    for address in ("/promises/?kind=street", f"/promises/{kept.pk}", f"/promises/{late.pk}/say"):
        page = body(english, address)
        inside = page[page.index("<main") : page.index("</main")]
        left = [letter for letter in inside if "一" <= letter <= "鿿"]
        assert not left, f"{address}: {''.join(left)}"
