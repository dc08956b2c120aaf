"""Tables of devices, models, scene events and their stills; no behaviour, and no column about a person."""

from django.db import models
from django.db.models import F, Q

from mulin.cases.models import Case
from mulin.people.models import Unit


class Device(models.Model):
    """A camera or sensor in a public place (S-228): everybody may read all of it."""

    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=16)  # rules.events.DeviceKind
    place = models.CharField(max_length=120)
    lon = models.FloatField()
    lat = models.FloatField()
    purpose = models.CharField(max_length=120)
    operator = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    has_sign = models.BooleanField()
    retention_days = models.SmallIntegerField()
    is_example = models.BooleanField(default=False)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retention_days__gte=0, retention_days__lte=30), name="device_retention"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="device_period"
            ),
        ]


class DetectionModel(models.Model):
    """A program that looks at pictures of things (S-227): what it detects and how often it is wrong."""

    code = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=80)
    detects = models.JSONField(default=list)  # rules.events.SceneType, a closed list
    error_rate = models.FloatField()  # share of wrong alarms when it was tested
    tested_on = models.DateField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(error_rate__gte=0, error_rate__lte=1), name="model_error_rate")
        ]


class SceneEvent(models.Model):
    """What a device saw of a thing or scene; a hint until somebody confirms it."""

    id = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    model = models.ForeignKey(DetectionModel, db_index=False, on_delete=models.PROTECT, related_name="+")
    source_no = models.CharField(max_length=80)
    digest = models.CharField(max_length=200)
    type = models.CharField(max_length=24)  # rules.events.SceneType
    at = models.DateTimeField()
    lon = models.FloatField()
    lat = models.FloatField()
    confidence = models.FloatField()
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")  # its ground
    state = models.CharField(max_length=16)  # rules.events.EventState
    dismissal = models.CharField(max_length=16, blank=True)  # rules.events.Dismissal
    case = models.ForeignKey(Case, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-at"], name="event_state")]
        constraints = [models.UniqueConstraint(fields=["device", "source_no"], name="event_once")]


class Still(models.Model):
    """A blurred picture of an event, for who confirms it; gone when decided, after seven days at most."""

    event = models.OneToOneField(SceneEvent, primary_key=True, on_delete=models.CASCADE, related_name="still")
    jpeg = models.BinaryField()
    until = models.DateTimeField()


class RefusedMessages(models.Model):
    """How many messages of a day were refused, by cause; nothing of what they said."""

    on = models.DateField()
    cause = models.CharField(max_length=16)
    n = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["on", "cause"], name="refused_once")]
