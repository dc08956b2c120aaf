"""The table of grades in force, and whom a grade calls for one case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mulin.cases.models import Case, WhistleGrade
from mulin.cases.queries import calls, routing
from mulin.cases.rules import grades as rules
from mulin.cases.rules import whistles
from mulin.cases.rules.grades import GradeRow
from mulin.people.models import Unit
from mulin.places.queries import ground as places


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade that may be chosen, and whom it calls here: targets that exist and may be called."""

    row: GradeRow
    units: tuple[Unit, ...]


def rows_in_force(on: date) -> tuple[GradeRow, ...]:
    """Return the table in force on a day."""
    newest = WhistleGrade.objects.filter(from_on__lte=on).order_by("-from_on").values("from_on")[:1]
    return tuple(
        GradeRow(
            line=row.line,
            grade=row.grade,
            name=row.name,
            caller_kind=row.caller_kind,
            items=tuple(row.items),
            call=tuple(row.call),
            report_value=row.report_value,
            report_kind=row.report_kind,
            is_example=row.is_example,
        )
        for row in WhistleGrade.objects.filter(from_on__in=newest).order_by("line")
    )


def ladder(caller: Unit, case: Case, *, item: str, now: datetime) -> tuple[Graded, ...]:
    """Return the grades ``caller`` may choose from for a case, each with whom it calls here."""
    on = routing.today(now)
    rows = rules.ladder(rows_in_force(on), caller_kind=caller.kind_id, item=item)
    if not rows:
        return ()
    chain = routing.chain_of(case.place_unit) or routing.chain_of(caller)
    firm = places.firm_of(case.compound_code, on=on) if case.compound_code else ""
    able = {unit.pk: unit for unit in calls.callable_units(caller, on=on)}
    return tuple(Graded(row, _called(row, chain, firm, able)) for row in rows)


def chosen(caller: Unit, case: Case, *, grade: int, item: str, now: datetime) -> Graded:
    """Return one grade of those ``caller`` may choose from.

    :raises NoGrade: there is none for this level and matter
    """
    found = next((each for each in ladder(caller, case, item=item, now=now) if each.row.grade == grade), None)
    if found is None:
        raise rules.NoGrade(grade)
    return found


def _called(row: GradeRow, chain: Sequence[Unit], firm: str, able: dict[int, Unit]) -> tuple[Unit, ...]:
    found = (routing.resolve(cell, chain=chain, firm=firm) for cell in row.call)
    kept = dict.fromkeys(unit.pk for unit in found if unit is not None and unit.pk in able)
    return tuple(able[pk] for pk in list(kept)[: whistles.UNITS_MOST])
