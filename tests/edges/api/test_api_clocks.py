"""The clock by API: a case with its history, the asks that wait, how milestones were kept."""

from datetime import timedelta

from django.utils import timezone

from tests.edges.api.conftest import Desk
from tests.make import cases as make


def test_a_case_tells_its_holds_promises_and_pauses(desk: Desk) -> None:
    now = timezone.now()
    case = make.suspended(desk.city, now=now)
    told = desk.dispatcher.get(f"/cases/{case.pk}").json()
    (held,) = told["clock_history"]["holds"]
    assert (held["kind"], held["state"], held["reason"]) == ("suspension", "running", "weather")
    (promise,) = told["clock_history"]["promises"]
    assert promise["cause"] == "suspended"
    assert [each["note"] for each in told["due_why"]["intervals"] if each["why"] == "pause"] == ["weather"]
    assert "resume_case" in [offer["act"] for offer in told["offers"]]


def test_asks_and_milestones_are_listed_for_who_may_see_them(desk: Desk) -> None:
    now = timezone.now()
    make.extension_asked(desk.city, now=now)
    assert [ask["what"] for ask in desk.dispatcher.get("/clocks/asks").json()] == ["extension"]
    assert desk.handler.get("/clocks/asks").json() == []
    assert desk.public.get("/clocks/asks").status_code == 401
    case = make.profiled(desk.city, now=now)
    period = f"since={(now - timedelta(hours=1)).isoformat()}&until={(now + timedelta(hours=1)).isoformat()}"
    lines = desk.dispatcher.get(f"/clocks/compliance?{period}".replace("+", "%2B")).json()
    assert [line["code"] for line in lines] == ["arrive", "plan", "solve", "mediate"]
    assert lines[0]["running"] == [str(case.pk)]
