"""A city's past in seconds: cases in every state with reports, parts, words, search keys and ledger entries.

Rows go in by COPY; the ledger's trigger links every entry as if the act had just been done. All texts are
invented.
"""

import random
import secrets
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
from psycopg.types.json import Jsonb, set_json_dumps

from benchmarks.multiply import TABLES, multiply
from mulin.cases.rules.grams import grams
from mulin.cases.rules.intake import CODE_ALPHABET

ORIGINALS = 20_000  # written one by one; the rest are twins of theirs (multiply.py)
BATCH = 200  # a transaction moves one chain head once an entry: long ones walk ever more dead versions of it
# What a city's pool looks like: most is over, one in twelve is open.
STATES = (
    ("closed", 89), ("declined", 3), ("received", 1), ("registered", 1), ("dispatched", 1), ("in_hand", 3),
    ("handled", 1), ("checked", 1),
)  # fmt: skip
STEPS = ("filed", "dispatched", "accepted", "finished", "passed", "answered", "closed")
WAYS = {
    "received": STEPS[:1], "registered": ("filed", "registered"), "declined": ("filed", "declined"),
    "dispatched": STEPS[:2], "in_hand": STEPS[:3], "handled": STEPS[:4], "checked": STEPS[:5],
    "closed": STEPS,
}  # fmt: skip
LEADS_TO = {
    "filed": "received", "registered": "registered", "declined": "declined", "dispatched": "dispatched",
    "accepted": "in_hand", "finished": "handled", "passed": "checked", "answered": "checked",
    "closed": "closed",
}  # fmt: skip
WHERE = ("东门", "西门", "3号楼", "菜市场", "小学", "公交站", "河边", "2单元", "广场", "巷口")
WHAT = (
    "路灯不亮",
    "井盖松动",
    "下水道堵塞",
    "垃圾没有清运",
    "楼道堆放杂物",
    "夜里施工吵闹",
    "占道停车",
    "漏水",
)
HOW = ("已经三天了", "老人走路不安全", "希望尽快处理", "晚上看不清", "反映过一次没有结果", "味道很大")

CASE = (
    "id", "number", "title", "kind", "state", "version", "is_example", "item_id", "suggestion", "module",
    "in_compound", "lon", "lat", "address", "place", "place_unit_id", "compound_code", "desk_id", "lead_id",
    "dispatcher_id", "first_unit_id", "handled_by_id", "reported_at", "registered_at", "dispatched_at",
    "accepted_at", "handled_at", "checked_at", "closed_at", "due_at", "due_why", "decline_reason", "reopened",
    "merged_into_id", "report_count",
)  # fmt: skip
REPORT = (
    "id", "case_id", "tracking_code", "channel", "source", "source_no", "digest", "kind", "text", "anonymous",
    "on_behalf", "contact_id", "lon", "lat", "address", "filed_by_id", "filed_unit_id", "received_at",
    "answer", "answered_at", "answered_unit_id",
)  # fmt: skip
PART = (
    "case_id", "unit_id", "role", "given_unit_id", "given_at", "why", "accepted_at", "returned_at",
    "return_reason", "ended_at",
)  # fmt: skip
REMARK = ("case_id", "act", "is_public", "text", "account_id", "unit_id", "at")
ENTRY = ("at", "kind", "subject_kind", "subject", "account_id", "unit_id", "facts")


@dataclass(frozen=True, slots=True)
class Spot:
    """A grid with the units above it and a point inside."""

    grid: int
    community: int
    street: int
    lon: float
    lat: float


