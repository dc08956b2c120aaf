"""When a message goes out, and when it is tried again."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# After the first failure half a minute, then ever longer: eight tries in a little over twenty hours.
PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1_800, 7_200, 21_600, 43_200))
TRIES_MOST: Final = len(PAUSES) + 1
# Who took a message and fell silent for so long is dead: the message goes to the next, under the same id.
LEASE: Final = timedelta(seconds=120)
# News older than this is none: it would only confuse.
STALE: Final = timedelta(days=3)


def not_before(
    now: datetime, *, quiet_from: time | None, quiet_until: time | None, zone: ZoneInfo
) -> datetime:
    """Return the first moment from ``now`` on that lies outside the quiet hours of the city."""
    if quiet_from is None or quiet_until is None:
        return now
    there = now.astimezone(zone)
    clock = there.time().replace(tzinfo=None)
    over_midnight = quiet_from > quiet_until
    quiet = clock >= quiet_from or clock < quiet_until if over_midnight else quiet_from <= clock < quiet_until
    if not quiet:
        return now
    day = there.date() + timedelta(days=1 if over_midnight and clock >= quiet_from else 0)
    return datetime.combine(day, quiet_until, tzinfo=zone).astimezone(now.tzinfo)


def next_try(now: datetime, *, attempts: int) -> datetime | None:
    """Return when a message that failed ``attempts`` times is tried again; nothing when that was enough."""
    return now + PAUSES[attempts - 1] if attempts < TRIES_MOST else None
