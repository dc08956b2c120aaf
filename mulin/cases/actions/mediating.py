"""Mediation (调解) beside a case: ask both, begin when both agreed, meet, agree, or end; never forced."""

from datetime import datetime
from uuid import UUID

from mulin.cases import policy
from mulin.cases.actions import moves
from mulin.cases.models import Assignment, Case, Mediation, MediationSession, Milestone
from mulin.cases.queries import doors, mediations
from mulin.cases.rules import mediation as rules
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.mediation import Consent, Ending, MediationStage, Party, Step
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible
from mulin.kernel.ids import new_id
from mulin.ledger.actions import record, whole
from mulin.people.actions import sealed

ROLE = "mediate"
WORDS_MOST = 4_000


def _begin(
    act: Act, *, case_id: UUID, mediation_id: UUID, version: int | None, actor: Actor, now: datetime
) -> tuple[moves.Move, Mediation]:
    """Return the move and the mediation it is about, in the name of the unit that mediates."""
    move = moves.begin(act, case_id=case_id, version=version, actor=actor, now=now)
    file = mediations.file_of(move.case, mediation_id)
    move.unit_id = policy.require_as(actor, act, move.case, lambda grant: mediations.may_do(grant, act, file))
    return move, file


def _settle(move: moves.Move, file: Mediation, stage: MediationStage) -> None:
    """Write down how a mediation ended; from now on it holds nothing."""
    file.state, file.settled_at = stage.value, move.now
    file.save(update_fields=["state", "settled_at", "ending", "agreement"])
    parts = Assignment.objects.filter(case=move.case, role=ROLE, unit_id=file.unit_id)
    parts.filter(ended_at__isnull=True).update(ended_at=move.now)
    move.save(mediations_open=move.case.mediations_open - 1)


