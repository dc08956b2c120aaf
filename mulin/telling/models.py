"""Tables of routes, the follower's place in the ledger, notices and messages to the outside; no behaviour."""

from django.db import models
from django.db.models import Q

from mulin.cases.models import Case, Report
from mulin.people.models import Account, Contact, Unit


class Route(models.Model):
    """One row of who is told what; see rules.routes."""

    kind = models.CharField(max_length=64)
    who = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    words = models.CharField(max_length=32)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "who", "channel"], name="route_once")]


class Follower(models.Model):
    """How far the ledger was read; moved in the transaction that wrote what was read."""

    name = models.CharField(primary_key=True, max_length=32)
    tx = models.BigIntegerField()
    entry = models.BigIntegerField()


class Notice(models.Model):
    """Something a unit's desk should know; whoever of the desk reads it has read it for the desk."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField()  # the ledger's entry it tells of
    words = models.CharField(max_length=32)  # key into rules.texts
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)  # what fills the gaps of the words
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "unit", "words"], name="notice_once")]
        indexes = [
            models.Index(fields=["unit", "-at", "-id"], name="notice_unit"),
            models.Index(fields=["unit"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]


class Outgoing(models.Model):
    """A message to the outside. Its id is its own for ever: a gateway that saw it before sends it once."""

    id = models.UUIDField(primary_key=True)
    entry = models.BigIntegerField()
    words = models.CharField(max_length=32)
    channel = models.CharField(max_length=8)
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(
        Report, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # to a resident; the telephone number stays in the vault
    contact = models.ForeignKey(
        Contact, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # to a unit
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=8)  # rules.routes.Fate
    attempts = models.SmallIntegerField(default=0)
    at = models.DateTimeField()
    next_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=120, blank=True)  # the gateway's own number, if it gave one
    fault = models.CharField(max_length=200, blank=True)  # why the last try failed
    news = models.JSONField(default=list)  # what the gateway said later: [[moment, status, was], …]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "words", "channel", "report", "unit"],
                name="outgoing_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at"],
                name="outgoing_due",
                condition=Q(state__in=["waiting", "sending"]),
            ),
            models.Index(
                fields=["-at"], name="outgoing_stuck", condition=Q(state__in=["dead", "off", "dropped"])
            ),
        ]
