"""Working on a case: accept, return, ask, hear, note, report the result."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from mulin.cases import policy
from mulin.cases.actions import clockwork, moves, whistle_moves
from mulin.cases.models import Assignment, Case, Requirement
from mulin.cases.queries import beside, doors, routing
from mulin.cases.queries import calls as asking
from mulin.cases.rules import closing, lifecycle, notice
from mulin.cases.rules.intake import PhotoGiven
from mulin.cases.rules.lifecycle import Act, State
from mulin.cases.rules.whistles import AlreadyRuled, must_rise
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotPossible
from mulin.kernel.statements import Kept
from mulin.ledger.actions import record, whole
from mulin.people.actions import contacts
from mulin.people.rules.contacts import ContactDetails

REVEAL = "reveal_contact"
_ACCEPT = Kept(
    "update cases_assignment set accepted_at = %s where case_id = %s and role = 'lead' and ended_at is null"
)


def _running_lead(case: Case) -> Assignment:
    return Assignment.objects.get(case=case, role="lead", ended_at__isnull=True)


@whole
def accept_case(*, case_id: UUID, version: int | None = None, actor: Actor, now: datetime) -> Case:
    """Accept a dispatched case (签收): from now on the lead answers for it, not who received it first.

    :raises NotFound: there is no such case for this actor
    :raises NotAllowed: the actor's unit is not the lead
    :raises ImpossibleAct: the case is not waiting to be accepted
    """
    move = moves.begin(Act.ACCEPT, case_id=case_id, version=version, actor=actor, now=now)
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT, (now, case_id))
    move.save(accepted_at=now)
    move.record("accepted")
    return move.case


@whole
def return_case(
    *,
    case_id: UUID,
    reason: str,
    better_unit: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Return a case (退单) to who dispatched it, with the reason and, if known, a better unit.

    The second return between two bodies goes to their common superior, who says whose it is (S-099).

    :raises BadInput: no reason was given
    :raises NotFound: the better unit does not exist
    :raises AlreadyRuled: the common superior put it here
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.RETURN, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    better = routing.units_by_code([better_unit])[0] if better_unit else None
    lead, was = case.lead, case.lead_id
    if case.returns and lead is not None and asking.is_ruled_to(case, lead.pk):
        raise AlreadyRuled
    back = case.dispatcher or routing.intake_desk(routing.chain_of(case.place_unit), doors.settings())
    rises = False
    if case.returns and lead is not None:
        rises = must_rise(asking.returns_between(case, lead.pk, back.pk))
    Assignment.objects.filter(case=case, role="lead", ended_at__isnull=True).update(
        returned_at=now, return_reason=reason, ended_at=now
    )
    remark = move.say(reason)
    if rises and lead is not None:
        ruling = whistle_moves.ask_superior_of_return(move, asker=back, refuser=lead, better=better)
        back = ruling.superior
        move.aside["ruling"] = ruling.pk
    move.save(
        lead=None,
        desk=back,
        accepted_at=None,
        returns=case.returns + 1,
        rulings_open=case.rulings_open + int(rises),
    )
    better_id = better.pk if better else None
    move.record("returned", by=was, to=back.pk, better=better_id, rises=rises, said=remark.pk)
    return case


@whole
def ask_resident(
    *,
    case_id: UUID,
    question: str = "",
    requirements: Sequence[str] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Ask who reported something only they know, or for things to bring; they read it under their code.

    A thing asked for later than the first time is late (一次性告知): it is done, and it is said that it was.

    :raises BadInput: nothing was asked, or a requirement is too long
    """
    things = notice.things(requirements)
    if question.strip() or not things:
        question = moves.words(question, where="question", most=500)
    move = moves.begin(Act.ASK, case_id=case_id, version=version, actor=actor, now=now)
    remark = move.say(notice.worded(question.strip(), things), public=True)
    late = _require(move, things) if things else 0
    move.save(**clockwork.wait(move, doors.settings()))
    facts = {"required": len(things), "late": late} if things else {}
    move.record("asked", said=remark.pk, **facts)
    return move.case


