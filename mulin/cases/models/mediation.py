"""Tables of mediations (调解) beside a case: no names, no numbers, and every word sealed; no behaviour."""

from django.db import models
from django.db.models import Q

from mulin.cases.models.heart import Case
from mulin.people.models import Account, SealedWords, Unit


class Mediation(models.Model):
    """Two parties try to agree, with a mediator; it holds the closing until it is over, however it ends."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="mediations")
    round = models.SmallIntegerField()  # how often the case had been reopened
    state = models.CharField(max_length=12)  # rules.mediation.MediationStage
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")  # mediates
    mediator = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # who opened the file; a colleague of the unit may go on with it
    asked_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # binds the staff, never the parties
    first_at = models.DateTimeField(null=True)  # 甲方 agreed
    first_how = models.CharField(max_length=12, blank=True)  # rules.mediation.Consent
    second_at = models.DateTimeField(null=True)  # 乙方 agreed
    second_how = models.CharField(max_length=12, blank=True)
    opened_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, blank=True)  # rules.mediation.Ending
    agreement = models.ForeignKey(
        SealedWords, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="one_running_mediation", condition=Q(settled_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(first_at__isnull=False, second_at__isnull=False),
                name="mediation_opens_with_both",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "open"], settled_at__isnull=True)
                | Q(state__in=["agreed", "not_agreed", "ended"], settled_at__isnull=False),
                name="mediation_over_is_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["unit"], name="mediation_running", condition=Q(settled_at__isnull=True)),
            models.Index(
                fields=["settled_at"], name="mediation_settled", condition=Q(settled_at__isnull=False)
            ),
        ]


class MediationSession(models.Model):
    """One meeting of a mediation: when and where; what was said is sealed."""

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="sessions")
    at = models.DateTimeField()
    place = models.CharField(max_length=80)
    words = models.ForeignKey(SealedWords, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
