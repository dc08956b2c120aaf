"""When something is due, and why: every stretch of time between, counted or skipped.

Hours and minutes run in absolute time. Days keep the time of day on the city's wall clock. Friday 16:00
plus one working day is 16:00 on the next day worked, make-up Saturdays (调休) included. A start on a day off
counts from 00:00 of the next working day, unless ``OffDay.SAME_TIME`` is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from mulin.clocks.rules.calendars import Calendar, Why
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.errors import BadInput

_UNIT: Final = {
    LimitKind.MINUTES: timedelta(minutes=1),
    LimitKind.HOURS: timedelta(hours=1),
    LimitKind.WORKING_MINUTES: timedelta(minutes=1),
    LimitKind.WORKING_HOURS: timedelta(hours=1),
    LimitKind.WORKING_DAYS: timedelta(days=1),
    LimitKind.NATURAL_DAYS: timedelta(days=1),
}
_DAYS: Final = frozenset({LimitKind.WORKING_DAYS, LimitKind.NATURAL_DAYS})
_BY_CALENDAR: Final = frozenset({LimitKind.WORKING_MINUTES, LimitKind.WORKING_HOURS, LimitKind.WORKING_DAYS})
_ONE_DAY: Final = timedelta(days=1)
_NONE: Final = timedelta(0)
_FAR: Final = datetime(9000, 1, 1)  # noqa: DTZ001  # the end of a stretch that has none, in either reckoning


class OffDay(StrEnum):
    """From when working days count if the start lies on a day off."""

    NEXT_MIDNIGHT = "next_midnight"  # from 00:00 of the next working day
    SAME_TIME = "same_time"  # the nth working day after it, at the same time of day


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch ``[start, end)`` that counted or did not; ``end`` is None while a pause still lasts."""

    start: datetime
    end: datetime | None
    counted: bool
    why: Why
    note: str = ""  # the holiday's name, or why the clock stood


@dataclass(frozen=True, slots=True)
class Deadline:
    """When it is due: None while the clock stands still, ``provisional`` past the published calendar."""

    due_at: datetime | None
    provisional: bool
    intervals: tuple[Interval, ...]
    left: timedelta  # what a standing clock still has to give; nothing once the deadline is known
    off_day: OffDay

    def as_json(self) -> dict[str, object]:
        """Return the explanation as it is stored and shown."""
        return {
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "provisional": self.provisional,
            "off_day": self.off_day.value,
            "left_seconds": int(self.left.total_seconds()),
            "intervals": [
                {
                    "start": interval.start.isoformat(),
                    "end": interval.end.isoformat() if interval.end else None,
                    "counted": interval.counted,
                    "why": interval.why.value,
                    "note": interval.note,
                }
                for interval in self.intervals
            ],
        }


# A stretch while it is being worked on: start, end, counted, why, note. A tuple, because there are many.
_Piece = tuple[datetime, datetime, bool, Why, str]
_Pause = tuple[datetime, datetime, str]
# A pause as it is said: from, until (None: it still lasts), and if known why.
Pause = tuple[datetime, datetime | None] | tuple[datetime, datetime | None, str]


def deadline(
    *,
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    off_day: OffDay = OffDay.NEXT_MIDNIGHT,
) -> Deadline:
    """Return when ``limit`` from ``start`` is over; a pause without an end still lasts.

    :raises BadInput: a moment without a time zone, or a pause that ends before it begins
    :raises NoWorkingTime: the calendar never works
    """
    in_days = limit.kind in _DAYS
    zone = calendar.zone if in_days else None  # days are reckoned on the wall clock, hours in absolute time
    at = _reckoned(start, zone)
    amount = limit.value * _UNIT[limit.kind]
    if limit.kind is LimitKind.WORKING_DAYS:
        if off_day is OffDay.SAME_TIME and not calendar.day(at.date()).works:
            amount -= _ONE_DAY - timedelta(
                hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
            )
        pieces = _days(at, calendar)
    elif limit.kind in _BY_CALENDAR:
        pieces = _hours(at, calendar)
    else:
        pieces = iter([(at, _FAR, True, Why.RUNNING, "")])
    later = limit.kind is LimitKind.WORKING_DAYS
    due, left, taken = _counted_off(_with_pauses(pieces, _in_order(pauses, zone)), amount, later=later)
    return Deadline(
        due_at=_moment(due, calendar.zone, zone) if due else None,
        provisional=limit.kind in _BY_CALENDAR and not _is_certain(due or taken[-1][0], calendar, zone),
        intervals=tuple(_interval(piece, calendar.zone, zone) for piece in taken),
        left=left,
        off_day=off_day,
    )


