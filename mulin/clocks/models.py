"""Table of the calendars a city publishes; no behaviour."""

from django.db import models


class CalendarEdition(models.Model):
    """A calendar as it is in force from a day on; the next edition of the same code replaces it."""

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    region = models.CharField(
        max_length=32, blank=True
    )  # code of the unit whose ground it holds for; "": all
    from_on = models.DateField()
    spec = models.JSONField()  # rules.specs: base, week, seasons, days, known_until
    published_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)  # running clocks go by it since; none: its day has not come

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "from_on"], name="calendar_edition_once")]
