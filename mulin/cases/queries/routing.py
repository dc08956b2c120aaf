"""Where a case goes: its place, its first desk, the dispatch table's answer, the desk that checks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, TypeAlias

from django.db.models import Q
from django.utils import timezone

from mulin.cases.models import Case, DispatchRule, DispatchTable, Settings
from mulin.cases.queries import clock, doors, plain
from mulin.cases.rules import dispatch
from mulin.kernel.actor import Actor, Relation
from mulin.kernel.errors import NotFound, NotPossible
from mulin.ledger.rules.privacy import Json
from mulin.people.models import Unit
from mulin.places.queries import ground as places
from mulin.places.rules.located import Located, Outcome, Reason

Why: TypeAlias = dict[str, Json]


_CHAIN: Final = "where id = any(%s) order by length(path) desc"
_IN_FORCE: Final = "where from_on <= %s order by from_on desc limit 1"
_CHAIN_AT: Final = """
where id = any(select unnest(string_to_array(trim(trailing '/' from path), '/')::bigint[])
               from people_unit where code = %s)
order by length(path) desc
"""


@dataclass(frozen=True, slots=True)
class Route:
    """The table's answer for one case: units, and the reason to store and show."""

    lead: Unit
    assist: tuple[Unit, ...]
    notify: tuple[Unit, ...]
    why: Why


def today(now: datetime) -> date:
    """Return the day of ``now`` in the city's time zone."""
    return timezone.localtime(now).date()


def locate(*, lon: float | None, lat: float | None, address: str, now: datetime) -> Located:
    """Return where a report is: the grid by its point if there is one, else by its address.

    A pin put just outside the fence does not take a matter out of the compound its address names.
    """
    if lon is not None and lat is not None:
        by_point = places.locate_point(lon=lon, lat=lat, on=today(now))
        if by_point.compound_code or not address:
            return by_point
        said = places.locate_address(address, on=today(now))
        grids = {area.code for area in places.grids_of_compound(said.compound_code, on=today(now))}
        if by_point.grid_code not in grids:
            return by_point
        return replace(by_point, compound_code=said.compound_code, compound_name=said.compound_name)
    if address:
        return places.locate_address(address, on=today(now))
    return Located(outcome=Outcome.UNKNOWN, reason=Reason("empty"))


def chain_of(unit: Unit | None) -> list[Unit]:
    """Return ``unit`` and the units above it, nearest first."""
    if unit is None:
        return []
    ids = [int(part) for part in unit.path.split("/") if part]
    return plain.rows(Unit, _CHAIN, [ids])


def chain_at(located: Located) -> list[Unit]:
    """Return the unit that governs the place and the units above it; empty if the answer names none."""
    return plain.rows(Unit, _CHAIN_AT, [located.unit_code]) if located.unit_code else []


def spot_at(located: Located) -> str:
    """Return the path of the narrowest unit the answer names: stairwell, building or area; empty if none."""
    named = [located.stairwell_code, located.building_code, located.unit_code]
    found = plain.rows(Unit, "where code = any(%s) order by length(path) desc limit 1", [named])
    return found[0].path if found else ""


def nearest(chain: Iterable[Unit], kind: str) -> Unit | None:
    """Return the first unit of ``kind`` in ``chain``."""
    return next((unit for unit in chain if unit.kind_id == kind), None)


def fallback_desk(settings: Settings) -> Unit:
    """Return the desk of cases that no place leads to.

    :raises NotPossible: the city has not named one
    """
    unit = next(iter(plain.rows(Unit, "where code = %s", [settings.fallback_unit_code])), None)
    if unit is None:
        raise NotPossible("还没有设定兜底单位：请先导入资料包")
    return unit


def fallback_id(settings: Settings) -> int | None:
    """Return the unit of cases that no place leads to, if the city has named one."""
    found = plain.rows(Unit, "where code = %s", [settings.fallback_unit_code])
    return found[0].pk if found else None


def intake_desk(chain: Iterable[Unit], settings: Settings) -> Unit:
    """Return who judges a new case: the pack's level around the place, else the fallback unit."""
    return nearest(chain, settings.intake_kind) or fallback_desk(settings)


def check_desk(case: Case, settings: Settings) -> Unit:
    """Return who checks a result: never the unit that reported it (design.md §5)."""
    chain = chain_of(case.place_unit)
    candidates = [nearest(chain, settings.check_kind), case.dispatcher, *chain[1:]]
    for unit in candidates:
        if unit is not None and unit.pk != case.lead_id:
            return unit
    return fallback_desk(settings)


