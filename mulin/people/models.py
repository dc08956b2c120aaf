"""Tables of units, posts, appointments, roles, accounts, tokens and the contact vault; no behaviour."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django_otp.models import Device

from mulin.people.rules.terms import SECONDMENT


def same(column: str) -> Func:
    """Return ``[id, id]`` as int8range: lets an exclusion constraint compare ids without btree_gist."""
    return Func(F(column), F(column), Value("[]"), function="int8range")


def period() -> Func:
    """Return ``[from_on, until_on)`` as daterange."""
    return Func(F("from_on"), F("until_on"), Value("[)"), function="daterange")


def ends_after_start(name: str) -> models.CheckConstraint:
    """Return the constraint that a period holds at least one day."""
    return models.CheckConstraint(
        condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name=name
    )


def once_at_a_time(name: str, *columns: str, condition: Q | None = None) -> ExclusionConstraint:
    """Return the constraint that rows equal in ``columns`` have periods that do not overlap."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((same(column), RangeOperators.OVERLAPS) for column in columns),
            (period(), RangeOperators.OVERLAPS),
        ],
        condition=condition,
    )


class Edition(models.Model):
    """One row: the lock of the tree, the stamp caches compare, the day the stored paths and names hold."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = (
        models.BigIntegerField()
    )  # microseconds of the last change of units, posts or roles: never repeats
    true_on = models.DateField(null=True)  # Unit.path and Unit.name were last worked out for this day

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="edition_is_one_row")]


class UnitKind(models.Model):
    """A kind of unit: city, county, street, community, grid, department, property firm … (pack data)."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    family = models.CharField(
        max_length=16,
        choices=[(f, f) for f in ("territory", "department", "party", "firm", "residents", "service")],
    )
    parents = ArrayField(
        models.CharField(max_length=32)
    )  # kinds a unit of this kind may belong to; empty = root
    rank = models.SmallIntegerField()  # 1 city … 5 grid, 6 building, 7 stairwell
    must_cover = models.BooleanField(
        default=False
    )  # party organisations: an orphan without territory is refused


class Unit(models.Model):
    """A unit of the city; its place in the tree and its name have periods of their own."""

    code = models.CharField(
        max_length=32, unique=True
    )  # official code where there is one (12 digits + 3 for grids)
    kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT)
    name = models.CharField(max_length=80)  # today's name, from Naming
    short_name = models.CharField(max_length=40)
    path = models.CharField(
        max_length=200
    )  # today's place, from Belonging: ids with "/" after each, own id last
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    phone = models.CharField(max_length=32, blank=True)  # a duty telephone of the unit, never a person's

    class Meta:
        indexes = [
            models.Index(fields=["path"], name="unit_path_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["kind", "until_on"], name="unit_kind_until"),
        ]
        constraints = [ends_after_start("unit_period")]


class Naming(models.Model):
    """Unit ``unit`` bore a name from one day until another: exactly one at any date."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="namings")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [ends_after_start("naming_period"), once_at_a_time("one_name_at_a_time", "unit")]


class Belonging(models.Model):
    """Unit ``unit`` belongs to ``parent`` from one day until another: exactly one parent at any date."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="belongings")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="children")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [ends_after_start("belonging_period"), once_at_a_time("one_parent_at_a_time", "unit")]


class Cover(models.Model):
    """Unit ``unit`` (party branch, property firm, station) serves territory ``territory`` for a period."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="covers")
    territory = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="covered_by")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            ends_after_start("cover_period"),
            once_at_a_time("one_cover_at_a_time", "unit", "territory"),
        ]


class Role(models.Model):
    """A bundle of permissions a post brings with it (pack data)."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    area = models.CharField(
        max_length=16, choices=[(a, a) for a in ("party", "government", "service", "technical")]
    )
    administers = models.CharField(  # one of the three administrators: nobody may be two, none reads cases
        max_length=16, blank=True, choices=[(a, a) for a in ("system", "security", "audit")]
    )