def _counted_off(
    pieces: Iterator[_Piece], amount: timedelta, *, later: bool
) -> tuple[datetime | None, timedelta, list[_Piece]]:
    """Return when ``amount`` has been counted, what is left of it, and the pieces up to then, joined.

    Where the last bit ends as a pause or day off begins, hours are due at once, days (``later``) when work
    goes on.
    """
    left, taken = amount, list[_Piece]()
    for piece in pieces:
        start, end, counted, why, note = piece
        if counted:
            if not left:
                return start, _NONE, taken
            span = end - start
            if span > left or (span == left and not later):
                _join(taken, (start, start + left, True, why, note))
                return start + left, _NONE, taken
            left -= span
        _join(taken, piece)
        if end == _FAR:
            break
    return None, left, taken


def _join(taken: list[_Piece], piece: _Piece) -> None:
    """Append a piece, as part of the one before where nothing else changes."""
    if taken and taken[-1][1] == piece[0] and taken[-1][2:] == piece[2:]:
        taken[-1] = (taken[-1][0], *piece[1:])
    else:
        taken.append(piece)


def _with_pauses(pieces: Iterator[_Piece], pauses: list[_Pause]) -> Iterator[_Piece]:
    """Cut the pauses out of the pieces."""
    if not pauses:
        yield from pieces
        return
    for start, end, counted, why, note in pieces:
        at = start
        for pause_start, pause_end, because in pauses:
            if pause_end <= at or pause_start >= end:
                continue
            if at >= end:
                break
            if pause_start > at:
                yield at, pause_start, counted, why, note
            if pause_end == _FAR:
                yield max(at, pause_start), _FAR, False, Why.PAUSE, because
                return
            yield max(at, pause_start), min(pause_end, end), False, Why.PAUSE, because
            at = pause_end
        if at < end:
            yield at, end, counted, why, note


def _days(at: datetime, calendar: Calendar) -> Iterator[_Piece]:
    """Yield runs of whole days on the wall clock, the first from ``at``."""
    for run in calendar.runs_from(at.date()):
        start = datetime.fromordinal(run.first)
        yield max(at, start), datetime.fromordinal(run.after), run.day.works, run.day.why, run.day.note


def _hours(at: datetime, calendar: Calendar) -> Iterator[_Piece]:
    """Yield working hours and what lies between, in absolute time, the first from ``at``."""
    zone = calendar.zone
    today = at.replace(tzinfo=UTC).astimezone(zone).date()
    for run in calendar.runs_from(today):
        why, note = run.day.why, run.day.note
        if not run.day.works:
            end = _absolute(datetime.fromordinal(run.after), zone)
            yield max(at, _absolute(datetime.fromordinal(run.first), zone)), end, False, why, note
            continue
        for ordinal in range(max(run.first, today.toordinal()), run.after):
            midnight = datetime.fromordinal(ordinal)
            done = max(at, _absolute(midnight, zone))
            for opens, closes in calendar.hours(date.fromordinal(ordinal)):
                start = max(done, _absolute(midnight + timedelta(minutes=opens), zone))
                end = _absolute(midnight + timedelta(minutes=closes), zone)
                if start > done:
                    yield done, start, False, Why.OFF_HOURS, ""
                if end > start:
                    yield start, end, True, why, note
                done = max(done, end)
            after = _absolute(midnight + _ONE_DAY, zone)
            if after > done:
                yield done, after, False, Why.OFF_HOURS, ""


def _in_order(pauses: Sequence[Pause], zone: ZoneInfo | None) -> list[_Pause]:
    """Return the pauses in this reckoning, the earliest first; they may overlap."""
    spans = [
        (_reckoned(start, zone), _reckoned(end, zone) if end else _FAR, because[0] if because else "")
        for start, end, *because in pauses
    ]
    if any(end < start for start, end, _ in spans):
        raise BadInput("暂停的结束早于开始", where="pause")
    return sorted(span for span in spans if span[0] < span[1])


def _reckoned(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """Return a moment as a bare number to reckon with: on the zone's wall clock, or absolute without one."""
    if moment.tzinfo is None:
        raise BadInput("时间没有写明时区：%(moment)s", where="start", moment=moment.isoformat())
    return moment.astimezone(zone or UTC).replace(tzinfo=None)


def _absolute(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _moment(at: datetime, city: ZoneInfo, zone: ZoneInfo | None) -> datetime:
    """Return the moment behind a bare number, shown in the city's zone."""
    if zone is None:
        return at.replace(tzinfo=UTC).astimezone(city)
    # through UTC and back: a wall time that a clock change skips becomes what it is called after it
    return at.replace(tzinfo=zone).astimezone(UTC).astimezone(city)


def _interval(piece: _Piece, city: ZoneInfo, zone: ZoneInfo | None) -> Interval:
    start, end, counted, why, note = piece
    return Interval(
        _moment(start, city, zone), None if end == _FAR else _moment(end, city, zone), counted, why, note
    )


def _is_certain(at: datetime, calendar: Calendar, zone: ZoneInfo | None) -> bool:
    return calendar.is_certain(_moment(at, calendar.zone, zone).date())
