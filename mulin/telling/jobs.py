"""What telling does by the clock: follow the ledger, send what is due on each channel."""

import time
from datetime import datetime
from typing import Final

from mulin.kernel.actor import SYSTEM
from mulin.telling.actions import following, sending

FOLLOW_SECONDS: Final = 4.0  # a worker that is told to end must not have to be killed; the next turn goes on
SECONDS: Final = 40.0  # a turn is a minute: a slow gateway must not be asked twice at once


def follow(*, now: datetime) -> int:
    """Tell of what happened since, for a few seconds at most; return how many entries were read."""
    read, until = 0, time.monotonic() + FOLLOW_SECONDS
    while time.monotonic() < until and (entries := following.follow_ledger(actor=SYSTEM, now=now)):
        read += entries
    return read


def send(channel: str, *, now: datetime) -> int:
    """Send what is due on one channel; each has a turn of its own, so that a slow one starves no other."""
    tried, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        batch = sending.send_messages(channel=channel, actor=SYSTEM, now=now)
        tried += batch
        if batch < sending.BATCH:
            break
    return tried
