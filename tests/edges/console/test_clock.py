"""The drawn clock: what counted, what did not and why, and that its lines add up to the limit."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import translation

from mulin.clocks.rules import calendars, deadlines
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.console import clock_faces
from mulin.console.clock_faces import ClockWhy

Pause = tuple[datetime, datetime | None]
START = datetime(2026, 5, 11, 8, 10, tzinfo=UTC)  # a Monday, 16:10 in the city


def why(limit: Limit, *pauses: Pause, start: datetime = START) -> tuple[dict[str, Any], datetime | None]:
    answer = deadlines.deadline(start=start, limit=limit, calendar=calendars.cn(), pauses=pauses)
    told: dict[str, Any] = {
        "start": start.isoformat(),
        "limit": {"value": limit.value, "kind": limit.kind.value},
        "source": "item:2-017",
        "calendar": "cn",
        **answer.as_json(),
    }
    return told, answer.due_at


def card(
    limit: Limit, *pauses: Pause, hours: float, amber_at: datetime | None = None, **more: Any
) -> ClockWhy:
    told, due_at = why(limit, *pauses)
    now = START + timedelta(hours=hours)
    with translation.override("zh-hans"):
        face = clock_faces.explained(told, due_at=due_at, now=now, ended=False, amber_at=amber_at, **more)
    assert face is not None
    return face


HOURS_8 = Limit(8, LimitKind.WORKING_HOURS)


def test_what_is_used_and_what_is_left_are_lines_of_their_own() -> None:
    face = card(HOURS_8, hours=22)  # 14:10 the next day: 1:50 + 3:00 + 0:10
    assert face.used == "已用 5 小时 / 8 小时"
    assert [span.length for span in face.spans if span.ahead] == ["3 小时"]
    assert [span.why for span in face.spans] == [
        "计入", "跳过 · 非工作时间", "计入", "跳过 · 午间", "计入", "还剩",
    ]  # fmt: skip


def test_the_card_turns_amber_when_the_case_does() -> None:
    amber_at = START + timedelta(hours=22)
    assert [
        (face.tone, face.verdict.rsplit(" ", 1)[-1], face.verdict.startswith("临期"))
        for face in (card(HOURS_8, hours=hours, amber_at=amber_at) for hours in (21.9, 22))
    ] == [("ok", "转黄", False), ("warn", "转黄", True)]


def test_a_pause_is_a_skipped_stretch_with_its_reason() -> None:
    pause = (START + timedelta(minutes=20), START + timedelta(minutes=50))
    told, due_at = why(HOURS_8, pause)
    for interval in told["intervals"]:
        if interval["why"] == "pause":
            interval["note"] = "ruling"
    with translation.override("zh-hans"):
        face = clock_faces.explained(
            told, due_at=due_at, now=START + timedelta(hours=1), ended=False, amber_at=None
        )
    assert face is not None
    assert "跳过 · 时钟暂停（等裁定）" in [span.why for span in face.spans]
    assert "暂停过 1 次" in face.calendar


def test_a_clock_that_stands_still_says_what_is_left() -> None:
    face = card(HOURS_8, (START + timedelta(minutes=30), None), hours=2)
    assert face.title == "时钟停着，还剩 7 小时 30 分"
    assert face.end == "到期待定"
    assert face.used == "已用 30 分 / 8 小时"
    told, due_at = why(HOURS_8, (START + timedelta(minutes=30), None))
    chip = clock_faces.clock(state="in_hand", due_at=due_at, clock=None, now=START, why=told)
    assert chip.icon == "pause"


def test_a_long_row_of_days_is_told_short_and_by_its_sum() -> None:
    face = card(Limit(120, LimitKind.WORKING_HOURS), hours=200)
    assert len(face.spans) <= 14
    assert any(span.why.startswith("中间") and span.length for span in face.spans)
    assert any(span.ahead for span in face.spans)


def test_an_earlier_promise_stays_to_be_read() -> None:
    old, due_at = why(Limit(1, LimitKind.WORKING_DAYS))
    face = card(HOURS_8, hours=1, before=[{**old, "cause": "item"}])
    assert [(one.limit, one.cause) for one in face.before] == [
        ("时限 1 个工作日，来自清单项 2-017", "改了清单项")
    ]
    assert due_at is not None
