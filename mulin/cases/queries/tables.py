"""The dispatch table as it is shown and tried out: its rows, whom they name, which row wins when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from mulin.cases.models import Case, DispatchTable
from mulin.cases.queries import routing
from mulin.cases.rules import dispatch
from mulin.cases.rules.dispatch import Row
from mulin.cases.rules.lifecycle import FINAL
from mulin.people.models import Unit


@dataclass(frozen=True, slots=True)
class TableOnDay:
    """The edition in force on a day; ``names`` of every unit a cell mentions, lines that can never win."""

    table: DispatchTable
    rows: tuple[Row, ...]
    names: dict[str, str]
    shadowed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the table answers for facts that are no case: the row, whom it means there, the rows it beat."""

    line: int
    lead: Unit | None
    assist: tuple[Unit, ...]
    notify: tuple[Unit, ...]
    beaten: tuple[int, ...]
    why: dict[str, object]


def table_on(on: date) -> TableOnDay | None:
    """Return the dispatch table of a day in the order of its sheet, or nothing where none has begun."""
    table = routing.table_in_force(on)
    if table is None:
        return None
    rows = tuple(sorted(routing.rows_of(table.pk), key=lambda row: row.line))
    codes = {row.area for row in rows} | set(_named(rows))
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "short_name"))
    return TableOnDay(table, rows, names, frozenset(dispatch.shadowed(rows)))


def _named(rows: Iterable[Row]) -> Iterable[str]:
    for row in rows:
        for cell in (row.lead, *row.assist, *row.notify):
            yield from (target.value for target in dispatch.parse_target(cell) if target.how == "unit")


def trial(*, item: str, place: str, in_compound: bool, working: bool, on: date) -> Trial:
    """Return which row wins for these facts; a firm is named only by a real compound, so it stays open here.

    :raises NoRule: no table has begun, or no row fits
    :raises NotFound: there is no such place
    """
    table = routing.table_in_force(on)
    if table is None:
        raise dispatch.NoRule
    chain = routing.chain_of(routing.units_by_code([place])[0]) if place else []
    facts = dispatch.Facts(
        item=item, areas=tuple(unit.code for unit in chain), in_compound=in_compound, working=working
    )
    choice = dispatch.choose(routing.rows_of(table.pk), facts)

    def meant(cells: Iterable[str]) -> tuple[Unit, ...]:
        units = (routing.resolve(cell, chain=chain, firm="") for cell in cells)
        return tuple(unit for unit in units if unit is not None)

    lead = meant([choice.row.lead])
    return Trial(
        line=choice.row.line,
        lead=lead[0] if lead else None,
        assist=meant(choice.row.assist),
        notify=meant(choice.row.notify),
        beaten=choice.beaten,
        why={
            "how": "table",
            "line": choice.row.line,
            "because": list(choice.because),
            "beaten": list(choice.beaten),
        },
    )


def open_cases_by_item() -> dict[str, int]:
    """Return how many open cases cite each item code: what a new edition of a list would touch."""
    cited = Case.objects.filter(item__isnull=False).exclude(state__in=[state.value for state in FINAL])
    return dict(cited.values_list("item__code").annotate(Count("pk")))
