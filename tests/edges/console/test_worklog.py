"""The work log on screen: a month by type, an entry once per form, a correction, what is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mulin.worklog.models import LogEntry
from tests.make import console

pytestmark = pytest.mark.usefixtures("city")
ADDRESS = "/console/worklog/"


def said(**more: object) -> dict[str, object]:
    return {
        "key": console.key(), "kind": "problem", "unit": "990101001001001", "on": timezone.localdate(),
        "text": "路沿石松动，已扶正", **more,
    }  # fmt: skip


def test_an_entry_is_written_once_counted_opened_and_corrected() -> None:
    browser = console.browser(console.GRID)
    assert "这个月还没有日志" in browser.get(ADDRESS).content.decode()
    sent = said()
    assert browser.post(ADDRESS, sent).status_code == 302
    assert browser.post(ADDRESS, sent).status_code == 302  # the same form again
    first = LogEntry.objects.get()
    page = browser.get(f"{ADDRESS}?kind=problem")
    assert [one["n"] for one in page.context["counts"]] == [0, 0, 1, 0, 0]
    assert "路沿石松动" in page.content.decode()
    assert "路沿石松动" not in browser.get(f"{ADDRESS}?kind=dispute").content.decode()
    form = browser.get(f"{ADDRESS}?corrects={first.pk}").content.decode()
    assert "更正这一条" in form
    assert browser.post(ADDRESS, said(corrects=first.pk, text="路沿石松动，已报修")).status_code == 302
    page = browser.get(ADDRESS).content.decode()
    assert ("已报修" in page, "已扶正" in page) == (True, False)


@pytest.mark.parametrize(
    "wrong",
    [{"text": ""}, {"kind": "poem"}, {"on": "soon"}, {"on": timezone.localdate() + timedelta(days=2)}],
    ids=["text", "kind", "day", "tomorrow"],
)
def test_what_is_wrong_is_said_and_the_words_are_kept(wrong: dict[str, object]) -> None:
    answer = console.browser(console.GRID).post(ADDRESS, said(**wrong))
    assert answer.status_code == 422
    assert wrong.get("text") == "" or "路沿石松动" in answer.content.decode()
    assert not LogEntry.objects.exists()


def test_who_only_reads_has_no_form_and_odd_questions_are_harmless() -> None:
    street = console.browser(console.DISPATCHER)
    page = street.get(ADDRESS)
    assert (page.status_code, page.context["form"]) == (200, None)
    assert street.post(ADDRESS, said()).status_code == 403
    for odd in ("month=x", "kind=%00", "page=x", "corrects=x"):
        assert street.get(f"{ADDRESS}?{odd}").status_code == 200
