"""Codes of components and facilities: division, class and serial number in sixteen digits."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from mulin.kernel.errors import BadInput, NotPossible

DIVISION: Final = 6
LENGTH: Final = 16
# The width of a class's code (major class, minor class) tells the scheme: 0103 or 01003.
SCHEMES: Final = {4: "6+2+2+6", 5: "6+2+3+5"}
_DIGITS: Final = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class ThingCode:
    """A code taken apart."""

    division: str
    kind: str
    serial: int

    def __str__(self) -> str:
        return f"{self.division}{self.kind}{self.serial:0{LENGTH - DIVISION - len(self.kind)}d}"


class SerialsSpent(NotPossible):
    """Every serial number of a class in a division has been given."""


def is_kind_code(code: str) -> bool:
    """Return whether a code can be that of a class: two digits major, two or three minor."""
    return len(code) in SCHEMES and _DIGITS.fullmatch(code) is not None


def parse_code(code: str, kinds: Collection[str]) -> ThingCode:
    """Return the parts of ``code``; ``kinds`` are the codes of the classes there are.

    :raises BadInput: it has another length, a sign that is no digit, or a class nobody knows; it says where
    """
    if not _DIGITS.fullmatch(code):
        spot = next((n for n, sign in enumerate(code, 1) if not "0" <= sign <= "9"), 1)
        raise BadInput("第 %(spot)s 位不是数字：编码由 16 位数字组成", where="code", spot=spot)
    if len(code) != LENGTH:
        raise BadInput("编码应为 %(length)s 位，现在 %(now)s 位", where="code", length=LENGTH, now=len(code))
    for width, scheme in SCHEMES.items():
        kind, serial = code[DIVISION : DIVISION + width], int(code[DIVISION + width :])
        if kind not in kinds:
            continue
        if serial == 0:
            why = "第 %(first)s–16 位是顺序号，从 1 起（%(scheme)s）"
            raise BadInput(why, where="code", first=DIVISION + width + 1, scheme=scheme)
        return ThingCode(code[:DIVISION], kind, serial)
    width = len(next(iter(kinds), "0000"))
    facts = {"last": DIVISION + width, "kind": code[DIVISION : DIVISION + width]}
    raise BadInput("第 7–%(last)s 位「%(kind)s」不是已有的类别", where="code", **facts)


def next_code(division: str, kind: str, last: str) -> str:
    """Return the code after ``last``, the highest given of a class in a division; empty begins at 1.

    :raises BadInput: the division is not six digits
    :raises SerialsSpent: there is no number left
    """
    if len(division) != DIVISION or not _DIGITS.fullmatch(division):
        raise BadInput("行政区划代码「%(code)s」应为 6 位数字", where="division", code=division)
    serial = int(last[DIVISION + len(kind) :]) + 1 if last else 1
    if len(code := str(ThingCode(division, kind, serial))) > LENGTH:
        raise SerialsSpent("「%(kind)s」类在 %(division)s 的编码已经用完", kind=kind, division=division)
    return code
