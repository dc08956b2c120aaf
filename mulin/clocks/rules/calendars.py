"""Which days and hours count, why the others do not, and through which day that is certain."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from mulin.kernel.errors import NotPossible

Hours = tuple[tuple[int, int], ...]  # spans of a day in minutes from midnight, in order
Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]  # from Monday; () is a day off

OFFICE: Final[Hours] = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
ROUND_THE_CLOCK: Final[Hours] = ((0, 24 * 60),)
MONDAY_TO_FRIDAY: Final[Week] = (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())
ALARM_DAYS: Final = (
    90  # how long before a calendar's certain end it is said; the next year comes out in November
)

_FURTHEST_YEARS: Final = 30  # no limit reaches further: a calendar without working time is found out here
_SATURDAY: Final = 5


class Why(StrEnum):
    """Why a stretch of time counts or does not."""

    RUNNING = "running"  # the clock runs day and night
    WORKDAY = "workday"
    MAKE_UP = "make_up"  # 调休: a worked weekend day
    OFF_HOURS = "off_hours"
    WEEKEND = "weekend"
    DAY_OFF = "day_off"  # a weekday this calendar does not work on
    HOLIDAY = "holiday"
    PAUSE = "pause"


class NoWorkingTime(NotPossible):
    """The calendar has no working time to count, however far one looks."""


@dataclass(frozen=True, slots=True)
class Day:
    """Whether a day is worked, why, and under which name (春节)."""

    works: bool
    why: Why
    note: str = ""


@dataclass(frozen=True, slots=True)
class Season:
    """Other hours between two days of every year, both included, given as (month, day)."""

    first: tuple[int, int]
    last: tuple[int, int]
    week: Week

    def covers(self, day: date) -> bool:
        """Return whether ``day`` lies in the season; one may run over the end of the year."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Run:
    """Successive days of one sort, as ordinals ``[first, after)``."""

    first: int
    after: int
    day: Day


def _nothing_special(_year: int) -> Mapping[date, Day]:
    return {}


