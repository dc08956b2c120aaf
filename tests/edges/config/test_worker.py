"""Jobs: timers run, one turn at a time; the job of a worker that was killed is done by another."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import DjangoApp

from mulin.config import worker
from mulin.config.embedded import Home, Use
from tests.house.tree import ROOT
from tests.make.city import outside, run_mulin


def fresh() -> DjangoApp:
    """Return an app of its own, so that nothing stays registered."""
    return DjangoApp(connector=app.connector)


def test_every_timer_is_registered_once_under_its_name() -> None:
    made = fresh()
    worker.register(made, worker.TIMERS)
    names = {name for name, _id in made.periodic_registry.periodic_tasks}
    assert names == {"ledger.anchor", "ledger.forget_receipts", "worker.rescue", "worker.forget"} | {
        timer.name for timer in worker.TIMERS
    }


def test_a_timer_waits_for_its_own_turn() -> None:
    """After an outage one sweep catches up, not one for every minute missed."""
    made = fresh()
    worker.register(made, worker.TIMERS)
    for timer in worker.TIMERS:
        assert made.tasks[timer.name].queueing_lock == timer.name
        assert made.tasks[timer.name].lock == timer.name


def test_the_timer_is_told_the_time() -> None:
    seen: list[object] = []
    made = fresh()
    worker.register(made, (worker.Timer("x", "* * * * *", seen.append),))
    made.tasks["x"].func(timestamp=0)
    assert len(seen) == 1
    assert getattr(seen[0], "tzinfo", None) is not None


SLEEPER = """
import os, sys, time
import django; django.setup()
from mulin.config import worker
worker.HEARTBEAT, worker.SILENT = 0.5, 2.0
def sleepy(now):
    with open(sys.argv[1], "a") as log:
        log.write(f"{os.getpid()}\\n")
    time.sleep(float(sys.argv[2]))
    with open(sys.argv[1], "a") as log:
        log.write("done\\n")
worker.work((worker.Timer("sleepy", "* * * * * */2", sleepy),))
"""


@pytest.fixture
def city() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mulin-room-", ignore_cleanup_errors=True) as folder:
        var = Path(folder)
        done = run_mulin("migrate", var=var)
        assert done.returncode == 0, done.stderr
        with Use(Home(var / "pg")):
            yield var


def wait_for(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()


@pytest.mark.slow
def test_the_job_of_a_killed_worker_is_done_by_another(city: Path) -> None:
    log = city / "log.txt"
    log.touch()
    environment = {**outside(city), "DJANGO_SETTINGS_MODULE": "mulin.config.settings"}

    def start(seconds: float) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", SLEEPER, str(log), str(seconds)]
        return subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)

    first = start(600)
    assert wait_for(lambda: str(first.pid) in log.read_text(), 40), "the first worker began the job"
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    killed_at = time.monotonic()
    second = start(0.1)
    try:
        assert wait_for(lambda: "done" in log.read_text(), 60), "another worker did it"
        assert time.monotonic() - killed_at < 60
        with psycopg.connect(Home(city / "pg").url()) as connection:
            states = connection.execute("select status::text from procrastinate_jobs order by id").fetchall()
        assert ("doing",) not in states[:1], "the dead worker's job is not left hanging"
    finally:
        second.terminate()
        second.wait(10)
