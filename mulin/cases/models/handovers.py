"""Table of cases that came to other units when boundaries were adjusted; no behaviour."""

from django.db import models

from mulin.cases.models.heart import Case
from mulin.people.models import Unit


class Handover(models.Model):
    """An open case changed hands when boundaries were adjusted: from whom, to whom, and how that was told."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handovers")
    adjustment = models.BigIntegerField()  # boundaries.Adjustment
    how = models.CharField(max_length=8)  # rules.handovers.How
    place_was = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    desk_was = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    lead_was = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "case"], name="handed_over_once_an_adjustment")
        ]