def plant(dsn: str, *, cases: int, prefix: str, account: int, seed: int = 7) -> None:
    """Write ``cases`` cases of the last year.

    ``account`` is who did the acts; the units and items are those the adopted pack brought.
    """
    set_json_dumps(lambda value: orjson.dumps(value).decode())
    originals = cases if cases <= ORIGINALS else max(cases // -(-cases // ORIGINALS), 1)
    _plant(dsn, cases=originals, prefix=prefix, account=account, chance=random.Random(seed))
    if copies := cases // originals - 1:
        columns = dict(zip(TABLES, (CASE, ("case_id", "grams"), REPORT, PART, REMARK, ENTRY), strict=True))
        multiply(dsn, copies=copies, columns=columns)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _plant(dsn: str, *, cases: int, prefix: str, account: int, chance: random.Random) -> None:
    with psycopg.connect(dsn) as connection:
        spots = _spots(connection)
        items = connection.execute("SELECT id, code, name, module FROM catalogue_item ORDER BY id").fetchall()
        now = datetime.now(UTC).replace(microsecond=0)
        for first in range(0, cases, BATCH):
            many = range(first, min(first + BATCH, cases))
            rows = [_case(i, chance, spots, items, prefix=prefix, account=account, now=now) for i in many]
            _copy(connection, "cases_case", CASE, (row["case"] for row in rows))
            _copy(connection, "cases_casesearch", ("case_id", "grams"), (row["search"] for row in rows))
            _copy(connection, "cases_report", REPORT, (row["report"] for row in rows))
            _copy(connection, "cases_assignment", PART, (part for row in rows for part in row["parts"]))
            _copy(connection, "cases_remark", REMARK, (said for row in rows for said in row["remarks"]))
            _copy(connection, "ledger_entry", ENTRY, (entry for row in rows for entry in row["entries"]))
            connection.commit()
            if many.stop % 10_000 == 0:
                print(f"planted {many.stop:,} of {cases:,} cases", file=sys.stderr, flush=True)
        connection.execute(
            "SELECT setval('cases_number', greatest((SELECT last_value FROM cases_number), 1))"
        )
        connection.commit()


def _spots(connection: psycopg.Connection[Any]) -> list[Spot]:
    rows = connection.execute(
        "SELECT grid.id, community.id, street.id, (area.west + area.east) / 2, (area.south + area.north) / 2"
        " FROM people_unit grid"
        " JOIN people_unit community ON grid.path LIKE community.path || '%%'"
        " AND community.kind_id = 'community'"
        " JOIN people_unit street ON grid.path LIKE street.path || '%%' AND street.kind_id = 'street'"
        " JOIN places_area area ON area.unit_code = grid.code AND area.until_on IS NULL"
        " WHERE grid.kind_id = 'grid' ORDER BY grid.id"
    ).fetchall()
    return [Spot(*row) for row in rows]


def _copy(
    connection: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _case(
    i: int,
    chance: random.Random,
    spots: Sequence[Spot],
    items: Sequence[tuple[int, str, str, str]],
    *,
    prefix: str,
    account: int,
    now: datetime,
) -> dict[str, Any]:
    state = chance.choices([name for name, _ in STATES], [share for _, share in STATES])[0]
    spot, item = chance.choice(spots), chance.choice(items)
    is_over = state in ("closed", "declined")
    age = timedelta(minutes=chance.randint(3 * 1440, 365 * 1440) if is_over else chance.randint(1, 6 * 1440))
    filed = now - age
    way = WAYS[state]
    moments = [filed + timedelta(minutes=chance.randint(20, 200) + 200 * n) for n in range(len(way))]
    at = defaultdict[str, datetime | None](lambda: None, zip(way, moments, strict=True))
    at["filed"] = filed
    case_id, report_id = _id_at(filed, chance), _id_at(filed, chance)
    text = f"{chance.choice(WHERE)}{chance.choice(WHAT)}，{chance.choice(HOW)}，请派人看看（示例 {i}）"
    title, number = text[:24], f"{prefix}-{filed:%Y%m%d}-S{i:06d}"
    lead = spot.community if at["dispatched"] else None
    desk = spot.street if lead is None or at["finished"] else spot.community
    over, answered = at["closed"] or at["declined"], at["answered"] or at["declined"]
    due = filed + timedelta(days=chance.randint(1, 10))
    return {
        "case": (
            case_id, number, title, "need", state, len(way), True, item[0] if lead else None, Jsonb({}),
            item[3], False, spot.lon, spot.lat, "", Jsonb({"outcome": "inside"}), spot.grid, "", desk, lead,
            spot.street if lead else None, spot.street, account if at["finished"] or at["declined"] else None,
            filed, at["registered"] or at["dispatched"], at["dispatched"], at["accepted"], at["finished"],
            at["passed"], over, due, Jsonb({"source": "seed"}), "", 0, None, 1,
        ),
        "search": (case_id, grams(f"{number} {title} {text}")),
        "report": (
            report_id, case_id, _code(), "web", "seed", str(i), "0" * 64, "need", text, False, False, None,
            spot.lon, spot.lat, "", None, None, filed, "已处理（示例）" if answered else "", answered,
            spot.community if answered else None,
        ),
        "parts": [
            (case_id, spot.community, "lead", spot.street, at["dispatched"], Jsonb({"how": "table"}),
             at["accepted"], None, "", over)
        ] if lead else [],
        "remarks": [
            (case_id, "finish_case", True, "已到现场处理（示例）", account, spot.community, at["finished"])
        ] if at["finished"] else [],
        "entries": list(_entries(case_id, report_id, way, at, spot, item[0], due, account)),
    }  # fmt: skip


def _entries(
    case_id: uuid.UUID,
    report_id: uuid.UUID,
    way: Sequence[str],
    at: Mapping[str, datetime | None],
    spot: Spot,
    item: int,
    due: datetime,
    account: int,
) -> Iterator[tuple[Any, ...]]:
    """Yield what the acts would have left in the ledger, so that replay agrees with the rows."""
    moved: dict[str, dict[str, object]] = {
        "filed": {"desk_id": spot.street, "place_unit_id": spot.grid, "due_at": due.isoformat()},
        "dispatched": {
            "desk_id": spot.community, "lead_id": spot.community, "dispatcher_id": spot.street,
            "item_id": item,
        },
        "finished": {"desk_id": spot.street},
    }  # fmt: skip
    before = ""
    for version, step in enumerate(way, 1):
        facts: dict[str, object] = {"after": LEADS_TO[step], "version": version}
        if before:
            facts["before"] = before
        if step in ("filed", "answered"):
            facts["report"] = str(report_id)
        if step in moved:
            facts["moved"] = moved[step]
        by, unit = (0, None) if step == "filed" else (account, spot.community)
        yield at[step], f"case.{step}", "case", str(case_id), by, unit, Jsonb(facts)
        before = LEADS_TO[step]


def _id_at(moment: datetime, chance: random.Random) -> uuid.UUID:
    millis = int(moment.timestamp() * 1000)
    return uuid.UUID(
        int=(millis << 80)
        | (0x7 << 76)
        | (chance.getrandbits(12) << 64)
        | (0b10 << 62)
        | (chance.getrandbits(46) << 16)  # the last four digits number the copies
    )


def _code() -> str:
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
