"""`mulin serve`: one parent that starts everything, restarts what dies and stops all of it together."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.request import urlopen

import click
from django.urls import get_resolver

from mulin.config.database import REFUSALS, database
from mulin.config.embedded import EmbeddedError, Use
from mulin.config.processes import PARENT
from mulin.config.static import gather_static
from mulin.config.web import default_workers, refuse_taken

_log = logging.getLogger("mulin.serve")
_DRAIN: Final = 1.5  # what a child gets to end by itself
_LARGEST_LOG: Final = 50_000_000
_HEALTHY: Final = 20.0  # a child that lived so long starts again without delay


class Stopped(BaseException):
    """Somebody asked us to stop while we were still starting."""


@dataclass(slots=True)
class Child:
    """A process of ours that must run as long as we do."""

    name: str
    words: list[str]
    log: Path | None
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    again_at: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C in a terminal reaches only us."""
        if self.log and self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        output = self.log.open("ab") if self.log else None
        self.started_at = time.monotonic()
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, "-m", "mulin.config.main", *self.words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, PARENT: str(os.getpid())},
            )
        finally:
            if output:
                output.close()

    def look(self, now: float) -> None:
        """Start it again if it died, the later the more often it did."""
        if self.process is not None and self.process.poll() is not None:
            self.deaths = 0 if now - self.started_at > _HEALTHY else self.deaths + 1
            pause = min(0.1 * 2 ** min(self.deaths, 7), 10.0)
            _log.error(
                "a process died and starts again",
                extra={"facts": {"name": self.name, "code": self.process.returncode, "pause": pause}},
            )
            self.end_group()
            self.process, self.again_at = None, now + pause
        if self.process is None and now >= self.again_at:
            self.start()

    def stop(self, patience: float) -> None:
        """Ask it to end, and end it and whatever it started when it does not."""
        if self.process is None:
            return
        try:
            if patience:
                self.process.send_signal(signal.SIGTERM)
                self.process.wait(patience)
        except subprocess.TimeoutExpired:
            _log.warning("a process did not end by itself", extra={"facts": {"name": self.name}})
        self.end_group()
        self.process.wait()

    def end_group(self) -> None:
        """End what is left of its process group, such as web workers whose head was killed."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


@dataclass(slots=True)
class Parent:
    """Runs children in order and stops them in order."""

    children: list[Child]
    use: Use | None
    stop_asked: int = 0
    _ready: list[Callable[[], None]] = field(default_factory=list)

    def run(self, address: str, when_ready: Callable[[], None]) -> None:
        """Keep all children and the database up until somebody asks us to stop."""
        for child in self.children:
            child.start()
        self._ready = [when_ready]
        database_seen = time.monotonic()
        while not self.stop_asked:
            now = time.monotonic()
            for child in self.children:
                child.look(now)
            if self._ready and healthy(address):
                self._ready.pop()()
            if self.use is not None and now - database_seen > 1:
                database_seen = now
                self._look_after_database(self.use)
            time.sleep(0.1)

    def _look_after_database(self, use: Use) -> None:
        try:
            use.revive()
        except EmbeddedError as error:  # a full disk may be freed: we go on trying
            _log.critical("the database does not come back", extra={"facts": {"why": str(error)}})

    def end(self) -> None:
        """End all children without asking; whoever waits for them then waits no longer."""
        for child in self.children:
            child.end_group()

    def stop(self) -> None:
        """Stop the pages, then the jobs; the database after us, when nobody needs it any more."""
        for child in self.children:
            child.stop(0 if self.stop_asked > 1 else _DRAIN)


def healthy(address: str) -> bool:
    """Return whether the pages and the database behind them answer."""
    try:
        with urlopen(f"{address}/healthz", timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except OSError:
        return False


def run_all(
    *,
    host: str,
    port: int,
    workers: int,
    logs: Path | None,
    before: Callable[[], None],
    ready: Callable[[], None],
) -> None:
    """Have the database, call ``before``, serve; call ``ready`` when the first page can be had.

    :raises EmbeddedError: the embedded server cannot run
    :raises Unsafe: an unsafe setting, or tables behind the code
    """
    parent: Parent | None = None

    def asked(_signal: int, _frame: FrameType | None) -> None:
        if parent is None:
            raise Stopped
        parent.stop_asked += 1
        if parent.stop_asked > 1:
            parent.end()
            os._exit(130)  # the keeper stops the database once we are gone

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    try:
        with database() as use:
            gather_static()
            get_resolver().url_patterns  # noqa: B018 - a door that cannot be opened is said here, once
            before()
            parent = Parent(children_of(host, port, workers, logs), use)
            try:
                parent.run(local_address(host, port), ready)
            finally:
                parent.stop()
    except Stopped:
        _log.info("stopped while starting")


def children_of(host: str, port: int, workers: int, logs: Path | None) -> list[Child]:
    """Return the processes that serve, in the order in which they stop."""
    if logs:
        logs.mkdir(parents=True, exist_ok=True)
    web = ["web", "--host", host, "--port", str(port), "--workers", str(workers)]
    return [
        Child("web", web, logs and logs / "web.log"),
        Child("worker", ["worker"], logs and logs / "worker.log"),
    ]


def local_address(host: str, port: int) -> str:
    """Return the address at which this machine reaches the server."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=default_workers, help="Web processes; one a processor."
)
@click.option(
    "--logs", type=click.Path(file_okay=False, path_type=Path), help="Folder for logs, instead of stderr."
)
def serve(host: str, port: int, workers: int, logs: Path | None) -> None:
    """Run the pages, the jobs and, unless the city has its own, the database, until stopped."""
    refuse_taken(host, port)
    try:
        run_all(
            host=host,
            port=port,
            workers=workers,
            logs=logs,
            before=lambda: None,
            ready=lambda: click.echo(f"Mulin 睦邻  {local_address(host, port)}  (Ctrl-C stops it)"),
        )
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from refusal
