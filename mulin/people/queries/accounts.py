"""Questions about accounts: who has one, which posts and tokens it has, whether a password is on the list."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.people import policy
from mulin.people.models import Account, Appointment, PostRole, RecoveryCode, SecondFactor, Token, Unit
from mulin.people.queries.days import day_of, in_force
from mulin.people.rules.acts import Act
from mulin.people.rules.passwords import WeakPassword


@dataclass(frozen=True, slots=True)
class MyPost:
    """One of my posts: where, as what, until when, and in which areas of work it gives rights (S-052)."""

    appointment_id: int
    unit_id: int
    unit_name: str
    post: str
    post_name: str
    full_time: bool
    from_on: date
    until_on: date | None
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactorState:
    """Whether an account has a second factor and how many recovery codes are left."""

    is_confirmed: bool
    codes_left: int


def account_by_name(username: str) -> Account:
    """Return the account with this user name.

    :raises NotFound: there is none
    """
    account = Account.objects.select_related("person").filter(username=username.strip().lower()).first()
    if account is None:
        raise NotFound("没有这个账号")
    return account


def require_uncommon(password: str) -> None:
    """Return if the password is not among the 20,000 that everybody tries first.

    :raises WeakPassword: it is
    """
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        raise WeakPassword("这个密码太常见，很容易被猜到", where="password") from None


def my_posts(actor: Actor, *, now: datetime) -> list[MyPost]:
    """Return the posts ``actor`` holds today, oldest first, each with its areas of work."""
    terms = list(
        Appointment.objects.filter(in_force(day_of(now)), person__account__pk=actor.account_id)
        .select_related("unit", "post")
        .order_by("pk")
    )
    areas: dict[tuple[int, bool], set[str]] = {}
    roles = PostRole.objects.filter(post__in=[term.post_id for term in terms])
    for post, only, area in roles.values_list("post_id", "only", "role__area"):
        for full_time in (True, False):
            if not only or (only == "full") == full_time:
                areas.setdefault((post, full_time), set()).add(area)
    return [
        MyPost(
            appointment_id=term.pk,
            unit_id=term.unit_id,
            unit_name=term.unit.short_name,
            post=term.post.code,
            post_name=term.post.name,
            full_time=term.full_time,
            from_on=term.from_on,
            until_on=term.until_on,
            areas=tuple(sorted(areas.get((term.post_id, term.full_time), ()))),
        )
        for term in terms
    ]


def tokens_of(actor: Actor) -> QuerySet[Token]:
    """Return the actor's API tokens, newest first; what they are is known to nobody."""
    return Token.objects.filter(account=actor.account_id).order_by("-created_at", "-pk")


def factor_of(account_id: int) -> FactorState:
    """Return how an account's second factor stands."""
    return FactorState(
        is_confirmed=SecondFactor.objects.filter(user=account_id, confirmed=True).exists(),
        codes_left=RecoveryCode.objects.filter(account=account_id, used_at__isnull=True).count(),
    )


def accounts_for(actor: Actor, *, now: datetime) -> QuerySet[Account]:
    """Return the accounts of people who serve today where ``actor`` may create accounts, by user name."""
    places = Unit.objects.filter(policy.units_for(actor, Act.CREATE_ACCOUNT))
    terms = Appointment.objects.filter(in_force(day_of(now)), person=OuterRef("person"), unit__in=places)
    return Account.objects.filter(Exists(terms)).select_related("person").order_by("username")
