"""Acts on API tokens: issue one, which is shown once, and revoke it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotFound, NotPossible
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.models import Account, Token
from mulin.people.rules import codes
from mulin.people.rules.acts import Act

NAME_MAX: Final = 60
LONGEST_LIFE: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token's row and the token itself, which is said once and kept nowhere."""

    row: Token
    token: str = field(repr=False)


@transaction.atomic
def issue_token(*, account_id: int, name: str, expires_at: datetime, actor: Actor, now: datetime) -> NewToken:
    """Issue a key for the API that may do what its account may do, until it expires.

    :raises NotFound: there is no such account
    :raises NotAllowed: it is somebody else's and the actor may not issue tokens
    :raises BadInput: it has no name, or would live too long or not at all
    :raises NotPossible: the account is closed
    """
    account = _account(account_id)
    as_unit = _require_own_or(actor, Act.ISSUE_TOKEN, account)
    called = " ".join(name.split())
    if not called or len(called) > NAME_MAX:
        raise BadInput("请写明这个令牌给谁用，最多 %(most)s 个字", where="name", most=NAME_MAX)
    if not now < expires_at <= now + LONGEST_LIFE:
        raise BadInput("有效期最长 %(days)s 天", where="expires_at", days=LONGEST_LIFE.days)
    if not account.is_active:
        raise NotPossible("账号已停用")
    token = codes.new_token()
    row = Token.objects.create(
        account=account,
        digest=codes.token_digest(token),
        name=called,
        created_at=now,
        expires_at=expires_at,
    )
    record(
        "token.issued",
        subject=row.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        account=account.pk,
        until=expires_at.isoformat(),
    )
    return NewToken(row=row, token=token)


@transaction.atomic
def revoke_token(*, token_id: int, actor: Actor, now: datetime) -> Token:
    """Revoke a token; the next request with it is nobody's.

    :raises NotFound: there is no such token for this actor
    :raises NotPossible: it is revoked already
    """
    row = Token.objects.select_for_update(of=("self",)).select_related("account").filter(pk=token_id).first()
    if row is None or not _may_revoke(actor, row.account):
        raise NotFound("没有这个令牌")
    as_unit = _require_own_or(actor, Act.REVOKE_TOKEN, row.account)
    if row.revoked_at is not None:
        raise NotPossible("令牌已经作废")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    record("token.revoked", subject=row.pk, actor=actor, at=now, as_unit=as_unit, account=row.account_id)
    return row


def _may_revoke(actor: Actor, account: Account) -> bool:
    return actor == SYSTEM or actor.account_id == account.pk or actor.may(Act.REVOKE_TOKEN)


def _require_own_or(actor: Actor, act: Act, account: Account) -> int | None:
    if actor.is_staff and actor.account_id == account.pk:
        return None
    return policy.require_everywhere(actor, act)


def _account(account_id: int) -> Account:
    try:
        return Account.objects.select_for_update().get(pk=account_id)
    except Account.DoesNotExist:
        raise NotFound("没有这个账号") from None
