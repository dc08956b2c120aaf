"""Which open cases come to other units when boundaries are adjusted; nothing is changed here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, Exists, F, OuterRef, Subquery, When
from django.db.models import Case as Conditional

from mulin.cases.models import Handover
from mulin.cases.rules.handovers import Held, How, Reform, heir_of, held_after
from mulin.cases.rules.lifecycle import FINAL
from mulin.people.models import Unit
from mulin.places.rules.ground import AreaEdition
from mulin.places.rules.points import AreaIndex
from mulin.places.rules.regrid import grids_at

# Records beside a case with the unit they wait for, and while they do.
SIDES: Final[tuple[tuple[str, str, str], ...]] = (
    ("cases_assignment", "unit_id", "ended_at is null"),
    ("cases_whistle", "caller_id", "ended_at is null"),
    ("cases_whistle", "lead_unit_id", "ended_at is null"),
    ("cases_ruling", "superior_id", "ruled_at is null"),
    ("cases_ruling", "asker_id", "ruled_at is null"),
    ("cases_ruling", "refuser_id", "ruled_at is null"),
    ("cases_supervision", "unit_id", "state <> 'settled'"),
    ("cases_supervision", "raised_unit_id", "state <> 'settled'"),
    ("cases_hold", "asked_unit_id", "state = 'asked'"),
    ("cases_extension", "asked_unit_id", "state = 'asked'"),
    ("cases_mediation", "unit_id", "settled_at is null"),
    ("cases_mediation", "asked_unit_id", "settled_at is null"),
    ("cases_exclusion", "unit_id", "settled_at is null"),
    ("cases_visit", "unit_id", "done_at is null"),
    ("cases_appeal", "unit_id", "state in ('asked', 'reviewed')"),
)
_SIDE_ROWS: Final = " union all ".join(
    f"select '{table}', '{column}', id::text, case_id, {column} from {table} where {column} = any(%(ended)s)"  # noqa: S608
    f" and {where}"
    for table, column, where in SIDES
) + "".join(
    f" union all select 'cases_call', '{column}', c.id::text, w.case_id, c.{column} from cases_call c"  # noqa: S608
    f" join cases_whistle w on w.id = c.whistle_id"
    f" where c.{column} = any(%(ended)s) and c.state <> 'released' and w.ended_at is null"
    for column in ("unit_id", "escalated_to_id")
)
_OPEN: Final = """
select id, number, state, lon, lat, place->>'building_code', compound_code,
       place_unit_id, desk_id, lead_id, dispatcher_id
from cases_case c
where state <> all(%(final)s)
and (place_unit_id = any(%(places)s) or desk_id = any(%(ended)s) or lead_id = any(%(ended)s)
     or dispatcher_id = any(%(ended)s) or id = any(%(beside)s))
