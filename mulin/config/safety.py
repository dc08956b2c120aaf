"""Refuses to start on settings that would make an acknowledgement a lie or a secret public."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

OLDEST: Final = 150_000  # PostgreSQL 15
_SHORTEST_SECRET: Final = 40


class Unsafe(Exception):
    """What is wrong, and how to mend it, one line each."""


def refuse_unsafe(connection: BaseDatabaseWrapper) -> None:
    """Refuse a server or settings on which "saved" would not mean saved.

    :raises Unsafe: with every reason at once
    """
    reasons = [*_of_server(connection), *_of_settings()]
    if reasons:
        raise Unsafe("Mulin does not start:\n" + "\n".join(f"  - {reason}" for reason in reasons))


def _of_server(connection: BaseDatabaseWrapper) -> Iterator[str]:
    names = (
        "fsync",
        "full_page_writes",
        "synchronous_commit",
        "server_encoding",
        "server_version_num",
        "server_version",
    )
    with connection.cursor() as cursor:
        cursor.execute("select name, setting from pg_settings where name = any(%s)", [list(names)])
        found = dict(cursor.fetchall())
    for name in ("fsync", "full_page_writes"):
        if found[name] != "on":
            yield (
                f"the database server runs with {name} = {found[name]}: a power cut would lose or destroy "
                f"what was acknowledged. Set {name} = on in postgresql.conf and restart it."
            )
    if found["synchronous_commit"] not in {"on", "remote_apply"}:
        yield (
            "the database answers before it has written: synchronous_commit = "
            f"{found['synchronous_commit']}. Set it to on, in postgresql.conf and for this role and database "
            "(ALTER ROLE … RESET synchronous_commit, ALTER DATABASE … RESET synchronous_commit)."
        )
    if int(found["server_version_num"]) < OLDEST:
        yield f"the database server is PostgreSQL {found['server_version']}; version 15 or later is needed."
    if found["server_encoding"] != "UTF8":
        yield (
            f"the database stores text as {found['server_encoding']}, which cannot hold every name. "
            "Create it again with ENCODING 'UTF8'."
        )


def _of_settings() -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG is on: error pages would show secrets. Mulin never needs it; take it out."
    if len(settings.SECRET_KEY) < _SHORTEST_SECRET or len(set(settings.SECRET_KEY)) < 10:
        yield (
            f"MULIN_SECRET_KEY is shorter than {_SHORTEST_SECRET} characters or too plain: sessions "
            "could be forged. Unset it to have one made under var/keys, or set a long random one."
        )