def superior_desk(case: Case, settings: Settings) -> Unit:
    """Return who reviews a refusal: the unit above the one that refused."""
    above = chain_of(case.desk)[1:]
    return above[0] if above else fallback_desk(settings)


@lru_cache(maxsize=8)
def rows_of(table_id: int) -> tuple[dispatch.Row, ...]:
    """Return a table's rows; an edition never changes once published, so it may be kept."""
    return tuple(
        dispatch.Row(
            line=rule.line,
            item=rule.item,
            area=rule.area,
            compound=rule.compound,
            hours=rule.hours,
            lead=rule.lead,
            assist=tuple(rule.assist),
            notify=tuple(rule.notify),
        )
        for rule in DispatchRule.objects.filter(table_id=table_id)
    )


def table_in_force(on: date) -> DispatchTable | None:
    """Return the newest dispatch table begun by ``on``."""
    return next(iter(plain.rows(DispatchTable, _IN_FORCE, [on])), None)


def resolve(cell: str, *, chain: Iterable[Unit], firm: str) -> Unit | None:
    """Return the first unit a target cell leads to, or nothing."""
    chain = list(chain)
    for target in dispatch.parse_target(cell):
        unit = None
        if target.how == "kind":
            unit = nearest(chain, target.value)
        elif target.how == "unit":
            unit = Unit.objects.filter(code=target.value, until_on__isnull=True).first()
        elif firm:
            unit = Unit.objects.filter(code=firm, until_on__isnull=True).first()
        if unit is not None:
            return unit
    return None


def route(case: Case, *, now: datetime, settings: Settings | None = None) -> Route:
    """Return where the dispatch table sends ``case``, and why.

    :raises dispatch.NoRule: no table, or no row fits, or its target does not exist here
    """
    table = table_in_force(today(now))
    if table is None:
        raise dispatch.NoRule
    chain = chain_of(case.place_unit)
    firm = places.firm_of(case.compound_code, on=today(now)) if case.compound_code else ""
    facts = dispatch.Facts(
        item=case.item.code if case.item else "",
        areas=tuple(unit.code for unit in chain),
        in_compound=bool(case.compound_code),
        working=clock.calendar_around(case, settings or doors.settings(), today(now)).is_working(now),
    )
    choice = dispatch.choose(rows_of(table.pk), facts)
    lead = resolve(choice.row.lead, chain=chain, firm=firm)
    if lead is None:
        raise dispatch.NoRule
    others = [
        tuple(
            unit
            for cell in cells
            if (unit := resolve(cell, chain=chain, firm=firm)) is not None and unit.pk != lead.pk
        )
        for cells in (choice.row.assist, choice.row.notify)
    ]
    why: Why = {
        "how": "table",
        "table": table.name,
        "line": choice.row.line,
        "because": list(choice.because),
        "beaten": list(choice.beaten),
        "target": choice.row.lead,
    }
    return Route(lead, others[0], others[1], why)


def units_by_code(codes: Iterable[str]) -> tuple[Unit, ...]:
    """Return the running units with these codes, in the order asked.

    :raises NotFound: naming the first code nobody has
    """
    codes = list(codes)
    known = {unit.code: unit for unit in Unit.objects.filter(code__in=codes, until_on__isnull=True)}
    for code in codes:
        if code not in known:
            raise NotFound("没有编码为 %(code)s 的单位", code=code)
    return tuple(known[code] for code in codes)


# Units that can deal with a matter; stairwells and party branches are not dispatched to.
DISPATCHABLE: Final = ("county", "street", "community", "grid", "department", "property_firm")


def units_below(actor: Actor, act: str, *, most: int) -> tuple[Unit, ...]:
    """Return the running units at or below those in whose name ``actor`` does ``act``, widest first."""
    scope = Q(pk__isnull=True)
    for grant in actor.grants:
        relations = grant.relations(act)
        if Relation.ANY in relations:
            scope |= Q(pk__isnull=False)
        elif relations:
            scope |= Q(path__startswith=grant.unit_path)
    found = Unit.objects.filter(scope, kind__in=DISPATCHABLE, until_on__isnull=True)
    return tuple(found.select_related("kind").order_by("kind__rank", "code")[:most])