def _require(move: moves.Move, things: Sequence[str]) -> int:
    """Keep what is asked for and return how much of it should have been told before, under the same item."""
    item = move.case.item.code if move.case.item else ""
    before = Requirement.objects.filter(case=move.case, item=item).values_list("text", flat=True)
    late = notice.late(things, told=set(before))
    Requirement.objects.bulk_create(
        Requirement(
            case=move.case, item=item, text=each, is_late=each in late, unit_id=move.unit_id, at=move.now
        )
        for each in things
    )
    return len(late)


@whole
def hear_resident(*, tracking_code: str, text: str, actor: Actor, now: datetime) -> Case:
    """Take down what a resident adds or answers; a case that waited for it goes on.

    :raises NotFound: no report has this code
    :raises NotPossible: the case is over
    """
    text = moves.words(text, where="text", most=2_000)
    report = doors.voice_to_change(tracking_code)
    case, before = report.case, State(report.case.state)
    if before in lifecycle.FINAL:
        raise NotPossible("这件事已经结束，不能再补充；可以重新反映")
    waiting = before is State.WAITING
    to = lifecycle.after(before, Act.HEAR) if waiting else before
    move = moves.Move(case, Act.HEAR, actor, None, now, before, to)
    remark = move.say(text)
    move.save()
    move.record("heard", said=remark.pk, report=str(report.pk))
    return case


@whole
def add_note(
    *,
    case_id: UUID,
    text: str,
    photos: Sequence[PhotoGiven] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Write a note that only staff read, photos of the work with it.

    :raises BadInput: nothing was written
    """
    text = moves.words(text, where="text")
    move = moves.begin(Act.NOTE, case_id=case_id, version=version, actor=actor, now=now)
    remark = move.say(text)
    moves.keep_photos(move, photos, phase="work")
    move.save()
    move.record("noted", said=remark.pk, photos=len(photos))
    return move.case


@whole
def add_public_note(
    *, case_id: UUID, text: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Write a note that everybody who reported the matter reads as well.

    :raises BadInput: nothing was written
    """
    text = moves.words(text, where="text", most=500)
    move = moves.begin(Act.PUBLISH, case_id=case_id, version=version, actor=actor, now=now)
    remark = move.say(text, public=True)
    move.save()
    move.record("told", said=remark.pk)
    return move.case


@whole
def finish_case(
    *,
    case_id: UUID,
    result: str,
    photos: Sequence[PhotoGiven] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Report the result with its evidence; somebody else's desk checks it.

    :raises BadInput: no result was written
    :raises NotYet: the list item asks for evidence that is not there
    """
    result = moves.words(result, where="result")
    move = moves.begin(Act.FINISH, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    evidence = case.item.evidence if case.item else ()
    lacking = closing.blocks_finish(evidence=evidence, result_photos=len(photos))
    closing.require(beside.blocks_finishing(case) + lacking)
    desk = routing.check_desk(case, doors.settings())
    remark = move.say(result, public=True)
    moves.keep_photos(move, photos, phase="result")
    move.save(desk=desk, handled_at=now, handled_by_id=actor.staff_id)
    move.record("finished", to=desk.pk, said=remark.pk, photos=len(photos))
    return case


@whole
def reveal_contact(
    *, case_id: UUID, report_id: UUID, reason: str, actor: Actor, now: datetime
) -> ContactDetails:
    """Look into the vault to call somebody back; who looked and why is shown to them.

    :raises BadInput: no reason was given
    :raises NotPossible: this voice left no contact
    """
    reason = moves.words(reason, where="reason", most=200)
    case = doors.case_to_change(actor, case_id)
    unit_id = policy.require(actor, REVEAL, case)
    report = case.reports.filter(pk=report_id).first()
    if report is None or report.contact_id is None or unit_id is None:
        raise NotPossible("这条诉求没有留联系方式")
    details = contacts.reveal_contact(
        contact_id=report.contact_id, reason=reason, as_unit=unit_id, actor=actor, now=now
    )
    record(
        "case.contact_revealed",
        subject=case.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        report=str(report.pk),
    )
    return details
