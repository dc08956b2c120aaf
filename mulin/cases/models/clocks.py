"""Tables of what runs beside a case's clock: holds, extensions, promises kept, milestones; no behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mulin.cases.models.heart import Case, Remark
from mulin.people.models import Account, Unit


class Hold(models.Model):
    """A stretch in which the clock stood, or was asked to: a suspension (挂账), a wait for the resident."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    round = models.SmallIntegerField()  # how often the case had been reopened
    kind = models.CharField(max_length=12)  # rules.holds.HoldKind
    state = models.CharField(max_length=8)  # rules.holds.AskState
    reason = models.CharField(max_length=16)  # rules.holds.Reason
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    from_at = models.DateTimeField(null=True)  # the clock stands from here
    until_at = models.DateTimeField()  # asked for; the clock goes on by itself then
    ended_at = models.DateTimeField(null=True)  # when it really went on

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], name="hold_asked", condition=Q(state="asked")),
            models.Index(fields=["until_at"], name="hold_running", condition=Q(state="running")),
        ]


class Extension(models.Model):
    """More time was asked for (延期): the original limit once more."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    round = models.SmallIntegerField()
    state = models.CharField(max_length=8)  # rules.holds.AskState
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="extension_asked", condition=Q(state="asked"))]


class Promise(models.Model):
    """A deadline that was promised and then replaced; the one in force stands in the case itself."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="promises")
    round = models.SmallIntegerField()
    due_at = models.DateTimeField(null=True)
    why = models.JSONField(default=dict)
    until_at = models.DateTimeField()  # replaced then
    cause = models.CharField(max_length=16)  # rules.holds.Cause

    class Meta:
        indexes = []


class ProfileTable(models.Model):
    """A dated edition of the table of clock profiles."""

    name = models.CharField(max_length=80)
    from_on = models.DateField(unique=True)
    published_at = models.DateTimeField()


class ProfileStep(models.Model):
    """One milestone of a profile (1365: arrive, plan, solve, mediate) for the items it holds for."""

    table = models.ForeignKey(ProfileTable, on_delete=models.CASCADE, related_name="steps")
    line = models.IntegerField()  # the row of the sheet it came from
    scheme = models.CharField(max_length=32)
    items = ArrayField(models.CharField(max_length=32), default=list)  # codes or prefixes ending in "-"
    code = models.CharField(max_length=16)
    title = models.CharField(max_length=40)
    limit_value = models.IntegerField()
    limit_kind = models.CharField(max_length=16)
    start = models.CharField(max_length=12)  # rules.milestones.Start
    calendar = models.CharField(max_length=32, blank=True)  # "": the calendar of the place
    met_by = models.CharField(max_length=32)  # the act that meets it
    asks_words = models.BooleanField(default=False)
    templates = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "line"], name="profile_line_once")]


class Milestone(models.Model):
    """One of the clocks bound to a case; met or missed, it stays."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="milestones")
    round = models.SmallIntegerField()
    scheme = models.CharField(max_length=32)
    code = models.CharField(max_length=16)
    title = models.CharField(max_length=40)
    line = models.IntegerField()
    met_by = models.CharField(max_length=32)
    asks_words = models.BooleanField(default=False)
    templates = ArrayField(models.CharField(max_length=80), default=list)
    start = models.CharField(max_length=12)
    limit_value = models.IntegerField()
    limit_kind = models.CharField(max_length=16)
    calendar = models.CharField(max_length=32, blank=True)
    start_at = models.DateTimeField(null=True)  # null: what starts it has not happened yet
    due_at = models.DateTimeField(null=True)
    why = models.JSONField(default=dict)
    met_at = models.DateTimeField(null=True)
    met_unit = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "code"], name="one_milestone_a_round")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="milestone_due", condition=Q(met_at__isnull=True)),
            models.Index(fields=["start_at"], name="milestone_started"),
        ]
