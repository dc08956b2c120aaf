"""`mulin serve` from the outside: what dies comes back, what was promised stays, nothing outlives it."""

import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.house.tree import ROOT
from tests.make.city import command, outside, run_mulin
from tests.make.served import Client, Served, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room_of_all() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mulin-room-", ignore_cleanup_errors=True) as folder:
        adopted = run_mulin("pack", "adopt", str(ROOT / "packs" / "demo"), var=Path(folder))
        assert adopted.returncode == 0, adopted.stderr
        yield Path(folder)


@pytest.fixture
def served(room_of_all: Path) -> Iterator[Served]:
    """A server that is up; afterwards not one of its processes may be left."""
    with Served(room_of_all) as running:
        running.wait_up()
        yield running
    assert until(lambda: not running.processes(), 10), running.processes()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_stops_soon_and_leaves_no_process(served: Served, how: signal.Signals) -> None:
    assert len(served.children("web")) == 1
    assert len(served.children("worker")) == 1
    assert len(served.web_workers()) == 2
    began = time.monotonic()
    served.process.send_signal(how)
    served.process.wait(10)
    assert time.monotonic() - began < 5, served.said()
    assert served.process.returncode == 0
    assert not served.processes()


@pytest.mark.parametrize("after", [0.1, 0.5, 1.0, 2.0, 3.0, 4.0])
def test_asked_to_stop_while_it_starts_it_leaves_no_process(room_of_all: Path, after: float) -> None:
    with Served(room_of_all) as starting:
        time.sleep(after)
        began = time.monotonic()
        starting.process.terminate()
        starting.process.wait(15)
        assert time.monotonic() - began < 6
    assert until(lambda: not starting.processes(), 3), starting.processes()


def test_stopped_twice_it_ends_at_once(served: Served) -> None:
    os.kill(served.children("worker")[0], signal.SIGSTOP)  # a child that does not listen
    served.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    served.process.send_signal(signal.SIGINT)
    served.process.wait(5)
    assert time.monotonic() - began < 1


def test_killed_it_takes_everything_along(served: Served) -> None:
    served.process.kill()
    served.process.wait()
    assert until(lambda: not served.processes(), 10), served.processes()


def test_a_taken_port_is_refused_before_anything_starts(served: Served) -> None:
    words = command("serve", "--port", str(served.port))
    done = subprocess.run(
        words, env=outside(served.var), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"cannot serve at 127.0.0.1:{served.port}" in done.stderr
    assert "--port" in done.stderr
    assert served.up()


def victims(served: Served, name: str) -> list[int]:
    if name == "postmaster":
        return served.postmasters()
    if name == "web worker":
        return served.web_workers()
    if name == "keeper":
        return [pid for pid, words in served.processes().items() if "mulin.config.keeper" in words]
    return served.children(name)


def test_what_was_acknowledged_survives_every_kill(served: Served) -> None:
    """Clients report, a seeded hand kills one process after another; then promises meet tables."""
    stop = threading.Event()
    clients = [Client(served, stop) for _ in range(4)]
    for client in clients:
        client.start()
    chosen = random.Random(20261121)
    killed: dict[str, set[int]] = {}
    for name in ["web worker", "worker", "postmaster", "web", "keeper", "web worker", "postmaster"]:
        time.sleep(1.2)
        victim = chosen.choice(wait_for(served, name))
        os.kill(victim, signal.SIGKILL)
        killed.setdefault(name, set()).add(victim)
    for name, gone in killed.items():
        assert set(wait_for(served, name, besides=gone)), name
    served.wait_up()
    time.sleep(1)
    stop.set()
    for client in clients:
        client.join(15)
    assert not [wrong for client in clients for wrong in client.wrong]
    promised = {key: code for client in clients for key, code in client.acknowledged.items()}
    assert len(promised) > 50
    compare(served, promised)


def wait_for(served: Served, name: str, besides: Iterable[int] = ()) -> list[int]:
    found: list[int] = []

    def there() -> bool:
        found[:] = sorted(set(victims(served, name)) - set(besides))
        return bool(found)

    assert until(there), f"no {name} came back: {served.said()}"
    return found


def compare(served: Served, promised: dict[str, str]) -> None:
    """Hold what clients were promised against what the tables keep."""
    filed = "select count(*) from ledger_entry where kind in ('case.filed', 'case.joined')"
    with psycopg.connect(served.home.url()) as connection:
        kept = connection.execute("select text, tracking_code from cases_report").fetchall()
        entries = connection.execute(filed).fetchone()
    stored: dict[str, list[str]] = {}
    for text, code in kept:
        stored.setdefault(text.split()[-1], []).append(code)
    lost = [key for key, code in promised.items() if code not in stored.get(key, [])]
    assert not lost, "acknowledged, and gone"
    assert not [key for key, codes in stored.items() if len(codes) > 1], "one report, kept twice"
    assert entries == (len(kept),), "each with its entry in the ledger"
