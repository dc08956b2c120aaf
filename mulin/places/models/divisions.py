"""The division table through time; no behaviour."""

from django.db import models
from django.db.models import F, Q


class Division(models.Model):
    """A province, city, county, street or village as the official table names it, for a period.

    It has no outline and governs nothing: it is what people call the ground. The area of the same code, where
    one is drawn, is the same place.
    """

    code = models.CharField(max_length=12)
    level = models.CharField(max_length=8)  # province, city, county, street, village
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40, blank=True)
    parent_code = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=80, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "from_on"], name="division_edition_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(until_on__isnull=True), name="division_one_running_edition"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="division_period"
            ),
        ]
