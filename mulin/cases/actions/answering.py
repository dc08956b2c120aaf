"""The called units' side of a whistle: report in, refuse, reply, sum up; and that it was read."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mulin.cases import policy
from mulin.cases.actions import moves, whistle_moves
from mulin.cases.models import Call, Case, Ruling
from mulin.cases.queries import calls as asking
from mulin.cases.queries import doors
from mulin.cases.rules import closing
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.intake import PhotoGiven
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import CallState, Deed
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound, NotPossible
from mulin.ledger.actions import record, whole
from mulin.people.models import Unit


@whole
def report_in(
    *,
    case_id: UUID,
    whistle_id: UUID,
    arrives_at: datetime | None = None,
    crew: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Report in (报到): the called unit comes, says when it will be there and with whom.

    :raises NotCalled: no unit of the actor's was called
    :raises ImpossibleDeed: it reported in already, or refused
    """
    if len(crew.strip()) > 120 or "\x00" in crew:
        raise BadInput("最多 %(most)d 个字", where="crew", most=120)
    blow = whistle_moves.begin(
        Act.REPORT_IN, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    call = whistle_moves.as_called(blow)
    whistle_moves.turn(call, Deed.REPORT_IN)
    call.reported_at, call.arrives_at, call.crew = now, arrives_at, crew.strip()
    call.read_at = call.read_at or now
    call.save()
    blow.settle()
    blow.move.save()
    blow.record("reported_in", call=call.pk, by=call.unit_id)
    return blow.move.case


@whole
def refuse_whistle(
    *,
    case_id: UUID,
    whistle_id: UUID,
    reason: str,
    rule: str,
    better_unit: str,
    documents: str = "",
    photos: Sequence[PhotoGiven] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Refuse to report in (拒绝报到): by which rule, with what evidence, and who instead; the superior rules.

    :raises BadInput: reason, rule or evidence is missing, or the better unit is none
    :raises AlreadyRuled: the common superior put the matter here
    :raises NotFound: the better unit does not exist
    """
    reason = moves.words(reason, where="reason", most=rules.WORDS_MOST)
    rule = moves.words(rule, where="rule", most=200)
    if not photos and not documents.strip():
        raise BadInput("请附上依据：照片，或写明文书", where="documents")
    documents = moves.words(documents, where="documents", most=300) if documents.strip() else ""
    blow = whistle_moves.begin(
        Act.REFUSE, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    move, call = blow.move, whistle_moves.as_called(blow)
    if call.is_ruled:
        raise rules.AlreadyRuled
    whistle_moves.turn(call, Deed.REFUSE)
    call.better_unit = _better(blow, better_unit)
    remark = move.say(reason)
    call.refused_at, call.refusal, call.refusal_rule, call.documents = now, remark, rule, documents
    call.evidence = moves.keep_photos(move, photos, phase="refusal")
    call.read_at = call.read_at or now
    call.returns = asking.returns_between(move.case, call.unit_id, blow.whistle.caller_id) + 1
    asked_of = _ask(blow, call)
    whistle_moves.set_clocks(move, blow.whistle, call)  # both stand still now
    call.save()
    blow.settle()
    move.save(returns=move.case.returns + 1)
    where = {"better": call.better_unit.pk, "superior": asked_of.superior_id, "ruling": asked_of.pk}
    count = {"photos": len(photos), "returns": call.returns, "said": remark.pk}
    blow.record("whistle_refused", call=call.pk, by=call.unit_id, **where, **count)
    return move.case


def _better(blow: whistle_moves.Blow, code: str) -> Unit:
    """Return the better unit a refuser names."""
    if not code:
        raise BadInput("请写明哪个单位更合适", where="better_unit")
    (better,) = asking.units_by_code([code])
    if better.pk in {other.unit_id for other in blow.live} | {blow.whistle.caller_id}:
        raise BadInput("%(unit)s已经在这次吹哨里", where="better_unit", unit=better.short_name)
    return better


def _ask(blow: whistle_moves.Blow, call: Call) -> Ruling:
    """Ask the common superior of caller, refuser and better unit."""
    whistle = blow.whistle
    return whistle_moves.ask_superior(
        blow.move,
        asker=asking.unit_of(whistle.caller_id),
        refuser=call.unit,
        better=call.better_unit,
        limit=Limit(whistle.step.ruling_value, LimitKind(whistle.step.ruling_kind)),
        source=f"whistle:{whistle.step.line}",
        call=call,
        item_code=whistle.item.code if whistle.item else "",
    )


@whole
def reply_whistle(
    *,
    case_id: UUID,
    whistle_id: UUID,
    result: str,
    photos: Sequence[PhotoGiven] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Reply with what the unit did (报本单位结果); until the lead sums up a better result replaces it.

    :raises BadInput: no result was written
    :raises ImpossibleDeed: the unit has not reported in
    :raises NotPossible: the lead has summed up
    """
    result = moves.words(result, where="result")
    blow = whistle_moves.begin(
        Act.REPLY, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    call = whistle_moves.as_called(blow)
    if blow.whistle.summed_up_at is not None:
        raise NotPossible("主办已经汇总，不能再改结果")
    whistle_moves.turn(call, Deed.REPLY)
    remark = blow.move.say(result)
    call.replied_at, call.result = now, remark
    call.evidence = moves.keep_photos(blow.move, photos, phase="work")
    call.save()
    blow.settle()
    blow.move.save()
    blow.record("whistle_replied", call=call.pk, by=call.unit_id, photos=len(photos), said=remark.pk)
    return blow.move.case


@whole
def sum_up_whistle(
    *, case_id: UUID, whistle_id: UUID, summary: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Sum up (汇总结论): the lead says what all parts came to, once every called unit has replied.

    :raises BadInput: nothing was written
    :raises NotYet: naming how many have not reported in, been ruled on, replied
    :raises NotCalled: the actor's unit is not the lead
    """
    summary = moves.words(summary, where="summary")
    blow = whistle_moves.begin(
        Act.SUM_UP, case_id=case_id, whistle_id=whistle_id, version=version, actor=actor, now=now
    )
    move, whistle = blow.move, blow.whistle
    if whistle.lead_unit_id not in whistle_moves.units_of(move):
        raise rules.NotLead
    move.unit_id = whistle.lead_unit_id
    if whistle.summed_up_at is not None:
        raise NotPossible("已经汇总过了")
    closing.require(rules.blocks_sum_up(blow.states, has_lead=whistle.lead_unit_id is not None))
    remark = move.say(summary)
    whistle.summed_up_at, whistle.summary = now, remark
    blow.settle()
    move.save()
    blow.record("summed_up", by=whistle.lead_unit_id, said=remark.pk)
    return move.case


@whole
def note_reading(*, whistle_id: UUID, actor: Actor, now: datetime) -> int:
    """Note that called units of the actor's have opened the whistle (已读); return how many had not before.

    :raises NotFound: no such whistle, or not for this actor
    """
    own = [grant.unit_id for grant in actor.grants if grant.relations(Act.REPORT_IN)]
    unread = Call.objects.select_related("whistle").filter(
        whistle=whistle_id, unit__in=own, read_at__isnull=True, state=CallState.CALLING.value
    )
    found = list(unread.select_for_update(of=("self",)))
    for call in found:
        case = doors.case_to_see(actor, call.whistle.case_id)
        if not policy.may(actor, Act.REPORT_IN, case):
            raise NotFound("没有这次吹哨")
        call.read_at = now
        call.save(update_fields=["read_at"])
        record(
            "case.whistle_read",
            subject=case.pk,
            actor=actor,
            at=now,
            as_unit=call.unit_id,
            whistle=str(whistle_id),
            call=call.pk,
        )
    return len(found)
