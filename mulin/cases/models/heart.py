"""Tables of reports, cases, assignments, remarks, photos, ratings and the dispatch table; no behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q

from mulin.catalogue.models import Item
from mulin.people.models import Account, Contact, Unit


class Case(models.Model):
    """A matter (事项). Its voices are reports; its words and past are remarks and the ledger."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=32, unique=True)  # "YC-20260511-000147"
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)  # rules.intake.Kind
    state = models.CharField(max_length=16)
    version = models.IntegerField(default=1)  # moves with every act; a stale door is told so
    is_example = models.BooleanField(default=False)

    item = models.ForeignKey(Item, db_index=False, null=True, on_delete=models.PROTECT)
    suggestion = models.JSONField(default=dict)  # {"code", "name", "confidence", "why"} or {} = abstained
    module = models.CharField(max_length=16, blank=True)  # from the item (S-049)
    in_compound = models.BooleanField(default=False)  # 三单一访

    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    address = models.CharField(max_length=200, blank=True)
    place = models.JSONField(default=dict)  # the locate answer: outcome, reason, area code and edition
    place_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )  # grid or wider
    compound_code = models.CharField(max_length=32, blank=True)
    thing_code = models.CharField(max_length=32, blank=True, default="", db_default="")  # the 部件

    desk = models.ForeignKey(
        Unit, db_index=False, on_delete=models.PROTECT, related_name="+"
    )  # whose move it is
    lead = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")  # 主办
    dispatcher = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    first_unit = models.ForeignKey(
        Unit, db_index=False, on_delete=models.PROTECT, related_name="+"
    )  # 首问负责
    handled_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )

    reported_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_why = models.JSONField(default=dict)  # the deadline's explanation: limit, calendar, intervals
    # What runs beside the clock, in numbers, so that an act on a case without any of it asks nothing more.
    asks = models.SmallIntegerField(default=0, db_default=0)  # suspensions and extensions waiting for a word
    held_until = models.DateTimeField(null=True)  # the clock stands: until then at the latest
    turns = models.SmallIntegerField(default=0, db_default=0)  # holds and extensions of this round that count
    milestones_open = models.SmallIntegerField(default=0, db_default=0)
    clock_past = models.BooleanField(default=False, db_default=False)  # something of it is kept: ask for it

    decline_reason = models.CharField(max_length=300, blank=True)
    reopened = models.SmallIntegerField(default=0)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    report_count = models.IntegerField(default=1)
    supervisions_open = models.SmallIntegerField(default=0, db_default=0)  # 督办 not settled: closing waits
    mediations_open = models.SmallIntegerField(default=0, db_default=0)  # 调解 not over: closing waits
    # How many records beside the case are open: asked by every act, so kept on its row.
    whistles_open = models.SmallIntegerField(default=0, db_default=0)
    returns = models.SmallIntegerField(default=0, db_default=0)  # returned dispatches and refused calls
    rulings_open = models.SmallIntegerField(
        default=0, db_default=0
    )  # it was returned twice: its superior must say whose
    # Facts stay, figures change: from these moments on the case, or its lateness, no longer counts.
    excluded_at = models.DateTimeField(null=True)
    late_waived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["desk", "due_at"],
                name="case_desk",
                condition=~Q(state__in=["closed", "declined", "merged"]),
            ),
            models.Index(fields=["place_unit", "reported_at"], name="case_place"),
            models.Index(fields=["reported_at"], name="case_returned_twice", condition=Q(returns__gte=2)),
            models.Index(fields=["reported_at"], name="case_reported"),
            models.Index(fields=["thing_code"], name="case_thing", condition=~Q(thing_code="")),
            models.Index(fields=["item", "reported_at"], name="case_item_reported"),
            models.Index(fields=["closed_at"], name="case_closed", condition=Q(state="closed")),
            models.Index(
                fields=["lat", "lon"],
                name="case_point",
                condition=~Q(state__in=["closed", "declined", "merged"]),
            ),
            models.Index(
                fields=["due_at"], name="case_due", condition=~Q(state__in=["closed", "declined", "merged"])
            ),
        ]


class CaseSearch(models.Model):
    """What full-text search reads (rules.grams); a table of its own, so that acts do not touch its index."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="search")
    grams = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["grams"], name="case_grams")]


class Report(models.Model):
    """One person's voice (诉求): its own tracking code, its own answer, its own rating."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    tracking_code = models.CharField(max_length=9, unique=True)  # "7K3M-92QD"
    channel = models.CharField(max_length=16)  # rules.intake.Channel
    source = models.CharField(max_length=40)  # who numbered it: "web", "api", "import:messages" …
    source_no = models.CharField(max_length=80)  # its number there: an idempotency key or a row's id
    digest = models.CharField(max_length=64)  # of what was said: the same number with other words is refused
    kind = models.CharField(max_length=16)
    text = models.TextField()
    anonymous = models.BooleanField(default=False)
    on_behalf = models.BooleanField(default=False)  # entered by somebody for somebody else (代办)
    contact = models.ForeignKey(Contact, db_index=False, null=True, on_delete=models.PROTECT)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    address = models.CharField(max_length=200, blank=True)
    filed_by = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    filed_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_no"], name="report_source_once")]
        indexes = [models.Index(fields=["filed_unit", "received_at"])]