order by id
"""
# A lead that goes on elsewhere although its unit stands: the border between two grids moved.
_LEADS: Final = """
select 'cases_assignment', 'unit_id', id::text, case_id, unit_id from cases_assignment
where case_id = any(%(cases)s) and role = 'lead' and ended_at is null
"""
# Of a case that is over only the work somebody must still do goes on; the case itself stays as it was.
AFTERWARDS: Final = frozenset({"cases_visit", "cases_appeal", "cases_exclusion"})


@dataclass(frozen=True, slots=True)
class SideMoved:
    """A record beside a case whose unit ends: where it is kept, and who takes it over."""

    table: str
    column: str
    id: str
    case_id: UUID
    was: str
    to: str


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """An open case that changes hands."""

    case_id: UUID
    number: str
    state: str
    was: Held
    to: Held
    how: How


@dataclass(frozen=True, slots=True)
class Moves:
    """What an adjustment does to open cases, and the units by code that it takes."""

    looked_at: int
    cases: tuple[CaseMoved, ...]
    sides: tuple[SideMoved, ...]


def moves_of(
    reform: Reform,
    areas: Sequence[AreaEdition],
    *,
    buildings: Mapping[str, str],
    compounds: Mapping[str, tuple[str, ...]],
    lock: bool = False,
) -> Moves:
    """Return which open cases change hands, by the ``areas`` as they stand afterwards.

    ``buildings`` and ``compounds`` tell in which grids (area codes) each lies afterwards. With ``lock`` the
    cases stay as they are until the transaction ends.
    """
    ids = {code: pk for pk, code in _units(set(reform.heirs) | set(reform.before)).items()}
    codes = {pk: code for code, pk in ids.items()}
    ended = [ids[code] for code in reform.heirs if code in ids]
    uprooted = {
        code for code, chain in reform.before.items() if reform.after.get(code) != chain
    } | reform.redrawn
    places = [ids[code] for code in uprooted if code in ids]
    sides = _asked(_SIDE_ROWS, {"ended": ended}) if ended else []
    beside = sorted({row[3] for row in sides})
    asked = {"final": [s.value for s in FINAL], "places": places, "ended": ended, "beside": beside}
    rows = _asked(_OPEN + (" for update of c" if lock else ""), asked)
    codes |= _units_by_id({pk for row in rows for pk in row[7:11] if pk} | {row[4] for row in sides}, codes)
    found = _found(rows, areas, codes, buildings, compounds)
    moved: list[CaseMoved] = []
    places_of: dict[UUID, tuple[str, str]] = {}
    for row, unit in zip(rows, found, strict=True):
        was = Held(*(codes.get(pk, "") for pk in row[7:11]))
        to, how = held_after(was, unit, reform)
        places_of[row[0]] = (was.place, to.place)
        if to != was:
            moved.append(CaseMoved(row[0], row[1], row[2], was, to, how))
    led = {case.case_id: case for case in moved if case.was.lead != case.to.lead}
    standing = [case_id for case_id, case in led.items() if case.was.lead not in reform.heirs]
    sides += _asked(_LEADS, {"cases": standing}) if standing else []
    waiting = [row for row in sides if row[3] in places_of or row[0] in AFTERWARDS]
    return Moves(len(rows), tuple(moved), tuple(_sides(waiting, codes, places_of, reform)))


def _sides(
    rows: Sequence[tuple[Any, ...]],
    codes: Mapping[int, str],
    places_of: Mapping[UUID, tuple[str, str]],
    reform: Reform,
) -> list[SideMoved]:
    found = []
    for table, column, pk, case_id, unit in rows:
        place_was, place = places_of.get(case_id, ("", ""))
        to = heir_of(codes[unit], place_was, place, reform)
        if to != codes[unit]:
            found.append(SideMoved(table, column, pk, case_id, codes[unit], to))
    return found


def _found(
    rows: Sequence[tuple[Any, ...]],
    areas: Sequence[AreaEdition],
    codes: Mapping[int, str],
    buildings: Mapping[str, str],
    compounds: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """Return the unit of the grid each case lies in: by its point, its building, its compound if in one."""
    area_of = {area.unit_code: area.code for area in areas}
    unit_of = {area.code: area.unit_code for area in areas}
    pinned = [number for number, row in enumerate(rows) if row[3] is not None and row[4] is not None]
    grids = grids_at(
        AreaIndex(areas),
        [rows[number][3] for number in pinned],
        [rows[number][4] for number in pinned],
        held=[area_of.get(codes.get(rows[number][7], ""), "") for number in pinned],
    )
    by_point = dict(zip(pinned, grids, strict=True))
    found = []
    for number, row in enumerate(rows):
        grid = by_point.get(number, "") or buildings.get(row[5] or "", "")
        whole = compounds.get(row[6], ()) if not grid else ()
        found.append(unit_of.get(grid or (whole[0] if len(whole) == 1 else ""), ""))
    return found


def place_then(moment: str) -> Conditional:
    """Return the expression of the unit a case lay in at a moment (a field of cases).

    That is what the first later adjustment took it from; if none did, where it lies still.
    """
    later = Handover.objects.filter(case=OuterRef("pk"), at__gt=OuterRef(moment)).order_by("pk")
    return Conditional(
        When(Exists(later), then=Subquery(later.values("place_was")[:1])),
        default=F("place_unit_id"),
        output_field=BigIntegerField(),
    )


def handed_over(case_id: UUID) -> list[dict[str, Any]]:
    """Return by which adjustments a case changed hands, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select adjustment, how, at, was.short_name, now.short_name from cases_handover h "
            "join people_unit was on was.id = h.desk_was_id join people_unit now on now.id = h.desk_id "
            "where case_id = %s order by h.id",
            (case_id,),
        )
        names = ("adjustment", "how", "at", "was", "now")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _asked(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _units(codes: set[str]) -> dict[int, str]:
    return dict(Unit.objects.filter(code__in=codes).values_list("pk", "code"))


def _units_by_id(ids: set[int], known: Mapping[int, str]) -> dict[int, str]:
    missing = {pk for pk in ids if pk not in known}
    return dict(Unit.objects.filter(pk__in=missing).values_list("pk", "code")) if missing else {}


def by_table(sides: Sequence[SideMoved]) -> dict[tuple[str, str], list[SideMoved]]:
    """Return what is to be moved by the table and column it is kept in."""
    found: dict[tuple[str, str], list[SideMoved]] = defaultdict(list)
    for side in sides:
        found[side.table, side.column].append(side)
    return found
