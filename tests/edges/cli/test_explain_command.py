"""`mulin explain deadline`: the answer for people and for machines."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner, Result

from mulin.cli.clocks import ending, explain
from mulin.cli.main import COMMANDS
from mulin.clocks.actions import publish_calendar
from mulin.clocks.rules import calendars, specs
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput


def run(*words: str) -> Result:
    return CliRunner().invoke(explain, ["deadline", *words])


@pytest.mark.parametrize(
    ("start", "limit", "more", "due"),
    [
        ("2026-02-13T16:00+08:00", "1 working day", (), "2026-02-14T16:00:00+08:00"),
        ("2026-02-13T08:00Z", "1 working day", (), "2026-02-14T16:00:00+08:00"),
        ("2026-02-13T16:00", "1工作日", (), "2026-02-14T16:00:00+08:00"),
        ("2026-02-13T16:00", "1 working day", ("--calendar", "plain"), "2026-02-16T16:00:00+08:00"),
        ("2026-02-15T16:00", "1 working day", ("--off-day", "same_time"), "2026-02-24T16:00:00+08:00"),
        (
            "2026-03-02T09:00+08:00",
            "2 working hours",
            ("--pause", "2026-03-02T10:00/2026-03-04T10:00", "--pause", "2026-03-04T10:30/2026-03-04T10:40"),
            "2026-03-04T11:10:00+08:00",
        ),
        ("2026-03-02T09:00+08:00", "2 working hours", ("--pause", "2026-03-02T10:00/"), None),
    ],
)
def test_machines_get_the_due_moment(start: str, limit: str, more: tuple[str, ...], due: str | None) -> None:
    result = run("--start", start, "--limit", limit, *more, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.output)
    assert answer["due_at"] == due
    assert answer["provisional"] is False
    assert {"start", "end", "counted", "why", "note"} == set(answer["intervals"][0])


def test_people_get_every_stretch_in_words() -> None:
    told = run("--start", "2026-02-14T17:00+08:00", "--limit", "120 working minutes").output
    assert told.startswith("到期：2026-02-24 10:00+08:00\n")
    assert "节假日 春节" in told
    assert "调休上班" in told


def test_the_printed_line_tells_counted_and_skipped_in_one() -> None:
    told = run("--start", "2026-02-14T17:00+08:00", "--limit", "120 working minutes").output.splitlines()
    assert told[1].startswith("＋02-14 17:00–02-14 18:00（1:00:00） －02-14 18:00–02-24 09:00（")
    assert told[1].endswith("＋02-24 09:00–02-24 10:00（1:00:00）")
    assert "春节" in told[1]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_k26_the_server_may_stand_anywhere(zone: str) -> None:
    command = [sys.executable, "-m", "mulin.config.main", "explain", "deadline", "--json"]
    words = ["--start", "2026-02-14T17:00+08:00", "--limit", "120 working minutes"]
    done = subprocess.run([*command, *words], env={**os.environ, "TZ": zone}, capture_output=True, check=True)
    assert json.loads(done.stdout)["due_at"] == "2026-02-24T10:00:00+08:00"


@pytest.mark.django_db
def test_a_calendar_the_city_published_is_known_by_its_name() -> None:
    drawn = specs.Drawn("early", "早班（示例）", "", {"base": "plain", "week": [[[360, 720]]] * 5 + [[], []]})
    publish_calendar(
        drawn=drawn, from_on=date(2026, 1, 1), actor=SYSTEM, now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    words = ("--start", "2026-03-02T11:00", "--limit", "2 working hours", "--calendar", "early", "--json")
    assert json.loads(run(*words).output)["due_at"] == "2026-03-03T07:00:00+08:00"
    refused = run("--start", "2026-03-02T11:00", "--limit", "1 hour", "--calendar", "nobody")
    assert "没有日历" in str(refused.exception)


def test_only_a_calendar_of_the_city_asks_for_its_database() -> None:
    place = COMMANDS["explain"]
    assert not place.asks_database(["explain", "deadline", "--calendar", "plain"])
    assert not place.asks_database(["explain", "deadline"])
    assert place.asks_database(["explain", "deadline", "--calendar", "office"])
    assert place.asks_database(["explain", "deadline", "--calendar=office"])


def test_a_calendar_at_its_end_is_said_sixty_days_before_and_after() -> None:
    cn = calendars.cn()
    assert ending(cn, date(2026, 9, 1)) == ""
    assert "还有 60 天" in ending(cn, date(2026, 11, 1))
    assert "暂定" in ending(cn, date(2027, 1, 2))


def test_what_is_not_certain_or_not_over_is_said() -> None:
    assert (
        "暂定：放假安排只公布到 2026-12-31"
        in run("--start", "2026-12-31T17:00", "--limit", "1 working day").output
    )
    standing = run(
        "--start", "2026-03-02T09:00", "--limit", "2 working hours", "--pause", "2026-03-02T10:00/"
    )
    assert "时钟停着，还剩 1:00:00" in standing.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--start", "五月", "--limit", "1 working day"), "看不懂时间"),
        (("--start", "2026-03-02T09:00", "--limit", "5天"), "工作日还是自然日"),
        (("--start", "2026-03-02T09:00", "--limit", "1 hour", "--pause", "2026-03-02T10:00"), "暂停写作"),
        (("--start", "2026-03-02T09:00", "--limit", "1 hour", "--pause", "x/"), "看不懂时间"),
    ],
)
def test_what_cannot_be_read_is_refused(words: tuple[str, ...], why: str) -> None:
    result = run(*words)
    assert isinstance(result.exception, BadInput)
    assert why in str(result.exception)
