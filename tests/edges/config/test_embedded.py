"""The embedded database is there while somebody uses it, comes back when it dies, and is gone afterwards."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from mulin.config import embedded
from mulin.config.embedded import EmbeddedError, Home, Use, answers, binaries, ensure_database, keeper_runs
from mulin.config.processes import servers_in

pytestmark = pytest.mark.slow

SMALL = {"shared_buffers": "16MB", "max_connections": "20"}
ROOT = Path(embedded.__file__).parents[2]


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return true()


def processes(home: Home) -> list[int]:
    """Return the keeper and the server processes of ``home``."""
    keepers = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and {"mulin.config.keeper", str(home.folder)} <= set(_command(entry))
    ]
    return keepers + list(servers_in(home.data))


def keeper_of(home: Home) -> int:
    return next(pid for pid in processes(home) if "mulin.config.keeper" in _command(Path(f"/proc/{pid}")))


def postmaster_of(home: Home) -> int:
    try:
        return int((home.data / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError):
        return 0  # in the moment between two servers


def _command(entry: Path) -> list[str]:
    try:
        return (entry / "cmdline").read_bytes().decode().rstrip("\0").split("\0")
    except OSError:
        return []


@pytest.fixture(scope="module")
def made(wide_room: Path) -> Home:
    """A data directory made once; each test starts servers on it and leaves none."""
    home = Home(wide_room / "pg")
    with Use(home, SMALL):
        ensure_database(home)
        with psycopg.connect(home.url()) as connection:
            connection.execute("create table kept (n int)")
    return home


@pytest.fixture
def home(made: Home) -> Iterator[Home]:
    yield made
    assert until(lambda: not processes(made)), "a process was left behind"


def test_it_is_a_real_server_with_durable_settings_and_no_open_port(home: Home) -> None:
    with Use(home, SMALL), psycopg.connect(home.url()) as connection:
        shown = {
            name: connection.execute(f"show {name}").fetchone()[0]  # type: ignore[index]
            for name in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "server_encoding",
                "listen_addresses",
                "jit",
            )
        }
    assert shown == {
        "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
        "server_encoding": "UTF8", "listen_addresses": "", "jit": "off",
    }  # fmt: skip


def test_nobody_else_can_reach_it(home: Home) -> None:
    with Use(home, SMALL):
        assert home.sockets.stat().st_mode & 0o077 == 0
        assert (home.sockets / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
        assert home.data.stat().st_mode & 0o077 == 0


def test_it_is_gone_when_the_last_user_leaves_and_not_before(home: Home) -> None:
    with Use(home, SMALL):
        began = time.monotonic()
        with Use(home, SMALL):
            pass
        assert time.monotonic() - began < 2, "who is not the last does not wait"
        time.sleep(0.5)
        assert answers(home)
    assert until(lambda: not processes(home), 2)


def test_many_starts_at_once_make_one_server(home: Home) -> None:
    def use(_: int) -> int:
        with Use(home, SMALL):
            return postmaster_of(home)

    with Use(home, SMALL), ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(use, range(6)))) == 1


def test_first_start_of_many_processes_at_once(room: Path) -> None:
    """The data directory does not exist yet, and four processes want it in the same moment."""
    words = "import sys; from pathlib import Path; from mulin.config.embedded import *\n"
    words += "h = Home(Path(sys.argv[1]))\n"
    words += "with Use(h, {'shared_buffers': '16MB', 'max_connections': '20'}): ensure_database(h)"
    started = [subprocess.Popen([sys.executable, "-c", words, str(room / "pg")], cwd=ROOT) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    assert until(lambda: not processes(Home(room / "pg")))


def test_it_comes_back_when_the_server_is_killed_and_keeps_what_it_acknowledged(home: Home) -> None:
    with Use(home, SMALL):
        with psycopg.connect(home.url()) as connection:
            connection.execute("truncate kept")
            connection.execute("insert into kept values (1)")
        killed = postmaster_of(home)
        os.kill(killed, signal.SIGKILL)
        assert until(lambda: postmaster_of(home) != killed and answers(home))
        with psycopg.connect(home.url()) as connection:
            assert connection.execute("select n from kept").fetchall() == [(1,)]


def test_it_comes_back_while_backends_of_the_killed_server_still_work(home: Home) -> None:
    with Use(home, SMALL), closing(psycopg.connect(home.url())) as busy, ThreadPoolExecutor(1) as pool:

        def work() -> str:
            try:
                busy.execute("select count(*) from generate_series(1, 300000000)")
            except psycopg.OperationalError as error:
                return type(error).__name__
            return "done"

        working = pool.submit(work)
        time.sleep(0.5)
        killed = postmaster_of(home)
        os.kill(killed, signal.SIGKILL)
        assert until(lambda: postmaster_of(home) != killed and answers(home), 30)
        assert working.result(30) != "done"


def test_a_killed_keeper_takes_its_server_along_and_a_new_one_brings_it_back(home: Home) -> None:
    with Use(home, SMALL) as use:
        killed = postmaster_of(home)
        os.kill(keeper_of(home), signal.SIGKILL)
        assert until(lambda: killed not in servers_in(home.data))
        use.revive()
        assert answers(home)


def test_a_killed_user_leaves_nothing_behind(home: Home) -> None:
    words = "import sys, time; from pathlib import Path; from mulin.config.embedded import *\n"
    words += "with Use(Home(Path(sys.argv[1])), {'shared_buffers': '16MB', 'max_connections': '20'}):\n"
    words += "    print('up', flush=True); time.sleep(60)"
    user = subprocess.Popen([sys.executable, "-c", words, str(home.folder)], cwd=ROOT, stdout=subprocess.PIPE)
    assert user.stdout is not None
    assert user.stdout.readline() == b"up\n"
    assert processes(home)
    user.kill()
    user.wait()
    user.stdout.close()
    assert until(lambda: not processes(home))


@pytest.mark.parametrize("claims", ["1", "999999", "self"])
def test_a_stale_pid_file_is_no_obstacle(home: Home, claims: str) -> None:
    """After a power cut the file names a process id that somebody else may have now."""
    pid = str(os.getpid()) if claims == "self" else claims
    (home.data / "postmaster.pid").write_text(f"{pid}\n{home.data}\n1\n5432\n{home.sockets}\n\n\nready\n")
    with Use(home, SMALL):
        assert answers(home)


def test_data_of_another_version_are_refused_in_words(home: Home) -> None:
    version = home.data / "PG_VERSION"
    real = version.read_text()
    version.write_text("9\n")
    try:
        with (
            pytest.raises(EmbeddedError, match=r"holds data of PostgreSQL 9, but .* MULIN_PG_BIN"),
            Use(home, SMALL),
        ):
            pass
    finally:
        version.write_text(real)


def test_a_server_that_cannot_start_is_reported_with_its_own_words(home: Home) -> None:
    with (
        pytest.raises(EmbeddedError, match=r"(?s)dies right after its start.*max_connections"),
        Use(home, {"max_connections": "nine"}),
    ):
        pass


def test_a_keeper_that_breaks_is_reported_at_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by waiting until patience ends: a broken installation says what is broken."""
    monkeypatch.setattr(embedded.sys, "executable", "/bin/false")
    began = time.monotonic()
    with pytest.raises(EmbeddedError, match="keeper of the embedded database broke"), Use(home, SMALL):
        pass
    assert time.monotonic() - began < 10


