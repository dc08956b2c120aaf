"""Acts on posts: make a person known, appoint, end, renew, show to residents with consent, take down."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible
from mulin.kernel.periods import Period
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.models import Account, Appointment, Listing, Person, PostKind, Unit
from mulin.people.queries import setup, units
from mulin.people.queries.days import day_of
from mulin.people.rules import terms
from mulin.people.rules.acts import Act
from mulin.people.rules.phones import normal_phone
from mulin.people.rules.terms import PostRule, Term

NAME_MAX: Final = 60
STAFF_NO_MAX: Final = 32
CONSENT_MAX: Final = 120
LISTED_MAX: Final = 40


class NoConsent(BadInput):
    """Nobody is shown to residents without having agreed to it."""

    def __init__(self) -> None:
        super().__init__("请写明本人如何同意公开（例如：签字同意书）", where="consent")


@transaction.atomic
def register_person(
    *, staff_no: str, name: str, work_phone: str = "", unit: str, actor: Actor, now: datetime
) -> Person:
    """Make somebody known who is to serve in ``unit``.

    :raises NotFound: there is no such unit for this actor
    :raises NotAllowed: the actor may not appoint there
    :raises BadInput: number, name or telephone is wrong
    :raises NotPossible: the number is somebody else's
    """
    place = units.unit_by_code(unit)
    as_unit = policy.require(actor, Act.APPOINT, place)
    number, called = staff_no.strip(), " ".join(name.split())
    if not number or len(number) > STAFF_NO_MAX:
        raise BadInput("工号不能为空，最多 %(most)s 个字符", where="staff_no", most=STAFF_NO_MAX)
    if not called or len(called) > NAME_MAX:
        raise BadInput("姓名不能为空，最多 %(most)s 个字", where="name", most=NAME_MAX)
    phone = normal_phone(work_phone) if work_phone.strip() else ""
    person, made = Person.objects.get_or_create(
        staff_no=number, defaults={"name": called, "work_phone": phone}
    )
    if not made:
        raise NotPossible("工号 %(staff_no)s 已被使用", staff_no=number)
    record("person.registered", subject=person.pk, actor=actor, at=now, as_unit=as_unit, unit=place.pk)
    return person


@transaction.atomic
def appoint(
    *,
    staff_no: str,
    unit: str,
    post: str,
    from_on: date,
    until_on: date | None = None,
    full_time: bool = True,
    source: str = "",
    source_unit: str = "",
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Give a person a post in a unit for a term.

    :raises NotFound: there is no such unit, person or post for this actor
    :raises NotAllowed: the actor may not appoint in that unit, or would appoint themselves
    :raises BadInput: the term ends before it starts, or the unit has no such post
    :raises WrongSource: the post is not open to people from there
    :raises OverlappingTerm: the person holds the post, or one of the same body, already
    :raises NoSeat: all its seats are taken
    :raises AdministratorsKeptApart: the person would be two of the three administrators
    """
    place = _unit_to_staff(unit)
    as_unit = policy.require(actor, Act.APPOINT, place)
    person = _person_to_appoint(staff_no)
    _refuse_oneself(actor, person)
    kind = _post(post)
    rules = setup.post_rules()
    term = Term(person.staff_no, place.code, rules[post], _period(from_on, until_on, place))
    terms.require_unit_kind(term.post, kind=place.kind_id, kind_name=place.kind.name)
    terms.require_source(term.post, source)
    terms.require_free(term, setup.terms_of(units=[unit], people=[staff_no], rules=rules))
    appointment = Appointment.objects.create(
        person=person,
        unit=place,
        post=kind,
        from_on=from_on,
        until_on=until_on,
        full_time=full_time,
        source=source,
        source_unit=units.unit_by_code(source_unit) if source_unit else None,
        sole=kind.seats_max == 1,
    )
    _note("appointment.made", appointment, term.post, actor=actor, as_unit=as_unit, now=now)
    return appointment


