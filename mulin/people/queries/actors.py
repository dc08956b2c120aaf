"""Who is asking: one statement from an account or a token to an actor with the grants of the day."""

import threading
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from mulin.kernel.actor import Actor, Grant, Relation
from mulin.kernel.errors import NotFound
from mulin.kernel.statements import Kept
from mulin.people.models import PostRole
from mulin.people.queries.days import day_of
from mulin.people.rules.codes import token_digest

Permits = dict[tuple[str, bool], frozenset[tuple[str, Relation]]]  # by post code and whether it is full-time

# Every request of a member of staff runs one of these, so it is one round trip to a function whose plan the
# server keeps; permits come from a cache that the edition's number, told by the same function, keeps honest.
_BY_ACCOUNT: Final = Kept("SELECT * FROM people_actor(%s, %s)")
_BY_KEY: Final = Kept("SELECT * FROM people_actor_of_token(%s, %s, %s)")

_known: tuple[int, Permits] = (-1, {})
_reading = threading.Lock()


def actor_of(account_id: int, *, now: datetime) -> Actor:
    """Return the account's actor with what its posts of the day permit.

    :raises NotFound: there is no such account, or it was disabled
    """
    actor = _actor(_BY_ACCOUNT, [account_id, day_of(now)])
    if actor is None:
        raise NotFound("没有这个账号")
    return actor


def actor_of_token(token: str, *, now: datetime) -> Actor | None:
    """Return the actor behind a token; nothing if it is unknown, expired, revoked or its account disabled."""
    return _actor(_BY_KEY, [token_digest(token), now, day_of(now)])


def _actor(statement: str, asked: list[int | bytes | date | datetime]) -> Actor | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        rows = cursor.fetchall()
    if not rows:
        return None
    permits = _permits(rows[0][2])
    return Actor(account_id=rows[0][0], name=rows[0][1], grants=_grants(rows, permits))


def _grants(rows: Sequence[tuple[Any, ...]], permits: Permits) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            unit_id=unit_id,
            unit_path=path,
            unit_name=name,
            post=post,
            permits=permits.get((post, full_time), frozenset()),
        )
        for *_, unit_id, path, name, post, full_time in rows
        if unit_id is not None
    )


def _permits(number: int) -> Permits:
    """Return what each post permits; read again as soon as the edition has moved."""
    global _known
    known, permits = _known
    if known == number:
        return permits
    with _reading:
        if _known[0] != number:
            _known = (number, _read_permits())
        return _known[1]


def _read_permits() -> Permits:
    gathered: dict[tuple[str, bool], set[tuple[str, Relation]]] = {}
    rows = PostRole.objects.filter(role__permits__isnull=False).values_list(
        "post__code", "only", "role__permits__act", "role__permits__relation"
    )
    for post, only, act, relation in rows:
        for full_time in (True, False):
            if not only or (only == "full") == full_time:
                gathered.setdefault((post, full_time), set()).add((act, Relation(relation)))
    return {key: frozenset(permits) for key, permits in gathered.items()}
