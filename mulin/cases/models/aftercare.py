"""Tables of visit-backs, their plans and words, appeals of marks, exclusions, formulas; no behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mulin.cases.models.heart import Case, Report
from mulin.people.models import Account, Unit


class Formula(models.Model):
    """A dated edition of how the three rates are computed: weights and counting rules."""

    name = models.CharField(max_length=80)
    from_on = models.DateField(unique=True)
    basic_percent = models.SmallIntegerField()
    partly_percent = models.SmallIntegerField()
    response_weight = models.SmallIntegerField()
    solution_weight = models.SmallIntegerField()
    satisfaction_weight = models.SmallIntegerField()
    published_at = models.DateTimeField()


class Phrase(models.Model):
    """A line a city words itself: a question of the visit script, a reason to exclude."""

    kind = models.CharField(max_length=16)  # "question", "exclusion"
    code = models.CharField(max_length=32)
    position = models.SmallIntegerField()
    text = models.CharField(max_length=200)
    text_en = models.CharField(max_length=200, blank=True)
    choices = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="phrase_once")]


class VisitPlan(models.Model):
    """A sample drawn for visit-backs: period, seed and strata, so that anybody can draw it again."""

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    seed = models.CharField(max_length=64)
    wanted = models.IntegerField()
    cohort = models.IntegerField()  # closed cases with somebody who agreed to be rung
    unreachable = models.IntegerField()  # closed cases without
    strata = models.JSONField(default=list)  # [[street, module, channel], cases, drawn] each
    digest = models.CharField(max_length=64)  # of the cohort: the same list was drawn from
    account = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "at"], name="visit_plan_unit")]


class Visit(models.Model):
    """A visit-back (回访) by a third party; what was said is kept from those it judges."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="visits")
    report = models.ForeignKey(Report, db_index=False, on_delete=models.PROTECT, related_name="visits")
    round = models.SmallIntegerField()  # how often the case had been reopened
    why = models.CharField(max_length=16)  # rules.aftercare.VisitWhy
    plan = models.ForeignKey(VisitPlan, null=True, on_delete=models.PROTECT, related_name="visits")
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    method = models.CharField(max_length=16, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    responded = models.BooleanField(null=True)
    solved = models.CharField(max_length=16, blank=True)
    satisfied = models.CharField(max_length=24, blank=True)
    answers = models.JSONField(default=dict)
    words = models.CharField(max_length=500, blank=True)
    account = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    waived_at = models.DateTimeField(null=True)  # an appeal was granted: the fact stays, it no longer counts

    class Meta:
        indexes = [
            models.Index(fields=["unit", "due_at"], name="visit_open", condition=Q(done_at__isnull=True)),
            models.Index(fields=["done_at"], name="visit_done", condition=Q(done_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "report", "why"], name="one_visit_a_round")
        ]


class Appeal(models.Model):
    """An appeal (申诉) of a mark by the unit it concerns: reviewed, then decided by another level."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    round = models.SmallIntegerField()
    mark = models.CharField(max_length=16)  # rules.aftercare.Mark
    state = models.CharField(max_length=16)  # rules.aftercare.AppealState
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="+")
    grounds = models.CharField(max_length=500)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    advice = models.BooleanField(null=True)  # the reviewer's: grant it or not
    review = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], name="appeal_running", condition=Q(state__in=["asked", "reviewed"])
            )
        ]
        constraints = [models.UniqueConstraint(fields=["case", "round", "mark"], name="one_appeal_a_mark")]


class Exclusion(models.Model):
    """The exclusion (剔除) of a case from the figures: proposed by one, confirmed by another post."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exclusions")
    state = models.CharField(max_length=16)  # rules.aftercare.ExclusionState
    reason = models.CharField(max_length=32)  # a Phrase of kind "exclusion"
    grounds = models.CharField(max_length=500)
    unit = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="+")
    proposed_post = models.CharField(max_length=32)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                name="one_running_exclusion",
                condition=Q(state__in=["proposed", "confirmed"]),
            )
        ]
