"""Promises by API: read by anybody, commented on once per key, made and kept by whose post permits it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.people.queries.days import day_of
from mulin.publications.models import Comment, Promise
from tests.make import cases as make
from tests.make import publications as public
from tests.make.api import Caller, token_of

pytestmark = pytest.mark.django_db
NOBODY = "/promises/00000000-0000-7000-8000-000000000000"


def said(**more: Any) -> dict[str, Any]:
    today = day_of(timezone.now())
    due = today.replace(year=today.year + 1, day=1).isoformat()
    return {"unit": "department", "title": "修好路灯（示例）", "what": "更换 12 盏", "due_on": due, **more}


def test_a_promise_from_end_to_end() -> None:
    here = make.city()
    anybody, now = Caller(), timezone.now()
    unit = Caller(token_of(public.promiser(here.department), now=now))
    above = Caller(token_of(public.reader(here.county), now=now))
    made = unit.post("/promises/publish_promise", said(), key="p").json()
    assert unit.post("/promises/publish_promise", said(), key="p").json() == made
    assert Promise.objects.count() == 1
    path = f"/promises/{made['id']}"
    (row,) = anybody.get("/promises", standing="running").json()["promises"]
    assert (row["title"], row["due_on"], row["standing"]) == (said()["title"], made["due_on"], "running")

    taken = anybody.post(f"{path}/comments", {"text": "请快一点", "kind": "suggestion"}, key="c")
    again = anybody.post(f"{path}/comments", {"text": "请快一点", "kind": "suggestion"}, key="c")
    assert (taken.status_code, taken.json(), again["Idempotent-Replayed"]) == (201, again.json(), "true")
    assert anybody.post(f"{path}/comments", {"text": "别的"}, key="c").status_code == 422
    assert anybody.get(f"/reports/{taken.json()['tracking_code']}").json()["step"] == "reported"
    assert anybody.get(path).json()["released"] == []
    (waits,) = above.get("/promise-comments").json()["comments"]
    assert unit.get("/promise-comments").json()["comments"] == []
    release = f"/promise-comments/{waits['id']}/release_comment"
    assert unit.post(release, {"words": "好"}).status_code == 403
    assert above.post(release, {"words": "请快一点"}).json()["state"] == "released"
    assert [each["words"] for each in anybody.get(path).json()["released"]] == ["请快一点"]
    withhold = f"/promise-comments/{waits['id']}/withhold_comment"
    assert above.post(withhold, {"because": "重复"}).json()["state"] == "withheld"

    later = made["due_on"].replace("-01", "-02")
    moved = unit.post(f"{path}/postpone_promise", {"due_on": later, "reason": "缺货", "version": 1})
    assert (moved.json()["due_on"], moved.json()["version"]) == (later, 2)
    stale = unit.post(f"{path}/keep_promise", {"evidence": "好了", "version": 1})
    assert (stale.status_code, stale.json()["type"]) == (409, "stale-promise")
    assert unit.post(f"{path}/keep_promise", {"evidence": "好了", "version": 2}).json()["state"] == "kept"
    over = unit.post(f"{path}/withdraw_promise", {"reason": "取消"})
    assert (over.status_code, over.json()["type"]) == (409, "promise-over")


def test_refusals_leave_nothing() -> None:
    here = make.city()
    anybody = Caller()
    unit = Caller(token_of(public.promiser(here.department), now=timezone.now()))
    other = Caller(token_of(here.handler, now=timezone.now()))
    assert other.post("/promises/publish_promise", said()).status_code == 403
    assert anybody.post("/promises/publish_promise", said()).status_code == 401
    assert unit.post("/promises/publish_promise", said(due_on="2020-01-01")).json()["where"] == "due_on"
    assert unit.post("/promises/publish_promise", said(unit="nowhere")).json()["where"] == "unit"
    assert unit.post("/promises/publish_promise", said(title="")).json()["where"] == "title"
    assert Promise.objects.count() == 0
    assert anybody.get(NOBODY).status_code == 404
    assert anybody.post(f"{NOBODY}/comments", {"text": "x"}).status_code == 404
    assert unit.post(f"{NOBODY}/withdraw_promise", {"reason": "x"}).status_code == 404
    made = public.promise(here.department, due_on=day_of(timezone.now()), now=timezone.now())
    wrong = anybody.post(f"/promises/{made.pk}/comments", {"text": "x", "kind": "complaint"})
    assert (wrong.status_code, wrong.json()["where"]) == (422, "kind")
    assert Comment.objects.count() == 0
    assert anybody.get("/promises", standing="late").status_code == 422
    assert anybody.get("/promises", page=0).status_code == 422


def test_a_longer_list_and_more_comments_ask_no_more() -> None:
    here, anybody = make.city(), Caller()
    counts = []
    for more in (1, 2):
        for _ in range(more):
            made = public.promise(here.department, due_on=day_of(timezone.now()), now=timezone.now())
            public.comment(made)
        Comment.objects.update(state="released", words="好")
        asked = []
        for path in ("/promises", f"/promises/{made.pk}"):
            with CaptureQueriesContext(connection) as seen:
                assert anybody.get(path).status_code == 200
            asked.append(len(seen))
        counts.append(asked)
    assert counts[0] == counts[1] == [1, 3]
