"""All cases told again from the ledger and compared with their rows, block by block, as of one moment."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from mulin.cases.rules import replay
from mulin.cases.rules.replay import Difference, Happened, Torn
from mulin.ledger.queries import one_moment

BLOCK: Final = 1_000
_CASES: Final = (
    f"select id, number, {', '.join(replay.FIELDS)} from cases_case"  # noqa: S608 - our own columns
    " where id > %s order by id limit %s"
)
_ENTRIES: Final = """
select subject, id, kind, at, account_id, facts::text from ledger_entry
where subject = any(%s) and subject_kind = 'case' and at <= %s
"""
# A calendar that moved many deadlines, or boundaries that moved many cases, wrote one entry for each block.
_BLOCKS: Final = """
select id, kind, at, account_id, facts::text from ledger_entry
where kind in ('calendar.moved', 'boundaries.cases_moved') and at <= %s order by id
"""
_ANSWERS: Final = "select case_id, id, answered_at from cases_report where case_id = any(%s)"
# Every record beside a case, as its entries name it.
SIDES: Final = """
select case_id, 'supervision ' || id, state from cases_supervision where case_id = any(%(ids)s)
union all select case_id, 'appeal ' || id, state from cases_appeal where case_id = any(%(ids)s)
union all select case_id, 'exclusion ' || id, state from cases_exclusion where case_id = any(%(ids)s)
union all select case_id, 'mediation ' || id, state from cases_mediation where case_id = any(%(ids)s)
union all select case_id, 'hold ' || id, kind || ' ' || state from cases_hold where case_id = any(%(ids)s)
union all select case_id, 'extension ' || id, state from cases_extension where case_id = any(%(ids)s)
union all select case_id, 'milestone ' || id, case when met_at is null then 'open' else 'met' end
    from cases_milestone where case_id = any(%(ids)s)
union all select case_id, 'visit ' || id, case when done_at is null then 'open' else 'done' end
    from cases_visit where case_id = any(%(ids)s)
union all select case_id, 'ruling ' || id, case when ruled_at is null then 'open' else 'ruled' end
    from cases_ruling where case_id = any(%(ids)s)
union all select w.case_id, 'call ' || c.id, c.state
    from cases_call c join cases_whistle w on w.id = c.whistle_id where w.case_id = any(%(ids)s)
union all select case_id, 'whistle ' || id, case when ended_at is null then 'open' else 'ended' end
    from cases_whistle where case_id = any(%(ids)s)
"""
_LOST: Final = """
select subject from ledger_entry where kind = 'case.filed'
and not exists (select 1 from cases_case where id = subject::uuid) order by id limit 1
"""
FIRST: Final = UUID(int=0)
ALWAYS: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: how much was compared, and the first case that is not what the ledger tells."""

    cases: int
    entries: int
    number: str = ""
    case_id: str = ""
    difference: Difference | None = None

    @property
    def ok(self) -> bool:
        """Return whether everything agrees."""
        return self.difference is None


def tell_again(*, progress: Callable[[int], object] = int) -> Told:
    """Compare every case with what its entries tell; stop at the first that differs.

    Reads everything as of one moment, a thousand cases at a time. ``progress`` is told of cases compared.
    """
    cases = entries = 0
    with one_moment():
        moved = _by_block(ALWAYS)
        for block in _blocks():
            past = _past(block, moved)
            answers, sides = _answers(block), _sides(block)
            for row in block:
                mine = past.get(str(row["id"]), [])
                cases, entries = cases + 1, entries + len(mine)
                if found := compare(row, mine, answers[row["id"]], sides[row["id"]]):
                    return Told(cases, entries, row["number"], str(row["id"]), found[0])
            progress(len(block))
        lost = _lost()
    if lost:
        return Told(cases, entries, "", lost, Difference("state", "filed", None))
    return Told(cases, entries)


def compare(
    row: Mapping[str, Any],
    past: Sequence[Happened],
    answers: Mapping[str, datetime | None],
    sides: Mapping[str, str],
) -> list[Difference]:
    """Return where a case's row is not what its past tells."""
    try:
        standing = replay.fold(past)
    except Torn as torn:
        return [Difference(torn.where, torn.told, torn.found)]
    return replay.differences(standing, stored=row, answers=answers, sides=sides)


def stood_on(moment: datetime) -> Counter[str]:
    """Return how many cases stood in each state at ``moment``, by the entries until then (S-081)."""
    stood: Counter[str] = Counter()
    with one_moment():
        moved = _by_block(moment)
        for block in _blocks():
            for past in _past(block, moved, until=moment).values():
                stood[replay.fold(past).columns["state"]] += 1
    return stood


def _blocks() -> Iterator[list[dict[str, Any]]]:
    last = FIRST
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CASES, (last, BLOCK))
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        if not rows:
            return
        last = rows[-1]["id"]
        for row in rows:
            row["merged_into_id"] = str(row["merged_into_id"]) if row["merged_into_id"] else None
        yield rows


Numbered = tuple[int, Happened]


def _by_block(until: datetime) -> dict[str, list[Numbered]]:
    """Return by case when a calendar moved its deadline, or boundaries its units."""
    moved: dict[str, list[Numbered]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKS, (until,))
        for number, kind, at, account, facts in cursor.fetchall():
            told = "due" if kind == "calendar.moved" else "moved"
            for case, what in orjson.loads(facts)["cases"].items():
                moved[case].append((number, Happened(kind, at, account, {told: what})))
    return moved


def _past(
    block: Sequence[dict[str, Any]], moved: Mapping[str, list[Numbered]], *, until: datetime = ALWAYS
) -> dict[str, list[Happened]]:
    """Return what happened to each case of a block, in the order it was written down."""
    ids = [str(row["id"]) for row in block]
    past: dict[str, list[Numbered]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, (ids, until))
        for subject, number, kind, at, account, facts in cursor.fetchall():
            past[subject].append((number, Happened(kind, at, account, orjson.loads(facts))))
    return {
        case: [happened for _, happened in sorted([*mine, *moved.get(case, ())], key=itemgetter(0))]
        for case, mine in past.items()
    }


def _answers(block: Sequence[dict[str, Any]]) -> dict[UUID, dict[str, datetime | None]]:
    found: dict[UUID, dict[str, datetime | None]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, ([row["id"] for row in block],))
        for case_id, report, at in cursor.fetchall():
            found[case_id][str(report)] = at
    return found


def _sides(block: Sequence[dict[str, Any]]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(SIDES, {"ids": [row["id"] for row in block]})
        for case_id, side, state in cursor.fetchall():
            found[case_id][side] = state
    return found


def _lost() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_LOST)
        found = cursor.fetchone()
    return str(found[0]) if found else ""
