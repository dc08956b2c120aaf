"""The reception log on screen and as a workbook: a day, a channel, a unit."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from mulin.cases.actions import intake
from mulin.cases.rules.intake import ReceptionEnd
from tests.make import console

pytestmark = pytest.mark.usefixtures("city")
ADDRESS = "/console/receptions/"


def came(matter: str, *, days_ago: int = 0) -> None:
    now = timezone.now() - timedelta(days=days_ago)
    intake.log_reception(
        matter=matter, outcome=ReceptionEnd.WAITING, actor=console.actor(console.COMMUNITY), now=now
    )


def test_a_day_a_channel_and_a_unit_narrow_the_log() -> None:
    came("今天来问低保")
    came("前天来问公租房", days_ago=2)
    community, street = console.browser(console.COMMUNITY), console.browser(console.DISPATCHER)
    page = community.get(ADDRESS).content.decode()
    assert ("今天来问低保" in page, "前天来问公租房" in page, "转为诉求" in page) == (True, False, True)
    day = timezone.localdate() - timedelta(days=2)
    assert "前天来问公租房" in community.get(f"{ADDRESS}?on={day}").content.decode()
    assert "今天来问低保" not in community.get(f"{ADDRESS}?channel=phone").content.decode()
    assert "今天来问低保" in street.get(f"{ADDRESS}?unit=990101001001").content.decode()
    assert "今天来问低保" not in street.get(f"{ADDRESS}?unit=990101001002").content.decode()
    for odd in ("on=someday", "channel=pigeon", "unit=%00", "page=x"):
        assert community.get(f"{ADDRESS}?{odd}").status_code == 200


def test_the_workbook_holds_the_day() -> None:
    came("今天来问低保")
    answer = console.browser(console.COMMUNITY).get("/console/receptions.xlsx")
    rows = list(load_workbook(BytesIO(b"".join(answer))).active.values)
    assert [row[3] for row in rows[1:]] == ["今天来问低保"]
    assert console.browser(console.AUDITOR).get("/console/receptions.xlsx").status_code == 403
