"""The tables of components and facilities: their columns, and what they refer to."""

import math
from collections.abc import Collection, Iterator
from typing import Any, Final

from mulin.packs.rules.cells import BadCell, Column, code, day, degrees, text, yes_or_no
from mulin.packs.rules.pack import Source, Table
from mulin.packs.rules.problems import Problem
from mulin.places.rules.survey import Problem as GroundProblem
from mulin.places.rules.things import WORDS, ThingKindRow, ThingThere, check_kinds, check_things


def state(cell: str) -> str:
    """Return the state a word stands for; empty is normal.

    :raises BadCell: it is no state
    """
    found = WORDS.get(cell.strip())
    if found is None:
        raise BadCell("「%(cell)s」不是状态", "可填：正常、破损、丢失、移除")
    return found.value


def metres(cell: str) -> float | None:
    """Return a number of metres; empty is not known.

    :raises BadCell: it is no number, or is negative
    """
    if not cell.strip():
        return None
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise BadCell("「%(cell)s」不是米数", "请填写数字，不知道就留空")
    return number


KINDS: Final = (
    Column("code", "编码", text, required=True, most=8),
    Column("group", "大类", text, required=True, most=40),
    Column("name", "名称", text, required=True, most=40),
    Column("name_en", "英文名称", text, required=True, most=60),
    Column("owner_code", "权属单位编码", code),
    Column("is_facility", "是设施", yes_or_no),
    Column("is_example", "示例", yes_or_no),
)
THINGS: Final = (
    Column("code", "编码", text, most=32),
    Column("kind", "类别编码", text, required=True, most=8),
    Column("name", "名称", text, most=80),
    Column("lon", "经度", degrees, required=True),
    Column("lat", "纬度", degrees, required=True),
    Column("owner_code", "权属单位编码", code),
    Column("state", "状态", state),
    Column("condition", "状况", text),
    Column("hours", "开放时间", text, most=120),
    Column("surveyed_on", "普查日期", day),
    Column("source", "来源", text, most=80),
    Column("accuracy_m", "精度（米）", metres),
)


def check_kind_table(table: Table[ThingKindRow], units: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with the classes."""
    sources = {row.code: source for row, source in zip(table.rows, table.sources, strict=True)}
    for fault in check_kinds(table.rows):
        yield _placed(sources[fault.code], fault)
    yield from _owners(table, units)


def check_thing_table(
    table: Table[ThingThere], kinds: Collection[str], units: Collection[str] | None, *, coded: bool = True
) -> Iterator[Problem]:
    """Yield what is wrong with the things; without ``units`` their owners are not looked at."""
    for number, fault in check_things(table.rows, kinds, coded=coded):
        yield _placed(table.sources[number], fault)
    if units is not None:
        yield from _owners(table, units)


def _owners(table: Table[Any], units: Collection[str]) -> Iterator[Problem]:
    for row, source in zip(table.rows, table.sources, strict=True):
        if row.owner_code and row.owner_code not in units:
            facts: dict[str, str | int] = {"code": row.owner_code}
            how = "请填 units 表里的编码"
            yield Problem(source.file, source.line, "权属单位编码", "没有单位「%(code)s」", how, facts)


def _placed(source: Source, fault: GroundProblem) -> Problem:
    return Problem(source.file, source.line, f"编码 {fault.code}".strip(), fault.what, fault.how, fault.facts)
