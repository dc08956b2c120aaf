"""Calendars: the Chinese year day by day where it is easily got wrong, office hours, the nth working day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.clocks.rules import calendars
from mulin.clocks.rules.calendars import SHANGHAI, Calendar, Day, Why

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        (date(2026, 1, 1), False, Why.HOLIDAY),
        (date(2026, 1, 2), False, Why.HOLIDAY),
        (date(2026, 1, 4), True, Why.MAKE_UP),
        (date(2026, 2, 14), True, Why.MAKE_UP),
        (date(2026, 2, 15), False, Why.WEEKEND),
        (date(2026, 2, 17), False, Why.HOLIDAY),
        (date(2026, 2, 28), True, Why.MAKE_UP),
        (date(2026, 3, 2), True, Why.WORKDAY),
        (date(2026, 9, 20), True, Why.MAKE_UP),
        (date(2026, 10, 10), True, Why.MAKE_UP),
        (date(2025, 9, 28), True, Why.MAKE_UP),
        (date(2025, 10, 8), False, Why.HOLIDAY),
        (date(2024, 2, 29), True, Why.WORKDAY),
        (date(2024, 12, 31), True, Why.WORKDAY),
    ],
)
def test_days_of_the_chinese_year(day: date, works: bool, why: Why) -> None:
    found = calendars.cn().day(day)
    assert (found.works, found.why) == (works, why)
    assert bool(found.note) == (why is Why.HOLIDAY)


def test_working_days_of_2026_are_248() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(calendars.cn().day(day).works for day in days) == 248


@pytest.mark.parametrize(
    ("clock", "working"),
    [("08:59", False), ("09:00", True), ("11:59", True), ("12:00", False), ("14:00", True), ("18:00", False)],
)
def test_office_hours_open_and_close_to_the_minute(clock: str, working: bool) -> None:
    moment = datetime.fromisoformat(f"2026-03-02T{clock}").replace(tzinfo=SHANGHAI)
    assert calendars.cn().is_working(moment) is working
    assert calendars.cn().is_working(moment.astimezone(UTC)) is working


def test_a_day_off_has_no_hours_and_a_worked_saturday_the_usual_ones() -> None:
    assert calendars.cn().hours(date(2026, 3, 7)) == ()
    assert calendars.cn().hours(date(2026, 2, 14)) == calendars.OFFICE


def test_a_weekday_off_is_called_so() -> None:
    office = calendars.OFFICE
    calendar = Calendar(
        code="x", name="x", zone=SHANGHAI, week=((), office, office, office, office, office, ())
    )
    assert [calendar.day(MONDAY + timedelta(days=n)).why for n in (0, 1, 6)] == [
        Why.DAY_OFF,
        Why.WORKDAY,
        Why.WEEKEND,
    ]


@given(day=st.dates(date(2015, 1, 1), date(2026, 12, 31)), nth=st.integers(-300, 300))
def test_the_nth_working_day_is_found_by_counting(day: date, nth: int) -> None:
    calendar = calendars.cn()
    expected, left = day, abs(nth)
    while left:
        expected += timedelta(days=1 if nth > 0 else -1)
        left -= calendar.day(expected).works
    assert calendar.working_day(day, nth) == expected


def test_days_judged_otherwise_leave_the_calendar_they_came_from() -> None:
    other = calendars.cn().with_days({MONDAY: Day(works=False, why=Why.HOLIDAY, note="停工")})
    assert other.day(MONDAY).note == "停工"
    assert other.day(date(2026, 2, 17)).note == "春节"
    assert calendars.cn().day(MONDAY).works


def test_a_calendar_with_nothing_to_publish_never_ends() -> None:
    assert calendars.plain().days_left(date(2030, 1, 1)) is None
    assert calendars.plain().is_certain(date(2090, 1, 1))


def test_every_calendar_answers_to_its_code() -> None:
    assert {code: make().code for code, make in calendars.CALENDARS.items()} == {
        code: code for code in calendars.CALENDARS
    }


def test_the_calendar_is_certain_for_longer_once_the_next_notice_is_in_the_feed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert calendars.cn().known_until == date(2026, 12, 31)
    monkeypatch.setattr(
        calendars, "_make_up_days", lambda _feed, year: [date(year, 2, 1)] if year < 2029 else []
    )
    assert calendars._published_until() == date(2028, 12, 31)
