"""The contact vault: seal, look with a reason that is kept, erase for good, change the master key."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from mulin.gateways.keys import master_key
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound, NotPossible
from mulin.kernel.ids import new_id
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.actions import sealed
from mulin.people.models import Contact, ContactView, SealedWords
from mulin.people.rules import vault
from mulin.people.rules.acts import Act
from mulin.people.rules.contacts import ContactDetails, checked_details, checked_reason, details_from

TABLE: Final = "people_contact"


class ContactErased(NotPossible):
    """The contact was erased; nobody can read it any more."""

    def __init__(self) -> None:
        super().__init__("联系方式已经删除")


def seal_contact(*, phone: str, name: str, may_call: bool, now: datetime) -> Contact:
    """Seal how to reach somebody; a step of the act that took the report, whose ledger entry tells of it.

    :raises BadPhone: the number is none of the mainland
    :raises BadInput: the name is too long
    """
    details = checked_details(phone=phone, name=name)
    contact_id = new_id()
    master = master_key()
    envelope = vault.enclose(
        details.as_bytes(), master=master.bytes, master_id=master.id, place=_place(contact_id)
    )
    return Contact.objects.create(
        id=contact_id,
        sealed=envelope.sealed,
        wrapped_key=envelope.wrapped_key,
        master_key=master.id,
        may_call=may_call,
        created_at=now,
    )


@transaction.atomic
def reveal_contact(
    *, contact_id: UUID, reason: str, as_unit: int, actor: Actor, now: datetime
) -> ContactDetails:
    """Show a contact to a member of staff and note it for the person concerned.

    :raises NotFound: there is no such contact
    :raises NotAllowed: no post of the actor in ``as_unit`` permits it
    :raises ContactErased: it was erased
    :raises BadInput: no reason was given
    """
    contact = _contact_to_change(contact_id)
    if not actor.is_staff:
        raise NotAllowed("您的岗位不能做这一步")
    policy.require_in(actor, Act.REVEAL_CONTACT, unit_id=as_unit)
    why = checked_reason(reason)
    details = _opened(contact)
    view = ContactView.objects.create(
        contact=contact, account_id=actor.account_id, unit_id=as_unit, reason=why, at=now
    )
    record("contact.revealed", subject=contact.pk, actor=actor, at=now, as_unit=as_unit, view=view.pk)
    return details


@transaction.atomic
def reach_contact(*, contact_id: UUID, actor: Actor, now: datetime) -> ContactDetails:
    """Open a contact so that the system can send its owner a message; nobody looks, and it is on the record.

    :raises NotFound: there is no such contact
    :raises NotAllowed: the actor is not the system
    :raises ContactErased: it was erased
    """
    contact = _contact_to_change(contact_id)
    if actor != SYSTEM:
        raise NotAllowed("您的岗位不能做这一步")
    details = _opened(contact)
    record("contact.reached", subject=contact.pk, actor=actor, at=now)
    return details


@transaction.atomic
def erase_contact(*, contact_id: UUID, actor: Actor, now: datetime) -> Contact:
    """Destroy the key of a contact and what it sealed; that it was there stays known, who it was does not.

    :raises NotFound: there is no such contact
    :raises NotAllowed: the actor is neither the system nor permitted to erase
    :raises ContactErased: it is done already
    """
    contact = _contact_to_change(contact_id)
    as_unit = policy.require_everywhere(actor, Act.ERASE_CONTACT)
    if contact.erased_at is not None:
        raise ContactErased
    contact.sealed = b""
    contact.wrapped_key = b""
    contact.erased_at = now
    contact.save(update_fields=["sealed", "wrapped_key", "erased_at"])
    record("contact.erased", subject=contact.pk, actor=actor, at=now, as_unit=as_unit)
    return contact


@transaction.atomic
def rewrap_contacts(*, most: int = 1_000, actor: Actor, now: datetime) -> int:
    """Put up to ``most`` contacts or sealed words under the master key in use; return how many, 0 = done.

    :raises NotAllowed: the actor is neither the system nor permitted to
    :raises vault.BrokenSeal: a row does not open under the key it names
    """
    policy.require_everywhere(actor, Act.REWRAP_CONTACTS)
    fresh = master_key()
    contacts = Contact.objects.filter(erased_at__isnull=True)
    tables: tuple[tuple[QuerySet[Any], Callable[[UUID], vault.Place]], ...] = (
        (contacts, _place), (SealedWords.objects.all(), sealed.place)
    )  # fmt: skip
    for table, place in tables:
        rows = list(table.select_for_update(skip_locked=True).exclude(master_key=fresh.id)[:most])
        for row in rows:
            old = master_key(row.master_key)
            row.wrapped_key = vault.rewrap(
                bytes(row.wrapped_key),
                old=old.bytes,
                old_id=old.id,
                new=fresh.bytes,
                new_id=fresh.id,
                place=place(row.pk),
            )
            row.master_key = fresh.id
        table.bulk_update(rows, ["wrapped_key", "master_key"])
        if rows:
            record("contacts.rewrapped", subject=fresh.id, actor=actor, at=now, rows=len(rows))
            return len(rows)
    return 0


def _place(contact_id: UUID) -> vault.Place:
    return vault.Place(table=TABLE, row=str(contact_id), field="sealed")


def _opened(contact: Contact) -> ContactDetails:
    if contact.erased_at is not None:
        raise ContactErased
    master = master_key(contact.master_key)
    envelope = vault.Envelope(bytes(contact.sealed), bytes(contact.wrapped_key))
    return details_from(
        vault.disclose(envelope, master=master.bytes, master_id=master.id, place=_place(contact.pk))
    )


def _contact_to_change(contact_id: UUID) -> Contact:
    try:
        return Contact.objects.select_for_update().get(pk=contact_id)
    except Contact.DoesNotExist:
        raise NotFound("没有这份联系方式") from None
