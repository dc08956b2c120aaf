"""What the vault holds of a person, and what must be said to look at it."""

import json
from dataclasses import dataclass
from typing import Final

from mulin.kernel.errors import BadInput
from mulin.people.rules.phones import normal_phone

NAME_MAX: Final = 40
REASON_MIN: Final = 4
REASON_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """How to reach somebody."""

    phone: str
    name: str

    def __repr__(self) -> str:  # a traceback or a log line must not name anybody
        return "ContactDetails(…)"

    def as_bytes(self) -> bytes:
        """Return what is sealed."""
        return json.dumps({"phone": self.phone, "name": self.name}, ensure_ascii=False).encode()


def checked_details(*, phone: str, name: str) -> ContactDetails:
    """Return the details in their one way of writing.

    :raises BadInput: the number is none, or the name is too long
    """
    plain_name = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if len(plain_name) > NAME_MAX:
        raise BadInput("称呼最多 %(most)s 个字", where="name", most=NAME_MAX)
    return ContactDetails(phone=normal_phone(phone), name=plain_name)


def details_from(plain: bytes) -> ContactDetails:
    """Return the details that ``as_bytes`` wrote."""
    read = json.loads(plain)
    return ContactDetails(phone=read["phone"], name=read["name"])


def checked_reason(reason: str) -> str:
    """Return why somebody looks, trimmed: the person concerned will read it.

    :raises BadInput: it says nothing, or too much
    """
    plain = " ".join(reason.split())
    if len(plain) < REASON_MIN:
        raise BadInput("请写明查看的理由，当事人会看到", where="reason")
    if len(plain) > REASON_MAX:
        raise BadInput("理由最多 %(most)s 个字", where="reason", most=REASON_MAX)
    return plain
