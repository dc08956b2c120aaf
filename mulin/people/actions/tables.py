"""Acts that take units and terms of office by the thousand: one act, one entry, all or nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotPossible
from mulin.kernel.periods import Period
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.actions import trees
from mulin.people.actions.carrying import carry_out
from mulin.people.models import Appointment, Person, Unit
from mulin.people.queries import setup, units
from mulin.people.queries.days import day_of
from mulin.people.rules import structure, terms
from mulin.people.rules.acts import Act
from mulin.people.rules.plans import Plan, UnitRow
from mulin.people.rules.rows import Imported, Problems
from mulin.people.rules.structure import TermRow
from mulin.people.rules.terms import PostRule, Term

_TERM_FIELDS: Final = ["until_on", "full_time", "source", "source_unit_id", "sole"]


@transaction.atomic
def import_units(
    *, rows: Sequence[UnitRow], ends: Sequence[str] = (), on: date, actor: Actor, now: datetime
) -> Imported:
    """Make the tree from ``on`` what the table says: found, rename, move, re-cover; dissolve ``ends``.

    :raises NotAllowed: the actor may not import
    :raises BadRows: a row breaks a rule; all broken rows are named
    """
    as_unit = policy.require_everywhere(actor, Act.IMPORT_PEOPLE)
    trees.take()
    plan = units.units_plan(rows, ends=ends, on=on)
    counts = plan.counts()
    if counts.is_nothing:
        return counts
    carry_out(plan, on=on, now=now)
    _refuse_circles(rows, plan)
    trees.work_out(day_of(now))
    record(
        "people.imported",
        subject="units",
        actor=actor,
        at=now,
        as_unit=as_unit,
        on=on.isoformat(),
        added=counts.added,
        changed=counts.changed,
        ended=counts.ended,
    )
    return counts


@transaction.atomic
def import_appointments(*, rows: Sequence[TermRow], actor: Actor, now: datetime) -> Imported:
    """Appoint everybody in the table; a term that is there already with the same first day is kept or mended.

    :raises NotAllowed: the actor may not import
    :raises BadRows: a row breaks a rule; all broken rows are named
    """
    as_unit = policy.require_everywhere(actor, Act.IMPORT_PEOPLE)
    trees.take()
    rules = setup.post_rules()
    kinds = dict(Unit.objects.filter(until_on__isnull=True).values_list("code", "kind_id"))
    structure.check_terms(rows, posts=rules, kinds=kinds)
    _check_together(rows, rules)
    counts = _write_terms(rows, rules)
    if not counts.is_nothing:
        record(
            "people.imported",
            subject="terms",
            actor=actor,
            at=now,
            as_unit=as_unit,
            added=counts.added,
            changed=counts.changed,
        )
    return counts


def _refuse_circles(rows: Sequence[UnitRow], plan: Plan) -> None:
    """Refuse a move that meets a planned one half-way: the table is right today and a circle next month."""
    moved = {unit.pk: unit.code for unit in Unit.objects.filter(code__in=[row.code for row in plan.move])}
    lost = {moved[pk] for pk in units.circles_through(moved)}
    problems = Problems()
    for number, row in enumerate(rows):
        if row.code in lost:
            problems.add(number, "parent", "%(code)s 归到了自己或自己的下级单位", code=row.code)
    problems.refuse()


def _check_together(rows: Sequence[TermRow], rules: dict[str, PostRule]) -> None:
    """Refuse rows that clash with a term there is and the table does not mend, or with a row above."""
    of_person: dict[str, list[Term]] = {}
    of_unit: dict[str, list[Term]] = {}

    def keep(term: Term) -> None:
        of_person.setdefault(term.person, []).append(term)
        of_unit.setdefault(term.unit, []).append(term)

    mended = {(row.staff_no, row.unit, row.post, row.from_on) for row in rows}
    for known in setup.terms_of(
        units={row.unit for row in rows}, people={row.staff_no for row in rows}, rules=rules
    ):
        if (known.person, known.unit, known.post.code, known.period.from_on) not in mended:
            keep(known)
    problems = Problems()
    for number, row in enumerate(rows):
        term = Term(row.staff_no, row.unit, rules[row.post], Period(row.from_on, row.until_on))
        here = of_unit.get(row.unit, [])
        elsewhere = [other for other in of_person.get(row.staff_no, []) if other.unit != row.unit]
        try:
            terms.require_free(term, [*here, *elsewhere])
        except NotPossible as refusal:
            problems.add(number, "post", refusal.why, **refusal.facts)
        keep(term)
    problems.refuse()


def _write_terms(rows: Sequence[TermRow], rules: dict[str, PostRule]) -> Imported:
    people = _people(rows)
    ids = dict(Unit.objects.values_list("code", "pk"))
    posts = setup.post_ids()
    known = {
        (term.person_id, term.unit_id, term.post_id, term.from_on): term
        for term in Appointment.objects.filter(person__in=people.values())
    }
    new: list[Appointment] = []
    changed: list[Appointment] = []
    for row in rows:
        term = Appointment(
            person_id=people[row.staff_no],
            unit_id=ids[row.unit],
            post_id=posts[row.post],
            from_on=row.from_on,
            until_on=row.until_on,
            full_time=row.full_time,
            source=row.source,
            source_unit_id=ids[row.source_unit] if row.source_unit else None,
            sole=rules[row.post].seats_max == 1,
        )
        before = known.get((term.person_id, term.unit_id, term.post_id, term.from_on))
        if before is None:
            new.append(term)
        elif any(getattr(before, field) != getattr(term, field) for field in _TERM_FIELDS):
            term.pk = before.pk
            changed.append(term)
    # Shortened terms first, so that what takes their place finds it free.
    for shortens in (True, False):
        part = [term for term in changed if (term.until_on is not None) is shortens]
        Appointment.objects.bulk_update(part, _TERM_FIELDS)
    Appointment.objects.bulk_create(new)
    return Imported(added=len(new), changed=len(changed), same=len(rows) - len(new) - len(changed))


def _people(rows: Sequence[TermRow]) -> dict[str, int]:
    """Return the person behind each 工号, made known if new; names and telephones of known ones are kept."""
    wanted = {row.staff_no: row for row in rows}
    known = dict(Person.objects.filter(staff_no__in=wanted).values_list("staff_no", "pk"))
    made = Person.objects.bulk_create(
        [
            Person(staff_no=row.staff_no, name=row.name, work_phone=row.work_phone)
            for staff_no, row in wanted.items()
            if staff_no not in known
        ]
    )
    return known | {person.staff_no: person.pk for person in made}
