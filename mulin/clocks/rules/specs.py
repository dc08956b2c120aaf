"""A calendar as data: rows of a table, the stored content of an edition, and the calendar it makes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, TypedDict

from mulin.clocks.rules import calendars
from mulin.clocks.rules.calendars import Calendar, Day, Hours, Season, Week, Why
from mulin.kernel.errors import BadInput

SORTS: Final = ("周", "季", "日", "截至")
_WEEKDAYS: Final = "一二三四五六日"
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")
_SEPARATORS: Final = re.compile(r"[、,，;；|\s]+")
_DAY: Final = 24 * 60
_SATURDAY: Final = 5
_LONGEST_RUN: Final = 400  # days one row may name


class DaySpec(TypedDict):
    """A day judged otherwise than its base does."""

    works: bool
    note: str


class SeasonSpec(TypedDict):
    """Other hours between two days of the year, given as month and day."""

    first: list[int]
    last: list[int]
    week: list[list[list[int]]]


class Spec(TypedDict, total=False):
    """What an edition holds; what is left out is as in the base."""

    base: str
    week: list[list[list[int]]]
    seasons: list[SeasonSpec]
    days: dict[str, DaySpec]
    known_until: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of calendars, as somebody wrote it."""

    line: int
    code: str
    sort: str
    name: str = ""
    region: str = ""
    base: str = ""
    first: str = ""
    last: str = ""
    weekdays: str = ""
    hours: str = ""
    works: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A calendar ready to be published."""

    code: str
    name: str
    region: str
    spec: Spec
    lines: tuple[int, ...] = field(default=())


def draw(rows: Iterable[Row]) -> tuple[Drawn, ...]:
    """Return the calendars that the rows of a table make, in the order they first appear.

    :raises BadInput: naming the first line that cannot be read
    """
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    return tuple(_drawn(code, own) for code, own in by_code.items())


def _drawn(code: str, rows: Sequence[Row]) -> Drawn:
    head = rows[0]
    if code in calendars.CALENDARS:
        raise BadInput("“%(code)s”是系统自带的日历，请换一个编码", where=f"line {head.line}", code=code)
    base = head.base or "cn"
    if base not in calendars.CALENDARS:
        known = "、".join(calendars.CALENDARS)
        raise BadInput(
            "没有底本“%(base)s”，可用 %(known)s", where=f"line {head.line}", base=base, known=known
        )
    spec: Spec = {"base": base}
    for row in rows:
        try:
            _add(spec, row)
        except BadInput as fault:
            raise BadInput(fault.why, where=f"line {row.line}", **fault.facts) from fault
    return Drawn(code, head.name or code, head.region, spec, tuple(row.line for row in rows))


def _add(spec: Spec, row: Row) -> None:
    if row.sort == "周":
        week = spec.setdefault("week", [[] for _ in range(7)])
        _work(week, row)
    elif row.sort == "季":
        first, last = _month_day(row.first), _month_day(row.last)
        seasons = spec.setdefault("seasons", [])
        season = next((each for each in seasons if (each["first"], each["last"]) == (first, last)), None)
        if season is None:
            season = SeasonSpec(first=first, last=last, week=[[] for _ in range(7)])
            seasons.append(season)
        _work(season["week"], row)
    elif row.sort == "日":
        days = spec.setdefault("days", {})
        first_day = _date(row.first)
        last_day = _date(row.last) if row.last else first_day
        if not 0 <= (last_day - first_day).days < _LONGEST_RUN:
            raise BadInput("止日早于起日，或一行写了一年以上", where="last")
        for n in range((last_day - first_day).days + 1):
            day = (first_day + timedelta(days=n)).isoformat()
            if day in days:
                raise BadInput("%(day)s 写了两次", where="first", day=day)
            days[day] = DaySpec(works=row.works, note=row.note)
    elif row.sort == "截至":
        spec["known_until"] = _date(row.first).isoformat()
    else:
        raise BadInput("种类“%(sort)s”不认识，可用 周、季、日、截至", where="sort", sort=row.sort)


def _work(week: list[list[list[int]]], row: Row) -> None:
    for weekday in _SEPARATORS.split(row.weekdays.strip()):
        if len(weekday) != 1 or weekday not in _WEEKDAYS:
            raise BadInput("星期写作 一、二、三，看不懂“%(cell)s”", where="weekdays", cell=row.weekdays)
        week[_WEEKDAYS.index(weekday)] = [list(span) for span in hours_of(row.hours)]


def hours_of(cell: str) -> Hours:
    """Return working hours written as ``09:00-12:00、14:00-18:00``, in minutes from midnight.

    :raises BadInput: it is not that, or the spans overlap
    """
    spans: list[tuple[int, int]] = []
    for part in re.split(r"[、,，;；|]", cell):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise BadInput("时段写作 09:00-12:00、14:00-18:00，看不懂“%(cell)s”", where="hours", cell=cell)
        opens, closes = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if int(found[2]) > 59 or int(found[4]) > 59 or not 0 <= opens < closes <= _DAY:
            raise BadInput("时段“%(cell)s”的结束不在开始之后", where="hours", cell=part.strip())
        if spans and opens < spans[-1][1]:
            raise BadInput("时段“%(cell)s”重叠或没有按先后写", where="hours", cell=cell)
        spans.append((opens, closes))
    return tuple(spans)


def _month_day(cell: str) -> list[int]:
    try:
        day = date.fromisoformat(f"2024-{cell.strip()}")  # a leap year: 02-29 is a day
    except ValueError:
        raise BadInput("季的起止写作 06-01，看不懂“%(cell)s”", where="first", cell=cell) from None
    return [day.month, day.day]


def _date(cell: str) -> date:
    try:
        return date.fromisoformat(cell.strip())
    except ValueError:
        raise BadInput("日期写作 2026-05-04，看不懂“%(cell)s”", where="first", cell=cell) from None


def build(code: str, name: str, spec: Spec) -> Calendar:
    """Return the calendar an edition's content makes: its base, with what the city says otherwise.

    :raises BadInput: the base is not known, or it never works
    """
    base = calendars.CALENDARS.get(spec.get("base", "cn"))
    if base is None:
        raise BadInput("没有底本“%(base)s”", where="base", base=spec.get("base", ""))
    calendar = replace(base(), code=code, name=name)
    if "week" in spec:
        calendar = replace(calendar, week=_week(spec["week"]))
    if spec.get("seasons"):
        seasons = tuple(
            Season(
                (each["first"][0], each["first"][1]), (each["last"][0], each["last"][1]), _week(each["week"])
            )
            for each in spec["seasons"]
        )
        calendar = replace(calendar, seasons=seasons)
    if not any(calendar.week) and not any(any(season.week) for season in calendar.seasons):
        raise BadInput("日历“%(name)s”里没有工作时间", where="week", name=name)
    if spec.get("days"):
        calendar = calendar.with_days(_days(spec["days"]))
    if "known_until" in spec:
        calendar = replace(calendar, known_until=date.fromisoformat(spec["known_until"]))
    return calendar


def _week(week: Sequence[Sequence[Sequence[int]]]) -> Week:
    first, second, third, fourth, fifth, sixth, last = (
        tuple((opens, closes) for opens, closes in day) for day in week
    )
    return first, second, third, fourth, fifth, sixth, last


def _days(days: Mapping[str, DaySpec]) -> dict[date, Day]:
    found: dict[date, Day] = {}
    for text, said in days.items():
        day = date.fromisoformat(text)
        if said["works"]:
            why = Why.MAKE_UP if day.weekday() >= _SATURDAY else Why.WORKDAY
            found[day] = Day(works=True, why=why)
        else:
            found[day] = Day(works=False, why=Why.HOLIDAY, note=said["note"])
    return found
