"""What may not enter the ledger: it is never erased, so nothing that a person may want erased goes in."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Json: TypeAlias = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None

WAYS_TO_REACH: Final = frozenset(
    (
        "phone",
        "mobile",
        "telephone",
        "tel",
        "fax",
        "email",
        "mail",
        "wechat",
        "weixin",
        "qq",
        "contact",
        "address",
        "household",
    )
)
WHO_IT_IS: Final = frozenset(
    (
        "name",
        "fullname",
        "surname",
        "nickname",
        "idcard",
        "idno",
        "identity",
        "passport",
        "birthday",
        "birthdate",
        "birth",
        "sex",
        "gender",
        "face",
        "plate",
        "licence",
        "password",
    )
)
FREE_WORDS: Final = frozenset(
    (
        "text",
        "words",
        "word",
        "message",
        "comment",
        "note",
        "remark",
        "description",
        "title",
        "content",
        "question",
        "answer",
        "reason",
        "body",
    )
)
# The last word of a key decides: `caller_phone` is refused, `contact_id` points to a row and may stay.
PERSONAL_WORDS: Final = WAYS_TO_REACH | WHO_IT_IS | FREE_WORDS
LONGEST: Final = 300
SHORTEST_NUMBER: Final = 13_000_000_000

_PHONE: Final = r"(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}"
_LANDLINE: Final = r"0\d{2,3}[- ]\d{7,8}"
_IDENTITY: Final = r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_NUMBER: Final = re.compile(
    rf"(?=[+\d])(?<![0-9A-Za-z])(?<!\d\.)(?:{_PHONE}|{_LANDLINE}|{_IDENTITY})(?![0-9A-Za-z])", re.ASCII
)
_EMAIL: Final = re.compile(r"\w@[\w-]+\.\w", re.ASCII)


class PersonalData(ValueError):
    """Somebody tried to write personal data or free words into the ledger: a mistake in the program."""


def refuse_personal(facts: Mapping[str, Json]) -> None:
    """Return quietly when ``facts`` may be kept for ever.

    :raises PersonalData: a key or a value says something about a person, or holds free words
    """
    for key, value in facts.items():
        if key.rpartition("_")[2].lower() in PERSONAL_WORDS:
            raise PersonalData(f"'{key}': keep it in a row that can be erased and write the row's id here")
        _refuse_value(key, value)


def looks_personal(text: str) -> bool:
    """Return whether ``text`` holds what looks like a telephone or identity number or an e-mail address."""
    return bool(_NUMBER.search(text)) or ("@" in text and bool(_EMAIL.search(text)))


def _refuse_value(key: str, value: Json) -> None:
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise PersonalData(f"'{key}' is longer than {LONGEST} characters: words belong into a row")
        if looks_personal(value):
            raise PersonalData(
                f"'{key}' looks like a telephone number, an identity number or an e-mail address"
            )
    elif isinstance(value, Mapping):
        refuse_personal(value)
    elif isinstance(value, int):
        if value >= SHORTEST_NUMBER and _NUMBER.search(str(value)):
            raise PersonalData(f"'{key}' looks like a telephone number or an identity number")
    elif value is not None and not isinstance(value, float):
        for each in value:
            _refuse_value(key, each)
