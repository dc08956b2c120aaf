"""What a pack sets for the heart is read once a second, and at once where it was just changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.actions.setup import adopt_settings
from mulin.cases.models import Settings
from mulin.cases.queries import doors
from mulin.kernel.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_settings_are_read_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "RECHECK_SECONDS", 60.0)
    doors.forget_settings()
    with CaptureQueriesContext(connection) as seen:
        assert [doors.settings().prefix for _ in range(3)] == ["ML"] * 3
    assert len(seen) == 1


def test_the_act_that_changes_them_is_heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "RECHECK_SECONDS", 60.0)
    doors.forget_settings()
    doors.settings()
    adopt_settings(values={"prefix": "DM"}, actor=SYSTEM, now=timezone.now())
    assert doors.settings().prefix == "DM"
    doors.forget_settings()


def test_another_process_notices_when_the_second_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    doors.settings()
    Settings.objects.create(id=1, prefix="XX")
    assert doors.settings().prefix == "XX"  # tests wait no second: see conftest
    monkeypatch.setattr(doors, "RECHECK_SECONDS", 60.0)
    Settings.objects.update(prefix="YY")
    assert doors.settings().prefix == "XX"
