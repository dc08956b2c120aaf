"""Acts on posts: make a person known, appoint, end a term, renew it."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible
from mulin.kernel.periods import Period
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.models import Appointment, Listing, Person, Unit
from mulin.people.queries import posts as lookup
from mulin.people.queries import setup, units
from mulin.people.queries.days import day_of
from mulin.people.rules import terms
from mulin.people.rules.acts import Act
from mulin.people.rules.phones import normal_phone
from mulin.people.rules.terms import PostRule, Term

NAME_MAX: Final = 60
STAFF_NO_MAX: Final = 32


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
    if source == terms.SECONDMENT:
        raise BadInput("从别的单位派来的，请登记为派驻", where="source")
    made, rule, as_unit = _given(
        Act.APPOINT,
        staff_no=staff_no,
        unit=unit,
        post=post,
        from_on=from_on,
        until_on=until_on,
        full_time=full_time,
        source=source,
        source_unit=source_unit,
        actor=actor,
    )
    _note("appointment.made", made, rule, actor=actor, as_unit=as_unit, now=now)
    return made


@transaction.atomic
def second_staff(
    *,
    staff_no: str,
    home: str,
    unit: str,
    post: str,
    from_on: date,
    until_on: date | None,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Send a person of ``home`` to serve in ``unit`` until a day; then the rights of the post end.

    :raises NotFound: there is no such unit, person or post for this actor
    :raises NotAllowed: the actor may not second anybody there, or would second themselves
    :raises BadInput: home or last day is missing or wrong, or the unit has no such post
    :raises WrongSource: the post is not open to seconded people
    :raises OverlappingTerm: the person holds the post, or one of the same body, already
    :raises NoSeat: all its seats are taken
    """
    terms.require_secondment(home=home, host=unit, until_on=until_on)
    made, rule, as_unit = _given(
        Act.SECOND_STAFF,
        staff_no=staff_no,
        unit=unit,
        post=post,
        from_on=from_on,
        until_on=until_on,
        full_time=True,
        source=terms.SECONDMENT,
        source_unit=home,
        actor=actor,
    )
    _note("secondment.made", made, rule, actor=actor, as_unit=as_unit, now=now, home=made.source_unit_id)
    return made


def _given(
    act: Act,
    *,
    staff_no: str,
    unit: str,
    post: str,
    from_on: date,
    until_on: date | None,
    full_time: bool,
    source: str,
    source_unit: str,
    actor: Actor,
) -> tuple[Appointment, PostRule, int | None]:
    """Return the term as it was written, the rule of its post, and the unit in whose name."""
    place = lookup.unit_to_staff(unit)
    as_unit = policy.require(actor, act, place)
    person = lookup.person_to_appoint(staff_no)
    _refuse_oneself(actor, person)
    kind = lookup.post_by_code(post)
    rules = setup.post_rules()
    rule = rules[post]
    terms.require_unit_kind(rule, kind=place.kind_id, kind_name=place.kind.name)
    terms.require_source(rule, source)
    term = Term(person.staff_no, place.code, rule, _period(from_on, until_on, place))
    terms.require_free(term, setup.terms_of(units=[unit], people=[staff_no], rules=rules))
    made = Appointment.objects.create(
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
    return made, rule, as_unit


@transaction.atomic
def end_appointment(*, appointment_id: int, on: date, actor: Actor, now: datetime) -> Appointment:
    """End a term on a day; for one that has run out by itself this is the sign that somebody has seen it.

    :raises NotFound: there is no such term for this actor
    :raises NotAllowed: the actor may not end terms in that unit
    :raises NotPossible: it was ended already, or the day lies outside the term
    """
    appointment, as_unit = _ended(Act.END_APPOINTMENT, appointment_id, on=on, actor=actor, now=now)
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
def end_secondment(*, appointment_id: int, on: date, actor: Actor, now: datetime) -> Appointment:
    """Send somebody seconded back on a day; of one that has run out this says that somebody has seen it.

    :raises NotFound: there is no such term for this actor
    :raises NotAllowed: the actor may not end secondments in that unit
    :raises NotPossible: it is none, was ended already, or the day lies outside the term
    """
    appointment, as_unit = _ended(Act.END_SECONDMENT, appointment_id, on=on, actor=actor, now=now)
    record(
        "secondment.ended",
        subject=appointment.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        on=on.isoformat(),
        unit=appointment.unit_id,
        post=appointment.post.code,
        home=appointment.source_unit_id,
    )
    return appointment


def _ended(
    act: Act, appointment_id: int, *, on: date, actor: Actor, now: datetime
) -> tuple[Appointment, int | None]:
    """Return the term as it was ended, and the unit in whose name."""
    appointment = lookup.appointment_to_change(appointment_id)
    as_unit = policy.require(actor, act, appointment.unit)
    if act is Act.END_SECONDMENT and appointment.source != terms.SECONDMENT:
        raise NotPossible("这不是派驻")
    if appointment.ended_at is not None:
        raise NotPossible("这个任期已经结束")
    if on <= appointment.from_on or (appointment.until_on is not None and on > appointment.until_on):
        raise NotPossible("结束日期必须在任期之内：%(since)s 之后", since=appointment.from_on)
    appointment.until_on = on
    appointment.ended_at = now
    appointment.save(update_fields=["until_on", "ended_at"])
    if on <= day_of(now):
        Listing.objects.filter(appointment=appointment).delete()
    return appointment, as_unit


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
    before = lookup.appointment_to_change(appointment_id)
    as_unit = policy.require(actor, Act.RENEW_APPOINTMENT, before.unit)
    _refuse_oneself(actor, before.person)
    from_on = _end_to_renew(before)
    if before.source == terms.SECONDMENT and until_on is None:
        raise BadInput("派驻要写明截止日期", where="until_on")
    rules = setup.post_rules()
    period = _period(from_on, until_on, before.unit)
    term = Term(before.person.staff_no, before.unit.code, rules[before.post.code], period)
    terms.require_free(term, setup.terms_of(units=[term.unit], people=[term.person], rules=rules))
    renewal = Appointment.objects.create(
        person=before.person,
        unit=before.unit,
        post=before.post,
        from_on=from_on,
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


def _refuse_oneself(actor: Actor, person: Person) -> None:
    """Posts bring rights: nobody gives them to themselves."""
    if lookup.stands_behind(actor, person):
        raise NotAllowed("不能给自己任命或续任")


def _end_to_renew(term: Appointment) -> date:
    """Return the day on which a term that can be renewed runs out."""
    if term.until_on is None:
        raise NotPossible("这个任期没有结束日期，不需要续任")
    if term.ended_at is not None or Appointment.objects.filter(renewal_of=term).exists():
        raise NotPossible("这个任期已经结束或已经续任")
    return term.until_on


def _period(from_on: date, until_on: date | None, unit: Unit) -> Period:
    if from_on < unit.from_on or unit.until_on is not None:
        raise NotPossible("%(unit)s 在这段时间不存在", unit=unit.short_name)
    return Period(from_on, until_on)


def _note(
    kind: str,
    appointment: Appointment,
    post: PostRule,
    *,
    actor: Actor,
    as_unit: int | None,
    now: datetime,
    **more: int | None,
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
        **more,
    )
