"""Supervision (督办): raise it, answer it, re-check it; collect those of a period in a notice (S-104)."""

from datetime import datetime
from uuid import UUID

from mulin.cases import policy
from mulin.cases.actions import clockwork, moves
from mulin.cases.models import Bulletin, Case, Supervision
from mulin.cases.queries import doors, routing, supervisions
from mulin.cases.rules import supervision as rules
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.supervision import Stage, Step
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.kernel.ids import new_id
from mulin.ledger.actions import record, whole

ISSUE = "issue_bulletin"


def _due(case: Case, now: datetime) -> datetime:
    settings = doors.settings()
    return moves.supervision_due(settings, clockwork.calendar_of(case, settings, now), now)


@whole
def supervise_case(
    *,
    case_id: UUID,
    reason: str,
    unit: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Make a unit answer for a case (督办): whoever has the move, unless ``unit`` names the lead or the desk.

    :raises BadInput: no reason was given, or the unit has no part in the case
    :raises NotPossible: the unit answers for this case already
    """
    reason = moves.words(reason, where="reason", most=500)
    move = moves.begin(Act.SUPERVISE, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    target = case.desk
    if unit:
        (target,) = routing.units_by_code([unit])
        if target.pk not in (case.desk_id, case.lead_id):
            raise BadInput("只能督办主办单位或现在该办的单位", where="unit")
    if any(each.unit_id == target.pk for each in supervisions.open_items(case)):
        raise NotPossible("%(unit)s已经有一条没有销号的督办", unit=target.short_name)
    remark = move.say(reason)
    raised = Supervision.objects.create(
        id=new_id(),
        case=case,
        unit=target,
        state=Stage.ASKED.value,
        asked=remark,
        raised_unit_id=move.unit_id,
        raised_at=now,
        due_at=_due(case, now),
    )
    move.save(supervisions_open=case.supervisions_open + 1)
    move.record("supervised", supervision=str(raised.pk), to=target.pk, said=remark.pk)
    return case


@whole
def reply_supervision(
    *,
    case_id: UUID,
    supervision_id: UUID,
    text: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Answer a supervision in the name of the unit it asks.

    :raises BadInput: nothing was answered
    :raises NotFound: the case has no such supervision
    :raises NotAllowed: the actor holds no post in that unit that permits it
    :raises ImpossibleStep: it is answered already
    """
    text = moves.words(text, where="text", most=2_000)
    move = moves.begin(Act.REPLY_SUPERVISION, case_id=case_id, version=version, actor=actor, now=now)
    item = supervisions.item_of(move.case, supervision_id)
    move.unit_id = policy.require_as(
        actor, Act.REPLY_SUPERVISION, move.case, lambda grant: grant.unit_id == item.unit_id
    )
    item.state = rules.after(Stage(item.state), Step.REPLY).value
    item.reply, item.replied_at = move.say(text), now
    item.replied_by_id = actor.staff_id
    item.save(update_fields=["state", "reply", "replied_at", "replied_by"])
    move.save()
    move.record("supervision_replied", supervision=str(item.pk), by=item.unit_id, said=item.reply.pk)
    return move.case


@whole
def verify_supervision(
    *,
    case_id: UUID,
    supervision_id: UUID,
    good: bool,
    text: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Re-check an answered supervision (跟踪问效): settle it, or send it back with what is wanting.

    :raises BadInput: no finding was written
    :raises NotFound: the case has no such supervision
    :raises NotAllowed: the actor's unit neither raised it nor stands above who did
    :raises ImpossibleStep: it is not answered yet, or settled
    :raises OwnReply: the actor wrote the answer
    """
    text = moves.words(text, where="text", most=500)
    move = moves.begin(Act.VERIFY_SUPERVISION, case_id=case_id, version=version, actor=actor, now=now)
    item = supervisions.item_of(move.case, supervision_id)
    move.unit_id = policy.require_as(
        actor, Act.VERIFY_SUPERVISION, move.case, lambda grant: supervisions.verifies(item, grant)
    )
    stage = rules.after(Stage(item.state), Step.ACCEPT if good else Step.SEND_BACK)
    rules.check_other(replied_by=item.replied_by_id, verifier=actor.account_id)
    item.state, item.verdict, item.verified_at = stage.value, move.say(text), now
    if not good:
        item.returns += 1
        item.due_at = _due(move.case, now)
    item.save(update_fields=["state", "verdict", "verified_at", "returns", "due_at"])
    move.save(supervisions_open=move.case.supervisions_open - good)
    move.record(
        "supervision_settled" if good else "supervision_returned",
        supervision=str(item.pk),
        to=item.unit_id,
        said=item.verdict.pk,
    )
    return move.case


@whole
def issue_bulletin(*, title: str, since: datetime, until: datetime, actor: Actor, now: datetime) -> Bulletin:
    """Issue a collected notice (集中通报) of what was supervised in ``[since, until)`` and not noticed yet.

    :raises BadInput: it has no title, or the period is none
    :raises NotAllowed: no post of the actor permits it
    :raises NotPossible: nothing was supervised in that period
    """
    title = moves.words(title, where="title", most=120)
    unit_id = policy.require_anywhere(actor, ISSUE)
    if until <= since:
        raise BadInput("结束要在开始之后", where="until")
    items = supervisions.not_yet_noticed(actor, since=since, until=until)
    if not items or unit_id is None:
        raise NotPossible("这段时间没有还未通报的督办")
    bulletin = Bulletin.objects.create(
        title=title, since=since, until=until, unit_id=unit_id, issued_by_id=actor.account_id, issued_at=now
    )
    held = Supervision.objects.filter(pk__in=items, bulletin=None).update(bulletin=bulletin)
    record("bulletin.issued", subject=bulletin.pk, actor=actor, at=now, as_unit=unit_id, items=held)
    return bulletin
