"""Tables of two-way reviews and the rules they go by; no behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from mulin.people.models import Account, Unit


class ReviewRule(models.Model):
    """A row of rules.reviews.ReviewRule, as the pack has it now."""

    first_kind = models.CharField(max_length=32)
    second_kind = models.CharField(max_length=32)
    aspects = ArrayField(models.CharField(max_length=20))
    scale = models.SmallIntegerField()
    days = models.SmallIntegerField()
    is_example = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first_kind", "second_kind"], name="review_rule_once")]


class Review(models.Model):
    """Two units report to and rate each other for a term, by the rule of the day it was opened."""

    id = models.UUIDField(primary_key=True)
    first = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    term = models.CharField(max_length=40)
    aspects = ArrayField(models.CharField(max_length=20))
    scale = models.SmallIntegerField()
    is_example = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closes_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)  # the moment both were in

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="review_of_two"),
            models.UniqueConstraint(fields=["first", "second", "term"], name="review_once_a_term"),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="review_newest"),
            models.Index(fields=["second"], name="review_second"),
        ]


class Submission(models.Model):
    """One side's report and its rating of the other; sealed until both are in."""

    review = models.ForeignKey(Review, db_index=False, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    report = models.TextField()
    scores = models.JSONField()
    words = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "unit"], name="submission_once")]
