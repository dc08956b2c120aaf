"""Visit-backs (回访): draw a sample that can be drawn again, ring, write down what was said."""

from datetime import datetime
from uuid import UUID

from mulin.cases import policy
from mulin.cases.actions import checking, moves, visiting
from mulin.cases.models import Case, Visit, VisitPlan
from mulin.cases.queries import doors, sampling
from mulin.cases.queries.script import questions
from mulin.cases.rules import aftercare
from mulin.cases.rules.aftercare import NotYours, VisitSaid
from mulin.cases.rules.lifecycle import Act
from mulin.kernel.actor import SYSTEM, Actor, Relation
from mulin.kernel.errors import BadInput, NotFound, NotPossible
from mulin.kernel.ids import new_id
from mulin.ledger.actions import Line, record, record_all, whole
from mulin.people.actions import contacts
from mulin.people.models import Unit
from mulin.people.rules.contacts import ContactDetails

DRAW = "draw_visits"
SAMPLE_MOST = 2_000
AGAIN = "回访后重办"


@whole
def draw_visits(
    *, since: datetime, until: datetime, wanted: int, seed: str, actor: Actor, now: datetime
) -> VisitPlan:
    """Draw closed cases of a period for visit-backs by one's own unit, the same for the same seed.

    :raises NotAllowed: no post of the actor permits it
    :raises BadInput: the period or the size makes no sense, or there is no seed
    :raises NotPossible: nobody is there to be rung
    """
    unit_id = policy.require_anywhere(actor, DRAW)
    if unit_id is None:
        raise NotPossible("回访计划要由岗位上的人来抽")
    if not 0 < wanted <= SAMPLE_MOST:
        raise BadInput("样本要在 1 到 %(most)d 之间", where="wanted", most=SAMPLE_MOST)
    seed = moves.words(seed, where="seed", most=64)
    unit = Unit.objects.get(pk=unit_id)
    cohort = sampling.cohort(unit, since=since, until=until)
    sample = sampling.drawn(cohort, wanted=wanted, seed=seed)
    if not sample.chosen:
        raise NotPossible("这段时间没有可以回访的事项：要已结案、有人同意接回访、本单位没有承办")
    plan = VisitPlan.objects.create(
        id=new_id(),
        unit=unit,
        since=since,
        until=until,
        seed=seed,
        wanted=wanted,
        cohort=len(cohort.voices),
        unreachable=cohort.unreachable,
        strata=[[list(each.name), each.cases, each.drawn] for each in sample.strata],
        digest=cohort.digest,
        account_id=actor.account_id,
        at=now,
    )
    visits = visiting.open_drawn(cohort.rows(sample.chosen), unit=unit, plan=plan, now=now)
    # Told as a visit is that a doubt leads to: who is judged learns that somebody asks, never why.
    lines = [Line(each.case_id, {"visit": str(each.pk), "to": unit_id}) for each in visits]
    record_all("case.visit_opened", lines=lines, actor=SYSTEM, at=now)
    record(
        "visits.drawn",
        subject=plan.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        cohort=plan.cohort,
        drawn=len(visits),
        seed=seed,
        digest=plan.digest,
    )
    return plan


@whole
def record_visit(
    *,
    case_id: UUID,
    visit_id: UUID,
    said: VisitSaid,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Write down one try of a visit-back; "not solved" or "not satisfied" reopens the case inside its window.

    :raises NotFound: the case has no such visit
    :raises NotYours: the visit is another unit's, or the visitor handled the case
    :raises SettledBefore: it was made before
    :raises BadInput: somebody reached has not answered, or somebody not reached has
    """
    move = moves.begin(Act.VISIT, case_id=case_id, version=version, actor=actor, now=now)
    visit = _to_make(move, visit_id)
    said = aftercare.checked(said, questions())
    words = said.words.strip() and moves.words(said.words, where="words", most=aftercare.WORDS_MOST)
    visit.attempts += 1
    over = aftercare.is_over(said, attempts=visit.attempts, attempts_most=doors.settings().visit_attempts)
    visit.method, visit.outcome, visit.words = said.method.value, said.outcome.value, words
    visit.responded, visit.answers = said.responded, dict(said.answers)
    visit.solved, visit.satisfied = said.solved or "", said.satisfied or ""
    visit.account_id = actor.staff_id
    visit.done_at = now if over else None
    visit.save()
    if over:
        visiting.end_part(visit, now=now)
    move.save()
    # How it was judged is kept from those it judges: the entry says that somebody rang, not what was said.
    move.record("visited", visit=str(visit.pk), outcome=visit.outcome, attempt=visit.attempts, over=over)
    closed_at, window = move.case.closed_at, doors.settings().reopen_days
    if said.is_bad and aftercare.window_open(closed_at=closed_at, reopen_days=window, now=now):
        cause = f"visit:{visit.pk}"
        return checking.reopen_case(case_id=case_id, reason=AGAIN, because=cause, actor=SYSTEM, now=now)
    return move.case


def _to_make(move: moves.Move, visit_id: UUID) -> Visit:
    """Return an open visit of the case, its row locked, if the actor is the third party it was given to."""
    visit = Visit.objects.select_for_update(of=("self",)).filter(pk=visit_id, case=move.case).first()
    if visit is None:
        raise NotFound("没有这次回访")
    aftercare.require_open(done=visit.done_at is not None)
    _require_visitor(move.actor, visit)
    move.unit_id = visit.unit_id if move.actor != SYSTEM else None
    aftercare.require_third_party(
        unit_id=move.unit_id,
        leads=visiting.leads_of(move.case),
        handler=move.case.handled_by_id,
        account=move.actor.account_id,
    )
    return visit


def _require_visitor(actor: Actor, visit: Visit) -> None:
    for grant in actor.grants:
        relations = grant.relations(Act.VISIT)
        if Relation.ANY in relations or (relations and grant.unit_id == visit.unit_id):
            return
    if actor != SYSTEM:
        raise NotYours("这次回访交给了别的单位")


@whole
def reveal_to_visitor(
    *, case_id: UUID, visit_id: UUID, reason: str, actor: Actor, now: datetime
) -> ContactDetails:
    """Look into the vault to make a visit-back; who looked and why is shown to them.

    :raises BadInput: no reason was given
    :raises NotYours: the visit is another unit's, or the visitor handled the case
    :raises NotPossible: this voice left no contact, or does not want to be rung
    """
    reason = moves.words(reason, where="reason", most=200)
    move = moves.begin(Act.VISIT, case_id=case_id, version=None, actor=actor, now=now)
    visit = _to_make(move, visit_id)
    contact = visit.report.contact
    if contact is None or contact.erased_at is not None or not contact.may_call or move.unit_id is None:
        raise NotPossible("诉求人没有留联系方式，或不愿接回访")
    details = contacts.reveal_contact(
        contact_id=contact.pk, reason=reason, as_unit=move.unit_id, actor=actor, now=now
    )
    record(
        "case.contact_revealed",
        subject=case_id,
        actor=actor,
        at=now,
        as_unit=move.unit_id,
        report=str(visit.report_id),
    )
    return details
