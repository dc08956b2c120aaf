"""Tables of components and facilities, their states and the surveys that counted them; nobody is in them."""

from django.db import models
from django.db.models import F, Q


class ThingKind(models.Model):
    """A class of components or facilities (pack data); one no longer in use stays for what it names."""

    code = models.CharField(max_length=8, unique=True)  # major and minor class: 0103 or 01003
    group = models.CharField(max_length=40)  # the major class in words
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    owner_code = models.CharField(max_length=32, blank=True)  # the unit that keeps such things up, by default
    is_facility = models.BooleanField(default=False)  # people go there; it has opening hours
    is_example = models.BooleanField(default=False)
    line = models.SmallIntegerField()
    in_use = models.BooleanField(default=True)


class Thing(models.Model):
    """A component or facility (部件、设施) at a spot, for a period."""

    code = models.CharField(max_length=32, unique=True)
    kind = models.ForeignKey(ThingKind, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy_m = models.FloatField(null=True)
    owner_code = models.CharField(max_length=32, blank=True)  # a unit; empty = nobody answers for it yet
    state = models.CharField(max_length=16)  # rules.things.ThingState
    condition = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=120, blank=True)  # rules.opening
    surveyed_on = models.DateField(null=True)
    source = models.CharField(max_length=80, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["lat", "lon"], name="thing_point")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="thing_period"
            ),
        ]


class ThingGrid(models.Model):
    """The grid a thing lies in, found by its position; another one when boundaries or the thing move."""

    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="grids")
    grid_code = models.CharField(max_length=32)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["grid_code", "until_on"], name="thing_grid_running")]
        constraints = [
            models.UniqueConstraint(fields=["thing", "from_on"], name="thing_grid_once"),
            models.UniqueConstraint(
                fields=["thing"], condition=Q(until_on__isnull=True), name="thing_one_running_grid"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="thing_grid_period"
            ),
        ]


class ThingPast(models.Model):
    """What a thing was like from a moment on; who said so is in the ledger."""

    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="past")
    state = models.CharField(max_length=16)
    condition = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()


class GridSurvey(models.Model):
    """Somebody walked all of a grid and compared the components (普查); how many were known then."""

    grid_code = models.CharField(max_length=32)
    on = models.DateField()
    things = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grid_code", "on"], name="grid_survey_once")]