def test_a_half_made_data_directory_is_made_again(room: Path) -> None:
    home = Home(room / "pg")
    (home.folder / "data.new" / "base").mkdir(parents=True)
    with Use(home, SMALL):
        assert answers(home)


def test_somebody_elses_folder_is_not_taken_for_data(room: Path) -> None:
    home = Home(room / "pg")
    home.data.mkdir(parents=True)
    (home.data / "letter.txt").write_text("Dear Sir")
    with pytest.raises(EmbeddedError, match="no PostgreSQL data directory"), Use(home, SMALL):
        pass
    assert (home.data / "letter.txt").read_text() == "Dear Sir"


def test_a_checkout_that_lies_deep_gets_a_socket_elsewhere(room: Path) -> None:
    deep = room.joinpath(*["a-very-long-folder-name-of-forty-characters"] * 3)
    home = Home(deep / "pg")
    assert not home.sockets.is_relative_to(deep)
    assert len(f"{home.sockets}/.s.PGSQL.5432") < 108
    with Use(home, SMALL):
        assert answers(home)
        assert home.sockets.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_a_closed_folder_above_is_opened_for_the_server_alone(room: Path) -> None:
    closed = room / "closed"
    closed.mkdir(mode=0o700)
    home = Home(closed / "pg")
    with Use(home, SMALL):
        assert answers(home)
    assert closed.stat().st_mode & 0o007 == 0, "the others still may not enter"


def test_the_keeper_lock_tells_whether_a_keeper_runs(room: Path) -> None:
    home = Home(room)
    assert not keeper_runs(home)
    with home.lock("keeper") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert keeper_runs(home)
    assert not keeper_runs(home)


def test_programs_named_but_missing_are_refused_in_words(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULIN_PG_BIN", str(room))
    with pytest.raises(EmbeddedError, match="MULIN_PG_BIN must name a folder"):
        binaries()


def test_without_the_package_the_systems_programs_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MULIN_PG_BIN", raising=False)
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _name: None)
    try:
        found = binaries()
    except EmbeddedError as error:
        assert "install" in str(error)  # noqa: PT017 - a machine without Debian's server says how to get one
    else:
        assert found.is_relative_to("/usr/lib/postgresql")
