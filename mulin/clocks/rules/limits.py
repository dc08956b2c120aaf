"""How long something may take: a number and the kind of time it is counted in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput


class LimitKind(StrEnum):
    """What is counted."""

    MINUTES = "minutes"  # day and night, as the clock runs
    HOURS = "hours"  # 紧急工作时
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"  # 工作时
    WORKING_DAYS = "working_days"  # 工作日, make-up days (调休) included
    NATURAL_DAYS = "natural_days"  # 自然日, 紧急工作日


# Far beyond any real limit: what is larger is a slip of the pen.
MOST: Final[Mapping[LimitKind, int]] = {
    LimitKind.MINUTES: 525_600,
    LimitKind.HOURS: 8_760,
    LimitKind.WORKING_MINUTES: 120_000,
    LimitKind.WORKING_HOURS: 2_000,
    LimitKind.WORKING_DAYS: 1_000,
    LimitKind.NATURAL_DAYS: 1_000,
}

CHINESE: Final[Mapping[LimitKind, str]] = {
    LimitKind.MINUTES: "分钟",
    LimitKind.HOURS: "小时",
    LimitKind.WORKING_MINUTES: "工作分钟",
    LimitKind.WORKING_HOURS: "工作时",
    LimitKind.WORKING_DAYS: "工作日",
    LimitKind.NATURAL_DAYS: "自然日",
}

_WORDS: Final[Mapping[str, LimitKind]] = {
    "minute": LimitKind.MINUTES,
    "min": LimitKind.MINUTES,
    "分": LimitKind.MINUTES,
    "分钟": LimitKind.MINUTES,
    "hour": LimitKind.HOURS,
    "h": LimitKind.HOURS,
    "小时": LimitKind.HOURS,
    "紧急工作时": LimitKind.HOURS,
    "working minute": LimitKind.WORKING_MINUTES,
    "工作分钟": LimitKind.WORKING_MINUTES,
    "working hour": LimitKind.WORKING_HOURS,
    "工作时": LimitKind.WORKING_HOURS,
    "工作小时": LimitKind.WORKING_HOURS,
    "working day": LimitKind.WORKING_DAYS,
    "工作日": LimitKind.WORKING_DAYS,
    "natural day": LimitKind.NATURAL_DAYS,
    "calendar day": LimitKind.NATURAL_DAYS,
    "自然日": LimitKind.NATURAL_DAYS,
    "紧急工作日": LimitKind.NATURAL_DAYS,
}
_WRITTEN: Final = re.compile(r"(\d{1,9})\s*个?\s*(\D+)")


class BadLimit(BadInput):
    """The limit cannot be understood, or is none that anybody would set."""


@dataclass(frozen=True, slots=True)
class Limit:
    """``value`` units of ``kind``, at least one."""

    value: int
    kind: LimitKind

    def __post_init__(self) -> None:
        if not 1 <= self.value <= MOST[self.kind]:
            raise BadLimit(
                "时限须在 1 到 %(most)d %(unit)s之间",
                where="limit",
                most=MOST[self.kind],
                unit=CHINESE[self.kind],
            )

    def __str__(self) -> str:
        words = self.kind.value.replace("_", " ")
        return f"{self.value} {words.removesuffix('s') if self.value == 1 else words}"

    @property
    def chinese(self) -> str:
        """Return the limit as a list (清单) writes it, such as ``4工作时``."""
        return f"{self.value}{CHINESE[self.kind]}"


def parse(text: str) -> Limit:
    """Return the limit written as ``4 working hours``, ``1 working_day`` or ``4工作时``.

    :raises BadLimit: no number, no known unit, a bare ``天`` (of which kind?), or out of range
    """
    found = _WRITTEN.fullmatch(text.strip())
    unit = found[2].strip().casefold().replace("_", " ").replace("-", " ") if found else ""
    if unit in ("天", "日", "day", "days"):
        raise BadLimit("“%(text)s”没有说明是工作日还是自然日", where="limit", text=text)
    kind = _WORDS.get(unit) or _WORDS.get(unit.removesuffix("s"))
    if found is None or kind is None:
        raise BadLimit(
            "看不懂时限“%(text)s”，可写作 30分钟、2小时、4工作时、5工作日、7自然日", where="limit", text=text
        )
    return Limit(int(found[1]), kind)
