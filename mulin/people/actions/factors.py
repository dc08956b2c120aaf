"""Acts on the second factor: enrol a telephone, confirm it, check one-time and recovery codes, reset."""

import io
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes
from typing import Final
from urllib.parse import quote, urlencode

import segno
from django.db import transaction

from mulin.gateways.keys import master_key
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotAllowed, NotFound, NotPossible
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.models import Account, RecoveryCode, SecondFactor
from mulin.people.rules import codes, one_time, patience, vault
from mulin.people.rules.acts import Act

ISSUER: Final = "Mulin 睦邻"
SECRET_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs; shown once, on the page that asks for the first code."""

    uri: str = field(repr=False)
    secret: str = field(repr=False)  # for whoever cannot scan
    qr: str = field(repr=False)  # SVG without styles or scripts


@dataclass(frozen=True, slots=True)
class Verified:
    """The factor that vouches for the session, and how many recovery codes are left."""

    factor: SecondFactor
    codes_left: int


class WrongCode(NotAllowed):
    """The code is wrong, too old, or was used before."""

    def __init__(self) -> None:
        super().__init__("验证码不对或已经用过")


@transaction.atomic
def begin_second_factor(*, account_id: int, actor: Actor, now: datetime) -> Enrolment:
    """Make a secret for one's own telephone; it counts once the first code from it has been entered.

    :raises NotFound: there is no such account
    :raises NotAllowed: it is somebody else's
    :raises NotPossible: a telephone is enrolled already; it has to be reset first
    """
    account = _own_account(account_id, actor)
    if SecondFactor.objects.filter(user=account, confirmed=True).exists():
        raise NotPossible("已经绑定了验证器，更换请联系管理员重置")
    SecondFactor.objects.filter(user=account, confirmed=False).delete()
    secret = token_bytes(SECRET_BYTES)
    factor = SecondFactor.objects.create(
        user=account, name="TOTP", confirmed=False, sealed=b"", wrapped_key=b""
    )
    _seal(factor, secret)
    record("account.factor_begun", subject=account.pk, actor=actor, at=now)
    return _enrolment(account, secret)


def confirm_second_factor(*, account_id: int, code: str, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Confirm one's telephone by its first code and return the recovery codes, which are shown once.

    :raises NotFound: there is no such account
    :raises NotAllowed: it is somebody else's
    :raises NotPossible: nothing was begun
    :raises WrongCode: the code is wrong
    :raises TooSoon: too many wrong codes
    """
    with transaction.atomic():
        account = _own_account(account_id, actor)
        factor = SecondFactor.objects.select_for_update().filter(user=account, confirmed=False).first()
        if factor is None:
            raise NotPossible("请先扫描二维码")
        fresh = _renewed_codes(account, factor, actor=actor, now=now) if _takes(factor, code, now=now) else ()
    if not fresh:
        raise WrongCode
    return fresh


def verify_second_factor(*, account_id: int, code: str, actor: Actor, now: datetime) -> Verified:
    """Check a one-time code, or a recovery code, of somebody whose password was right.

    :raises NotFound: there is no such account, or it has no second factor
    :raises WrongCode: the code is wrong, too old, or was used before
    :raises TooSoon: too many wrong codes
    """
    with transaction.atomic():
        factor = (
            SecondFactor.objects.select_for_update(of=("self",))
            .filter(user=account_id, user__is_active=True, confirmed=True)
            .first()
        )
        if factor is None:
            raise NotFound("没有绑定验证器")
        is_right = _takes(factor, code, now=now) or _spends(factor, code, actor=actor, now=now)
        left = RecoveryCode.objects.filter(account=account_id, used_at__isnull=True).count()
    if not is_right:
        raise WrongCode
    return Verified(factor=factor, codes_left=left)


@transaction.atomic
def reset_second_factor(*, account_id: int, actor: Actor, now: datetime) -> Account:
    """Take the second factor off an account whose owner lost the telephone and the codes; all sessions end.

    :raises NotFound: there is no such account, or it has no second factor
    :raises NotAllowed: the actor may not do that, or it is the actor's own
    """
    account = _account_to_change(account_id)
    as_unit = policy.require_everywhere(actor, Act.RESET_SECOND_FACTOR)
    if actor.account_id == account.pk:
        raise NotAllowed("自己的验证器要由另一位管理员重置")
    gone, _ = SecondFactor.objects.filter(user=account).delete()
    if not gone:
        raise NotFound("没有绑定验证器")
    RecoveryCode.objects.filter(account=account).delete()
    account.session_epoch += 1
    account.save(update_fields=["session_epoch"])
    record("account.factor_reset", subject=account.pk, actor=actor, at=now, as_unit=as_unit)
    return account