class Assignment(models.Model):
    """A unit was given a part in a case: lead (主办), assist (协办) or notified (知会)."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    given_unit = models.ForeignKey(
        Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()
    why = models.JSONField(default=dict)  # the dispatch table's reason, or the dispatcher's own
    accepted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)  # replaced by a later dispatch, or done

    class Meta:
        indexes = [
            models.Index(fields=["unit", "given_at"]),
            models.Index(fields=["given_unit", "given_at"]),
            BrinIndex(fields=["given_at"], name="assignment_given"),
            models.Index(
                fields=["returned_at"],
                name="assignment_returned",
                condition=Q(returned_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="one_running_lead", condition=Q(role="lead", ended_at__isnull=True)
            ),
        ]


class Remark(models.Model):
    """Words said in the course of an act; the ledger only points here, because words may name people."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="remarks")
    act = models.CharField(max_length=32)
    is_public = models.BooleanField(default=False)
    text = models.TextField()
    account = models.ForeignKey(
        Account, db_index=False, null=True, on_delete=models.PROTECT
    )  # null: the resident
    unit = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        indexes = []


class Requirement(models.Model):
    """Something the resident was asked to bring (一次性告知); late: it was not told the first time."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requirements")
    item = models.CharField(max_length=32, blank=True)  # code of the list item the case was then
    text = models.CharField(max_length=100)
    is_late = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, db_index=False, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [BrinIndex(fields=["at"], name="requirement_at")]


class Photo(models.Model):
    """A re-encoded picture without metadata; the file is named by its digest."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="photos")
    report = models.ForeignKey(
        Report, db_index=False, null=True, on_delete=models.PROTECT, related_name="photos"
    )
    digest = models.CharField(max_length=64)  # SHA-256 of the re-encoded JPEG
    width = models.IntegerField()
    height = models.IntegerField()
    phase = models.CharField(max_length=8)  # report, work, result
    account = models.ForeignKey(Account, db_index=False, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        indexes = []


class Rating(models.Model):
    """Solved? satisfied? Kept from those it judges; only counts over ten and more leave this table."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="ratings")
    round = models.SmallIntegerField()  # how often the case had been reopened: one rating a round
    solved = models.BooleanField()
    satisfied = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "round"], name="one_rating_a_round")]


class Reception(models.Model):
    """A walk-in reception (S-066): what somebody came for and how it went."""

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="+")
    matter = models.TextField()
    outcome = models.CharField(max_length=16)  # rules.intake.ReceptionEnd
    report = models.OneToOneField(Report, null=True, on_delete=models.PROTECT, related_name="reception")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "at"])]


class DispatchTable(models.Model):
    """A dated edition of the dispatch decision table."""

    name = models.CharField(max_length=80)
    from_on = models.DateField(unique=True)
    published_at = models.DateTimeField()


class DispatchRule(models.Model):
    """One row: item × area × compound × time → lead, assist, notify. Empty cells mean "any"."""

    table = models.ForeignKey(DispatchTable, on_delete=models.CASCADE, related_name="rules")
    line = models.IntegerField()  # the row of the sheet it came from: reasons cite it
    item = models.CharField(max_length=32, blank=True)  # item code, or a prefix ending in "-"
    area = models.CharField(max_length=32, blank=True)  # unit code
    compound = models.CharField(max_length=8, blank=True)  # "inside", "outside"
    hours = models.CharField(max_length=8, blank=True)  # "working", "off"
    lead = models.CharField(max_length=60)  # a target: see rules.dispatch.Target
    assist = ArrayField(models.CharField(max_length=60), default=list)
    notify = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "line"], name="dispatch_line_once")]


class Settings(models.Model):
    """What a pack sets for the heart: number prefix, desks, windows."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    prefix = models.CharField(max_length=8, default="ML")
    city_name = models.CharField(max_length=40, default="")
    brand = models.CharField(max_length=40, default="睦邻")
    is_example = models.BooleanField(default=False)
    intake_kind = models.CharField(max_length=32, default="street")  # the desk that judges new cases
    check_kind = models.CharField(max_length=32, default="community")  # the desk that checks results
    fallback_unit_code = models.CharField(max_length=32, default="")  # for cases without a place
    reopen_days = models.SmallIntegerField(default=15)
    rating_days = models.SmallIntegerField(default=7)
    triage_minutes = models.SmallIntegerField(default=30)
    default_limit_days = models.SmallIntegerField(
        default=5
    )  # working days, where no list item says otherwise
    hotline = models.CharField(max_length=20, default="12345")
    supervision_days = models.SmallIntegerField(default=2, db_default=2)  # working days to answer a 督办
    visit_days = models.SmallIntegerField(default=7)  # a visit-back is to be made within so many days
    visit_attempts = models.SmallIntegerField(default=3)  # nobody is rung more often
    low_rating = models.CharField(max_length=16, default="visit")  # rules.aftercare.LowRating
    repeat_count = models.SmallIntegerField(default=3)  # so many cases of one matter at one place …
    repeat_days = models.SmallIntegerField(default=30)  # … within so many days …
    repeat_metres = models.SmallIntegerField(default=50)  # … or in the same compound, are a repeat complaint
    suspension_days = models.SmallIntegerField(
        default=365, db_default=365
    )  # a suspension lasts at most so long
    suspensions_most = models.SmallIntegerField(default=1, db_default=1)  # granted, in one round of a case
    extensions_most = models.SmallIntegerField(
        default=1, db_default=1
    )  # granted, each the original limit again
    waiting_days = models.SmallIntegerField(
        default=3, db_default=3
    )  # days the clock waits for a resident; 0: none
    clocks = models.CharField(
        max_length=36, blank=True, db_default=""
    )  # which calendars and profiles hold now
