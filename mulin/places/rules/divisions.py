"""The division table (行政区划): what a country counts as province, city, county, street and village.

Codes have twelve digits (GB/T 2260 and GB/T 10114): two for the province, two for the city, two for the
county, three for the street or town, three for the village or residents' committee.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

CODE_DIGITS: Final = 12


class Level(StrEnum):
    """The levels, widest first."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    STREET = "street"
    VILLAGE = "village"


LEVELS: Final = tuple(Level)
DIGITS: Final[Mapping[str, int]] = {"province": 2, "city": 4, "county": 6, "street": 9, "village": 12}
_WIDER: Final = dict(pairwise(reversed(LEVELS)))


@dataclass(frozen=True, slots=True)
class Division:
    """A division as it stands for a period."""

    code: str
    level: str
    name: str
    short_name: str = ""
    parent_code: str = ""
    source: str = ""
    from_on: date = date.min
    until_on: date | None = None


def full_code(code: str) -> str:
    """Return a code with all its digits; one of 2, 4, 6 or 9 digits is the short form of its level."""
    return code.ljust(CODE_DIGITS, "0") if code.isdigit() and len(code) in DIGITS.values() else code


def parent_by_code(code: str, level: str) -> str:
    """Return the code of the division that the digits of ``code`` put around it; of a province nothing."""
    wider = _WIDER.get(Level(level))
    return code[: DIGITS[wider]].ljust(CODE_DIGITS, "0") if wider else ""
