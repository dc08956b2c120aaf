"""Oracles for the Chinese year: `holidays`, `chinesecalendar`, and the notices written out by hand."""

from datetime import date, datetime, time, timedelta
from typing import Final

import chinese_calendar
import holidays
from hypothesis import given
from hypothesis import strategies as st

from mulin.clocks.rules import calendars, specs
from mulin.clocks.rules.calendars import SHANGHAI
from mulin.clocks.rules.deadlines import deadline
from mulin.clocks.rules.limits import Limit, LimitKind

# Year: days off (MMDD, or MMDD-MMDD), and weekend days worked. From the notices of 2018 to 2025 for the
# years after them; 2020 with the longer Spring Festival of that year.
NOTICES: Final = {
    2019: ("0101 0204-0210 0405 0501-0504 0607 0913 1001-1007", "0202 0203 0428 0505 0929 1012"),
    2020: ("0101 0124-0202 0404-0406 0501-0505 0625-0627 1001-1008", "0119 0426 0509 0628 0927 1010"),
    2021: (
        "0101-0103 0211-0217 0403-0405 0501-0505 0612-0614 0919-0921 1001-1007",
        "0207 0220 0425 0508 0918 0926 1009",
    ),
    2022: (
        "0101-0103 0131-0206 0403-0405 0430-0504 0603-0605 0910-0912 1001-1007",
        "0129 0130 0402 0424 0507 1008 1009",
    ),
    2023: ("0101-0102 0121-0127 0405 0429-0503 0622-0624 0929-1006", "0128 0129 0423 0506 0625 1007 1008"),
    2024: (
        "0101 0210-0217 0404-0406 0501-0505 0610 0915-0917 1001-1007",
        "0204 0218 0407 0428 0511 0914 0929 1012",
    ),
    2025: ("0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008", "0126 0208 0427 0928 1011"),
    2026: (
        "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
        "0104 0214 0228 0509 0920 1010",
    ),
}
FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)
DAYS = (LAST - FIRST).days


def _days(year: int, words: str) -> set[date]:
    found: set[date] = set()
    for word in words.split():
        first, _, last = word.partition("-")
        day, end = (date(year, int(each[:2]), int(each[2:])) for each in (first, last or first))
        while day <= end:
            found.add(day)
            day += timedelta(days=1)
    return found


OFF = set().union(*(_days(year, off) for year, (off, _) in NOTICES.items()))
MADE_UP = set().union(*(_days(year, worked) for year, (_, worked) in NOTICES.items()))
FEED = holidays.country_holidays("CN", years=range(2018, 2028))


def by_notice(day: date) -> bool:
    """Return whether the notices have people work on a day."""
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def by_library(day: date) -> bool:
    """Return whether the library has people work on a day."""
    return day in FEED.weekend_workdays or (day.weekday() < 5 and day not in FEED)


def test_every_day_of_eight_years_is_as_both_oracles_say() -> None:
    calendar = calendars.cn()
    days = [FIRST + timedelta(days=n) for n in range(DAYS + 1)]
    assert [day for day in days if calendar.day(day).works != by_notice(day)] == []
    assert [day for day in days if calendar.day(day).works != by_library(day)] == []


def test_every_day_is_as_the_package_chinesecalendar_says() -> None:
    calendar = calendars.cn()
    days = [FIRST + timedelta(days=n) for n in range(DAYS + 1)]
    assert [day for day in days if calendar.day(day).works != chinese_calendar.is_workday(day)] == []


@given(start=st.integers(0, DAYS - 120), minute=st.integers(0, 1439), limit=st.integers(1, 60))
def test_working_days_are_counted_as_somebody_counts_them_on_paper(
    start: int, minute: int, limit: int
) -> None:
    day = FIRST + timedelta(days=start)
    at = datetime.combine(day, time(minute // 60, minute % 60), SHANGHAI)
    clock = at.time() if by_notice(day) else time(0)  # a start on a day off counts from 00:00 of the next
    left = limit if by_notice(day) else limit + 1
    while left:
        day += timedelta(days=1)
        left -= by_notice(day)
    answer = deadline(start=at, limit=Limit(limit, LimitKind.WORKING_DAYS), calendar=calendars.cn())
    assert answer.due_at == datetime.combine(day, clock, SHANGHAI)


@given(
    closed=st.sets(st.integers(0, 60), max_size=6),
    opened=st.sets(st.integers(0, 60), max_size=6),
    start=st.integers(0, 60),
    limit=st.integers(1, 20),
)
def test_local_days_of_a_published_calendar_win_over_its_base(
    closed: set[int], opened: set[int], start: int, limit: int
) -> None:
    first = date(2026, 2, 1)
    said = {first + timedelta(days=n): True for n in opened} | {
        first + timedelta(days=n): False for n in closed
    }
    spec: specs.Spec = {
        "base": "cn",
        "days": {day.isoformat(): {"works": works, "note": "示例"} for day, works in said.items()},
    }
    calendar = specs.build("x", "示例", spec)
    day, left = first + timedelta(days=start), limit
    begun = datetime.combine(day, time(10), SHANGHAI)
    works = {day: said.get(day, by_notice(day)) for day in (day + timedelta(days=n) for n in range(120))}
    clock = time(10) if works[day] else time(0)
    left += not works[day]
    while left:
        day += timedelta(days=1)
        left -= works[day]
    answer = deadline(start=begun, limit=Limit(limit, LimitKind.WORKING_DAYS), calendar=calendar)
    assert answer.due_at == datetime.combine(day, clock, SHANGHAI)
