"""Cells of a pack's tables: from text to values, or what is wrong with the text."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final, TypeAlias

Value: TypeAlias = (
    str | int | float | bool | date | tuple[str, ...] | tuple[time, time] | frozenset[tuple[str, str]] | None
)

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,31}")
_YES: Final = frozenset(("是", "true", "yes", "1", "y", "√"))
_NO: Final = frozenset(("", "否", "false", "no", "0", "n"))
_BREAKS: Final = re.compile(r"[|｜;；、\n]")


class BadCell(ValueError):
    """The text of a cell is no value of its kind: what is wrong, and how to mend it."""

    def __init__(self, what: str, how: str) -> None:
        super().__init__(what)
        self.what, self.how = what, how


def text(cell: str) -> str:
    """Return the text."""
    return cell.strip()


def code(cell: str) -> str:
    """Return a code of letters, digits, ``_ - .``.

    :raises BadCell: it holds something else or is longer than 32
    """
    if cell.strip() and not _CODE.fullmatch(cell.strip()):
        raise BadCell(
            "「%(cell)s」不是编码", "编码由字母、数字、_ - . 组成，最多 32 个字符，以字母或数字开头"
        )
    return cell.strip()


def whole(cell: str) -> int:
    """Return a whole number; empty is 0.

    :raises BadCell: it is none, or is negative
    """
    if not cell.strip():
        return 0
    if not re.fullmatch(r"[0-9]{1,9}", cell.strip()):
        raise BadCell("「%(cell)s」不是非负整数", "请填写 0、1、2 这样的整数")
    return int(cell)


def day(cell: str) -> date | None:
    """Return a day written as 2026-05-12; empty is none.

    :raises BadCell: it is no day
    """
    try:
        return date.fromisoformat(cell.strip().replace("/", "-")[:10]) if cell.strip() else None
    except ValueError:
        raise BadCell("「%(cell)s」不是日期", "请写成 2026-05-12 这样") from None


def degrees(cell: str) -> float:
    """Return a decimal number of degrees.

    :raises BadCell: it is no number
    """
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not -180 <= number <= 180:
        raise BadCell("「%(cell)s」不是经纬度", "请填写小数形式的度数，例如 117.585432")
    return number


def yes_or_no(cell: str) -> bool:
    """Return whether the cell says yes; empty says no.

    :raises BadCell: it says neither
    """
    word = cell.strip().casefold()
    if word not in _YES | _NO:
        raise BadCell("「%(cell)s」不是 是 或 否", "请填 是 或 否，留空表示否")
    return word in _YES


def span(cell: str) -> tuple[time, time] | None:
    """Return the hours from one time of day to another, over midnight too: ``22:00-07:00``; empty is none.

    :raises BadCell: it is no such span
    """
    if not cell.strip():
        return None
    first, _, last = cell.strip().replace("–", "-").partition("-")
    try:
        begin, end = time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        begin = end = time()
    if begin == end:
        raise BadCell("「%(cell)s」不是时段", "请写成 22:00-07:00，留空表示没有")
    return begin, end


def words(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that ``|``, ``;`` or ``、`` separates."""
    return tuple(dict.fromkeys(part.strip() for part in _BREAKS.split(cell) if part.strip()))


def codes(cell: str) -> tuple[str, ...]:
    """Return the codes in a cell.

    :raises BadCell: one of them is no code
    """
    return tuple(code(part) for part in words(cell))


def post_roles(cell: str) -> frozenset[tuple[str, str]]:
    """Return roles as pairs: ``officer`` for every holder, ``officer:full`` or ``officer:part`` by time.

    :raises BadCell: a role is no code
    """
    pairs = [part.partition(":")[::2] for part in words(cell)]
    return frozenset((code(role), only.strip()) for role, only in pairs)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key, its Chinese title, how its cells read, and whether one may be empty."""

    key: str
    title: str
    read: Callable[[str], Value] = text
    required: bool = False
    most: int = 200


def read_cells(
    columns: tuple[Column, ...], cells: Mapping[str, str]
) -> tuple[dict[str, Value], list[tuple[Column, BadCell]]]:
    """Return the values of a row by key, and what is wrong with its cells."""
    values: dict[str, Value] = {}
    faults: list[tuple[Column, BadCell]] = []
    for column in columns:
        cell = cells.get(column.key, "")
        try:
            if column.required and not cell.strip():
                raise BadCell("这一格不能空", "请填写")
            if len(cell) > column.most:
                raise BadCell("这一格太长", "请缩短")
            values[column.key] = column.read(cell)
        except BadCell as fault:
            faults.append((column, fault))
    return values, faults
