"""The one file that knows procrastinate: which jobs there are, when they run, and who runs them."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from procrastinate import App, JobContext
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from mulin.boundaries import jobs as boundaries
from mulin.cases import jobs as cases
from mulin.gateways import photos
from mulin.ledger import jobs as ledger
from mulin.people import jobs as people
from mulin.sensing import jobs as sensing
from mulin.telling import jobs as telling

_log = logging.getLogger("mulin.worker")
HEARTBEAT: Final = 5.0
SILENT: Final = 20.0  # a worker that missed its heartbeats for so long is dead: its jobs go to others
_DRAIN: Final = 1.0  # what a job at work gets to end when the worker must stop
_KEPT_HOURS: Final = 24 * 30


@dataclass(frozen=True, slots=True)
class Timer:
    """A sweep that runs again and again; it is idempotent and complete, so a missed turn loses nothing."""

    name: str
    cron: str  # minute hour day month weekday [second]
    act: Callable[[datetime], object]


TIMERS: Final = (
    Timer("ledger.anchor", "* * * * *", lambda now: ledger.anchor(folder=settings.VAR / "anchors", now=now)),
    Timer("ledger.forget_receipts", "41 2 * * *", lambda now: ledger.forget_receipts(now=now)),
    Timer("cases.resume_clocks", "* * * * *", lambda now: cases.resume_clocks(now=now)),
    Timer("cases.begin_calendars", "* * * * *", lambda now: cases.begin_calendars(now=now)),
    Timer("boundaries.begin", "* * * * *", lambda now: boundaries.begin_adjustments(now=now)),
    Timer("cases.sweep_clocks", "* * * * *", lambda now: cases.sweep_clocks(now=now)),
    Timer("telling.follow", "* * * * * */10", lambda now: telling.follow(now=now)),
    Timer("telling.sms", "* * * * * 5", lambda now: telling.send("sms", now=now)),
    Timer("telling.wechat", "* * * * * 5", lambda now: telling.send("wechat", now=now)),
    Timer("telling.email", "* * * * * 5", lambda now: telling.send("email", now=now)),
    Timer("people.turn_day", "* * * * *", lambda now: people.turn_day(now=now)),
    Timer(
        "photos.sweep_held",
        "27 3 * * *",
        lambda now: photos.sweep_held(before=now.timestamp() - photos.HELD_SECONDS),
    ),
    Timer("sessions.clear_expired", "53 2 * * *", lambda _now: SessionStore.clear_expired()),
    Timer("people.rewrap", "37 2 * * *", lambda now: people.rewrap(now=now)),
    Timer("sensing.forget_stills", "7 * * * *", lambda now: sensing.forget_stills(now=now)),
    Timer("people.forget_sign_ins", "47 2 * * *", lambda now: people.forget_sign_ins(now=now)),
)


def register(app: App, timers: tuple[Timer, ...]) -> None:
    """Make the jobs known to ``app``, with the two that procrastinate leaves to its users."""
    for timer in timers:
        _register_timer(app, timer)
    own = ((rescue, "* * * * * */15"), (forget, "17 3 * * *"))
    for job, cron in own:
        name = f"worker.{job.__name__}"
        app.periodic(cron=cron, periodic_id=name)(
            app.task(name=name, queueing_lock=name, pass_context=True, priority=100)(job)
        )


def _register_timer(app: App, timer: Timer) -> None:
    def run(timestamp: int) -> None:
        timer.act(timezone.now())

    # One waiting turn at a time: after an outage one sweep catches up, not sixty. A turn that fails is not
    # tried again: the next one comes, and does what is left.
    task = app.task(name=timer.name, queueing_lock=timer.name, lock=timer.name)(run)
    app.periodic(cron=timer.cron, periodic_id=timer.name)(task)


async def rescue(context: JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        _log.warning(
            "the job of a dead worker starts again", extra={"facts": {"job": job.id, "name": job.task_name}}
        )
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # its next turn waits already, and sweeps what this one left
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


async def forget(context: JobContext, timestamp: int) -> None:
    """Delete the records of jobs that ended a month ago; what happened stands in the ledger."""
    await context.app.job_manager.delete_old_jobs(nb_hours=_KEPT_HOURS, include_failed=True)


def work(timers: tuple[Timer, ...] = TIMERS) -> None:
    """Run jobs until SIGTERM; a job at work then gets a few seconds to end."""
    register(django_app, timers)
    connector = cast(DjangoConnector, django_app.connector).get_worker_connector()
    with django_app.replace_connector(connector) as app:
        app.run_worker(
            concurrency=4,
            delete_jobs="successful",  # timers alone would leave a million rows a year
            shutdown_graceful_timeout=_DRAIN,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=SILENT,
        )
