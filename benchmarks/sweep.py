"""`python -m benchmarks.sweep`: a city of a million cases with a hundred thousand overdue, swept.

Every overdue case is found exactly once within the bar; a second sweep and two at once find nothing new; two
at once over fresh misses share them without a double. The ladder's rungs are swept as the hours pass.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench-sweep"
BAR_SECONDS = 60.0
PLANTED = 5_000
_BACK_TO_WORK = """
update cases_case set state = 'in_hand', closed_at = null where id in (
    select id from cases_case where state = 'closed' order by reported_at desc limit %s)
"""
# The first so many are overdue since some hours; the others have a month.
_DUE = """
with running as (
    select id, row_number() over (order by id) as n from cases_case
    where state in ('received', 'registered', 'dispatched', 'in_hand', 'under_review'))
update cases_case c set due_at = case when n <= %(overdue)s
    then %(now)s - interval '1 second' - n * interval '0.1 second' else %(now)s + interval '30 days' end
from running where running.id = c.id
"""
# A sweep reads cases, alarms and units: the pool is planted small, with all that hangs on a case; its cases
# are then copied until there are enough of them.
_COPY = """
insert into cases_case ({columns})
select {values} from cases_case c cross join generate_series(1, %(times)s) as copy (n)
"""
_COUNTS = """
select kind || case when level > 0 then level::text else '' end, count(*), count(distinct (case_id, due_at))
from cases_alarm group by 1 order by 1
"""


def main() -> None:
    """Run everything; the exit status is 1 when the bar is missed or a count is wrong."""
    asked = _arguments()
    os.environ["MULIN_VAR"] = str(HOME)
    os.environ.pop("MULIN_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    django.setup()
    from benchmarks import city, machine  # noqa: PLC0415 - they need Django's settings
    from mulin.config.database import database  # noqa: PLC0415 - needs Django's settings
    from mulin.config.embedded import Home  # noqa: PLC0415 - needs Django's settings

    if asked.once is not None:
        print(json.dumps(_swept(datetime.fromisoformat(asked.once))))
        return
    with database():
        result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "machine": machine.describe()}
        began = time.monotonic()
        if not asked.again:
            city.prepare(Home(HOME / "pg").url(), cases=min(asked.cases, PLANTED))
            _multiply(asked.cases)
        result["seconds_to_plant"] = round(time.monotonic() - began, 1)
        now = datetime.now(UTC).replace(microsecond=0)
        _prepare(asked.overdue, now)
        result |= {"cases": asked.cases, "overdue": asked.overdue}
        result["first"] = _swept(now)
        result["second"] = _swept(now)
        result["two_at_once"] = _two(now)
        result["rungs"] = [_swept(now + timedelta(hours=hours)) for hours in (9, 30, 80)]
        result["again_after_all_rungs"] = _swept(now + timedelta(hours=80))
        _prepare(asked.overdue, now + timedelta(minutes=1))  # every deadline moved: fresh misses
        result["two_at_once_over_fresh_misses"] = _two(now + timedelta(minutes=1))
        result["alarms"] = _ask(_COUNTS)
    _finish(result, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--overdue", type=int, default=100_000)
    parser.add_argument("--again", action="store_true", help="use the city an earlier run left")
    parser.add_argument("--once", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def _ask(statement: str, values: Any = None) -> list[Any]:
    from django.db import connection  # noqa: PLC0415 - needs Django's settings

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def _multiply(cases: int) -> None:
    """Copy the planted cases until there are ``cases`` of them."""
    times = cases // PLANTED - 1
    if times < 1:
        return
    names = [name for (name,) in _ask(
        "select column_name from information_schema.columns where table_name = 'cases_case' order by 1"
    )]  # fmt: skip
    values = {"id": "gen_random_uuid()", "number": "c.number || '-' || copy.n"}
    statement = _COPY.format(
        columns=", ".join(names), values=", ".join(values.get(name, f"c.{name}") for name in names)
    )
    _ask(statement, {"times": times})


def _prepare(overdue: int, now: datetime) -> None:
    """Make exactly ``overdue`` cases overdue and a fifth more run in time."""
    running = _ask("select count(*) from cases_case where state not in ('closed', 'declined', 'merged')")[0][
        0
    ]
    if running < overdue * 1.2:
        _ask(_BACK_TO_WORK, [int(overdue * 1.2) - running])
    _ask(_DUE, {"overdue": overdue, "now": now})
    _ask("vacuum analyze cases_case")


def _swept(now: datetime) -> dict[str, Any]:
    from mulin.cases.actions.escalating import sweep_clocks  # noqa: PLC0415 - needs Django's settings
    from mulin.kernel.actor import SYSTEM  # noqa: PLC0415 - needs Django's settings

    began = time.monotonic()
    swept = sweep_clocks(actor=SYSTEM, now=now)
    seconds = time.monotonic() - began
    found = {name: n for name, n in swept.counts.items() if n}
    print(f"{seconds:7.2f} s  {found or 'nothing new'}", file=sys.stderr, flush=True)
    return {"seconds": round(seconds, 2), "new": swept.total, "by_kind": found}


def _two(now: datetime) -> dict[str, Any]:
    """Sweep in two processes at once."""
    command = [sys.executable, "-m", "benchmarks.sweep", "--once", now.isoformat()]
    began = time.monotonic()
    environment = {**os.environ, "MULIN_DATABASE_URL": _url()}
    two = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment) for _ in range(2)]
    each = [json.loads(process.communicate()[0]) for process in two]
    found: dict[str, int] = {}
    for one in each:
        for name, n in one["by_kind"].items():
            found[name] = found.get(name, 0) + n
    return {
        "seconds": round(time.monotonic() - began, 2),
        "new": sum(one["new"] for one in each),
        "by_kind": found,
        "shares": [one["new"] for one in each],
    }


def _url() -> str:
    from mulin.config.embedded import Home  # noqa: PLC0415 - needs Django's settings

    return Home(HOME / "pg").url()


def _finish(result: dict[str, Any], asked: argparse.Namespace) -> None:
    overdue = asked.overdue
    result["holds"] = {
        "all_found_once": result["first"]["by_kind"].get("red") == overdue,
        "within_the_bar": result["first"]["seconds"] <= BAR_SECONDS,
        "second_finds_nothing": result["second"]["new"] == 0,
        "two_at_once_find_nothing": result["two_at_once"]["new"] == 0,
        "two_at_once_share": result["two_at_once_over_fresh_misses"]["by_kind"].get("red") == overdue,
        "no_double": all(count == distinct for _, count, distinct in result["alarms"]),
    }
    asked.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (asked.out / f"sweep-{datetime.now(UTC):%Y%m%d-%H%M}.json").write_text(text, encoding="utf-8")
    print(text)
    if not all(result["holds"].values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
