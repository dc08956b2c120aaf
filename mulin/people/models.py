"""Tables of units, posts, appointments, roles, accounts, tokens and the contact vault; no behaviour."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


class UnitKind(models.Model):
    """A kind of unit: city, county, street, community, grid, department, property firm … (pack data)."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    family = models.CharField(
        max_length=16,
        choices=[(f, f) for f in ("territory", "department", "party", "firm", "residents", "service")],
    )
    parents = ArrayField(models.CharField(max_length=32))  # kinds a unit of this kind may belong to; empty = root
    rank = models.SmallIntegerField()  # 1 city … 5 grid, 6 building, 7 stairwell
    must_cover = models.BooleanField(default=False)  # party organisations: an orphan without territory is refused


class Unit(models.Model):
    """A unit of the city; its place in the tree and its name have periods of their own."""

    code = models.CharField(max_length=32, unique=True)  # official code where there is one (12 digits + 3 for grids)
    kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    path = models.CharField(max_length=200)  # today's place in the tree: ids with "/" after each, own id last
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    phone = models.CharField(max_length=32, blank=True)  # a duty telephone of the unit, never a person's

    class Meta:
        indexes = [
            models.Index(fields=["path"], name="unit_path_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["kind", "until_on"]),
        ]
        constraints = [models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="unit_period")]


def same(column: str) -> Func:
    """Return ``[id, id]`` as int8range: lets an exclusion constraint compare ids without btree_gist."""
    return Func(F(column), F(column), Value("[]"), function="int8range")


def period() -> Func:
    """Return ``[from_on, until_on)`` as daterange."""
    return Func(F("from_on"), F("until_on"), Value("[)"), function="daterange")


class Belonging(models.Model):
    """Unit ``unit`` belongs to ``parent`` from one day until another: exactly one parent at any date."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="belongings")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="children")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_parent_at_a_time",
                expressions=[(same("unit"), RangeOperators.OVERLAPS), (period(), RangeOperators.OVERLAPS)],
            ),
        ]


class Cover(models.Model):
    """Unit ``unit`` (a party branch, a property firm, a station) serves territory ``territory`` for a period."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="covers")
    territory = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="covered_by")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_cover_at_a_time",
                expressions=[
                    (same("unit"), RangeOperators.OVERLAPS),
                    (same("territory"), RangeOperators.OVERLAPS),
                    (period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Role(models.Model):
    """A bundle of permissions a post brings with it (pack data)."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    area = models.CharField(max_length=16, choices=[(a, a) for a in ("party", "government", "service", "technical")])


class Permit(models.Model):
    """Role ``role`` may do ``act`` to what stands in ``relation`` to its unit."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permits")
    act = models.CharField(max_length=48)
    relation = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "act", "relation"], name="permit_once")]


class PostKind(models.Model):
    """A kind of post in a kind of unit: grid lead, grid officer, building steward, part-time member (pack data)."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    aliases = ArrayField(models.CharField(max_length=40), default=list)  # 楼长 = 楼栋长
    unit_kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT)
    seats_min = models.SmallIntegerField(default=0)
    seats_max = models.SmallIntegerField(null=True)
    slot_of = models.CharField(max_length=32, blank=True)  # staffing template, e.g. "一格三员"
    on_grid = models.BooleanField(default=False)  # counts as posted to a grid (定岗网格)
    roles = models.ManyToManyField(Role, related_name="post_kinds")
    sources = ArrayField(models.CharField(max_length=32), default=list)  # eligible source kinds; empty = any
    public_contact = models.BooleanField(default=False)  # may be listed to residents, with consent only


class Person(models.Model):
    """A member of staff, a steward or a body member. Residents who report are not persons here."""

    name = models.CharField(max_length=60)
    work_phone = models.CharField(max_length=32, blank=True)


class Appointment(models.Model):
    """A person holds a post in a unit for a period."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments")
    post = models.ForeignKey(PostKind, on_delete=models.PROTECT, related_name="appointments")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    full_time = models.BooleanField(default=True)
    source = models.CharField(max_length=32, blank=True)  # where a part-time member comes from: police, firm …
    source_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="sent_members")
    listed_with_consent_at = models.DateTimeField(null=True)  # member centre household, steward: shown to residents

    class Meta:
        indexes = [models.Index(fields=["unit", "post"])]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="appointment_period"),
            ExclusionConstraint(
                name="no_overlapping_terms",
                expressions=[
                    (same("person"), RangeOperators.OVERLAPS),
                    (same("unit"), RangeOperators.OVERLAPS),
                    (Func(Func(F("post"), function="hashtext", output_field=models.BigIntegerField()),
                          Func(F("post"), function="hashtext", output_field=models.BigIntegerField()),
                          Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Account(AbstractBaseUser):
    """A sign-in. What it may do follows from the person's appointments of the day, never from the account."""

    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    must_use_totp = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"


class Token(models.Model):
    """A key for the API; only its digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    digest = models.BinaryField(unique=True)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Contact(models.Model):
    """The vault: how to reach somebody, sealed by AES-GCM under a key of its own, itself wrapped by the master key."""

    id = models.UUIDField(primary_key=True)
    sealed = models.BinaryField()  # nonce + ciphertext of {"phone": …, "name": …}; AAD = table, id
    wrapped_key = models.BinaryField()  # nonce + the row's key under the master key; destroying it erases the row
    master_key = models.CharField(max_length=16)  # which master key wrapped it
    may_call = models.BooleanField()  # consent to a visit-back call
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)


class ContactView(models.Model):
    """Somebody looked at a contact, and why; shown to the person whose contact it is."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="views")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