@transaction.atomic
def rewrap_factors(*, most: int = 1_000, actor: Actor, now: datetime) -> int:
    """Put up to ``most`` second factors under the master key now in use; return how many, 0 = all done.

    :raises NotAllowed: the actor is neither the system nor permitted to
    :raises vault.BrokenSeal: a row does not open under the key it names
    """
    policy.require_everywhere(actor, Act.REWRAP_CONTACTS)
    fresh = master_key()
    factors = list(
        SecondFactor.objects.select_for_update(skip_locked=True).exclude(master_key=fresh.id)[:most]
    )
    for factor in factors:
        old = master_key(factor.master_key)
        factor.wrapped_key = vault.rewrap(
            bytes(factor.wrapped_key),
            old=old.bytes,
            old_id=old.id,
            new=fresh.bytes,
            new_id=fresh.id,
            place=_place(factor),
        )
        factor.master_key = fresh.id
    SecondFactor.objects.bulk_update(factors, ["wrapped_key", "master_key"])
    if factors:
        record("factors.rewrapped", subject=fresh.id, actor=actor, at=now, rows=len(factors))
    return len(factors)


def _own_account(account_id: int, actor: Actor) -> Account:
    account = _account_to_change(account_id)
    if not actor.is_staff or actor.account_id != account.pk:
        raise NotAllowed("只能绑定自己的验证器")
    return account


def _account_to_change(account_id: int) -> Account:
    try:
        return Account.objects.select_for_update().get(pk=account_id)
    except Account.DoesNotExist:
        raise NotFound("没有这个账号") from None


def _place(factor: SecondFactor) -> vault.Place:
    return vault.Place(table="people_secondfactor", row=str(factor.pk), field="sealed")


def _seal(factor: SecondFactor, secret: bytes) -> None:
    master = master_key()
    envelope = vault.enclose(secret, master=master.bytes, master_id=master.id, place=_place(factor))
    factor.sealed = envelope.sealed
    factor.wrapped_key = envelope.wrapped_key
    factor.master_key = master.id
    factor.save(update_fields=["sealed", "wrapped_key", "master_key"])


def _secret(factor: SecondFactor) -> bytes:
    master = master_key(factor.master_key)
    envelope = vault.Envelope(bytes(factor.sealed), bytes(factor.wrapped_key))
    return vault.disclose(envelope, master=master.bytes, master_id=master.id, place=_place(factor))


def _takes(factor: SecondFactor, code: str, *, now: datetime) -> bool:
    """Return whether the code is the factor's and fresh; wrong ones are counted."""
    patience.require_patience(factor.failures, factor.failed_at, free=patience.FREE_CODES, now=now)
    step = one_time.matching_step(_secret(factor), code, after=factor.last_step, now=now)
    if step is None:
        factor.failures, factor.failed_at = factor.failures + 1, now
    else:
        factor.last_step, factor.failures, factor.failed_at = step, 0, None
    factor.save(update_fields=["last_step", "failures", "failed_at"])
    return step is not None


def _spends(factor: SecondFactor, code: str, *, actor: Actor, now: datetime) -> bool:
    """Return whether the code is an unused recovery code of the account, and use it up."""
    spent = RecoveryCode.objects.filter(
        account_id=factor.user_id, digest=codes.recovery_digest(code), used_at__isnull=True
    ).update(used_at=now)
    if not spent:
        return False
    factor.failures, factor.failed_at = 0, None
    factor.save(update_fields=["failures", "failed_at"])
    record("account.recovery_code_used", subject=factor.user_id, actor=actor, at=now)
    return True


def _renewed_codes(account: Account, factor: SecondFactor, *, actor: Actor, now: datetime) -> tuple[str, ...]:
    factor.confirmed = True
    factor.save(update_fields=["confirmed"])
    fresh = tuple(codes.new_recovery_code() for _ in range(codes.RECOVERY_CODES))
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account=account, digest=codes.recovery_digest(code)) for code in fresh]
    )
    record("account.factor_confirmed", subject=account.pk, actor=actor, at=now)
    return fresh


def _enrolment(account: Account, secret: bytes) -> Enrolment:
    shown = b32encode(secret).decode()
    label = quote(f"{ISSUER}:{account.username}")
    asked = urlencode(
        {
            "secret": shown,
            "issuer": ISSUER,
            "algorithm": "SHA1",
            "digits": one_time.DIGITS,
            "period": one_time.STEP_SECONDS,
        },
        quote_via=quote,
    )
    uri = f"otpauth://totp/{label}?{asked}"
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, border=2, omitsize=True
    )
    return Enrolment(uri=uri, secret=shown, qr=out.getvalue().decode())
