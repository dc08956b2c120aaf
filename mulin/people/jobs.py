"""What people do by the clock: turn the day, rewrap what is sealed, forget old sign-ins."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from axes.handlers.proxy import AxesProxyHandler

from mulin.kernel.actor import SYSTEM
from mulin.people.actions import calendar, contacts, factors

SIGN_INS_KEPT_DAYS: Final = 190  # the law asks for six months of them


def turn_day(*, now: datetime) -> int:
    """Let moves and names planned for today come true; idempotent, cheap when there is nothing to do."""
    return calendar.turn_day(actor=SYSTEM, now=now)


def rewrap(*, now: datetime, done: Callable[[int], object] = int) -> int:
    """Bring everything sealed under the master key now in use; return how many rows it was.

    Idempotent: what a run does not reach (a row in use, a crash) the next one does.
    """
    rows = 0
    for act in (contacts.rewrap_contacts, factors.rewrap_factors):
        while batch := act(actor=SYSTEM, now=now):
            rows += batch
            done(batch)
    return rows


def forget_sign_ins(*, now: datetime) -> int:
    """Forget from where people signed in once the law no longer asks for it; return how many rows."""
    logs: int = AxesProxyHandler.reset_logs(age_days=SIGN_INS_KEPT_DAYS)
    return logs
