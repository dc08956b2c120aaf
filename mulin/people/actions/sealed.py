"""Words only a few may read, sealed like a contact: parts of the acts of whoever keeps them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from mulin.gateways.keys import master_key
from mulin.kernel.ids import new_id
from mulin.people.models import SealedWords
from mulin.people.rules import vault


def seal_words(*, text: str, now: datetime) -> SealedWords:
    """Seal ``text`` under a key of its own."""
    words_id = new_id()
    master = master_key()
    envelope = vault.enclose(text.encode(), master=master.bytes, master_id=master.id, place=place(words_id))
    return SealedWords.objects.create(
        id=words_id,
        sealed=envelope.sealed,
        wrapped_key=envelope.wrapped_key,
        master_key=master.id,
        sealed_at=now,
    )


def open_words(*, rows: Iterable[SealedWords]) -> dict[UUID, str]:
    """Return what each row says; the caller has asked who may read it and records that it was read.

    :raises vault.BrokenSeal: a row was changed or moved, or its master key is gone
    """
    return {row.pk: _opened(row) for row in rows}


def place(words_id: UUID) -> vault.Place:
    """Return where a row's words are sealed to."""
    return vault.Place(table="people_sealedwords", row=str(words_id), field="sealed")


def _opened(row: SealedWords) -> str:
    master = master_key(row.master_key)
    envelope = vault.Envelope(bytes(row.sealed), bytes(row.wrapped_key))
    return vault.disclose(envelope, master=master.bytes, master_id=master.id, place=place(row.pk)).decode()
