"""Promise something to everybody, keep it, put it off or take it back; each says why, in public (S-112)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from mulin.cases.queries import doors
from mulin.cases.rules.intake import PhotoGiven
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound
from mulin.kernel.ids import new_id
from mulin.kernel.wording import written
from mulin.ledger.actions import record, whole
from mulin.people.models import Unit
from mulin.people.queries.days import day_of
from mulin.people.queries.units import unit_by_code
from mulin.publications import policy
from mulin.publications.models import Promise, Turn
from mulin.publications.queries.promises import promise_to_change
from mulin.publications.rules import promises as rules
from mulin.publications.rules.promises import Act, PromiseState


@whole
def publish_promise(
    *,
    unit: str,
    title: str,
    what: str,
    due_on: date,
    address: str = "",
    case_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Promise:
    """Promise something in the name of a unit, by a day, for everybody to read.

    :param unit: code of the unit that promises
    :raises BadInput: something is missing or too long, the unit is unknown, or the day has gone by
    :raises NotAllowed: no post of the actor permits it for that unit
    :raises NotFound: the actor sees no such case
    """
    promising = _unit(unit)
    as_unit = policy.require(actor, Act.PUBLISH, promising)
    rules.check_date(due_on, today=day_of(now))
    if case_id is not None:
        doors.case_to_see(actor, case_id)
    promise = Promise.objects.create(
        id=new_id(),
        unit=promising,
        title=written(title, where="title", most=rules.TITLE_MOST),
        what=written(what, where="what", most=rules.WHAT_MOST),
        address=written(address, where="address", most=rules.ADDRESS_MOST) if address.strip() else "",
        case_id=case_id,
        due_on=due_on,
        state=PromiseState.RUNNING.value,
        published_at=now,
    )
    turn = _turn(promise, Act.PUBLISH, "", actor=actor, now=now)
    record(
        "promise.published",
        subject=promise.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        turn=turn.pk,
        due=due_on.isoformat(),
        case=str(case_id) if case_id else None,
    )
    return promise


def _unit(code: str) -> Unit:
    try:
        return unit_by_code(code)
    except NotFound as refusal:
        raise BadInput(refusal.why, where="unit", **refusal.facts) from None


@whole
def keep_promise(
    *,
    promise_id: UUID,
    evidence: str,
    photos: Sequence[PhotoGiven] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Promise:
    """Say that a promise is kept (兑现), with the evidence everybody may look at.

    :raises BadInput: no evidence was given
    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it for that unit
    :raises StalePromise: somebody acted since
    :raises PromiseOver: it is kept or withdrawn already
    """
    if len(photos) > rules.PHOTOS_MOST:
        most, given = rules.PHOTOS_MOST, len(photos)
        raise BadInput("最多 %(most)d 张照片，现在 %(now)d 张", where="photos", most=most, now=given)
    evidence = written(evidence, where="evidence", most=rules.WHAT_MOST)
    promise, as_unit = _begin(Act.KEEP, promise_id, version, actor)
    turn = _turn(promise, Act.KEEP, evidence, photos, actor=actor, now=now)
    _save(promise, over_at=now)
    late = rules.days_late(promise.due_on, day_of(now))
    record(
        "promise.kept",
        subject=promise.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        turn=turn.pk,
        photos=len(photos),
        late=late,
    )
    return promise


@whole
def postpone_promise(
    *,
    promise_id: UUID,
    due_on: date,
    reason: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Promise:
    """Put a promise off to a later day, with the reason; the old day stays in sight.

    :raises BadInput: no reason was given, or the day is no later one
    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it for that unit
    :raises StalePromise: somebody acted since
    :raises PromiseOver: it is kept or withdrawn already
    """
    reason = written(reason, where="reason", most=rules.WORDS_MOST)
    promise, as_unit = _begin(Act.POSTPONE, promise_id, version, actor)
    was = promise.due_on
    rules.check_new_date(due_on, was=was, today=day_of(now))
    promise.due_on = due_on
    turn = _turn(promise, Act.POSTPONE, reason, was=was, actor=actor, now=now)
    _save(promise, due_on=due_on, postponed=promise.postponed + 1)
    record(
        "promise.postponed",
        subject=promise.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        turn=turn.pk,
        was=was.isoformat(),
        due=due_on.isoformat(),
    )
    return promise


@whole
def withdraw_promise(
    *, promise_id: UUID, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Promise:
    """Take a promise back, with the reason; it stays in sight as withdrawn.

    :raises BadInput: no reason was given
    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it for that unit
    :raises StalePromise: somebody acted since
    :raises PromiseOver: it is kept or withdrawn already
    """
    reason = written(reason, where="reason", most=rules.WORDS_MOST)
    promise, as_unit = _begin(Act.WITHDRAW, promise_id, version, actor)
    turn = _turn(promise, Act.WITHDRAW, reason, actor=actor, now=now)
    _save(promise, over_at=now)
    record("promise.withdrawn", subject=promise.pk, actor=actor, at=now, as_unit=as_unit, turn=turn.pk)
    return promise


def _begin(act: Act, promise_id: UUID, version: int | None, actor: Actor) -> tuple[Promise, int | None]:
    """Lock, authorise, ask the rule; the promise comes back in its next state, not saved yet."""
    promise = promise_to_change(promise_id, version=version)
    as_unit = policy.require(actor, act, promise.unit)
    promise.state = rules.after(PromiseState(promise.state), act).value
    return promise, as_unit


def _save(promise: Promise, **changes: object) -> None:
    fields = {"version": promise.version + 1, **changes}
    for name, value in fields.items():
        setattr(promise, name, value)
    promise.save(update_fields=["state", *fields])


def _turn(
    promise: Promise,
    act: Act,
    words: str,
    photos: Sequence[PhotoGiven] = (),
    *,
    was: date | None = None,
    actor: Actor,
    now: datetime,
) -> Turn:
    return Turn.objects.create(
        promise=promise,
        act=act.value,
        words=words,
        was_due_on=was,
        due_on=promise.due_on,
        photos=[photo.digest for photo in photos],
        at=now,
        account_id=actor.staff_id,
    )
