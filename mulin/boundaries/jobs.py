"""What boundaries do by the clock: hand over open cases on the day of an adjustment."""

from datetime import datetime

from mulin.boundaries.actions import adjusting
from mulin.kernel.actor import SYSTEM


def begin_adjustments(*, now: datetime) -> int:
    """Hand open cases over by adjustments whose day has come; return how many cases went elsewhere."""
    return adjusting.begin_adjustments(actor=SYSTEM, now=now)
