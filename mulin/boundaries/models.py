"""Tables of adjustments of boundaries and of who follows whom; no behaviour, and nothing about a person."""

from django.db import models

from mulin.people.models import Account


class Adjustment(models.Model):
    """One act over areas, units and open cases, from a day on."""

    id = models.BigAutoField(primary_key=True)
    on = models.DateField()
    reason = models.CharField(max_length=200)
    document = models.CharField(max_length=200)
    key = models.CharField(max_length=200, unique=True)  # the same request again is the same adjustment
    digest = models.CharField(max_length=64)  # of the plan
    lines = models.JSONField(default=list)  # what each line did: kinds, codes, names, hectares; no outlines
    counts = models.JSONField(default=dict)
    made_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)  # open cases changed hands; null: on its day

    class Meta:
        indexes = [
            models.Index(fields=["on"], name="adjustment_waits", condition=models.Q(applied_at__isnull=True)),
            models.Index(fields=["on", "id"], name="adjustment_day"),
        ]


class Succession(models.Model):
    """An area goes to another, in millionths: its share of the one, the share it makes of the other."""

    id = models.BigAutoField(primary_key=True)
    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="successions")
    line = models.SmallIntegerField()
    kind = models.CharField(max_length=8)  # rules.plan.Kind
    from_code = models.CharField(max_length=32)
    to_code = models.CharField(max_length=32)
    from_unit = models.CharField(max_length=32)
    to_unit = models.CharField(max_length=32)
    share = models.IntegerField()
    back = models.IntegerField()
    hectares = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "from_code", "to_code"], name="succession_once"),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=1_000_000), name="succession_share"
            ),
        ]
