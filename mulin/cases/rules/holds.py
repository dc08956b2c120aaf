"""What may hold a case's clock or give it more time: suspension, waiting for the resident, extension.

The deadline is never moved by hand: it is reckoned anew from this history each time (K27, K28, S-102).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from mulin.cases.rules.closing import Blocker, Missing
from mulin.kernel.errors import BadInput


class HoldKind(StrEnum):
    """What made the clock stand."""

    SUSPENSION = "suspension"  # 挂账, asked for and granted
    WAITING = "waiting"  # the resident was asked something


class Reason(StrEnum):
    """Why the clock stands; the code is the note of the pause in the deadline's explanation."""

    WEATHER = "weather"  # 天气、汛期
    FUNDS = "funds"  # 资金、立项
    MATERIAL = "material"  # 备料、施工周期
    CONSENT = "consent"  # 征求意见、业主表决
    PROCEDURE = "procedure"  # 法定程序、诉讼
    OTHER = "other"
    RESIDENT = "resident"  # waiting for the resident's answer


ASKABLE: Final = tuple(reason for reason in Reason if reason is not Reason.RESIDENT)


class AskState(StrEnum):
    """How far an ask for a suspension or an extension has come."""

    ASKED = "asked"
    RUNNING = "running"  # a hold that stands now
    OVER = "over"  # a hold that stood
    GRANTED = "granted"  # an extension
    REFUSED = "refused"
    LAPSED = "lapsed"  # the case left the lead's hands before anybody decided


class Cause(StrEnum):
    """Why a promise was replaced by another."""

    ITEM = "item"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    WAITING = "waiting"
    HEARD = "heard"
    EXTENDED = "extended"
    CALENDAR = "calendar"
    REOPENED = "reopened"
    ENDED = "ended"  # the case left the lead's hands while the clock stood


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stands; it goes on by itself at ``until``."""

    start: datetime
    until: datetime
    reason: str
    ended: datetime | None = None

    @property
    def end(self) -> datetime:
        """Return when the clock goes on: as planned, or sooner if somebody said so."""
        return self.until if self.ended is None else min(self.until, self.ended)

    @property
    def span(self) -> tuple[datetime, datetime, str]:
        """Return from when to when the clock stands, and why, as deadlines are reckoned with."""
        return self.start, self.end, self.reason


def blocks_suspension(
    *, due_at: datetime | None, now: datetime, granted: int, most: int, waiting: int
) -> tuple[Blocker, ...]:
    """Return why a suspension cannot be asked for: too late, had before, or one is asked for already."""
    return _blocks(due_at=due_at, now=now, granted=granted, most=most, waiting=waiting)


def blocks_extension(
    *, due_at: datetime | None, now: datetime, granted: int, most: int, waiting: int
) -> tuple[Blocker, ...]:
    """Return why more time cannot be asked for; what was refused does not count (K27)."""
    return _blocks(due_at=due_at, now=now, granted=granted, most=most, waiting=waiting)


def _blocks(
    *, due_at: datetime | None, now: datetime, granted: int, most: int, waiting: int
) -> tuple[Blocker, ...]:
    blockers = []
    if due_at is None or now > due_at:
        blockers.append(Blocker(Missing.DEADLINE_OVER))
    if granted >= most:
        blockers.append(Blocker(Missing.USED_UP, granted))
    if waiting:
        blockers.append(Blocker(Missing.ASKED_ALREADY))
    return tuple(blockers)


def blocks_decision(
    *,
    due_at: datetime | None,
    now: datetime,
    asked_by: int | None,
    asked_unit: int | None,
    account_id: int,
    unit_id: int | None,
    grants: bool,
) -> tuple[Blocker, ...]:
    """Return why this person may not decide: never who asked, never the same unit; a grant only in time."""
    blockers = []
    if asked_by == account_id:
        blockers.append(Blocker(Missing.OTHER_PERSON))
    elif unit_id is not None and asked_unit == unit_id:
        blockers.append(Blocker(Missing.OTHER_LEVEL))
    if grants and (due_at is None or now > due_at):
        blockers.append(Blocker(Missing.DEADLINE_OVER))
    return tuple(blockers)


def last_day(until: date, *, today: date, days: int) -> date:
    """Return the last day a suspension may ask for.

    :raises BadInput: it is not in the future, or further off than the city allows
    """
    if until <= today:
        raise BadInput("挂账要到今天以后的日期", where="until")
    if (until - today).days > days:
        raise BadInput("挂账最长 %(days)d 天", where="until", days=days)
    return until


def wait_left(pauses: Iterable[Pause], *, days: int) -> timedelta:
    """Return how long the clock may still wait for the resident in this round: a budget, not a loophole."""
    spent = sum((each.end - each.start for each in pauses if each.reason == Reason.RESIDENT), timedelta())
    return max(timedelta(days=days) - spent, timedelta())


def standing_until(pauses: Collection[Pause]) -> datetime | None:
    """Return until when the clock stands, or nothing if nobody holds it; a hold lasts until it is ended."""
    return max((each.until for each in pauses if each.ended is None), default=None)
