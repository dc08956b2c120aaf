"""Appeals of marks (申诉) and exclusions from the figures (剔除): the fact stays, what is counted changes."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from mulin.cases import policy
from mulin.cases.actions import moves
from mulin.cases.models import Appeal, Case, Exclusion
from mulin.cases.queries import marks
from mulin.cases.queries.script import reasons
from mulin.cases.rules import aftercare
from mulin.cases.rules.aftercare import AppealState, ExclusionState, Mark, SettledBefore
from mulin.cases.rules.lifecycle import Act
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound, NotPossible
from mulin.kernel.ids import new_id
from mulin.ledger.actions import whole


@whole
def appeal_mark(
    *, case_id: UUID, mark: Mark, grounds: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Appeal a mark of a closed case, once, by the unit it concerns (K30).

    :raises NotPossible: there is no such mark
    :raises SettledBefore: it was appealed before
    :raises BadInput: no grounds were given
    """
    grounds = moves.words(grounds, where="grounds", most=aftercare.WORDS_MOST)
    move = moves.begin(Act.APPEAL, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    if mark not in marks.marks_of(case):
        raise NotPossible("这件事项没有这一项扣分，不用申诉")
    if move.unit_id is None:
        raise NotPossible("申诉要由承办的单位提出")
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                id=new_id(),
                case=case,
                round=case.reopened,
                mark=mark.value,
                state=AppealState.ASKED.value,
                unit_id=move.unit_id,
                asked_at=now,
                asked_by_id=actor.account_id,
                grounds=grounds,
            )
    except IntegrityError:
        raise SettledBefore("这一项已经申诉过一次") from None
    move.save()
    move.record("mark_appealed", appeal=str(appeal.pk), mark=mark.value)
    return case


@whole
def review_appeal(
    *,
    case_id: UUID,
    appeal_id: UUID,
    advice: bool,
    words: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Look at an appeal first and say what should become of it; another level decides.

    :raises NotYours: the reviewer or their unit appealed
    :raises SettledBefore: it was reviewed before
    """
    words = moves.words(words, where="words", most=aftercare.WORDS_MOST)
    move = moves.begin(Act.REVIEW_APPEAL, case_id=case_id, version=version, actor=actor, now=now)
    appeal = _appeal(move, appeal_id, AppealState.ASKED)
    aftercare.require_another_level(
        account=actor.account_id, unit_id=move.unit_id, before=[(appeal.asked_by_id, appeal.unit_id)]
    )
    appeal.state, appeal.advice, appeal.review = AppealState.REVIEWED.value, advice, words
    appeal.reviewed_at, appeal.reviewed_by_id, appeal.reviewed_unit_id = now, actor.staff_id, move.unit_id
    appeal.save()
    move.save()
    move.record("appeal_reviewed", appeal=str(appeal.pk), advice=advice)
    return move.case


@whole
def decide_appeal(
    *,
    case_id: UUID,
    appeal_id: UUID,
    granted: bool,
    words: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Decide an appeal: if granted, the mark counts no longer from now on; what happened stays as it was.

    :raises NotYours: the decider or their unit appealed or reviewed
    :raises SettledBefore: it was not reviewed yet, or is decided
    """
    words = moves.words(words, where="words", most=aftercare.WORDS_MOST)
    move = moves.begin(Act.DECIDE_APPEAL, case_id=case_id, version=version, actor=actor, now=now)
    appeal = _appeal(move, appeal_id, AppealState.REVIEWED)
    aftercare.require_another_level(
        account=actor.account_id,
        unit_id=move.unit_id,
        before=[
            (appeal.asked_by_id, appeal.unit_id),
            (appeal.reviewed_by_id or 0, appeal.reviewed_unit_id),
        ],
    )
    appeal.state = (AppealState.GRANTED if granted else AppealState.REJECTED).value
    appeal.decided_at, appeal.decided_by_id, appeal.decision = now, actor.staff_id, words
    appeal.save()
    late = granted and appeal.mark == Mark.LATE
    if granted and appeal.mark == Mark.VISIT:
        marks.bad_visits(move.case, round_=appeal.round).update(waived_at=now)
    move.save(**({"late_waived_at": now} if late else {}))
    move.record("appeal_decided", appeal=str(appeal.pk), mark=appeal.mark, granted=granted)
    return move.case


def _appeal(move: moves.Move, appeal_id: UUID, wanted: AppealState) -> Appeal:
    appeal = Appeal.objects.select_for_update(of=("self",)).filter(pk=appeal_id, case=move.case).first()
    if appeal is None:
        raise NotFound("没有这次申诉")
    if appeal.state != wanted:
        raise SettledBefore("申诉先初审、再决定，各一次")
    return appeal


def _post(actor: Actor, act: Act, case: Case) -> str:
    grant = policy.grant_for(actor, act, case)
    if grant is None:
        raise NotPossible("剔除要由岗位上的人提出和确认")
    return grant.post


@whole
def propose_exclusion(
    *, case_id: UUID, code: str, grounds: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Propose that a case be left out of the figures, for a reason the city has named.

    :raises BadInput: no such reason, or no grounds
    :raises SettledBefore: it is proposed or left out already
    """
    grounds = moves.words(grounds, where="grounds", most=aftercare.WORDS_MOST)
    move = moves.begin(Act.EXCLUDE, case_id=case_id, version=version, actor=actor, now=now)
    if code not in {reason.code for reason in reasons()}:
        raise BadInput("没有这条剔除理由", where="code")
    try:
        with transaction.atomic():
            exclusion = Exclusion.objects.create(
                id=new_id(),
                case=move.case,
                state=ExclusionState.PROPOSED.value,
                reason=code,
                grounds=grounds,
                unit_id=move.unit_id,
                proposed_at=now,
                proposed_by_id=actor.account_id,
                proposed_post=_post(actor, Act.EXCLUDE, move.case),
            )
    except IntegrityError:
        raise SettledBefore("这件事项已经提过剔除") from None
    move.save()
    move.record("exclusion_proposed", exclusion=str(exclusion.pk), code=code)
    return move.case


@whole
def confirm_exclusion(
    *,
    case_id: UUID,
    exclusion_id: UUID,
    agreed: bool,
    words: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Confirm an exclusion, or drop it; only a second person of another post can.

    :raises NotYours: who proposed it, or somebody of the same post
    :raises SettledBefore: it is settled
    """
    move = moves.begin(Act.CONFIRM_EXCLUSION, case_id=case_id, version=version, actor=actor, now=now)
    found = Exclusion.objects.select_for_update(of=("self",)).filter(pk=exclusion_id, case=move.case)
    exclusion = found.first()
    if exclusion is None:
        raise NotFound("没有这次剔除")
    aftercare.require_open(done=exclusion.state != ExclusionState.PROPOSED)
    aftercare.require_second_person(
        account=actor.account_id,
        post=_post(actor, Act.CONFIRM_EXCLUSION, move.case),
        proposer=exclusion.proposed_by_id,
        proposer_post=exclusion.proposed_post,
    )
    exclusion.state = (ExclusionState.CONFIRMED if agreed else ExclusionState.DROPPED).value
    exclusion.settled_at, exclusion.settled_by_id = now, actor.account_id
    exclusion.words = words.strip() and moves.words(words, where="words", most=aftercare.WORDS_MOST)
    exclusion.save()
    move.save(**({"excluded_at": now} if agreed else {}))
    move.record("exclusion_settled", exclusion=str(exclusion.pk), agreed=agreed)
    return move.case
