"""Days as people write them on the command line."""

from datetime import date, datetime

import click
from django.utils import timezone
from django.utils.translation import gettext as _


class Day(click.ParamType[date]):
    """A day, or a moment whose day in the city's time zone counts."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day."""
        try:
            if len(value) <= len("2026-01-01"):
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(_("「%(value)s」不是日期：请写成 2026-05-11") % {"value": value}, param, ctx)
        return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()
