"""What acts on posts lock and look up: the unit to staff, the person to appoint, the term to change."""

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.people.models import Account, Appointment, Person, PostKind, Unit


def unit_to_staff(code: str) -> Unit:
    """Return the unit with its row locked: appointments in one unit happen one after another.

    :raises NotFound: there is none
    """
    try:
        return Unit.objects.select_for_update(of=("self",)).select_related("kind").get(code=code)
    except Unit.DoesNotExist:
        raise NotFound("没有单位 %(code)s", code=code) from None


def person_to_appoint(staff_no: str) -> Person:
    """Return the person with the row locked: what one may hold together is judged once at a time.

    :raises NotFound: nobody has that number
    """
    try:
        return Person.objects.select_for_update().get(staff_no=staff_no)
    except Person.DoesNotExist:
        raise NotFound("没有工号 %(staff_no)s", staff_no=staff_no) from None


def appointment_to_change(appointment_id: int) -> Appointment:
    """Return the term with its row, its unit's and its person's locked.

    :raises NotFound: there is no such term
    """
    try:
        return (
            Appointment.objects.select_for_update(of=("self", "unit", "person"))
            .select_related("unit__kind", "person", "post")
            .get(pk=appointment_id)
        )
    except Appointment.DoesNotExist:
        raise NotFound("没有这个任期") from None


def post_by_code(code: str) -> PostKind:
    """Return the kind of post with this code.

    :raises NotFound: there is none
    """
    try:
        return PostKind.objects.get(code=code)
    except PostKind.DoesNotExist:
        raise NotFound("没有岗位 %(post)s", post=code) from None


def stands_behind(actor: Actor, person: Person) -> bool:
    """Return whether ``person`` stands behind ``actor``."""
    return actor.is_staff and Account.objects.filter(pk=actor.account_id, person=person).exists()
