"""What an adjustment would do to the tree of units and to those who serve in it, without doing it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from mulin.people.models import Appointment, Unit
from mulin.people.queries import units
from mulin.people.queries.days import ends_after
from mulin.people.rules.plans import Plan
from mulin.people.rules.successions import Changed, Served, TermMoved, fates, rows_of


@dataclass(frozen=True, slots=True)
class UnitsAfter:
    """What is to be written: the plan of the tree, and what becomes of each term of office."""

    plan: Plan
    terms: tuple[TermMoved, ...]


def succession(changed: Changed, *, on: date) -> UnitsAfter:
    """Return what an adjustment does to units and terms from a day on.

    :raises BadRows: a unit would stand where it cannot
    """
    rows, ends = rows_of(changed, units.states_on(on))
    staff = changed.staff or {}
    terms: tuple[TermMoved, ...] = ()
    if ends:
        kinds = dict(Unit.objects.filter(code__in=staff.values()).values_list("code", "kind_id"))
        kinds |= {row.code: row.kind for row in changed.found}
        there = set(staff.values()) - set(ends)
        terms = tuple(fates(_served(ends, on), _served(there, on), staff=staff, kinds=kinds))
    return UnitsAfter(units.units_plan(rows, ends=ends, on=on), terms)


def codes_known(codes: Collection[str]) -> frozenset[str]:
    """Return which of the codes belong to a unit, standing or not."""
    return frozenset(Unit.objects.filter(code__in=codes).values_list("code", flat=True))


def codes_standing(on: date) -> frozenset[str]:
    """Return the codes of all units that stand from a day on with no end in sight."""
    return frozenset(
        Unit.objects.filter(until_on__isnull=True, from_on__lte=on).values_list("code", flat=True)
    )


def codes_founded_on(on: date) -> frozenset[str]:
    """Return the codes of the units whose first day this is."""
    return frozenset(Unit.objects.filter(from_on=on).values_list("code", flat=True))


def _served(codes: Collection[str], on: date) -> list[Served]:
    rows = Appointment.objects.filter(ends_after(on), unit__code__in=codes).order_by("pk")
    return [
        Served(*row)
        for row in rows.values_list(
            "pk",
            "person__staff_no",
            "person__name",
            "post__code",
            "post__name",
            "post__unit_kind_id",
            "post__seats_max",
            "unit__code",
            "from_on",
        )
    ]