@transaction.atomic
def end_appointment(*, appointment_id: int, on: date, actor: Actor, now: datetime) -> Appointment:
    """End a term on a day; for one that has run out by itself this is the sign that somebody has seen it.

    :raises NotFound: there is no such term for this actor
    :raises NotAllowed: the actor may not end terms in that unit
    :raises NotPossible: it was ended already, or the day lies outside the term
    """
    appointment = _appointment_to_change(appointment_id)
    as_unit = policy.require(actor, Act.END_APPOINTMENT, appointment.unit)
    if appointment.ended_at is not None:
        raise NotPossible("这个任期已经结束")
    if on <= appointment.from_on or (appointment.until_on is not None and on > appointment.until_on):
        raise NotPossible("结束日期必须在任期之内：%(since)s 之后", since=appointment.from_on)
    appointment.until_on = on
    appointment.ended_at = now
    appointment.save(update_fields=["until_on", "ended_at"])
    if on <= day_of(now):
        Listing.objects.filter(appointment=appointment).delete()
    record(
        "appointment.ended",
        subject=appointment.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        on=on.isoformat(),
        unit=appointment.unit_id,
        post=appointment.post.code,
    )
    return appointment


@transaction.atomic
def renew_appointment(
    *, appointment_id: int, until_on: date | None = None, actor: Actor, now: datetime
) -> Appointment:
    """Add a term that follows one with an end; the person stays without a gap.

    :raises NotFound: there is no such term for this actor
    :raises NotAllowed: the actor may not renew terms in that unit, or would renew their own
    :raises NotPossible: it has no end, was ended by an act, or was renewed already
    :raises OverlappingTerm: the person holds the post then by another term
    :raises NoSeat: somebody else has the seat by then
    """
    before = _appointment_to_change(appointment_id)
    as_unit = policy.require(actor, Act.RENEW_APPOINTMENT, before.unit)
    _refuse_oneself(actor, before.person)
    if before.until_on is None:
        raise NotPossible("这个任期没有结束日期，不需要续任")
    if before.ended_at is not None or Appointment.objects.filter(renewal_of=before).exists():
        raise NotPossible("这个任期已经结束或已经续任")
    if before.unit.until_on is not None:
        raise NotPossible("%(unit)s 已撤销", unit=before.unit.short_name)
    rules = setup.post_rules()
    term = Term(
        before.person.staff_no,
        before.unit.code,
        rules[before.post.code],
        _period(before.until_on, until_on, before.unit),
    )
    terms.require_free(term, setup.terms_of(units=[term.unit], people=[term.person], rules=rules))
    renewal = Appointment.objects.create(
        person=before.person,
        unit=before.unit,
        post=before.post,
        from_on=before.until_on,
        until_on=until_on,
        full_time=before.full_time,
        source=before.source,
        source_unit_id=before.source_unit_id,
        sole=before.post.seats_max == 1,
        renewal_of=before,
    )
    Listing.objects.filter(appointment=before).update(appointment=renewal)
    _note("appointment.renewed", renewal, term.post, actor=actor, as_unit=as_unit, now=now)
    return renewal


@transaction.atomic
def list_publicly(
    *,
    appointment_id: int,
    name: str,
    phone: str,
    consent: str,
    consented_on: date,
    actor: Actor,
    now: datetime,
) -> Listing:
    """Show a person to residents as a contact point, under the name and number the person agreed to.

    :raises NotFound: there is no such term for this actor
    :raises NotAllowed: the actor may not list people there
    :raises NoConsent: how the person agreed is not said, or it lies in the future
    :raises NotPossible: the post is none that residents are shown, or the term is over
    :raises BadInput: name or number is wrong
    """
    appointment = _appointment_to_change(appointment_id)
    as_unit = _require_own_or(actor, Act.LIST_PUBLICLY, appointment)
    today = day_of(now)
    agreed = " ".join(consent.split())
    if not agreed or len(agreed) > CONSENT_MAX or consented_on > today:
        raise NoConsent
    if not appointment.post.public_contact:
        raise NotPossible("%(post)s不对居民公开", post=appointment.post.name)
    if appointment.until_on is not None and appointment.until_on <= today:
        raise NotPossible("这个任期已经结束")
    called = " ".join(name.split())
    if not called or len(called) > LISTED_MAX:
        raise BadInput("称呼不能为空，最多 %(most)s 个字", where="name", most=LISTED_MAX)
    listing, _ = Listing.objects.update_or_create(
        appointment=appointment,
        defaults={
            "name": called,
            "phone": normal_phone(phone),
            "consent": agreed,
            "consented_on": consented_on,
        },
    )
    record("listing.made", subject=appointment.pk, actor=actor, at=now, as_unit=as_unit)
    return listing


