"""`mulin explain deadline`: the answer for people and for machines."""

import json

import pytest
from click.testing import CliRunner, Result

from mulin.cli.clocks import explain
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
