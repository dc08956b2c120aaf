"""One cell of a sheet: its text when read, its safe form when written to xlsx or csv."""

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

CELL_CHARACTERS: Final = 32_767  # Excel's own limit
EXACT_DIGITS: Final = 15  # a spreadsheet number keeps no more

# What a spreadsheet may take for a formula at the start of a text; the full-width forms are WPS's.
_DANGEROUS: Final = re.compile(r"^[\s\x00]*[=+\-@|%＝＋－＠]|^[\t\r\n\x00]")
_PHONE: Final = re.compile(r"^\+\d[\d -]{4,20}$")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED: Final = re.compile(r"_x(000[1-9A-Fa-f]|001[0-9A-Fa-f]|005[Ff])_")
_FIRST_YEAR: Final = 1900  # of a spreadsheet's calendar


def as_text(value: object) -> str:
    """Return what somebody reads in the cell: ISO dates, whole numbers without a point, no outer blanks."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _unescaped(value).strip()
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d") if value.time() == time.min else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value).strip()


def lost_digits(value: object) -> bool:
    """Return whether the cell is a number too long to have been kept exactly, such as an identity number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**EXACT_DIGITS


def is_dangerous(text: str) -> bool:
    """Return whether a spreadsheet could take ``text`` for a formula or a command."""
    return _DANGEROUS.match(text) is not None


def for_xlsx(value: object) -> str | int | float | Decimal | date | datetime | None:
    """Return the value as a typed cell; a text stays text and keeps every legal character."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        local = timezone.make_naive(value) if timezone.is_aware(value) else value
        return local if local.year >= _FIRST_YEAR else local.isoformat(sep=" ")
    if isinstance(value, date):
        return value if value.year >= _FIRST_YEAR else value.isoformat()
    if isinstance(value, int | Decimal):
        return value if -(10**EXACT_DIGITS) < value < 10**EXACT_DIGITS else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if value is None else _legal(str(value))


def for_csv(value: object) -> str:
    """Return the value as csv text that no spreadsheet runs; reading takes the guarding apostrophe off."""
    text = as_text(value) if not isinstance(value, str) else _ILLEGAL.sub("", value)
    if isinstance(value, str) and is_dangerous(value) and not _PHONE.match(text):
        return "'" + text
    return text


def from_csv(text: str) -> str:
    """Return the text of a csv cell, without the apostrophe that guards a dangerous beginning."""
    return text[1:].strip() if text.startswith("'") and is_dangerous(text[1:]) else text.strip()


def _legal(text: str) -> str:
    """Drop what XML forbids, keep carriage returns and literal ``_x0041_`` by the format's own escapes."""
    text = _LOOKS_ESCAPED.sub("_x005F_", _ILLEGAL.sub("", text)) if not text.isalnum() else text
    text = text.replace("\r", "_x000D_")
    if len(text) > CELL_CHARACTERS:
        note = _("…（过长，已截断）")
        text = text[: CELL_CHARACTERS - len(note)] + note
    return text


def _unescaped(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n")
