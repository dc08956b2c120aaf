"""Acts that show people to residents: only who agreed to it, and only as long as they do (S-012)."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound, NotPossible
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.models import Appointment, Listing
from mulin.people.queries.days import day_of
from mulin.people.queries.posts import appointment_to_change, stands_behind
from mulin.people.rules.acts import Act
from mulin.people.rules.phones import normal_phone

NAME_MAX: Final = 40
CONSENT_MAX: Final = 120


class NoConsent(BadInput):
    """Nobody is shown to residents without having agreed to it."""

    def __init__(self) -> None:
        super().__init__("请写明本人如何同意公开（例如：签字同意书）", where="consent")


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
    appointment = appointment_to_change(appointment_id)
    as_unit = _require_own_or(actor, Act.LIST_PUBLICLY, appointment)
    today = day_of(now)
    agreed = " ".join(consent.split())
    if not agreed or len(agreed) > CONSENT_MAX or consented_on > today:
        raise NoConsent
    _require_listable(appointment, on=today)
    called = " ".join(name.split())
    if not called or len(called) > NAME_MAX:
        raise BadInput("称呼不能为空，最多 %(most)s 个字", where="name", most=NAME_MAX)
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
    appointment = appointment_to_change(appointment_id)
    as_unit = _require_own_or(actor, Act.WITHDRAW_LISTING, appointment)
    gone, _ = Listing.objects.filter(appointment=appointment).delete()
    if not gone:
        raise NotFound("没有公开")
    record("listing.withdrawn", subject=appointment.pk, actor=actor, at=now, as_unit=as_unit)


def _require_listable(appointment: Appointment, *, on: date) -> None:
    if not appointment.post.public_contact:
        raise NotPossible("%(post)s不对居民公开", post=appointment.post.name)
    if appointment.until_on is not None and appointment.until_on <= on:
        raise NotPossible("这个任期已经结束")


def _require_own_or(actor: Actor, act: Act, appointment: Appointment) -> int | None:
    """Return the unit in whose name the actor acts; one's own listing needs nobody's permission."""
    if stands_behind(actor, appointment.person):
        return appointment.unit_id
    return policy.require(actor, act, appointment.unit)
