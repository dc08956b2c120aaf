"""Telephone numbers of the mainland: one way of writing each, and a plain reason for what is none."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput

_BETWEEN: Final = re.compile(r"[\s\-‐-―−()()·./]+")
_COUNTRY: Final = re.compile(r"^(?:\+|00)86")
_MOBILE: Final = re.compile(r"^1[3-9]\d{9}$")
_SERVICE: Final = re.compile(r"^[48]00\d{7}$")
# Large cities have three digits of area code and eight of number, all others four and seven or eight.
_LANDLINE: Final = re.compile(r"^(0(?:10|2\d)|0[3-9]\d{2})(\d{7,8})$")
_EXTENSION: Final = re.compile(r"(?:转|#|,|ext\.?|x)\s*(\d{1,6})$", re.IGNORECASE)
_LONGEST: Final = 40


class Flaw(StrEnum):
    """Why a text is no telephone number."""

    EMPTY = "empty"
    LETTERS = "letters"
    ABROAD = "abroad"
    NO_AREA_CODE = "no_area_code"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"


_WORDS: Final = {
    Flaw.EMPTY: "请填写电话号码",
    Flaw.LETTERS: "电话号码里只能有数字",
    Flaw.ABROAD: "目前只能填写中国大陆的电话号码",
    Flaw.NO_AREA_CODE: "固定电话请加上区号，例如 0632-5501234",
    Flaw.TOO_SHORT: "电话号码少了几位：手机号是 11 位",
    Flaw.TOO_LONG: "电话号码多了几位：手机号是 11 位",
    Flaw.UNKNOWN: "没有这样的号码，请核对一遍",
}


class BadPhone(BadInput):
    """The text is no telephone number of the mainland; ``flaw`` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(_WORDS[flaw], where="phone")
        self.flaw = flaw


def normal_phone(text: str) -> str:
    """Return the number in its one way of writing: ``13800000000``, ``0632-5501234``, ``0632-5501234-12``.

    :raises BadPhone: it is none
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise BadPhone(Flaw.EMPTY)
    if len(plain) > _LONGEST:
        raise BadPhone(Flaw.TOO_LONG)
    extension = _EXTENSION.search(plain)
    digits = _BETWEEN.sub("", plain[: extension.start()] if extension else plain)
    digits = _COUNTRY.sub("", digits)
    if digits.startswith(("+", "00")):
        raise BadPhone(Flaw.ABROAD)
    if not (digits.isascii() and digits.isdigit()):
        raise BadPhone(Flaw.LETTERS)
    tail = f"-{extension.group(1)}" if extension else ""
    return _written(digits) + tail


def _written(digits: str) -> str:
    if _MOBILE.match(digits) or _SERVICE.match(digits):
        return digits
    landline = _LANDLINE.match(digits)
    if landline:
        return f"{landline.group(1)}-{landline.group(2)}"
    raise BadPhone(_flaw(digits))


def _flaw(digits: str) -> Flaw:
    if digits.startswith("1"):
        if len(digits) == 11:
            return Flaw.UNKNOWN
        return Flaw.TOO_SHORT if len(digits) < 11 else Flaw.TOO_LONG
    if digits[0] in "23456789" and len(digits) in (7, 8):
        return Flaw.NO_AREA_CODE
    if len(digits) < 10:
        return Flaw.TOO_SHORT
    return Flaw.TOO_LONG if len(digits) > 12 else Flaw.UNKNOWN


def masked(phone: str) -> str:
    """Return a normal number with its middle hidden, for a screen: ``138****0000``."""
    shown = 3 if len(phone) >= 10 else 1
    kept = 4 if len(phone) >= 10 else 1
    return phone[:shown] + "*" * (len(phone) - shown - kept) + phone[-kept:]
