"""Both sides of a whistle judge each other, sealed until all are in or the term ends (S-108)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from mulin.cases.actions import moves, whistle_moves
from mulin.cases.models import Case, Evaluation
from mulin.cases.queries import calls as asking
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import Seat
from mulin.judgement.rules.sealing import check_scores
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound, NotPossible
from mulin.ledger.actions import whole


@whole
def evaluate_whistle(
    *,
    case_id: UUID,
    whistle_id: UUID,
    judged: str,
    scores: Mapping[str, int],
    words: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Judge the other side (互评), once and sealed: the caller each called unit, each of them the caller.

    :param judged: code of the unit that is judged
    :raises BadInput: the scores do not fill the scale, or no reasons were written
    :raises NotCalled: neither side is the actor's
    :raises NotPossible: it was given before, or the seal is broken
    """
    words = moves.words(words, where="words", most=rules.WORDS_MOST)
    blow = whistle_moves.begin(
        Act.EVALUATE,
        case_id=case_id,
        whistle_id=whistle_id,
        version=version,
        actor=actor,
        now=now,
        running=False,
    )
    move, whistle = blow.move, blow.whistle
    check_scores(scores, aspects=whistle.step.aspects, scale=whistle.step.scale)
    (unit,) = asking.units_by_code([judged])
    seat = _seat(blow, unit.pk)
    if whistle.opened_at is not None:
        raise NotPossible("互评已经开封，不能再交")
    if Evaluation.objects.filter(whistle=whistle, judge=seat.judge, judged=seat.judged).exists():
        raise NotPossible("已经交过了，互评只交一次")
    move.unit_id = seat.judge
    Evaluation.objects.create(
        whistle=whistle,
        judge_id=seat.judge,
        judged_id=seat.judged,
        scores=dict(scores),
        words=words,
        given_at=now,
        given_by_id=actor.staff_id,
    )
    move.save()
    blow.record("evaluated", by=seat.judge, to=seat.judged)
    whistle_moves.open_if_complete(blow)
    return move.case


def _seat(blow: whistle_moves.Blow, judged: int) -> Seat:
    """Return the seat in which the actor judges ``judged``.

    :raises NotCalled: there is none
    """
    own = whistle_moves.units_of(blow.move)
    for seat in asking.seats(blow.whistle, blow.calls):
        if seat.judged == judged and seat.judge in own:
            return seat
    raise rules.NotCalled


@whole
def object_to_evaluation(
    *,
    case_id: UUID,
    whistle_id: UUID,
    judge: str,
    words: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Answer the reasons of an opened evaluation (异议), once; the evaluation itself stays as it was given.

    :param judge: code of the unit that gave it
    :raises NotFound: it gave none of the actor's unit
    :raises NotPossible: it is sealed still, or was objected to before
    """
    words = moves.words(words, where="words", most=rules.WORDS_MOST)
    blow = whistle_moves.begin(
        Act.OBJECT,
        case_id=case_id,
        whistle_id=whistle_id,
        version=version,
        actor=actor,
        now=now,
        running=False,
    )
    if blow.whistle.opened_at is None:
        raise NotPossible("互评还没有开封")
    (unit,) = asking.units_by_code([judge])
    own = whistle_moves.units_of(blow.move)
    found = Evaluation.objects.filter(whistle=blow.whistle, judge=unit, judged__in=own).first()
    if found is None:
        raise NotFound("没有这份互评")
    if found.objected_at is not None:
        raise NotPossible("已经提过异议了")
    blow.move.unit_id = found.judged_id
    found.objected_at, found.objection = now, words
    found.save(update_fields=["objected_at", "objection"])
    blow.move.save()
    blow.record("evaluation_objected", by=found.judged_id, to=found.judge_id)
    return blow.move.case
