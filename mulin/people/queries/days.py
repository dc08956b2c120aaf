"""Days and periods: which day a moment belongs to, and what was in force on it."""

from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone


def day_of(now: datetime) -> date:
    """Return the day of ``now`` in the city's time zone, whatever zone a reader's page is shown in."""
    return now.astimezone(timezone.get_default_timezone()).date()


def in_force(on: date) -> Q:
    """Return the filter of the rows whose period covers ``on``."""
    return Q(from_on__lte=on) & (Q(until_on__isnull=True) | Q(until_on__gt=on))


def ends_after(on: date) -> Q:
    """Return the filter of the rows whose period reaches beyond ``on``, running or yet to start."""
    return Q(until_on__isnull=True) | Q(until_on__gt=on)
