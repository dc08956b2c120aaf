"""The process that keeps one embedded PostgreSQL alive while it is used: ``python -m … FOLDER``."""

import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Final

from mulin.config.account import NoAccount, open_way, server_account
from mulin.config.embedded import EmbeddedError, Home, binaries
from mulin.config.processes import die_with_parent, send, servers_in

_LARGEST_LOG: Final = 20_000_000
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",  # our statements are short: compiling them costs more than it saves
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "idle_in_transaction_session_timeout": "5min",  # a forgotten transaction holds back ledger readers
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_parameter_max_length_on_error": "0",  # what a resident wrote does not belong in a log
    # An acknowledgement is a promise: these three are never traded for speed.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


class Keeper:
    """Starts, watches and stops one server."""

    def __init__(self, home: Home, options: Mapping[str, str]) -> None:
        self.home = home
        self.options = {"shared_buffers": _shared_buffers(), **_SETTINGS, **options}
        self.account: pwd.struct_passwd | None = server_account()
        self.programs = binaries()
        self.server: subprocess.Popen[bytes] | None = None
        self.told_to_stop = False

    def prepare(self) -> None:
        """Make the folders and, once, the data directory.

        :raises EmbeddedError: the data belong to another version, or initdb failed
        """
        self.home.folder.chmod(0o700)
        if self.account is not None:
            open_way(self.home.data, self.account)
            open_way(self.programs / "postgres", self.account)
        self._make_sockets()
        if not (self.home.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        if self.home.log.exists() and self.home.log.stat().st_size > _LARGEST_LOG:
            self.home.log.replace(self.home.log.with_suffix(".log.1"))

    def _make_sockets(self) -> None:
        folder = self.home.sockets
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account is not None:
            if folder.stat().st_uid == 0:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
            if folder.parent != self.home.folder:
                open_way(folder, self.account)
        facts = folder.lstat()
        owner = self.account.pw_uid if self.account else os.geteuid()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != owner:
            raise EmbeddedError(
                f"{folder} belongs to somebody else; remove it or set MULIN_VAR to a shorter path"
            )
        folder.chmod(0o700)

    def _initialise(self) -> None:
        """Make the data directory beside its place and move it there whole: a kill leaves no half of one."""
        fresh = self.home.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        if self.home.data.exists() and any(self.home.data.iterdir()):
            raise EmbeddedError(f"{self.home.data} is no PostgreSQL data directory; move it away")
        fresh.mkdir(mode=0o700)
        if self.account is not None:
            os.chown(fresh, self.account.pw_uid, self.account.pw_gid)
        command = [
            str(self.programs / "initdb"),
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        command += [
            "--auth-local=trust",
            "--auth-host=reject",
            "--data-checksums",
            "--no-instructions",
            "-D",
            str(fresh),
        ]
        done = self._run(command)
        if done.returncode != 0:
            raise EmbeddedError(f"initdb failed:\n{done.stderr.strip()}")
        if self.home.data.exists():
            self.home.data.rmdir()
        fresh.rename(self.home.data)

    def _check_version(self) -> None:
        data = (self.home.data / "PG_VERSION").read_text().strip()
        said = self._run([str(self.programs / "postgres"), "--version"]).stdout
        programs = said.split()[2].split(".")[0] if len(said.split()) > 2 else "?"
        if data != programs:
            raise EmbeddedError(
                f"{self.home.data} holds data of PostgreSQL {data}, but the programs in {self.programs} are "
                f"version {programs}. Either set MULIN_PG_BIN to the bin folder of PostgreSQL {data}, or "
                f"dump with it (pg_dump), move {self.home.data} away, start again and restore."
            )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
        )

    def start(self) -> None:
        """Start the server, after whatever an earlier one left behind is gone."""
        self._clear()
        command = [str(self.programs / "postgres"), "-D", str(self.home.data), "-k", str(self.home.sockets)]
        for name, value in self.options.items():
            command += ["-c", f"{name}={value}"]
        parent = os.getpid()
        with self.home.log.open("ab") as log:
            self.server = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
                # SIGINT is PostgreSQL's fast shutdown: a killed keeper leaves no server behind.
                preexec_fn=lambda: die_with_parent(parent, signal.SIGINT),
            )

    def _clear(self) -> None:
        """End a server or backends of an earlier keeper, and remove a stale ``postmaster.pid``."""
        pid_file = self.home.data / "postmaster.pid"
        data = self.home.data.resolve()
        for patience, how in ((10.0, signal.SIGINT), (3.0, signal.SIGQUIT), (10.0, signal.SIGKILL)):
            until = time.monotonic() + patience
            left = list(servers_in(data))
            for pid in left:
                send(pid, how)
            while left and time.monotonic() < until:
                time.sleep(0.05)
                left = list(servers_in(data))
            if not left:
                break
        pid_file.unlink(
            missing_ok=True
        )  # nobody sits in the data directory: whoever it names is no server of ours

    def stop(self) -> None:
        """Stop the server: clients are cut, everything is written, the next start needs no recovery."""
        if self.server is None or self.server.poll() is not None:
            return
        for how, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            self.server.send_signal(how)
            try:
                self.server.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            return

    def watch(self, users: IO[bytes]) -> None:
        """Keep the server up until no user is left or somebody tells us to stop.

        :raises EmbeddedError: it dies again and again right after its start
        """
        quick_deaths = 0
        while not self.told_to_stop:
            self.start()
            started = time.monotonic()
            while self.server is not None and self.server.poll() is None:
                if self.told_to_stop or _take(users):
                    return
                time.sleep(0.1)
            quick_deaths = quick_deaths + 1 if time.monotonic() - started < 2 else 0
            if quick_deaths > 4:
                tail = self.home.log.read_text(errors="replace")[-1500:]
                raise EmbeddedError(f"PostgreSQL dies right after its start; {self.home.log} ends:\n{tail}")
            time.sleep(min(0.05 * 2**quick_deaths, 3))


def _take(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _shared_buffers() -> str:
    """Return an eighth of the memory, between 256 MB and 1 GB."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
    return f"{min(max(megabytes // 8, 256), 1024)}MB"


def keep(folder: Path, options: Mapping[str, str]) -> int:
    """Look after the database in ``folder``; return at once if another keeper does."""
    home = Home(folder)
    os.chdir("/")
    with home.lock("users") as users, home.lock("keeper") as own:
        if not _take(own):
            return 0
        try:
            keeper = Keeper(home, options)

            def told(_signal: int, _frame: FrameType | None) -> None:
                keeper.told_to_stop = True

            signal.signal(signal.SIGTERM, told)
            signal.signal(signal.SIGINT, told)
            keeper.prepare()
            try:
                keeper.watch(users)
            finally:
                keeper.stop()
        except (EmbeddedError, NoAccount, OSError) as error:
            home.failure.write_text(str(error))
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(keep(Path(sys.argv[1]), dict(word.split("=", 1) for word in sys.argv[2:])))