@transaction.atomic
def withdraw_listing(*, appointment_id: int, actor: Actor, now: datetime) -> None:
    """Take a person down from what residents see, at once and without a trace of name or number.

    :raises NotFound: there is no such term for this actor, or it is not listed
    :raises NotAllowed: the actor is neither the person nor permitted to
    """
    appointment = _appointment_to_change(appointment_id)
    as_unit = _require_own_or(actor, Act.WITHDRAW_LISTING, appointment)
    gone, _ = Listing.objects.filter(appointment=appointment).delete()
    if not gone:
        raise NotFound("没有公开")
    record("listing.withdrawn", subject=appointment.pk, actor=actor, at=now, as_unit=as_unit)


def _is(actor: Actor, person: Person) -> bool:
    """Return whether ``person`` stands behind ``actor``."""
    return actor.is_staff and Account.objects.filter(pk=actor.account_id, person=person).exists()


def _refuse_oneself(actor: Actor, person: Person) -> None:
    """Posts bring rights: nobody gives them to themselves."""
    if _is(actor, person):
        raise NotAllowed("不能给自己任命或续任")


def _require_own_or(actor: Actor, act: Act, appointment: Appointment) -> int | None:
    """Return the unit in whose name the actor acts; one's own listing needs nobody's permission."""
    if _is(actor, appointment.person):
        return appointment.unit_id
    return policy.require(actor, act, appointment.unit)


def _unit_to_staff(code: str) -> Unit:
    """Return the unit with its row locked: appointments in one unit happen one after another."""
    try:
        return Unit.objects.select_for_update(of=("self",)).select_related("kind").get(code=code)
    except Unit.DoesNotExist:
        raise NotFound("没有单位 %(code)s", code=code) from None


def _person_to_appoint(staff_no: str) -> Person:
    """Return the person with the row locked: what one may hold together is judged once at a time."""
    try:
        return Person.objects.select_for_update().get(staff_no=staff_no)
    except Person.DoesNotExist:
        raise NotFound("没有工号 %(staff_no)s", staff_no=staff_no) from None


def _appointment_to_change(appointment_id: int) -> Appointment:
    try:
        return (
            Appointment.objects.select_for_update(of=("self", "unit", "person"))
            .select_related("unit__kind", "person", "post")
            .get(pk=appointment_id)
        )
    except Appointment.DoesNotExist:
        raise NotFound("没有这个任期") from None


def _post(code: str) -> PostKind:
    try:
        return PostKind.objects.get(code=code)
    except PostKind.DoesNotExist:
        raise NotFound("没有岗位 %(post)s", post=code) from None


def _period(from_on: date, until_on: date | None, unit: Unit) -> Period:
    if from_on < unit.from_on or unit.until_on is not None:
        raise NotPossible("%(unit)s 在这段时间不存在", unit=unit.short_name)
    return Period(from_on, until_on)


def _note(
    kind: str, appointment: Appointment, post: PostRule, *, actor: Actor, as_unit: int | None, now: datetime
) -> None:
    record(
        kind,
        subject=appointment.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        unit=appointment.unit_id,
        post=post.code,
        since=appointment.from_on.isoformat(),
        until=appointment.until_on.isoformat() if appointment.until_on else None,
    )
