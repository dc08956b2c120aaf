"""Tables of whistles (吹哨报到): rounds, called units, rulings of the common superior, evaluations."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from mulin.cases.models.heart import Case, Remark
from mulin.catalogue.models import Item
from mulin.people.models import Account, Unit


class WhistleStep(models.Model):
    """Which kind of unit may call which kinds, and within what limits: pack data, dated."""

    from_on = models.DateField()
    line = models.IntegerField()  # the row of the sheet it came from
    caller_kind = models.CharField(max_length=32)
    called_kinds = ArrayField(models.CharField(max_length=32))
    report_value = models.PositiveIntegerField()
    report_kind = models.CharField(max_length=16)  # clocks.rules.limits.LimitKind
    handle_value = models.PositiveIntegerField(default=0)  # 0: as long as the list item allows
    handle_kind = models.CharField(max_length=16, blank=True)
    ruling_value = models.PositiveIntegerField()
    ruling_kind = models.CharField(max_length=16)
    evaluate_value = models.PositiveIntegerField()
    evaluate_kind = models.CharField(max_length=16)
    aspects = ArrayField(models.CharField(max_length=20))  # what either side scores
    scale = models.SmallIntegerField(default=5)  # scores run from 1 to this
    is_example = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["from_on", "line"], name="whistle_step_line_once")]


class WhistleGrade(models.Model):
    """How bad it is decides whom a level's whistle calls: pack data, dated."""

    from_on = models.DateField()
    line = models.IntegerField()  # the row of the sheet it came from
    grade = models.SmallIntegerField()
    name = models.CharField(max_length=20)
    caller_kind = models.CharField(max_length=32)
    items = ArrayField(models.CharField(max_length=32), default=list)  # none: any matter
    call = ArrayField(models.CharField(max_length=60))  # targets as in the dispatch table
    report_value = models.PositiveIntegerField(default=0)  # 0: as the table of whistles says
    report_kind = models.CharField(max_length=16, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["from_on", "line"], name="whistle_grade_line_once")]


class Whistle(models.Model):
    """One round: a level that cannot solve a matter calls the next; several units, one lead."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="whistles")
    round = models.SmallIntegerField()
    step = models.ForeignKey(WhistleStep, db_index=False, on_delete=models.PROTECT, related_name="+")
    caller = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    lead_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # sums up; none once it was released and nobody follows
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")  # as it was then
    off_list = models.BooleanField(default=False)  # no item fits: the list's keepers look at it
    off_list_why = models.CharField(max_length=300, blank=True)
    grade = models.JSONField(default=dict)  # the row of the table of grades it was called by, or {}
    ask = models.ForeignKey(Remark, db_index=False, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16)  # rules.whistles.WhistleState
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    report_due_at = models.DateTimeField(null=True)
    handle_due_at = models.DateTimeField(null=True)
    summed_up_at = models.DateTimeField(null=True)
    summary = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    evaluate_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)  # the evaluations' seal was broken for all at once

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="whistle_round_once"),
            models.UniqueConstraint(
                fields=["case", "caller"],
                name="one_open_whistle_a_caller",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False, off_list=False) | Q(item__isnull=True, off_list=True),
                name="whistle_cites_an_item_or_none",
            ),
        ]
        indexes = [
            models.Index(fields=["caller", "raised_at"], name="whistle_caller"),
            models.Index(
                fields=["evaluate_until"],
                name="whistle_sealed",
                condition=Q(ended_at__isnull=False, opened_at__isnull=True),
            ),
            models.Index(fields=["raised_at"], name="whistle_raised"),
        ]


class Call(models.Model):
    """One unit called by a whistle: its task, its answer, its two clocks."""

    id = models.BigAutoField(primary_key=True)
    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="calls")
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)  # lead, assist
    task = models.CharField(max_length=300)
    state = models.CharField(max_length=16)  # rules.whistles.CallState
    called_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    report_due_at = models.DateTimeField(null=True)
    report_why = models.JSONField(default=dict)  # as Case.due_why
    handle_due_at = models.DateTimeField(null=True)
    handle_why = models.JSONField(default=dict)
    reported_at = models.DateTimeField(null=True)
    arrives_at = models.DateTimeField(null=True)  # when it means to be there
    crew = models.CharField(max_length=120, blank=True)  # "2 人，疏通车 1 台"
    refused_at = models.DateTimeField(null=True)
    refusal_rule = models.CharField(max_length=200, blank=True)  # the powers list's words it leans on
    refusal = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    documents = models.CharField(max_length=300, blank=True)  # evidence on paper, named
    better_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    replied_at = models.DateTimeField(null=True)
    result = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = ArrayField(models.CharField(max_length=64), default=list)  # photos' digests, of either answer
    urged = models.SmallIntegerField(default=0)
    urged_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    escalated_to = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    returns = models.SmallIntegerField(default=0)  # how often the matter went back between the two bodies
    is_ruled = models.BooleanField(default=False)  # the superior put it here: it may not be refused again
    follows = models.ForeignKey(
        "self", db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # the call in whose place a ruling put this one
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["whistle", "unit"], name="called_once_a_whistle", condition=~Q(state="released")
            ),
            models.UniqueConstraint(
                fields=["whistle"],
                name="one_lead_a_whistle",
                condition=Q(role="lead") & ~Q(state="released"),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "called_at"], name="call_unit"),
            models.Index(
                fields=["report_due_at"],
                name="call_silent",
                condition=Q(state="calling", escalated_at__isnull=True),
            ),
        ]


class Ruling(models.Model):
    """The common superior of those who return a ball to one another says whose it is; kept as a precedent."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rulings")
    call = models.ForeignKey(
        Call, null=True, on_delete=models.PROTECT, related_name="rulings"
    )  # none: a case returned twice (S-099)
    superior = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    asker = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    refuser = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    better_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    item_code = models.CharField(max_length=32, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_why = models.JSONField(default=dict)
    ruled_at = models.DateTimeField(null=True)
    ruled_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=16, blank=True)  # rules.whistles.RulingOutcome
    unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # whose it is; none when released
    rule_cited = models.CharField(max_length=200, blank=True)
    words = models.ForeignKey(Remark, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call"], name="one_open_ruling_a_call", condition=Q(ruled_at__isnull=True)
            )
        ]
        indexes = [
            models.Index(
                fields=["superior", "due_at"], name="ruling_waits", condition=Q(ruled_at__isnull=True)
            ),
            models.Index(
                fields=["item_code", "ruled_at"], name="ruling_item", condition=Q(ruled_at__isnull=False)
            ),
            models.Index(
                fields=["refuser", "ruled_at"], name="ruling_unit", condition=Q(ruled_at__isnull=False)
            ),
        ]


class Evaluation(models.Model):
    """One side's judgement of the other: sealed until both sides are in or the term ends."""

    id = models.BigAutoField(primary_key=True)
    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="evaluations")
    judge = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    judged = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    scores = models.JSONField(default=dict)  # aspect → 1 … scale; kept from the judged, for good
    words = models.CharField(max_length=500)  # the reasons: the judged reads them once opened
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    objected_at = models.DateTimeField(null=True)
    objection = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["whistle", "judge", "judged"], name="judged_once_a_whistle"),
            models.CheckConstraint(condition=~Q(judge=F("judged")), name="nobody_judges_themselves"),
        ]
        indexes = [models.Index(fields=["judged", "given_at"], name="evaluation_judged")]
