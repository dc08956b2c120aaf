"""The lines acts share that take units by the thousand: write what a plan says."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Q

from mulin.people.actions import periods
from mulin.people.models import Belonging, Cover, Naming, Unit
from mulin.people.queries.days import ends_after
from mulin.people.rules.plans import Plan


def carry_out(plan: Plan, *, on: date, now: datetime) -> None:
    """Found, name, move, cover and dissolve units from a day on, as the plan says."""
    founded = Unit.objects.bulk_create(
        [
            Unit(
                code=row.code,
                kind_id=row.kind,
                name=row.name,
                short_name=row.short,
                phone=row.phone,
                from_on=row.from_on or on,
            )
            for row in plan.found
        ]
    )
    starts = {unit.code: unit.from_on for unit in founded}
    known = {unit.code: unit for unit in Unit.objects.all()}
    starts.update({code: max(unit.from_on, on) for code, unit in known.items() if code not in starts})
    periods.dissolve([known[code].pk for code in plan.end], on=on, now=now)
    _name(plan, known, starts, on=on)
    _belong(plan, known, starts, on=on)
    _cover(plan, known, starts, on=on)
    for row in plan.rephone:
        known[row.code].phone = row.phone
    Unit.objects.bulk_update([known[row.code] for row in plan.rephone], ["phone"])


def _name(plan: Plan, known: Mapping[str, Unit], starts: Mapping[str, date], *, on: date) -> None:
    periods.stop(Naming, Q(unit__in=[known[row.code] for row in plan.rename]), on=on)
    Naming.objects.bulk_create(
        [
            Naming(unit=known[row.code], name=row.name, short_name=row.short, from_on=starts[row.code])
            for row in (*plan.found, *plan.rename)
        ]
    )


def _belong(plan: Plan, known: Mapping[str, Unit], starts: Mapping[str, date], *, on: date) -> None:
    periods.stop(Belonging, Q(unit__in=[known[row.code] for row in plan.move]), on=on)
    Belonging.objects.bulk_create(
        [
            Belonging(unit=known[row.code], parent=known[row.parent], from_on=starts[row.code])
            for row in (*plan.found, *plan.move)
            if row.parent
        ]
    )


def _cover(plan: Plan, known: Mapping[str, Unit], starts: Mapping[str, date], *, on: date) -> None:
    """End what the table no longer has and start what is new; what stays keeps its past."""
    running: dict[str, set[str]] = {row.code: set() for row in plan.recover}
    rows = Cover.objects.filter(ends_after(on), unit__code__in=running.keys())
    for unit, territory in rows.values_list("unit__code", "territory__code"):
        running[unit].add(territory)
    for row in plan.recover:
        gone = running[row.code] - set(row.covers)
        if gone:
            periods.stop(Cover, Q(unit=known[row.code], territory__code__in=gone), on=on)
    Cover.objects.bulk_create(
        [
            Cover(unit=known[row.code], territory=known[code], from_on=starts[row.code])
            for row in (*plan.found, *plan.recover)
            for code in dict.fromkeys(row.covers)
            if code not in running.get(row.code, ())
        ]
    )
