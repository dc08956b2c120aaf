"""Opening hours of a facility, as one line of words: read, checked, and asked whether it is open."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from mulin.kernel.errors import BadInput

DAYS: Final = "一二三四五六日"
_EVERY_DAY: Final = "每天"
_PARTS: Final = re.compile(r"[；;]")
_SPANS: Final = re.compile(r"[、,，]")
_DAY: Final = re.compile(r"周([一二三四五六日])(?:至周([一二三四五六日]))?")
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Opening:
    """Days of the week (Monday 0) on which it is open from one minute of the day to another."""

    days: frozenset[int]
    opens: int
    closes: int


def _days(words: str) -> frozenset[int] | None:
    if words == _EVERY_DAY:
        return frozenset(range(7))
    found: set[int] = set()
    for part in _SPANS.split(words):
        match = _DAY.fullmatch(part)
        if match is None:
            return None
        first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        if last < first:
            return None
        found |= set(range(first, last + 1))
    return frozenset(found)


def read_hours(text: str) -> tuple[Opening, ...]:
    """Return the hours of ``周一至周五 08:30-12:00、14:00-18:00；周六 09:00-12:00``; empty is never known.

    :raises BadInput: it is written otherwise; it names the part
    """
    found = []
    for part in (part.strip() for part in _PARTS.split(text)):
        if not part:
            continue
        words, _, hours = part.partition(" ")
        days = _days(words)
        spans = [_SPAN.fullmatch(span.strip()) for span in _SPANS.split(hours)]
        for span in spans:
            opens, closes = _minutes(span) if span is not None else (0, 0)
            if days is None or opens >= closes:
                why = (
                    "「%(part)s」不是开放时间，请写成：周一至周五 08:30-12:00、14:00-18:00；周六 09:00-12:00"
                )
                raise BadInput(why, where="hours", part=part)
            found.append(Opening(days, opens, closes))
    return tuple(found)


def _minutes(span: re.Match[str]) -> tuple[int, int]:
    """Return the minutes of the day of a span; 0 and 0 where a clock never shows them."""
    first, first_minute, last, last_minute = (int(part) for part in span.groups())
    opens, closes = first * 60 + first_minute, last * 60 + last_minute
    sound = first_minute < 60 and last_minute < 60 and closes <= 24 * 60
    return (opens, closes) if sound else (0, 0)


def is_open(text: str, at: datetime) -> bool:
    """Return whether a place with these hours is open at ``at``, a moment in the city's own time."""
    return any(
        at.weekday() in each.days and each.opens <= _of_day(at.time()) < each.closes
        for each in read_hours(text)
    )


def _of_day(at: time) -> int:
    return at.hour * 60 + at.minute
