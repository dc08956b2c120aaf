"""A calendar as rows of a table: what they make, and every way they are refused with their line."""

from datetime import date

import pytest

from mulin.clocks.rules import calendars, specs
from mulin.clocks.rules.calendars import Why
from mulin.clocks.rules.specs import Row
from mulin.kernel.errors import BadInput


def test_rows_make_a_calendar() -> None:
    rows = [
        Row(2, "office", "周", "示例日历", weekdays="一、二、三、四、五", hours="09:00-12:00、14:00-18:00"),
        Row(3, "office", "季", first="06-01", last="09-30", weekdays="一", hours="08:00-12:00"),
        Row(4, "office", "季", first="06-01", last="09-30", weekdays="二，三", hours="08:00-11:00"),
        Row(5, "office", "日", first="2026-05-06", last="2026-05-07", works=False, note="示例节"),
        Row(6, "office", "日", first="2026-10-01", works=True),
        Row(7, "office", "日", first="2026-05-16", works=True),
        Row(8, "office", "截至", first="2027-12-31"),
    ]  # fmt: skip
    (drawn,) = specs.draw(rows)
    calendar = specs.build(drawn.code, drawn.name, drawn.spec)
    assert (calendar.name, calendar.known_until) == ("示例日历", date(2027, 12, 31))
    assert calendar.day(date(2026, 5, 6)).note == "示例节"
    assert not calendar.day(date(2026, 5, 7)).works
    assert calendar.day(date(2026, 5, 16)).why is Why.MAKE_UP
    assert calendar.day(date(2026, 10, 1)).works  # a holiday switched off
    assert calendar.hours(date(2026, 6, 1)) == ((480, 720),)
    assert calendar.hours(date(2026, 6, 2)) == ((480, 660),)
    assert calendar.hours(date(2026, 6, 4)) == ()
    assert calendar.hours(date(2026, 5, 18)) == calendars.OFFICE


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Row(9, "cn", "周"), "自带"),
        (Row(9, "x", "周", base="mars", weekdays="一", hours="09:00-12:00"), "底本"),
        (Row(9, "x", "年"), "种类"),
        (Row(9, "x", "周", weekdays="周一", hours="09:00-12:00"), "星期"),
        (Row(9, "x", "周", weekdays="一", hours="九点"), "时段"),
        (Row(9, "x", "周", weekdays="一", hours="12:00-09:00"), "结束"),
        (Row(9, "x", "周", weekdays="一", hours="09:00-12:00、11:00-13:00"), "重叠"),
        (Row(9, "x", "季", first="六月", last="09-30", weekdays="一", hours="09:00-12:00"), "06-01"),
        (Row(9, "x", "日", first="2026/5/4"), "2026-05-04"),
        (Row(9, "x", "日", first="2026-05-04", last="2026-05-01"), "止日"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line(row: Row, why: str) -> None:
    with pytest.raises(BadInput, match="line 9") as refused:
        specs.draw([row])
    assert why in str(refused.value)


def test_a_calendar_that_never_works_is_refused() -> None:
    with pytest.raises(BadInput, match="没有工作时间"):
        specs.build("x", "从不", {"base": "cn", "week": [[]] * 7})
