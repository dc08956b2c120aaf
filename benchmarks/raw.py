"""The yardstick: five plain rows in one durable transaction by psycopg, nothing else, on the same server."""

import secrets
import threading
import time
from typing import Any

import psycopg

THREADS = 8
TABLES = ("bench_raw_case", "bench_raw_report", "bench_raw_part", "bench_raw_search", "bench_raw_entry")


def measure(dsn: str, *, seconds: float, threads: int = THREADS) -> dict[str, Any]:
    """Return how many five-row transactions a second ``threads`` connections commit."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute(
                f"CREATE TABLE {table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                " number text NOT NULL, said text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
            )
            connection.execute(f"CREATE INDEX ON {table} (number)")
    millis: list[list[float]] = [[] for _ in range(threads)]
    barrier = threading.Barrier(threads + 1)

    def work(mine: list[float]) -> None:
        with psycopg.connect(dsn) as connection:
            barrier.wait()
            until = time.perf_counter() + seconds
            while (began := time.perf_counter()) < until:
                number = secrets.token_hex(8)
                for table in TABLES:
                    connection.execute(
                        f"INSERT INTO {table} (number, said) VALUES (%s, %s)", (number, "路灯不亮" * 20)
                    )
                connection.commit()
                mine.append((time.perf_counter() - began) * 1000)

    workers = [threading.Thread(target=work, args=(mine,)) for mine in millis]
    for worker in workers:
        worker.start()
    barrier.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - began
    with psycopg.connect(dsn, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(f"DROP TABLE {table}")
    ordered = sorted(ms for mine in millis for ms in mine)
    return {
        "threads": threads,
        "seconds": round(took, 2),
        "transactions": len(ordered),
        "per_second": round(len(ordered) / took, 1),
        "p50": round(ordered[len(ordered) // 2], 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
    }
