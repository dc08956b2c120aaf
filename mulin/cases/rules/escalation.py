"""Missed clocks: what is said of them, and up which ladder they climb."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput

HOURS_MOST: Final = 24 * 365
AMBER_SHARE: Final = 0.3  # of the span is left (示例)
AMBER_MOST: Final = timedelta(days=2)
_TARGET: Final = re.compile(r"superior(?::[1-9])?|(?:kind|place):[a-z][a-z0-9_]{0,31}")


class AlarmKind(StrEnum):
    """What an alarm says of a clock."""

    YELLOW = "yellow"  # it will be missed soon
    RED = "red"  # it was missed
    ESCALATION = "escalation"  # it was missed long ago: a rung higher hears of it
    SILENT_CALL = "silent_call"  # a called unit did not report in
    SILENT_RULING = "silent_ruling"  # the common superior did not rule
    MILESTONE = "milestone"  # a step on the way was missed


def amber_from(*, start: datetime, due_at: datetime) -> datetime:
    """Return when a clock turns amber (转黄): three tenths of its span before its end, two days at most."""
    return due_at - min((due_at - start) * AMBER_SHARE, AMBER_MOST)


@dataclass(frozen=True, slots=True)
class Rung:
    """So many hours after a miss ``to`` hears of it; ``supervise`` opens a supervision as well.

    ``to`` is ``superior`` (the unit above the responsible one; ``superior:2`` two above), ``kind:county``
    (the first unit of that kind above it) or ``place:community`` (the one around the place: 属地兜底).
    """

    level: int
    after_hours: int
    to: str
    supervise: bool = False


def check_rungs(rungs: Sequence[Rung]) -> None:
    """Return quietly when the ladder can be climbed.

    :raises BadInput: naming the first rung that is wrong; ``where`` is ``rung N``, counted from 1
    """
    for number, rung in enumerate(rungs, 1):
        where = f"rung {number}"
        if rung.level != number:
            raise BadInput("级别要从 1 起依次写", where=where)
        if not 0 <= rung.after_hours <= HOURS_MOST:
            raise BadInput("超期小时要在 0 到 %(most)d 之间", where=where, most=HOURS_MOST)
        if number > 1 and rung.after_hours <= rungs[number - 2].after_hours:
            raise BadInput("超期小时要比上一级大", where=where)
        if not _TARGET.fullmatch(rung.to):
            raise BadInput(
                "「%(cell)s」不是 superior、kind:单位类别 或 place:单位类别", where=where, cell=rung.to
            )