@dataclass(frozen=True)
class Calendar:
    """The working time of a place: a week of hours, a year's special days, seasons."""

    code: str
    name: str
    zone: ZoneInfo
    week: Week = MONDAY_TO_FRIDAY
    special: Callable[[int], Mapping[date, Day]] = _nothing_special
    known_until: date | None = None  # the last day whose special days are published; None: nothing to publish
    seasons: tuple[Season, ...] = ()
    _days: dict[int, tuple[Day, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _runs: dict[int, tuple[Run, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _worked: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day(self, day: date) -> Day:
        """Return what sort of day it is."""
        return self._days_of(day.year)[day.timetuple().tm_yday - 1]

    def hours(self, day: date) -> Hours:
        """Return the working hours of a day, none on a day off."""
        if not self.day(day).works:
            return ()
        week = self._week_of(day)
        return week[day.weekday()] or next((hours for hours in week if hours), ())  # a worked weekend day

    def is_working(self, moment: datetime) -> bool:
        """Return whether somebody is in the office at ``moment``."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.hours(local.date()))

    def working_day(self, day: date, nth: int) -> date:
        """Return the ``nth`` working day after ``day``, before it when negative; ``day`` is not counted.

        :raises NoWorkingTime: there is none
        """
        step = 1 if nth > 0 else -1
        wanted, year, at = abs(nth), day.year, day.toordinal()
        while wanted and abs(year - day.year) <= _FURTHEST_YEARS:
            worked = self._worked_in(year)
            if step > 0:
                ahead = worked[bisect_right(worked, at) :]
                if wanted <= len(ahead):
                    return date.fromordinal(ahead[wanted - 1])
            else:
                ahead = worked[: bisect_left(worked, at)]
                if wanted <= len(ahead):
                    return date.fromordinal(ahead[-wanted])
            wanted -= len(ahead)
            year += step
        if wanted:
            raise NoWorkingTime("日历“%(name)s”里没有工作时间", name=self.name)
        return day

    def runs_from(self, day: date) -> Iterator[Run]:
        """Yield the runs of days from the one that holds ``day``, year after year.

        :raises NoWorkingTime: somebody still asks after decades
        """
        at = day.toordinal()
        for year in range(day.year, day.year + _FURTHEST_YEARS):
            for run in self._runs_in(year):
                if run.after > at:
                    yield run
        raise NoWorkingTime("日历“%(name)s”里没有工作时间", name=self.name)

    def is_certain(self, day: date) -> bool:
        """Return whether the special days up to ``day`` are published."""
        return self.known_until is None or day <= self.known_until

    def days_left(self, today: date) -> int | None:
        """Return for how many days more the calendar is certain once that is soon over, else None."""
        if self.known_until is None:
            return None
        left = (self.known_until - today).days
        return left if left <= ALARM_DAYS else None

    def with_days(self, days: Mapping[date, Day]) -> "Calendar":
        """Return this calendar with some days judged otherwise, such as a holiday switched off."""
        before = self.special
        return replace(self, special=lambda year: {**before(year), **days})

    def _days_of(self, year: int) -> tuple[Day, ...]:
        if year not in self._days:
            special = self.special(year)
            first = date(year, 1, 1)
            days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
            self._days[year] = tuple(special.get(day) or self._ordinary(day) for day in days)
        return self._days[year]

    def _week_of(self, day: date) -> Week:
        return next((season.week for season in self.seasons if season.covers(day)), self.week)

    def _ordinary(self, day: date) -> Day:
        if self._week_of(day)[day.weekday()]:
            return Day(works=True, why=Why.WORKDAY)
        return Day(works=False, why=Why.WEEKEND if day.weekday() >= _SATURDAY else Why.DAY_OFF)

    def _runs_in(self, year: int) -> tuple[Run, ...]:
        if year not in self._runs:
            first = date(year, 1, 1).toordinal()
            runs: list[Run] = []
            for ordinal, day in enumerate(self._days_of(year), first):
                if runs and runs[-1].day == day:
                    runs[-1] = replace(runs[-1], after=ordinal + 1)
                else:
                    runs.append(Run(ordinal, ordinal + 1, day))
            self._runs[year] = tuple(runs)
        return self._runs[year]

    def _worked_in(self, year: int) -> tuple[int, ...]:
        if year not in self._worked:
            first = date(year, 1, 1).toordinal()
            self._worked[year] = tuple(n for n, day in enumerate(self._days_of(year), first) if day.works)
        return self._worked[year]


SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@cache
def cn() -> Calendar:
    """Return China's working calendar, make-up days (调休) included, with usual office hours."""
    return Calendar(
        code="cn",
        name="中国法定工作日历",
        zone=SHANGHAI,
        special=_chinese_days,
        known_until=_published_until(),
    )


@cache
def plain() -> Calendar:
    """Return Monday to Friday without holidays."""
    return Calendar(code="plain", name="周一至周五", zone=SHANGHAI)


@cache
def always() -> Calendar:
    """Return a calendar on which every minute is worked."""
    week: Week = (ROUND_THE_CLOCK,) * 7
    return Calendar(code="always", name="全天候", zone=SHANGHAI, week=week)


CALENDARS: Final[Mapping[str, Callable[[], Calendar]]] = {"cn": cn, "plain": plain, "always": always}


@cache
def _chinese_days(year: int) -> Mapping[date, Day]:
    """Return a year's public holidays and worked weekends as the State Council published them."""
    feed = holidays.country_holidays("CN", years=year, language="zh_CN")
    days = {day: Day(works=False, why=Why.HOLIDAY, note=name) for day, name in feed.items()}
    days |= {day: Day(works=True, why=Why.MAKE_UP) for day in _make_up_days(feed, year)}
    return days


def _make_up_days(feed: holidays.HolidayBase, year: int) -> Sequence[date]:
    return [day for day in feed.weekend_workdays if day.year == year]


def _published_until() -> date:
    """Return the end of the last year whose worked weekends (调休) the feed knows."""
    year = 2026
    while _make_up_days(holidays.country_holidays("CN", years=year + 1), year + 1):
        year += 1
    return date(year, 12, 31)
