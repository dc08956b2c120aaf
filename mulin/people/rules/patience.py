"""How long somebody waits who keeps being wrong: longer each time, never for ever, never for anybody else."""

from datetime import datetime, timedelta
from typing import Final

from mulin.kernel.errors import NotPossible

LONGEST: Final = timedelta(seconds=60)
FREE_FROM_ONE_ADDRESS: Final = 10  # failures after which an address is slowed (ASVS 6.3.1)
HALF_WAY: Final = timedelta(minutes=5)  # between the password and the one-time code of one sign-in
FREE_CODES: Final = 5  # wrong one-time codes after which an account's codes are slowed


class TooSoon(NotPossible):
    """Too many failures: try again after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__("尝试过多，请 %(seconds)s 秒后再试", seconds=seconds)
        self.seconds = seconds


def pause(failures: int, *, free: int) -> timedelta:
    """Return how long to wait after the last of ``failures``: 1, 2, 4 … seconds, at most a minute."""
    if failures < free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - free, 10)), LONGEST)


def require_patience(failures: int, last_at: datetime | None, *, free: int, now: datetime) -> None:
    """Return if the pause after the last failure is over.

    :raises TooSoon: it is not
    """
    if last_at is None:
        return
    rest = last_at + pause(failures, free=free) - now
    if rest > timedelta(0):
        raise TooSoon(-(-rest // timedelta(seconds=1)))
