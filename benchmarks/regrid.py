"""`python -m benchmarks.regrid`: 450 grids drawn anew as one act, with 100,000 cases lying in them.

The pack `yicheng` gets a second territory of 45 communities with ten grids each. Every border between two
grids of a community moves. Measured: the preview, the act, the statements of each, and how many cases changed
hands; then that the parts by old and by new boundaries add up to the same total.
"""

import argparse
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import shapely

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench-regrid"
BAR_SECONDS = 60.0
COMMUNITIES, GRIDS = 45, 10
WEST, SOUTH, STEP = 117.0, 35.5, 0.004  # degrees: a row of grids is a community, rows stand above each other
SINCE = date(2026, 1, 1)
_CASES = """
insert into cases_case (id, number, title, kind, state, version, is_example, suggestion, module, in_compound,
    lon, lat, address, place, place_unit_id, compound_code, desk_id, lead_id, first_unit_id, reported_at,
    accepted_at, closed_at, due_at, due_why, decline_reason, reopened, report_count)
select gen_random_uuid(), 'RG-' || n, '示例', 'need', state, 1, true, '{}', '', false,
    case when pinned then %(west)s + (grid + random()) * %(step)s end,
    case when pinned then %(south)s + (row + random()) * %(step)s end,
    '', jsonb_build_object('area_code', unit.code, 'unit_code', unit.code), unit.id, '', unit.id,
    case when state = 'in_hand' then unit.id end, unit.id, now() - random() * interval '300 days',
    null, case when state = 'closed' then now() end, now(), '{}', '', 0, 1
from (select n, n %% %(communities)s as row, floor(random() * %(grids)s)::int as grid,
        random() < 0.9 as pinned,
        case when n > %(open)s then 'closed' when random() < 0.5 then 'received' else 'in_hand' end as state
      from generate_series(1, %(cases)s) as n) as made
join people_unit unit on unit.code = 'RC' || lpad(row::text, 2, '0') || 'G' || lpad(grid::text, 2, '0')
"""
_LEADS = """
insert into cases_assignment (case_id, unit_id, role, given_at, why, return_reason)
select id, lead_id, 'lead', reported_at, '{}', '' from cases_case where lead_id is not null
and number like 'RG-%%' and state = 'in_hand'
"""


