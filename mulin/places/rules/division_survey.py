"""Checking a division table before it counts: known levels, codes that fit them, no doubles."""

import re
from collections.abc import Iterator, Sequence

from mulin.places.rules.divisions import DIGITS, LEVELS, Division, Level
from mulin.places.rules.survey import Problem


def check_divisions(divisions: Sequence[Division]) -> Iterator[tuple[int, str, Problem]]:
    """Return what is wrong: the number of the row, the column, and the problem.

    A parent that is not in the table is no fault: a county's table need not hold its province.
    """
    known = {division.code: division for division in divisions}
    first: dict[str, int] = {}
    for number, division in enumerate(divisions):
        yield from ((number, column, problem) for column, problem in _row_problems(division))
        if division.code in first:
            what, how = "编码「%(code)s」重复", "每个区划的编码只能出现一次"
            yield number, "code", Problem(division.code, what, how, {"code": division.code})
        first.setdefault(division.code, number)
        parent = known.get(division.parent_code)
        if parent is not None and parent.level not in _wider_than(division.level):
            facts: dict[str, str | int] = {"parent": parent.name, "name": division.name}
            what, how = "上级「%(parent)s」的层级不在「%(name)s」之上", "请改正上级编码或层级"
            yield number, "parent", Problem(division.code, what, how, facts)


def _row_problems(division: Division) -> Iterator[tuple[str, Problem]]:
    code, level = division.code, division.level
    if level not in DIGITS:
        known = "、".join(LEVELS)
        facts: dict[str, str | int] = {"level": level, "known": known}
        yield "level", Problem(code, "没有「%(level)s」这个层级", "可用的层级：%(known)s", facts)
    elif not _fits(code, level):
        facts = {"code": code, "digits": DIGITS[level]}
        how = "这一层级的编码是 %(digits)s 位数字，其后补零到十二位"
        yield "code", Problem(code, "「%(code)s」不是这一层级的区划代码", how, facts)
    if len(division.name) < 2:
        yield "name", Problem(code, "名称至少两个字", "请填写全称，带上「街道」「镇」「村」等字")


def _fits(code: str, level: str) -> bool:
    """Return whether the code's last digits that say something are those of the level."""
    wider = DIGITS[_wider_than(level)[-1]] if _wider_than(level) else 0
    own, rest = code[wider : DIGITS[level]], code[DIGITS[level] :]
    return bool(re.fullmatch(r"[0-9]{12}", code) and own.strip("0") and not rest.strip("0"))


def _wider_than(level: str) -> tuple[Level, ...]:
    return LEVELS[: LEVELS.index(Level(level))] if level in DIGITS else ()
