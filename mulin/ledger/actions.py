"""What the ledger does: record what happened, answer a repeated request as before, seal roots."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Final, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.kernel.statements import Kept
from mulin.ledger.models import Receipt, Root
from mulin.ledger.rules.privacy import Json, refuse_personal

Asked = ParamSpec("Asked")
Given = TypeVar("Given")

RECEIPT_DAYS: Final = 100  # a phone may come back from the field after 90 days and send again

_INSERT: Final = Kept(
    "insert into ledger_entry (at, kind, subject_kind, subject, account_id, unit_id, facts)"
    " values (%s, %s, %s, %s, %s, %s, %s)"
)
_INSERT_ALL: Final = """
insert into ledger_entry (at, kind, subject_kind, subject, account_id, unit_id, facts)
select %s, %s, %s, row.subject, %s, row.unit_id, row.facts::jsonb
from unnest(%s::text[], %s::bigint[], %s::text[]) as row (subject, unit_id, facts)
"""
_ASKED: Final = Kept(
    "insert into ledger_receipt (scope, key, digest, body) values (%s, %s, %s, '')"
    " on conflict (scope, key) do nothing returning id"
)
_ANSWERED: Final = Kept("update ledger_receipt set body = %s where id = %s")


class _Whole(transaction.Atomic):
    """The transaction of an act."""


def whole(act: Callable[Asked, Given]) -> Callable[Asked, Given]:
    """Let ``act`` happen wholly or not at all, in its own transaction or in that of the act around it.

    Within another such act there is no savepoint: an act that fails there fails the one around it, and two
    round trips are saved. Who means to go on after a failure says ``with transaction.atomic()``.
    """

    @wraps(act)
    def done(*args: Asked.args, **kwargs: Asked.kwargs) -> Given:
        within = bool(connection.atomic_blocks) and isinstance(connection.atomic_blocks[-1], _Whole)
        with _Whole(connection.alias, savepoint=not within, durable=False):
            return act(*args, **kwargs)

    return done


class OutsideTransaction(RuntimeError):
    """Somebody recorded an act outside the act's own transaction: a mistake in the program."""


class KeyReused(BadInput):
    """The same idempotency key came with another request."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer, and whether it is the one given before."""

    body: bytes
    replayed: bool


def record(
    kind: str,
    *,
    subject: UUID | int | str,
    actor: Actor,
    at: datetime,
    as_unit: int | None = None,
    **facts: Json,
) -> None:
    """Append one entry to the ledger, in the transaction of the act it tells of.

    :raises OutsideTransaction: no transaction is open, so act and entry could part
    :raises PersonalData: the facts hold something about a person, or free words
    """
    if connection.get_autocommit():
        raise OutsideTransaction(f"{kind} was recorded outside a transaction")
    refuse_personal(facts)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            (
                at,
                kind,
                kind.partition(".")[0],
                str(subject),
                actor.account_id,
                as_unit,
                json.dumps(facts, ensure_ascii=False, allow_nan=False),
            ),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What one of many entries of a kind tells: of whom, in whose name, which facts."""

    subject: UUID | int | str
    facts: Mapping[str, Json]
    as_unit: int | None = None


def record_all(kind: str, *, lines: Sequence[Line], actor: Actor, at: datetime) -> None:
    """Append many entries of one kind by one statement, in the transaction of the act they tell of.

    Keep to some hundreds: the longer a transaction moves its chain's head, the dearer each move becomes.

    :raises OutsideTransaction: no transaction is open, so act and entries could part
    :raises PersonalData: the facts hold something about a person, or free words
    """
    if connection.get_autocommit():
        raise OutsideTransaction(f"{kind} was recorded outside a transaction")
    if not lines:
        return
    for line in lines:
        refuse_personal(line.facts)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_ALL,
            (
                at,
                kind,
                kind.partition(".")[0],
                actor.account_id,
                [str(line.subject) for line in lines],
                [line.as_unit for line in lines],
                [json.dumps(dict(line.facts), ensure_ascii=False, allow_nan=False) for line in lines],
            ),
        )


@whole
def once(*, scope: str, key: str, digest: str, act: Callable[[], bytes]) -> Acknowledged:
    """Do ``act`` and keep its answer; give the kept answer when the same request comes again.

    A request that arrives while its twin is still running waits for it. An act that fails leaves no receipt.

    :raises KeyReused: the key came before with another digest
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, (scope, key, digest))
        fresh = cursor.fetchone()
    if fresh is None:
        receipt = Receipt.objects.get(scope=scope, key=key)
        if receipt.digest != digest:
            raise KeyReused("这个幂等键已经用于另一个请求", where="Idempotency-Key")
        return Acknowledged(bytes(receipt.body), replayed=True)
    body = act()
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, (body, fresh[0]))
    return Acknowledged(body, replayed=False)


@transaction.atomic
def seal_root(*, actor: Actor, now: datetime) -> int | None:
    """Seal all sixteen heads under one new root; return its number, None when nothing happened meanwhile.

    The actor is the system: a root is no act of a person and is not recorded as one.
    """
    with connection.cursor() as cursor:
        cursor.execute("lock table ledger_root in share row exclusive mode")
        cursor.execute(
            "select (select jsonb_agg(jsonb_build_array(chain, height, entry, encode(hash, 'hex')) "
            "order by chain) from ledger_chain where height > 0) is not distinct from "
            "(select heads from ledger_root order by number desc limit 1)"
        )
        if cursor.fetchone() == (True,):
            return None
        cursor.execute("insert into ledger_root (at) values (%s)", (now,))
    return Root.objects.order_by("-number").values_list("number", flat=True)[0]


@transaction.atomic
def settle(*, actor: Actor, now: datetime) -> int:
    """Make transaction numbers rise again after the database moved to another server; return by how much.

    A new server counts its transactions from the start, so a restored ledger would hold numbers from the
    future and readers by cursor would miss what is written next. On the old server this changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("lock table ledger_entry in share row exclusive mode")
        cursor.execute(
            "select coalesce((select max(tx) from ledger_entry), 0) "
            "- coalesce((select max(base) from ledger_chain), 0) - pg_current_xact_id()::text::bigint"
        )
        (ahead,) = cursor.fetchone()
        if ahead < 0:
            return 0
        cursor.execute("update ledger_chain set base = base + %s", (ahead + 1,))
    record("ledger.settled", subject="chains", actor=actor, at=now, by=int(ahead + 1))
    return int(ahead + 1)


def forget_receipts(*, actor: Actor, now: datetime) -> int:
    """Forget the answers that nobody will ask for again, batch by batch; return how many."""
    gone = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "delete from ledger_receipt where id in "
                "(select id from ledger_receipt where at < %s limit 5000)",
                (now - timedelta(days=RECEIPT_DAYS),),
            )
            if cursor.rowcount == 0:
                return gone
            gone += cursor.rowcount
