"""Tables of promises, what was done to them, and residents' comments on them; no behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from mulin.cases.models import Case, Report
from mulin.people.models import Account, Unit


class Promise(models.Model):
    """What a unit promised to everybody, and by when."""

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    what = models.TextField()
    address = models.CharField(max_length=200, blank=True)  # where, in words for everybody
    case = models.ForeignKey(
        Case, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # what it is about; shown to staff only
    due_on = models.DateField()  # as promised now; earlier ones stand in the turns
    state = models.CharField(max_length=12)  # rules.promises.PromiseState
    published_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)  # kept or withdrawn
    postponed = models.SmallIntegerField(default=0)
    comments = models.IntegerField(default=0)
    comments_released = models.IntegerField(default=0)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="promise_state"),
            models.Index(fields=["unit", "state", "due_on"], name="promise_unit"),
            models.Index(fields=["-published_at", "-id"], name="promise_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", over_at__isnull=True)
                | (~Q(state="running") & Q(over_at__isnull=False)),
                name="promise_over_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(comments_released__gte=0, comments_released__lte=F("comments")),
                name="promise_comments_counted",
            ),
        ]


class Turn(models.Model):
    """What was done to a promise, in words that everybody reads; a new date stands beside the old one."""

    id = models.BigAutoField(primary_key=True)
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="turns")
    act = models.CharField(max_length=32)  # rules.promises.Act
    words = models.TextField(blank=True)
    was_due_on = models.DateField(null=True)
    due_on = models.DateField()
    photos = ArrayField(models.CharField(max_length=64), default=list)  # digests
    at = models.DateTimeField()
    account = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )


class Comment(models.Model):
    """A report that is about a promise; its words are shown once somebody has read them over."""

    id = models.UUIDField(primary_key=True)
    promise = models.ForeignKey(Promise, db_index=False, on_delete=models.PROTECT, related_name="+")
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16)  # rules.comments.CommentState
    at = models.DateTimeField()
    words = models.TextField(blank=True)  # as everybody reads them, once released
    because = models.CharField(max_length=300, blank=True)  # why it is held back; for staff
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["promise", "state", "-at"], name="comment_promise"),
            models.Index(fields=["at"], name="comment_waiting", condition=Q(state="comment_waiting")),
        ]
