"""What cases do by the clock: look after every clock of the city."""

from datetime import datetime

from mulin.cases.actions import escalating, holding, timetables
from mulin.kernel.actor import SYSTEM


def sweep_clocks(*, now: datetime) -> int:
    """Note what is late, each once; return how much of it is new."""
    return escalating.sweep_clocks(actor=SYSTEM, now=now).total


def resume_clocks(*, now: datetime) -> int:
    """Let every clock go on whose pause is over; return how many did."""
    return holding.resume_due(actor=SYSTEM, now=now)


def begin_calendars(*, now: datetime) -> int:
    """Reckon the running clocks by a calendar whose day has come; return how many deadlines moved."""
    return timetables.begin_calendars(actor=SYSTEM, now=now).moved
