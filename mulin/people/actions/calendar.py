"""The act of midnight: what was planned for the day comes true, and what ended is taken down."""

from datetime import datetime

from django.db import transaction

from mulin.kernel.actor import Actor
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.actions import trees
from mulin.people.models import Edition, Listing
from mulin.people.queries.days import day_of
from mulin.people.rules.acts import Act


def turn_day(*, actor: Actor, now: datetime) -> int:
    """Work out paths and names for today unless that is done, and drop listings of terms that are over.

    Returns how many units changed.

    :raises NotAllowed: the actor is not the system
    """
    policy.require_everywhere(actor, Act.IMPORT_PEOPLE)
    today = day_of(now)
    if Edition.objects.filter(true_on=today).exists():
        return 0
    with transaction.atomic():
        trees.take()
        changed = trees.work_out(today)
        Listing.objects.filter(appointment__until_on__lte=today).delete()
        if changed:
            record("people.day_turned", subject=today.isoformat(), actor=actor, at=now, units=changed)
    return changed
