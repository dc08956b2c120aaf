"""Acts on accounts: create, reset the password, disable, enable, end sessions."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.models import Account, Person, Token, Unit
from mulin.people.queries.accounts import require_uncommon
from mulin.people.queries.days import day_of, in_force
from mulin.people.rules import passwords
from mulin.people.rules.acts import Act
from mulin.people.rules.passwords import is_username


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account and its password, which is said once and kept nowhere."""

    account: Account
    password: str = field(repr=False)


@transaction.atomic
def create_account(
    *,
    username: str,
    staff_no: str,
    password: str = "",
    must_use_totp: bool = False,
    actor: Actor,
    now: datetime,
) -> NewAccount:
    """Give a person a sign-in; without a password given, one is made up that must be changed at first use.

    :raises NotFound: nobody has that number
    :raises NotAllowed: the actor may not create accounts where the person serves
    :raises BadInput: the user name is none
    :raises WeakPassword: the password is too easy to guess
    :raises NotPossible: the person or somebody else has the sign-in already
    """
    person = _person_to_change(staff_no)
    as_unit = _require_over(actor, Act.CREATE_ACCOUNT, person, now=now)
    name = username.strip().lower()
    if not is_username(name):
        raise BadInput("用户名用 3 到 60 个小写字母、数字、点、横线或下划线", where="username")
    if Account.objects.filter(username=name).exists():
        raise NotPossible("用户名 %(username)s 已被使用", username=name)
    if Account.objects.filter(person=person).exists():
        raise NotPossible("此人已有账号")
    chosen = password or passwords.new_password()
    passwords.require_strong(chosen, username=name, name=person.name)
    require_uncommon(chosen)
    account = Account(
        username=name,
        person=person,
        must_use_totp=must_use_totp,
        must_change_password=not password,
        created_at=now,
    )
    account.set_password(chosen)
    account.save()
    record("account.created", subject=account.pk, actor=actor, at=now, as_unit=as_unit, totp=must_use_totp)
    return NewAccount(account=account, password=chosen)


@transaction.atomic
def reset_password(*, account_id: int, actor: Actor, now: datetime) -> NewAccount:
    """Make up a new password for somebody who lost theirs; the second factor stays, all sessions end.

    :raises NotFound: there is no such account
    :raises NotAllowed: the actor may not do that where the person serves
    """
    account = _account_to_change(account_id)
    as_unit = _require_over(actor, Act.RESET_PASSWORD, account.person, now=now)
    password = passwords.new_password()
    account.set_password(password)
    account.must_change_password = True
    account.session_epoch += 1
    account.save(update_fields=["password", "must_change_password", "session_epoch"])
    record("account.password_reset", subject=account.pk, actor=actor, at=now, as_unit=as_unit)
    return NewAccount(account=account, password=password)


@transaction.atomic
def disable_account(*, account_id: int, actor: Actor, now: datetime) -> Account:
    """Close an account: its sessions end and its tokens die with this transaction.

    :raises NotFound: there is no such account
    :raises NotAllowed: the actor may not do that where the person serves
    :raises NotPossible: it is closed already
    """
    account = _account_to_change(account_id)
    as_unit = _require_over(actor, Act.DISABLE_ACCOUNT, account.person, now=now)
    if not account.is_active:
        raise NotPossible("账号已停用")
    account.is_active = False
    account.session_epoch += 1
    account.save(update_fields=["is_active", "session_epoch"])
    revoked = Token.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=now)
    record("account.disabled", subject=account.pk, actor=actor, at=now, as_unit=as_unit, tokens=revoked)
    return account


@transaction.atomic
def enable_account(*, account_id: int, actor: Actor, now: datetime) -> Account:
    """Open a closed account again; its sessions and tokens of before stay dead.

    :raises NotFound: there is no such account
    :raises NotAllowed: the actor may not do that where the person serves
    :raises NotPossible: it is open
    """
    account = _account_to_change(account_id)
    as_unit = _require_over(actor, Act.ENABLE_ACCOUNT, account.person, now=now)
    if account.is_active:
        raise NotPossible("账号没有停用")
    account.is_active = True
    account.save(update_fields=["is_active"])
    record("account.enabled", subject=account.pk, actor=actor, at=now, as_unit=as_unit)
    return account


@transaction.atomic
def end_sessions(*, account_id: int, actor: Actor, now: datetime) -> Account:
    """Sign an account out everywhere: one's own, or one the actor may close.

    :raises NotFound: there is no such account
    :raises NotAllowed: the actor may not do that where the person serves
    """
    account = _account_to_change(account_id)
    as_unit = None
    if actor.account_id != account.pk:
        as_unit = _require_over(actor, Act.DISABLE_ACCOUNT, account.person, now=now)
    account.session_epoch += 1
    account.save(update_fields=["session_epoch"])
    record("account.sessions_ended", subject=account.pk, actor=actor, at=now, as_unit=as_unit)
    return account


def _require_over(actor: Actor, act: Act, person: Person, *, now: datetime) -> int | None:
    """Return the unit in whose name ``actor`` acts on a person: all posts of the person must lie in reach."""
    if actor == SYSTEM:
        return None
    today = day_of(now)
    places = Unit.objects.filter(pk__in=person.appointments.filter(in_force(today)).values("unit"))
    grants = [policy.grant_for(actor, act, unit) for unit in places]
    if not grants:
        return policy.require_everywhere(actor, act)
    if grants[0] is None or None in grants:
        raise NotAllowed("您的岗位不能对这个账号做这一步")
    return grants[0].unit_id


def _person_to_change(staff_no: str) -> Person:
    try:
        return Person.objects.select_for_update().get(staff_no=staff_no)
    except Person.DoesNotExist:
        raise NotFound("没有工号 %(staff_no)s", staff_no=staff_no) from None


def _account_to_change(account_id: int) -> Account:
    try:
        return Account.objects.select_for_update(of=("self",)).select_related("person").get(pk=account_id)
    except Account.DoesNotExist:
        raise NotFound("没有这个账号") from None
