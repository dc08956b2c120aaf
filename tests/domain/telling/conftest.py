"""What tests of telling run under: a reader passes no writer, not even one in another database."""

from datetime import datetime

import pytest
from django.db import connection

from mulin.telling import jobs
from tests.make import ledger


@pytest.fixture(autouse=True)
def _nobody_writes_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a reader wait for writers that run beside this test on the same server, autovacuum's included."""
    follow = jobs.follow

    def follow_when_alone(*, now: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute("select pg_current_xact_id()::text::bigint")
            (mine,) = cursor.fetchone()

            def alone() -> bool:
                cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [mine])
                return bool(cursor.fetchone()[0])

            ledger.until(alone, seconds=90)
        return follow(now=now)

    monkeypatch.setattr(jobs, "follow", follow_when_alone)