def main() -> None:
    """Run everything; the exit status is 1 when the act misses the bar or a case is lost."""
    asked = _arguments()
    if HOME.exists():
        shutil.rmtree(HOME)
    os.environ["MULIN_VAR"] = str(HOME)
    os.environ["MULIN_PLAIN_STATIC"] = "1"
    os.environ.pop("MULIN_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    django.setup()
    from benchmarks import city, machine  # noqa: PLC0415 - they need Django's settings
    from mulin.config.database import database  # noqa: PLC0415 - needs Django's settings
    from mulin.config.embedded import Home  # noqa: PLC0415 - needs Django's settings

    result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "machine": machine.describe()}
    with database():
        city.prepare(Home(HOME / "pg").url(), cases=200)
        _territory()
        _plant(asked.cases, asked.open)
        result |= _measured(asked)
    _finish(result, asked.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.regrid", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=20_000, help="how many of them are open")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def _box(row: int, west: float, east: float) -> shapely.Polygon:
    south = SOUTH + row * STEP
    return shapely.box(WEST + west * STEP, south, WEST + east * STEP, south + STEP)


def _territory() -> None:
    from django.utils import timezone  # noqa: PLC0415 - needs Django's settings

    from mulin.kernel.actor import SYSTEM  # noqa: PLC0415 - needs Django's settings
    from mulin.people.actions.tables import import_units  # noqa: PLC0415 - needs Django's settings
    from mulin.people.models import Unit  # noqa: PLC0415 - needs Django's settings
    from mulin.people.rules.plans import UnitRow  # noqa: PLC0415 - needs Django's settings
    from mulin.places.actions.importing import import_areas  # noqa: PLC0415 - needs Django's settings
    from mulin.places.rules.ground import AreaEdition  # noqa: PLC0415 - needs Django's settings

    now = timezone.now()
    street = Unit.objects.filter(kind="street", until_on=None).order_by("code")[0]
    areas, rows = [], []
    for row in range(COMMUNITIES):
        code = f"RC{row:02d}"
        parts = [(code, "community", street.code, _box(row, 0, GRIDS))]
        parts += [(f"{code}G{n:02d}", "grid", code, _box(row, n, n + 1)) for n in range(GRIDS)]
        for own, kind, parent, shape in parts:
            rows.append(UnitRow(own, kind, f"示例{own}", parent, from_on=SINCE))
            above = "" if kind == "community" else parent
            outline = bytes(shape.wkb)
            areas.append(AreaEdition(own, kind, f"示例{own}", above, own, outline, SINCE, synthetic=True))
    on = timezone.localdate() - timedelta(days=1)
    import_units(rows=rows, on=on, actor=SYSTEM, now=now)
    import_areas(areas=areas, from_on=on, actor=SYSTEM, now=now)


def _plant(cases: int, opened: int) -> None:
    from django.db import connection  # noqa: PLC0415 - needs Django's settings

    asked = {
        "cases": cases, "open": opened, "communities": COMMUNITIES, "grids": GRIDS,
        "west": WEST, "south": SOUTH, "step": STEP,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CASES, asked)
        cursor.execute(_LEADS)
        cursor.execute("vacuum analyze cases_case")


def _plan() -> Any:
    from django.utils import timezone  # noqa: PLC0415 - needs Django's settings

    from mulin.boundaries.rules.plan import read_plan  # noqa: PLC0415 - needs Django's settings

    dice = random.Random(450)
    lines = []
    for row in range(COMMUNITIES):
        cuts = [0, *(n + dice.uniform(-0.4, 0.4) for n in range(1, GRIDS)), GRIDS]
        codes = [f"RC{row:02d}G{n:02d}" for n in range(GRIDS)]
        into = [
            {"code": code, "outline": json.loads(shapely.to_geojson(_box(row, cuts[n], cuts[n + 1])))}
            for n, code in enumerate(codes)
        ]
        lines.append({"kind": "redraw", "from": codes, "into": into})
    on = timezone.localdate().isoformat()
    return read_plan({"on": on, "reason": "示例", "document": "示例", "lines": lines})


def _measured(asked: argparse.Namespace) -> dict[str, Any]:
    from django.utils import timezone  # noqa: PLC0415 - needs Django's settings

    from mulin.boundaries.actions.adjusting import adjust_boundaries  # noqa: PLC0415
    from mulin.boundaries.queries.counting import counts  # noqa: PLC0415 - needs Django's settings
    from mulin.boundaries.queries.previews import preview  # noqa: PLC0415 - needs Django's settings
    from mulin.kernel.actor import SYSTEM  # noqa: PLC0415 - needs Django's settings

    plan, now = _plan(), timezone.now()
    today = timezone.localdate()
    period = {"since": today - timedelta(days=360), "until": today + timedelta(days=1)}
    seen, told = _timed(lambda: preview(SYSTEM, plan))
    result: dict[str, Any] = {"cases": asked.cases, "open": asked.open, "preview": told}
    result["old"], told = _timed(lambda: counts(SYSTEM, kind="grid", **period))
    made, result["adjust"] = _timed(lambda: adjust_boundaries(plan=plan, key="bench", actor=SYSTEM, now=now))
    again, result["counts_as_it_was"] = _timed(lambda: counts(SYSTEM, kind="grid", **period))
    new, result["counts_by_today"] = _timed(lambda: counts(SYSTEM, kind="grid", by=today, **period))
    result["moved"] = made.counts
    result["as_previewed"] = made.counts == seen.counts()
    result["report_is_the_same"] = again == result.pop("old")
    result["totals"] = [again.total, new.total]
    result["told"] = {"same": new.same, "by_location": new.by_location, "by_share": new.by_share}
    result["ok"] = (
        result["as_previewed"]
        and result["report_is_the_same"]
        and again.total == new.total
        and result["adjust"]["seconds"] < BAR_SECONDS
    )
    return result


def _timed(act: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    from django.db import connection  # noqa: PLC0415 - needs Django's settings

    asked = 0

    def count(execute: Any, *rest: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*rest)

    began, cpu = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        given = act()
    return given, {
        "seconds": round(time.perf_counter() - began, 2),
        "processor_seconds": round(time.process_time() - cpu, 2),
        "statements": asked,
    }


def _finish(result: dict[str, Any], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "regrid.json").write_text(json.dumps(result, ensure_ascii=False, indent=2))
    print(json.dumps(result, ensure_ascii=False, indent=2))
    sys.exit(0 if result["ok"] else 1)


if __name__ == "__main__":
    main()
