"""Missed clocks, the ladder they climb, supervision (督办) and its collected notices; no behaviour."""

from django.db import models
from django.db.models import Q

from mulin.cases.models.heart import Case, Remark
from mulin.people.models import Account, Unit


class Rung(models.Model):
    """One step of the ladder: so many hours after a miss, who hears of it, and whether it is supervised."""

    level = models.SmallIntegerField(primary_key=True)
    after_hours = models.IntegerField()
    to = models.CharField(max_length=40)  # rules.escalation: "superior", "kind:county", "place:community"
    supervise = models.BooleanField(default=False)


class Alarm(models.Model):
    """A clock was about to be missed, was missed, or stayed missed: one row for each, never changed."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="alarms")
    clock = models.CharField(max_length=80)  # "case", "call:<id>", "milestone:<id>"
    due_at = models.DateTimeField()  # a deadline that moves is another clock
    kind = models.CharField(max_length=16)  # rules.escalation.AlarmKind
    level = models.SmallIntegerField(default=0)  # the rung, for an escalation
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")  # who hears
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "level", "clock", "due_at"], name="alarm_once")
        ]
        indexes = [models.Index(fields=["unit", "at"], name="alarm_unit")]


class Bulletin(models.Model):
    """A collected notice (集中通报) of the supervision items of a period."""

    id = models.BigAutoField(primary_key=True)
    title = models.CharField(max_length=120)
    since = models.DateTimeField()
    until = models.DateTimeField()
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()


class Supervision(models.Model):
    """A unit must answer for a case (督办); it holds the closing until somebody else has re-checked."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervisions")
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")  # who answers
    state = models.CharField(max_length=8)  # rules.supervision.Stage
    asked = models.ForeignKey(
        Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: by the clock
    raised_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()  # by when the unit must reply
    reply = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    replied_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    replied_at = models.DateTimeField(null=True)
    verdict = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True)
    returns = models.SmallIntegerField(default=0)  # how often a reply was not enough
    bulletin = models.ForeignKey(Bulletin, null=True, on_delete=models.PROTECT, related_name="items")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "unit"], name="one_open_supervision", condition=~Q(state="settled")
            )
        ]
        indexes = [
            models.Index(fields=["raised_at"], name="supervision_raised"),
            models.Index(fields=["unit", "due_at"], name="supervision_open", condition=~Q(state="settled")),
        ]
