"""What sensing does by the clock: stills go when their days are over."""

from datetime import datetime

from mulin.kernel.actor import SYSTEM
from mulin.sensing.actions import events


def forget_stills(*, now: datetime) -> int:
    """Delete stills whose days are over; return how many."""
    return events.forget_stills(actor=SYSTEM, now=now)
