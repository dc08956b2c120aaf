"""Secondments by API: the register of a day, sending and sending back, once per key."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mulin.people.models import Appointment
from tests.make import console, packs
from tests.make.api import Caller, token_of

DAY = timedelta(days=1)


@pytest.fixture
def organiser(db: None) -> Caller:
    packs.city()
    return Caller(token_of(console.actor(console.ORGANISER), now=timezone.now()))


def said(**more: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "staff_no": "S071", "home": "990101-ZJ", "unit": "990101001-ZD", "post": "enforcement_officer",
        "from_on": today.isoformat(), "until_on": (today + 30 * DAY).isoformat(), **more,
    }  # fmt: skip


def test_the_register_of_a_day(organiser: Caller) -> None:
    found = organiser.get("/secondments", on="2026-08-01").json()
    assert (found["on"], found["running"], found["run_out"]) == ("2026-08-01", 1, 1)
    assert [row["home"] for row in found["secondments"]] == ["990101-CG", "990101-GA"]
    assert organiser.get("/secondments", on="2026-03-01", home="990101-GA").json()["running"] == 1
    assert organiser.get("/secondments", on="someday").status_code == 422
    assert Caller().get("/secondments").status_code == 401


def test_sent_once_and_sent_back(organiser: Caller) -> None:
    first = organiser.post("/secondments", said(), key="k")
    assert first.status_code == 200, first.content
    assert organiser.post("/secondments", said(), key="k").json() == first.json()
    assert Appointment.objects.filter(person__staff_no="S071", source="secondment").count() == 1
    assert organiser.post("/secondments", said()).status_code == 409
    assert organiser.post("/secondments", said(home="990101001-ZD")).status_code == 422
    back = {"on": (timezone.localdate() + DAY).isoformat()}
    address = f"/secondments/{first.json()['appointment_id']}/end"
    assert organiser.post(address, back).json()["until_on"] == back["on"]
    assert organiser.post(address, back).status_code == 409
    assert organiser.post("/secondments/999999/end", back).status_code == 404


def test_who_may_not_is_refused(organiser: Caller) -> None:
    worker = Caller(token_of(console.actor(console.FIRM), now=timezone.now()))
    assert organiser.get("/secondments").status_code == 200
    assert worker.get("/secondments").status_code == 403
    assert worker.post("/secondments", said()).status_code in (403, 404)