class Permit(models.Model):
    """Role ``role`` may do ``act`` to what stands in ``relation`` to its unit."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permits")
    act = models.CharField(max_length=48)
    relation = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "act", "relation"], name="permit_once")]


class PostKind(models.Model):
    """A kind of post in a kind of unit: grid lead, grid officer, steward, part-time member (pack data)."""

    code = models.CharField(unique=True, max_length=32)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    aliases = ArrayField(models.CharField(max_length=40), default=list)  # 楼长 = 楼栋长
    unit_kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT)
    norm_min = models.SmallIntegerField(default=0)  # what the staffing report calls too few …
    norm_max = models.SmallIntegerField(null=True)  # … and too many; nobody is refused for it
    seats_max = models.SmallIntegerField(null=True)  # more than this at any date is refused
    slot_of = models.CharField(max_length=32, blank=True)  # staffing template, e.g. "一格三员"
    body = models.CharField(
        max_length=32, blank=True
    )  # posts of one body: a person holds one of them at a time
    leads = models.BooleanField(
        default=False
    )  # its holder answers for the unit; a unit without one is an alert
    is_worker = models.BooleanField(default=False)  # counts as a community worker (社区工作者)
    on_grid = models.BooleanField(default=False)  # counts as posted to a grid (定岗网格)
    roles = models.ManyToManyField(Role, through="PostRole", related_name="post_kinds")
    sources = ArrayField(models.CharField(max_length=32), default=list)  # eligible source kinds; empty = any
    public_contact = models.BooleanField(default=False)  # may be listed to residents, with consent only


class PostRole(models.Model):
    """A post brings a role: to every holder, or only to those who serve full-time or part-time."""

    post = models.ForeignKey(PostKind, on_delete=models.CASCADE, related_name="post_roles")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="post_roles")
    only = models.CharField(max_length=8, blank=True, choices=[(o, o) for o in ("full", "part")])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "role", "only"], name="post_role_once")]


class Person(models.Model):
    """A member of staff, a steward or a body member. Residents who report are not persons here."""

    staff_no = models.CharField(max_length=32, unique=True)  # 工号
    name = models.CharField(max_length=60)
    work_phone = models.CharField(max_length=32, blank=True)


class Appointment(models.Model):
    """A person holds a post in a unit for a term."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments")
    post = models.ForeignKey(PostKind, on_delete=models.PROTECT, related_name="appointments")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    full_time = models.BooleanField(default=True)
    source = models.CharField(
        max_length=32, blank=True
    )  # where a part-time member comes from: police, firm …
    source_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="sent_members")
    sole = models.BooleanField(
        default=False
    )  # the post has one seat: the database itself refuses a second holder
    ended_at = models.DateTimeField(null=True)  # ended by an act; a term that ran out has none and is flagged
    renewal_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewal")

    class Meta:
        indexes = [models.Index(fields=["unit", "post"], name="appointment_unit_post")]
        constraints = [
            ends_after_start("appointment_period"),
            once_at_a_time("no_overlapping_terms", "person", "unit", "post"),
            once_at_a_time("one_holder_of_a_sole_post", "unit", "post", condition=Q(sole=True)),
            models.CheckConstraint(
                condition=~Q(source=SECONDMENT) | Q(source_unit__isnull=False, until_on__isnull=False),
                name="secondment_has_home_and_end",
            ),
        ]


class Listing(models.Model):
    """A person agreed to be shown to residents as a contact point; withdrawal deletes the row."""

    appointment = models.OneToOneField(
        Appointment, primary_key=True, on_delete=models.PROTECT, related_name="listing"
    )
    name = models.CharField(max_length=40)  # as the person wants to be called
    phone = models.CharField(max_length=32)  # as the person agreed to be rung
    consent = models.CharField(max_length=120)  # how it was given: signed form, said at the counter …
    consented_on = models.DateField()


class Account(AbstractBaseUser):
    """A sign-in. What it may do follows from the person's appointments of the day, never from the account."""

    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    must_use_totp = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)  # somebody else has seen it
    session_epoch = models.IntegerField(default=0)  # moving it ends every session at once
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    objects = BaseUserManager["Account"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(username=Lower("username")), name="username_is_lower_case")
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must carry to live: it changes with password and epoch (Django's hook)."""
        return salted_hmac(
            "mulin.people.Account.session",
            f"{self.session_epoch}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class SecondFactor(Device):
    """A telephone that shows one-time codes; its secret is sealed like a contact."""

    sealed = models.BinaryField()
    wrapped_key = models.BinaryField()
    master_key = models.CharField(max_length=16)
    last_step = models.BigIntegerField(
        default=-1
    )  # the newest half-minute a code was taken from: never again
    failures = models.IntegerField(default=0)  # since the last right code
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="one_second_factor_and_one_to_confirm")
        ]


class RecoveryCode(models.Model):
    """A way in for whoever lost the second factor; only its digest is kept and it opens once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once")]


class Token(models.Model):
    """A key for the API; only its digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    digest = models.BinaryField(unique=True)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Contact(models.Model):
    """The vault: how to reach somebody, sealed under a key of its own, itself wrapped by the master key."""

    id = models.UUIDField(primary_key=True)
    sealed = models.BinaryField()  # {"phone": …, "name": …}, see rules.vault; empty once erased
    wrapped_key = models.BinaryField()  # the row's key under the master key; destroying it erases the row
    master_key = models.CharField(max_length=16)  # which master key wrapped it
    may_call = models.BooleanField()  # consent to a visit-back call
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["master_key"], name="contact_master_key", condition=Q(erased_at__isnull=True)
            )
        ]


class ContactView(models.Model):
    """Somebody looked at a contact, and why; shown to the person whose contact it is."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="views")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()


class SealedWords(models.Model):
    """Words only a few may read, sealed like a contact; who reads them is the keeper's business to record."""

    id = models.UUIDField(primary_key=True)
    sealed = models.BinaryField()
    wrapped_key = models.BinaryField()
    master_key = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["master_key"], name="sealed_master_key")]
