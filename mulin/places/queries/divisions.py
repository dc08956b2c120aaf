"""Questions about the division table."""

from datetime import date

from django.db.models import Q

from mulin.places.models import Division
from mulin.places.rules import divisions as rules


def divisions_on(on: date) -> tuple[rules.Division, ...]:
    """Return the divisions in force on a day, by code, read from the database and not from memory."""
    running = Q(from_on__lte=on) & (Q(until_on__isnull=True) | Q(until_on__gt=on))
    rows = Division.objects.filter(running).order_by("code")
    columns = ("code", "level", "name", "short_name", "parent_code", "source", "from_on", "until_on")
    return tuple(rules.Division(*row) for row in rows.values_list(*columns))
