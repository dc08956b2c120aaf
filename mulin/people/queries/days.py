"""Which day a moment belongs to: periods are days of the city, moments are not."""

from datetime import date, datetime

from django.utils import timezone


def day_of(now: datetime) -> date:
    """Return the day of ``now`` in the city's time zone, whatever zone a reader's page is shown in."""
    return now.astimezone(timezone.get_default_timezone()).date()
