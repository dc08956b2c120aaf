"""Serves the pages and the API by granian: one process that accepts, workers that answer."""

import os
import socket
from typing import Any, Final

import click
from django.urls import get_resolver
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from mulin.config.database import REFUSALS, database
from mulin.config.logs import JsonLines
from mulin.config.processes import PARENT, die_with_parent
from mulin.config.static import gather_static

THREADS: Final = 8  # database connections of one worker; more would only wait for each other
_DRAIN: Final = 1  # seconds that requests at work get when we stop
_BACKLOG: Final = 1024


def run_web(*, host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM."""
    os.environ["MULIN_PROCESS"] = "web"
    if PARENT in os.environ:
        die_with_parent(int(os.environ[PARENT]))
    get_resolver().url_patterns  # noqa: B018 - loads the doors before the workers are forked: one copy, no wait
    Server(
        "mulin.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        loop=Loops.asyncio,
        websockets=False,
        workers=workers,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,
        backlog=_BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=_DRAIN,
        log_level=LogLevels.error,
        log_dictconfig=_logging(),
    ).serve()


def _logging() -> dict[str, Any]:
    """Return granian's logging in our form: a stack of errors may carry what somebody wrote."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "loggers": {"_granian": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
    }


def refuse_taken(host: str, port: int) -> None:
    """Refuse an address that somebody else serves, before anything is started.

    :raises click.ClickException: with what to do
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"cannot serve at {host}:{port}: {error.strerror}. "
                "Choose another with --port, or stop the other server."
            ) from error


def default_workers() -> int:
    """Return one worker a processor, four at most: beyond that the database is what one waits for."""
    return min(max(len(os.sched_getaffinity(0)), 1), 4)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=default_workers,
    help="Worker processes; one a processor.",
)
def web(host: str, port: int, workers: int) -> None:
    """Run only the pages and the API; the jobs run in `mulin worker`."""
    if PARENT in os.environ:  # under `mulin serve`, which has seen to the rest
        run_web(host=host, port=port, workers=workers)
        return
    refuse_taken(host, port)
    try:
        with database():
            gather_static()
            run_web(host=host, port=port, workers=workers)
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from refusal
