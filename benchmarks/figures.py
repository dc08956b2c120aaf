"""`python -m benchmarks.figures`: the pages of figures over a city's past, timed warm, with their statements.

Plants the same past as `python -m benchmarks`, gives it visit-backs, ratings, returns and whistles, and asks
the figures of the last quarter (as of now) and of the quarter before (as of its end, told by the ledger).
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench-figures"
BAR_SECONDS = 1.0
DAYS = 91


def main() -> None:
    """Run everything; the exit status is 1 when a page costs more processor time than the bar."""
    asked = _arguments()
    if HOME.exists() and not asked.again:
        shutil.rmtree(HOME)
    os.environ["MULIN_VAR"] = str(HOME)
    os.environ["MULIN_PLAIN_STATIC"] = "1"  # pages are asked without a server beside them
    os.environ.pop("MULIN_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    django.setup()
    from benchmarks import city, machine  # noqa: PLC0415 - they need Django's settings
    from mulin.config.database import database  # noqa: PLC0415 - needs Django's settings
    from mulin.config.embedded import Home  # noqa: PLC0415 - needs Django's settings

    with database():
        result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "machine": machine.describe()}
        began = time.monotonic()
        if not asked.again:
            city.prepare(Home(HOME / "pg").url(), cases=asked.cases)
            _do((ROOT / "benchmarks" / "aftercare.sql").read_text(encoding="utf-8"))
            _do("vacuum analyze")
        result |= {"cases": asked.cases, "seconds_to_plant": round(time.monotonic() - began, 1)}
        result["asked"] = {name: _timed(ask) for name, ask in _questions().items()}
    _finish(result, asked.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--again", action="store_true", help="use the city an earlier run left")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def _do(statement: str) -> None:
    from django.db import connection  # noqa: PLC0415 - needs Django's settings

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _questions() -> dict[str, Callable[[], object]]:
    """Return what is asked: the queries one by one, then the pages whole, as the county asks them."""
    from django.test import Client  # noqa: PLC0415 - needs Django's settings
    from django.utils import timezone  # noqa: PLC0415 - needs Django's settings

    from mulin.cases.queries import completion, rates, records, repeats, transfers  # noqa: PLC0415 - needs Django's settings
    from mulin.cases.queries.completion import Count, Period  # noqa: PLC0415 - needs Django's settings
    from mulin.cases.queries.transfers import Flow  # noqa: PLC0415 - needs Django's settings
    from mulin.people.models import Account  # noqa: PLC0415 - needs Django's settings
    from mulin.people.queries.actors import actor_of  # noqa: PLC0415 - needs Django's settings

    now = timezone.now()
    account = _account(now)
    who = actor_of(account, now=now)
    last = Period.of(now - timedelta(days=DAYS), now, now=now)
    past = Period.of(now - timedelta(days=2 * DAYS), now - timedelta(days=DAYS), now=now)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(Account.objects.get(pk=account))

    def page(path: str, period: Period) -> Callable[[], object]:
        days = {
            "since": timezone.localtime(period.since).date().isoformat(),
            "until": (timezone.localtime(period.until) - timedelta(days=1)).date().isoformat(),
        }

        def ask() -> object:
            answer = browser.get(f"/console/figures/{path}", days)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")
            return answer

        return ask

    found: dict[str, Callable[[], object]] = {}
    for name, period in (("last quarter", last), ("quarter before", past)):
        found |= {
            f"completion, {name}": partial(completion.completion, who, period, now=now),
            f"cases counted, {name}": partial(completion.cases_counted, who, period, Count.CLOSED, now=now),
            f"three rates, {name}": partial(rates.rates, who, period),
            f"ratings, {name}": partial(rates.ratings, who, period),
            f"flows, {name}": partial(transfers.flows, who, period),
            f"flow cases, {name}": partial(transfers.cases_of, who, period, Flow.SOLVED),
        }
    found |= {
        "repeats": lambda: repeats.spots(who, now=now),
        "records of a year": lambda: records.records(who, year=now.year, now=now),
    }
    for name, period in (("last quarter", last), ("quarter before", past)):
        for path in ("", "flows/"):
            found[f"page /figures/{path}, {name}"] = page(path, period)
    return found | {"page /figures/records/": page("records/", last)}


def _account(now: datetime) -> int:
    """Return the account of who commands the county: sees its cases by place and branch, the dear way."""
    from mulin.kernel.actor import SYSTEM  # noqa: PLC0415 - needs Django's settings
    from mulin.people.actions.accounts import create_account  # noqa: PLC0415 - needs Django's settings
    from mulin.people.queries.holders import holders  # noqa: PLC0415 - needs Django's settings

    _unit, holder = min(holders("review_appeal", now=now).items())
    if holder.account_id is not None:
        return holder.account_id
    made = create_account(
        username=f"bench.{holder.staff_no.lower()}",
        staff_no=holder.staff_no,
        password=token_urlsafe(24),
        actor=SYSTEM,
        now=now,
    )
    return int(made.account.pk)


def _timed(ask: Callable[[], object], *, times: int = 7) -> dict[str, Any]:
    """Return the first and the warm times, and how many statements one asking takes."""
    from django.db import connection  # noqa: PLC0415 - needs Django's settings
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - needs Django's settings

    spent, before = [], 0.0
    for number in range(times):
        if number == 1:
            before = _processor()
        began = time.monotonic()
        ask()
        spent.append(time.monotonic() - began)
    processor = (_processor() - before) / (times - 1)
    with CaptureQueriesContext(connection) as seen:
        ask()
    warm = sorted(spent[1:])
    return {
        "first": round(spent[0], 3),
        "warm_median": round(statistics.median(warm), 3),
        "warm_worst": round(warm[-1], 3),
        "processor": round(processor, 3),
        "statements": len(seen),
    }


def _processor() -> float:
    """Return the processor seconds spent here and in the database: a busy machine does not distort them."""
    from benchmarks import machine  # noqa: PLC0415 - needs Django's settings
    from mulin.config.embedded import Home  # noqa: PLC0415 - needs Django's settings
    from mulin.config.processes import servers_in  # noqa: PLC0415 - needs Django's settings

    base = set(servers_in(Home(HOME / "pg").data.resolve()))
    return machine.usage(base).cpu_seconds + time.process_time()


def _finish(result: dict[str, Any], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (out / f"figures-{datetime.now(UTC):%Y%m%d-%H%M}.json").write_text(text, encoding="utf-8")
    print(f"{'':38}{'first s':>9}{'warm s':>9}{'worst s':>9}{'processor s':>13}{'statements':>12}")
    for name, seen in result["asked"].items():
        times = "".join(f"{seen[each]:>9}" for each in ("first", "warm_median", "warm_worst"))
        print(f"{name:38}{times}{seen['processor']:>13}{seen['statements']:>12}")
    slow = [
        name
        for name, seen in result["asked"].items()
        if name.startswith("page") and seen["processor"] > BAR_SECONDS
    ]
    if slow:
        print(f"bar missed: {', '.join(slow)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
