"""Opening visit-backs, for the acts that lead to one: closing in a compound, a low rating, a drawn sample."""

from collections.abc import Collection
from datetime import datetime, timedelta

from mulin.cases.models import Assignment, Case, Report, Visit, VisitPlan
from mulin.cases.queries import doors, routing
from mulin.cases.rules.aftercare import VisitWhy
from mulin.kernel.ids import new_id
from mulin.people.models import Unit
from mulin.people.queries import units

ROLE = "visit"


def leads_of(case: Case) -> set[int]:
    """Return every unit that ever led the case: none of them visits back."""
    return set(Assignment.objects.filter(case=case, role="lead").values_list("unit_id", flat=True))


def after_closing(case: Case, *, now: datetime) -> Visit | None:
    """Give a case of a compound its visit-back (三单一访): the branch asks, else the community."""
    report = case.reports.order_by("received_at").first()
    return open_visit(case, report, why=VisitWhy.COMPOUND, now=now) if report is not None else None


def open_visit(case: Case, report: Report, *, why: VisitWhy, now: datetime) -> Visit | None:
    """Give one voice a visit-back by a third party, once a round for each reason."""
    unit = _third_party(case, now=now)
    if unit is None:
        return None
    visit, made = Visit.objects.get_or_create(
        case=case,
        round=case.reopened,
        report=report,
        why=why.value,
        defaults=_fields(unit, now=now),
    )
    if made:
        _give([case], unit, now=now)
    return visit if made else None


def open_drawn(
    drawn: Collection[tuple[Case, Report]], *, unit: Unit, plan: VisitPlan, now: datetime
) -> list[Visit]:
    """Give each drawn voice a visit-back by ``unit``."""
    visits = Visit.objects.bulk_create(
        Visit(
            case=case,
            round=case.reopened,
            report=report,
            why=VisitWhy.SAMPLE.value,
            plan=plan,
            **_fields(unit, now=now),
        )
        for case, report in drawn
    )
    _give([case for case, _ in drawn], unit, now=now)
    return visits


def call_off(case: Case, *, now: datetime) -> None:
    """End visits nobody has made yet: the case is taken up again, they would ask about the wrong round."""
    Visit.objects.filter(case=case, done_at__isnull=True).update(done_at=now)


def end_part(visit: Visit, *, now: datetime) -> None:
    """End the part that let the visiting unit see the case."""
    part = Assignment.objects.filter(case_id=visit.case_id, role=ROLE, unit_id=visit.unit_id)
    part.update(ended_at=now)


def _fields(unit: Unit, *, now: datetime) -> dict[str, object]:
    due_at = now + timedelta(days=doors.settings().visit_days)
    return {"id": new_id(), "unit": unit, "opened_at": now, "due_at": due_at}


def _give(cases: Collection[Case], unit: Unit, *, now: datetime) -> None:
    Assignment.objects.bulk_create(
        Assignment(case=case, unit=unit, role=ROLE, given_at=now, why={"how": "visit"}) for case in cases
    )


def _third_party(case: Case, *, now: datetime) -> Unit | None:
    """Return who asks: in a compound the party branch of the grid, else the community, else who is above."""
    chain = routing.chain_of(case.place_unit)
    near = routing.nearest(chain, doors.settings().check_kind)
    asked: list[Unit] = []
    if case.in_compound and chain:
        asked += [u for u in units.serving(chain[0], on=routing.today(now)) if u.kind.family == "party"]
    asked += chain[chain.index(near) :] if near in chain else chain
    leads = leads_of(case) | {case.lead_id}
    return next((unit for unit in asked if unit.pk not in leads), None)
