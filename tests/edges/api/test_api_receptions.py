"""The reception log by API: a line once per key, a day's lines."""

from django.utils import timezone

from mulin.cases.models import Reception
from tests.edges.api.conftest import Desk


def test_a_line_is_written_once_and_read(desk: Desk) -> None:
    said = {"matter": "问低保", "outcome": "waiting"}
    first = desk.checker.post("/receptions", said, key="k").json()
    assert desk.checker.post("/receptions", said, key="k").json() == first
    assert Reception.objects.count() == 1
    found = desk.checker.get("/receptions", day=timezone.localdate().isoformat(), channel="counter").json()
    assert (found["receptions"], found["has_more"]) == ([first], False)
    assert desk.checker.get("/receptions", channel="phone").json()["receptions"] == []
    assert desk.checker.post("/receptions", {"matter": " "}).status_code == 422
    assert desk.checker.post("/receptions", {"matter": "x", "outcome": "gone"}).status_code == 422
    assert desk.handler.get("/receptions").status_code == 403
    assert desk.handler.post("/receptions", said).status_code == 403
    assert desk.public.get("/receptions").status_code == 401
