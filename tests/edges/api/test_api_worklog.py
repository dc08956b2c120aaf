"""The grid log by API: written once per key, counted by type, corrected."""

import pytest
from django.utils import timezone

from mulin.worklog.models import LogEntry
from tests.make import console, packs
from tests.make.api import Caller, token_of


def caller(staff_no: str) -> Caller:
    return Caller(token_of(console.actor(staff_no), now=timezone.now()))


@pytest.mark.django_db
def test_written_once_read_by_type_and_corrected() -> None:
    packs.city()
    officer, firm = caller(console.GRID), caller(console.FIRM)
    today = timezone.localdate().isoformat()
    said = {"unit": "990101001001001", "kind": "problem", "text": "路沿石松动", "on": today}
    first = officer.post("/logs", said, key="k")
    assert first.status_code == 200, first.content
    assert officer.post("/logs", said, key="k").json() == first.json()
    assert LogEntry.objects.count() == 1
    assert officer.post("/logs", {**said, "kind": "poem"}).status_code == 422
    assert officer.post("/logs", {**said, "person": "x"}).status_code == 422
    found = officer.get("/logs", month=today, kind="problem").json()
    assert ({one["code"]: one["n"] for one in found["counts"]}["problem"], found["entries"]) == (
        1,
        [first.json()],
    )
    address = f"/logs/{first.json()['id']}/correct_log"
    better = {"kind": "problem", "text": "路沿石松动，已报修", "on": today}
    assert firm.post(address, better).status_code == 404
    assert officer.post(address, better).json()["is_correction"] is True
    assert officer.post(address, better).status_code == 409
    assert firm.get("/logs").status_code == 403
    assert Caller().get("/logs").status_code == 401
