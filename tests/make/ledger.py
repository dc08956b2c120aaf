"""Entries for tests, and the one exception tests need: emptying the tables between them."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from mulin.kernel.actor import SYSTEM, Actor
from mulin.ledger import actions
from mulin.ledger.rules.privacy import Json

NOON: Final = datetime(2026, 5, 12, 4, 0, 0, 123456, tzinfo=UTC)
CLERK: Final = Actor(account_id=7, name="clerk")


def entry(number: int = 1, *, kind: str = "case.noted", as_unit: int | None = 3, **facts: Json) -> UUID:
    """Record one entry in a transaction of its own; return its subject."""
    subject = UUID(int=number)
    with transaction.atomic():
        actions.record(
            kind, subject=subject, actor=CLERK, at=NOON + timedelta(seconds=number), as_unit=as_unit, **facts
        )
    return subject


def entries(count: int) -> None:
    """Record ``count`` entries, each in a transaction of its own, so that they spread over the chains."""
    for number in range(1, count + 1):
        entry(number, step=number)


def root() -> int:
    """Seal a root that must be new; return its number."""
    number = actions.seal_root(actor=SYSTEM, now=NOON)
    assert number is not None
    return number


def let_tests_empty_the_ledger() -> None:
    """Lift the refusal of TRUNCATE in the test database: Django empties tables between some tests."""
    with connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_root", "ledger_chain"):
            cursor.execute(f"alter table {table} disable trigger ledger_no_truncate")


def until(said: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until ``said`` is true: other tests' open transactions on the same server hold readers back."""
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def together(*acts: Callable[[], object]) -> list[object]:
    """Do all acts at once, each in a thread with a connection of its own; return results or errors."""
    results: list[object] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            results[index] = acts[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "it hangs"
    return results
