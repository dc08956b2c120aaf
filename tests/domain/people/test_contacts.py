"""The contact vault: nobody reads it without a reason, everybody who did is known, and erased is erased."""

from functools import partial
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.gateways import keys
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, Refusal
from mulin.kernel.ids import new_id
from mulin.ledger.models import Entry
from mulin.people.actions import contacts
from mulin.people.actions.contacts import ContactErased
from mulin.people.models import Contact, ContactView
from mulin.people.queries.contacts import views_of
from mulin.people.rules.contacts import ContactDetails
from mulin.people.rules.phones import BadPhone
from mulin.people.rules.vault import BrokenSeal
from tests.make import people as make
from tests.make.people import NOON

pytestmark = pytest.mark.django_db

PHONE, NAME = "13800000000", "王女士"
WHY = "核实渗水位置"
FIRST, SECOND = keys.MasterKey("first", bytes(32)), keys.MasterKey("second", bytes([7]) * 32)

seal = partial(contacts.seal_contact, phone="138 0000 0000", name=NAME, may_call=True, now=NOON)


def clerk() -> Actor:
    make.tree()
    return make.actor("clerk", "e1a")


def reveal(
    contact: Contact, actor: Actor, *, reason: str = WHY, as_unit: int | None = None
) -> ContactDetails:
    unit = as_unit or (actor.grants[0].unit_id if actor.grants else 1)
    return contacts.reveal_contact(contact_id=contact.pk, reason=reason, as_unit=unit, actor=actor, now=NOON)


def test_what_was_sealed_is_revealed_with_a_reason_that_the_person_reads() -> None:
    actor = clerk()
    contact = seal()
    assert reveal(contact, actor) == ContactDetails(PHONE, NAME)
    [view] = views_of(contact.pk)
    assert (view.at, view.unit_name, view.reason) == (NOON, "甲社区", WHY)
    entry = Entry.objects.get(kind="contact.revealed")
    assert (entry.account_id, entry.unit_id, entry.subject) == (
        actor.account_id,
        actor.grants[0].unit_id,
        str(contact.pk),
    )
    assert entry.facts == {"view": ContactView.objects.get().pk}


def test_neither_number_nor_name_lies_readable_in_any_table() -> None:
    actor = clerk()
    contact = seal()
    reveal(contact, actor)
    row = Contact.objects.get()
    stored = bytes(row.sealed) + bytes(row.wrapped_key)
    assert PHONE.encode() not in stored
    assert NAME.encode() not in stored
    everything = str(make.everything())
    assert PHONE not in everything
    assert NAME not in everything


@pytest.mark.parametrize(("said", "refusal"), [({"phone": "123"}, BadPhone), ({"name": "字" * 41}, BadInput)])
def test_a_contact_that_is_none_is_not_sealed(said: dict[str, str], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        seal(**said)
    assert not Contact.objects.exists()


def test_a_refused_look_leaves_no_trace() -> None:
    actor = clerk()
    contact = seal()
    elsewhere = make.units()["e1b"].pk
    reader = make.actor("worker", "e1a")
    before = make.everything()
    for attempt, refusal in (
        (partial(reveal, contact, reader), NotAllowed),  # the wrong role
        (partial(reveal, contact, actor, as_unit=elsewhere), NotAllowed),
        (partial(reveal, contact, PUBLIC), NotAllowed),
        (partial(reveal, contact, SYSTEM), NotAllowed),
        (partial(reveal, contact, actor, reason="看看"), BadInput),
        (partial(reveal, Contact(pk=new_id()), actor), NotFound),
    ):
        with pytest.raises(refusal):
            attempt()
    assert make.everything() == before


def test_a_look_locks_the_row_so_that_it_cannot_be_erased_meanwhile() -> None:
    actor = clerk()
    contact = seal()
    with CaptureQueriesContext(connection) as asked:
        reveal(contact, actor)
    first = next(query["sql"] for query in asked if "SAVEPOINT" not in query["sql"])
    assert "FOR UPDATE" in first


def test_sealing_is_one_statement() -> None:
    seal()
    with CaptureQueriesContext(connection) as asked:
        seal()
    assert len(asked) == 1


def test_erased_is_erased_and_who_looked_stays_known() -> None:
    actor = clerk()
    contact = seal()
    reveal(contact, actor)
    with pytest.raises(NotAllowed):
        contacts.erase_contact(contact_id=contact.pk, actor=actor, now=NOON)
    contacts.erase_contact(contact_id=contact.pk, actor=make.actor("admin", "city"), now=NOON)
    row = Contact.objects.get()
    assert (bytes(row.sealed), bytes(row.wrapped_key), row.erased_at) == (b"", b"", NOON)
    with pytest.raises(ContactErased):
        reveal(contact, actor)
    with pytest.raises(ContactErased):
        contacts.erase_contact(contact_id=contact.pk, actor=SYSTEM, now=NOON)
    with pytest.raises(NotFound):
        contacts.erase_contact(contact_id=new_id(), actor=SYSTEM, now=NOON)
    assert len(views_of(contact.pk)) == 1


def test_two_rows_swapped_in_the_database_do_not_open() -> None:
    actor = clerk()
    one, two = seal(), seal(phone="13900000000")
    Contact.objects.filter(pk=one.pk).update(sealed=two.sealed, wrapped_key=two.wrapped_key)
    with pytest.raises(BrokenSeal):
        reveal(one, actor)
    Contact.objects.filter(pk=one.pk).update(sealed=two.sealed, wrapped_key=one.wrapped_key)
    with pytest.raises(BrokenSeal):
        reveal(one, actor)
    assert not ContactView.objects.exists()


@pytest.mark.parametrize("column", ["sealed", "wrapped_key"])
def test_one_byte_changed_in_the_database_is_noticed(column: str) -> None:
    actor = clerk()
    contact = seal()
    changed = bytearray(getattr(contact, column))
    changed[-1] ^= 1
    Contact.objects.filter(pk=contact.pk).update(**{column: bytes(changed)})
    with pytest.raises(BrokenSeal):
        reveal(contact, actor)


def test_a_new_master_key_rewraps_in_batches_and_the_old_one_may_then_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ring = [FIRST]

    def master_key(key_id: str = "") -> keys.MasterKey:
        return next(key for key in ring if key_id in ("", key.id))

    monkeypatch.setattr(contacts, "master_key", master_key)
    actor = clerk()
    sealed = [seal() for _ in range(3)]
    erased = contacts.erase_contact(contact_id=seal().pk, actor=SYSTEM, now=NOON)
    ring.insert(0, SECOND)
    fresh = seal()
    rewrap = partial(contacts.rewrap_contacts, most=2, now=NOON)

    with pytest.raises(NotAllowed):
        rewrap(actor=actor)
    assert [rewrap(actor=SYSTEM) for _ in range(3)] == [2, 1, 0]

    ring.remove(FIRST)
    assert all(reveal(contact, actor) == ContactDetails(PHONE, NAME) for contact in (*sealed, fresh))
    assert Contact.objects.get(pk=erased.pk).master_key == "first"
    assert Entry.objects.filter(kind="contacts.rewrapped").count() == 2


def test_views_are_told_newest_first_in_one_statement() -> None:
    actor = clerk()
    contact = seal()
    for number in range(3):
        reveal(contact, actor, reason=f"第{number}次核实")
    with CaptureQueriesContext(connection) as asked:
        views = views_of(UUID(str(contact.pk)))
    assert [view.reason for view in views] == ["第2次核实", "第1次核实", "第0次核实"]
    assert len(asked) == 1
