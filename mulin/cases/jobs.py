"""What cases do by the clock: look after every clock of the city."""

from datetime import datetime

from mulin.cases.actions import escalating, holding, ruling
from mulin.cases.queries import calls
from mulin.kernel.actor import SYSTEM


def sweep_clocks(*, now: datetime) -> int:
    """Note what is late, each once; return how much of it is new."""
    return escalating.sweep_clocks(actor=SYSTEM, now=now).total


def resume_clocks(*, now: datetime) -> int:
    """Let every clock go on whose pause is over; return how many did."""
    return holding.resume_due(actor=SYSTEM, now=now)


def sweep_whistles(*, now: datetime) -> int:
    """Escalate silent calls and rulings, open evaluations whose term is over; return how many were new."""
    silent = [call.pk for call in calls.calls_overdue(now)]
    waiting = [each.pk for each in calls.rulings_overdue(now)]
    sealed = [whistle.pk for whistle in calls.sealed_past_term(now)]
    return (
        sum(ruling.escalate_call(call_id=pk, actor=SYSTEM, now=now) for pk in silent)
        + sum(ruling.escalate_ruling(ruling_id=pk, actor=SYSTEM, now=now) for pk in waiting)
        + sum(ruling.open_evaluations(whistle_id=pk, actor=SYSTEM, now=now) for pk in sealed)
    )
