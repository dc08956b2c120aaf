"""The acts of coming in and leaving: password first, then the second factor; failures are counted.

django-axes counts failures by user name *and* address, so nobody can lock out somebody who signs in
elsewhere. Here it is told name and address only: no form, no browser.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Max, Sum
from django.http import HttpRequest

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotAllowed, NotFound, NotPossible
from mulin.ledger.actions import record
from mulin.people.models import Account, SecondFactor
from mulin.people.queries.accounts import require_uncommon
from mulin.people.rules import passwords, patience
from mulin.people.rules.passwords import WeakPassword, is_username


class Step(StrEnum):
    """What comes next once the password was right."""

    DONE = "done"
    CODE = "code"  # the second factor, then done
    ENROL = "enrol"  # the account must have a second factor and has none yet
    CHANGE = "change_password"  # somebody else has seen the password


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who it is, and what the door asks next before it opens."""

    account: Account
    step: Step


class WrongSignIn(NotAllowed):
    """User name or password is wrong; which of the two is told to nobody."""

    def __init__(self) -> None:
        super().__init__("用户名或密码不对")


class LockedOut(NotPossible):
    """Too many failures for this name from this address."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            "从这里用这个用户名登录失败次数过多，请 %(minutes)s 分钟后再试；换一台设备不受影响",
            minutes=minutes,
        )
        self.minutes = minutes


def sign_in(*, username: str, password: str, address: str, actor: Actor, now: datetime) -> SignedIn:
    """Check name and password from an address and say what comes next; the door then opens the session.

    :raises WrongSignIn: name or password is wrong, or the account is closed
    :raises LockedOut: too many failures for this name from this address
    :raises TooSoon: too many failures from this address
    """
    account = _recognised(username.strip().lower(), password, address, actor=actor, now=now)
    whoever = Actor(account_id=account.pk, name=account.person.name)
    with transaction.atomic():
        record("account.signed_in", subject=account.pk, actor=whoever, at=now)
    return SignedIn(account=account, step=next_step(account, verified=False))


def next_step(account: Account, *, verified: bool) -> Step:
    """Return what the door asks next; ``verified`` once the second factor was right."""
    has_factor = SecondFactor.objects.filter(user=account, confirmed=True).exists()
    if has_factor and not verified:
        return Step.CODE
    if account.must_use_totp and not has_factor:
        return Step.ENROL
    return Step.CHANGE if account.must_change_password else Step.DONE


@transaction.atomic
def sign_out(*, actor: Actor, now: datetime) -> None:
    """Note that a member of staff has left; the door closes the session.

    :raises NotAllowed: nobody is signed in
    """
    if not actor.is_staff:
        raise NotAllowed("没有登录")
    record("account.signed_out", subject=actor.account_id, actor=actor, at=now)


def change_password(
    *, account_id: int, old: str, new: str, address: str, actor: Actor, now: datetime
) -> Account:
    """Change one's own password; every other session of the account ends.

    :raises NotFound: there is no such account
    :raises NotAllowed: it is somebody else's
    :raises WrongSignIn: the old password is wrong; it counts like a failed sign-in
    :raises LockedOut: too many failures from this address
    :raises WeakPassword: the new one is too easy to guess, or is the old one
    """
    account = Account.objects.select_related("person").filter(pk=account_id).first()
    if account is None:
        raise NotFound("没有这个账号")
    if actor.account_id != account.pk:
        raise NotAllowed("只能修改自己的密码")
    if old == new:
        raise WeakPassword("新密码不能与原密码相同", where="password")
    passwords.require_strong(new, username=account.username, name=account.person.name)
    require_uncommon(new)
    account = _recognised(account.username, old, address, actor=actor, now=now)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account.pk)
        account.set_password(new)
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        record("account.password_changed", subject=account.pk, actor=actor, at=now)
    return account


def _recognised(name: str, password: str, address: str, *, actor: Actor, now: datetime) -> Account:
    """Return the account behind a right password; a wrong one is counted, in a transaction of its own."""
    if not is_username(name):
        raise WrongSignIn  # nobody has such a name, so there is nothing to guess
    request = _as_request(address)
    if AxesProxyHandler.is_locked(request, {"username": name}):
        raise LockedOut(_minutes_locked())
    _require_patience(name, address, now=now)
    account = authenticate(request=request, username=name, password=password[: passwords.LONGEST + 1])
    if not isinstance(account, Account):
        if getattr(request, "axes_locked_out", False):
            _note_lock(name, actor=actor, now=now)
            raise LockedOut(_minutes_locked())
        raise WrongSignIn
    AccessAttempt.objects.filter(username=name, ip_address=address or None).delete()
    return account


def _as_request(address: str) -> HttpRequest:
    """Return all that django-axes may know of the caller."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = address or None
    return request


def _minutes_locked() -> int:
    pause: timedelta = get_cool_off() or timedelta(0)
    return -(-pause // timedelta(minutes=1))


def _require_patience(name: str, address: str, *, now: datetime) -> None:
    """Slow an address that keeps failing, but not somebody who has signed in from there before."""
    counted = AccessAttempt.objects.filter(
        ip_address=address or None, attempt_time__gt=now - (get_cool_off() or timedelta(0))
    ).aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (counted["failures"] or 0) < patience.FREE_FROM_ONE_ADDRESS:
        return
    if AccessLog.objects.filter(username=name, ip_address=address or None).exists():
        return
    patience.require_patience(
        counted["failures"], counted["last"], free=patience.FREE_FROM_ONE_ADDRESS, now=now
    )


@transaction.atomic
def _note_lock(name: str, *, actor: Actor, now: datetime) -> None:
    account = Account.objects.filter(username=name).first()
    if account is not None:
        record("account.locked_out", subject=account.pk, actor=actor, at=now)
