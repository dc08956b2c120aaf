"""The console's pages of scene events and devices."""

import pytest
from django.test import Client
from django.utils import timezone

from mulin.cases.models import Case
from mulin.sensing.models import DetectionModel, Device, SceneEvent
from tests.make import console
from tests.make import sensing as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(city: None) -> Client:
    make.camera()
    make.model()
    return console.browser(console.GRID)


def test_a_sight_becomes_a_case_by_a_button(officer: Client) -> None:
    (event,) = make.received()
    page = officer.get("/console/map/events/").content.decode()
    assert "暴露垃圾" in page
    assert str(event.pk) in page
    said = {"events": str(event.pk), "do": "confirm", "text": "确有垃圾"}
    answer = officer.post("/console/map/events/", said)
    assert answer["Location"] == f"/console/cases/{Case.objects.get().pk}/"
    assert officer.post("/console/map/events/", said).status_code == 409
    assert Case.objects.get().number in officer.get("/console/map/events/").content.decode()


def test_a_sight_is_dismissed_with_a_reason(officer: Client) -> None:
    (event,) = make.received()
    said = {"events": str(event.pk), "do": "dismiss", "reason": "because"}
    assert officer.post("/console/map/events/", said).status_code == 422
    assert officer.post("/console/map/events/", {**said, "reason": "gone_already"}).status_code == 302
    assert SceneEvent.objects.get().state == "dismissed_event"
    assert officer.post("/console/map/events/", {"events": "x", "do": "confirm"}).status_code == 422


def test_who_may_not_see_events_is_told_so(officer: Client) -> None:
    assert console.browser(console.FIRM).get("/console/map/events/").status_code == 403
    (event,) = make.received()
    assert officer.get(f"/console/map/events/{event.pk}/still.jpg").status_code == 404


def test_a_device_and_a_model_are_registered_and_a_device_ended(city: None) -> None:
    steward = console.browser(console.STEWARD)
    said = {
        "do": "device", "code": "CAM-7", "kind": "camera", "place": "南门", "lon": "118.001", "lat": "34.001",
        "purpose": "看积水", "operator": "990101-CG", "retention_days": "31", "has_sign": "on",
    }  # fmt: skip
    assert steward.post("/console/map/devices/", said).status_code == 422
    assert steward.post("/console/map/devices/", {**said, "retention_days": "7"}).status_code == 302
    today = timezone.localdate().isoformat()
    model = {
        "do": "model",
        "code": "M-7",
        "title": "积水",
        "detects": ["standing_water"],
        "error_rate": "0.2",
        "tested_on": today,
    }
    assert steward.post("/console/map/devices/", model).status_code == 302
    assert DetectionModel.objects.get().detects == ["standing_water"]
    assert "CAM-7" in steward.get("/console/map/devices/").content.decode()
    assert steward.post("/console/map/devices/", {"do": "end", "code": "CAM-7"}).status_code == 302
    assert Device.objects.get().until_on is not None
    officer = console.browser(console.GRID)
    assert officer.get("/console/map/devices/").status_code == 200
    assert (
        officer.post("/console/map/devices/", said | {"code": "CAM-8", "retention_days": "7"}).status_code
        == 403
    )