@whole
def propose_mediation(
    *, case_id: UUID, unit: str = "", version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Propose a mediation by the community's mediators, or by those of ``unit``; both parties are asked next.

    :raises BadInput: the unit is none of those around the case
    :raises NotPossible: one runs already
    """
    move = moves.begin(Act.PROPOSE_MEDIATION, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    if case.mediations_open:
        raise NotPossible("这件事项已经有一份调解没有结束")
    around = mediations.units_around(case)
    usual = mediations.usual(around, move.settings)
    target = next((each for each in around if each.code == unit), None) if unit else usual
    if target is None:
        raise BadInput("请从事项所在的社区、街道里选调解组织", where="unit")
    milestone = Milestone.objects.filter(
        case=case, round=case.reopened, met_by=Act.END_MEDIATION.value, met_at__isnull=True
    ).first()
    file = Mediation.objects.create(
        id=new_id(),
        case=case,
        round=case.reopened,
        state=MediationStage.PROPOSED.value,
        unit=target,
        asked_unit_id=move.unit_id,
        asked_at=now,
        due_at=milestone.due_at if milestone else None,
    )
    Assignment.objects.create(
        case=case, unit=target, role=ROLE, given_unit_id=move.unit_id, given_at=now, why={"how": "mediation"}
    )
    move.save(mediations_open=1)
    move.record("mediation_proposed", mediation=str(file.pk), to=target.pk)
    return case


@whole
def record_consent(
    *,
    case_id: UUID,
    mediation_id: UUID,
    party: Party,
    how: Consent,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Write down that a party agreed to a mediation, and how; the second yes opens the file.

    :raises NotFound: the case has no such mediation
    :raises NotAllowed: the actor is no mediator of the unit asked
    :raises ImpossibleStep: both have agreed, or it is over
    :raises ConsentedAlready: this party has agreed before
    """
    move, file = _begin(
        Act.CONSENT, case_id=case_id, mediation_id=mediation_id, version=version, actor=actor, now=now
    )
    stage = rules.consent(MediationStage(file.state), party=party, given=mediations.given(file))
    file.state = stage.value
    setattr(file, f"{party}_at", now)
    setattr(file, f"{party}_how", how.value)
    if stage is MediationStage.OPEN:
        file.opened_at, file.mediator_id = now, actor.staff_id
    file.save()
    move.save()
    move.record(
        "mediation_opened" if stage is MediationStage.OPEN else "mediation_consented", mediation=str(file.pk)
    )
    return move.case


@whole
def hold_session(
    *,
    case_id: UUID,
    mediation_id: UUID,
    place: str,
    text: str,
    at: datetime | None = None,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Write down a session: when, where, and sealed what was said.

    :raises BadInput: no place or no words, or a time before both had agreed or in the future
    :raises ImpossibleStep: the file is not open
    """
    place = moves.words(place, where="place", most=80)
    text = moves.words(text, where="text", most=WORDS_MOST)
    move, file = _begin(
        Act.HOLD_SESSION, case_id=case_id, mediation_id=mediation_id, version=version, actor=actor, now=now
    )
    rules.after(MediationStage(file.state), Step.SESSION)
    rules.check_session(at=at or now, opened_at=file.opened_at, now=now)
    MediationSession.objects.create(
        mediation=file,
        at=at or now,
        place=place,
        words=sealed.seal_words(text=text, now=now),
        account_id=actor.staff_id,
    )
    move.save()
    move.record("mediation_session", mediation=str(file.pk))
    return move.case


@whole
def record_agreement(
    *,
    case_id: UUID,
    mediation_id: UUID,
    text: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Write down what both parties agreed on, sealed; the mediation is over.

    :raises BadInput: nothing was written
    :raises ImpossibleStep: the file is not open
    """
    text = moves.words(text, where="text", most=WORDS_MOST)
    move, file = _begin(
        Act.AGREE, case_id=case_id, mediation_id=mediation_id, version=version, actor=actor, now=now
    )
    stage = rules.after(MediationStage(file.state), Step.AGREE)
    file.agreement = sealed.seal_words(text=text, now=now)
    _settle(move, file, stage)
    move.record("mediation_agreed", mediation=str(file.pk))
    return move.case


@whole
def end_mediation(
    *,
    case_id: UUID,
    mediation_id: UUID,
    ending: Ending,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """End a mediation without an agreement; nobody is the worse for it, and the courts are open.

    While the parties are still being asked, who proposed it may take the proposal back.

    :raises ImpossibleStep: it is over, or "not agreed" was said of what never began
    """
    move, file = _begin(
        Act.END_MEDIATION, case_id=case_id, mediation_id=mediation_id, version=version, actor=actor, now=now
    )
    step = rules.ending(ending)
    file.ending = ending.value
    _settle(move, file, rules.after(MediationStage(file.state), step))
    move.record("mediation_failed" if step is Step.FAIL else "mediation_ended", mediation=str(file.pk))
    return move.case


@whole
def consult_mediation(
    *, case_id: UUID, mediation_id: UUID, actor: Actor, now: datetime
) -> mediations.FileWords:
    """Read what a file holds, as one of its mediators; that it was read, by whom and when, stays on record.

    :raises NotFound: the case has no such mediation
    :raises NotAllowed: the actor is no mediator of the unit that mediates
    """
    case = doors.case_to_change(actor, case_id)
    if not actor.is_staff:
        raise NotAllowed("您的岗位不能做这一步")
    file = mediations.file_of(case, mediation_id)
    unit_id = policy.require_as(
        actor, Act.HOLD_SESSION, case, lambda grant: mediations.may_do(grant, Act.HOLD_SESSION, file)
    )
    sessions = list(file.sessions.select_related("words").order_by("at", "pk"))
    rows = [session.words for session in sessions] + ([file.agreement] if file.agreement else [])
    said = sealed.open_words(rows=rows)
    record(
        "case.mediation_read", subject=case.pk, actor=actor, at=now, as_unit=unit_id, mediation=str(file.pk)
    )
    return mediations.FileWords(
        sessions=tuple(
            mediations.SessionWords(each.at, each.place, said[each.words_id]) for each in sessions
        ),
        agreement=said[file.agreement_id] if file.agreement_id else "",
    )
