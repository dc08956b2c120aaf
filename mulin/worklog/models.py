"""Tables of the city's words and of the grid log; no behaviour, and no column about a resident."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mulin.cases.models import Case
from mulin.people.models import Account, Unit


class Label(models.Model):
    """A word of the city (pack data); one no longer in use stays for the entries that have it."""

    family = models.CharField(max_length=16)  # rules.labels.Family
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    maps_to = ArrayField(models.CharField(max_length=16), default=list)  # public steps, of a loop only
    line = models.SmallIntegerField()
    is_example = models.BooleanField(default=False)
    in_use = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["family", "code"], name="label_once")]


class LogEntry(models.Model):
    """What was done on a day in a unit, by its type; a correction takes its place, both stay."""

    id = models.UUIDField(primary_key=True)
    kind = models.ForeignKey(Label, db_index=False, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    case = models.ForeignKey(Case, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    account = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        indexes = [models.Index(fields=["unit", "on"], name="log_unit_day")]
