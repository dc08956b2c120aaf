"""The tables of calendars and clock profiles in a pack: columns, milestones read from rows, and checks."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from mulin.cases.rules import milestones
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.milestones import Start, Step
from mulin.clocks.rules import calendars, limits, specs
from mulin.kernel.errors import BadInput
from mulin.packs.rules.cells import Column, code, text, words, yes_or_no
from mulin.packs.rules.pack import Pack, Source, Table
from mulin.packs.rules.problems import Problem

CALENDARS: Final = (
    Column("code", "编码", code, required=True),
    Column("sort", "种类", text, required=True, most=4),  # 周, 季, 日, 截至
    Column("name", "名称", text, most=40),
    Column("region", "区域编码", code),  # the unit whose ground it holds for; empty: everywhere
    Column("base", "底本", code),  # cn, plain, always
    Column("first", "起", text, most=10),
    Column("last", "止", text, most=10),
    Column("weekdays", "星期", text, most=40),
    Column("hours", "时段", text, most=80),
    Column("works", "上班", yes_or_no),
    Column("note", "说明", text, most=40),
)
PROFILES: Final = (
    Column("scheme", "套表", code, required=True),
    Column("items", "适用清单项", words, required=True, most=400),
    Column("code", "节点", code, required=True, most=16),
    Column("title", "名称", text, required=True, most=40),
    Column("limit", "时限", text, required=True, most=20),
    Column("start", "起点", text, required=True, most=12),  # 上报, 派遣, 签收
    Column("met_by", "达到", text, required=True, most=20),  # 报节点, 签收, 报结果, 结束调解
    Column("calendar", "日历", code),
    Column("asks_words", "须写明", yes_or_no),
    Column("templates", "现成的话", words, most=400),
)
STARTS: Final = {"上报": Start.REPORTED, "派遣": Start.DISPATCHED, "签收": Start.ACCEPTED}
MEETINGS: Final = {
    "报节点": Act.MEET,
    "签收": Act.ACCEPT,
    "报结果": Act.FINISH,
    "结束调解": Act.END_MEDIATION,
}


def steps(table: Table[dict[str, Any]]) -> tuple[Table[Step], list[Problem]]:
    """Return the milestones that the rows make, and what is wrong with the others."""
    made: list[Step] = []
    sources: list[Source] = []
    problems: list[Problem] = []
    for row, source in zip(table.rows, table.sources, strict=True):
        faults = list(_faults(row, source))
        problems += faults
        if not faults:
            known = {
                "start": STARTS[row["start"]],
                "met_by": MEETINGS[row["met_by"]],
                "limit": limits.parse(row["limit"]),
            }
            made.append(Step(line=source.line, **{**row, **known}))
            sources.append(source)
    return Table(tuple(made), tuple(sources)), problems


def _faults(row: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    for title, key, known in (("起点", "start", STARTS), ("达到", "met_by", MEETINGS)):
        if row[key] not in known:
            facts: dict[str, str | int] = {"cell": row[key], "known": "、".join(known)}
            yield Problem(source.file, source.line, title, "「%(cell)s」不认识", "可填 %(known)s", facts)
    try:
        limits.parse(row["limit"])
    except BadInput as refused:
        told: dict[str, str | int] = {key: str(value) for key, value in refused.facts.items()}
        yield Problem(source.file, source.line, "时限", refused.why, "请改正这一格", told)


def check_calendars(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with the calendars of a pack."""
    table = pack.calendars
    units = {unit.code for unit in pack.all_units().rows}
    for row, source in zip(table.rows, table.sources, strict=True):
        if row.region and row.region not in units:
            what, how = "没有单位「%(area)s」", "请填 units 表里的编码；留空表示任何区域"
            yield Problem(source.file, source.line, "区域编码", what, how, {"area": row.region})
    try:
        for drawn in specs.draw(table.rows):
            specs.build(drawn.code, drawn.name, drawn.spec)
    except BadInput as refused:
        yield _of_line(table, refused)


def check_profiles(pack: Pack, items: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with the clock profiles of a pack."""
    table = pack.profiles
    names = {row.code for row in pack.calendars.rows} | calendars.CALENDARS.keys()
    for step, source in zip(table.rows, table.sources, strict=True):
        for item in step.items:
            if not any(item == code or (item.endswith("-") and code.startswith(item)) for code in items):
                what, how = "清单里没有「%(item)s」", "请填清单编码，或以 - 结尾的前缀；留空表示任何事项"
                yield Problem(source.file, source.line, "适用清单项", what, how, {"item": item})
        if step.calendar and step.calendar not in names:
            facts: dict[str, str | int] = {"cell": step.calendar, "known": "、".join(sorted(names))}
            yield Problem(
                source.file, source.line, "日历", "「%(cell)s」不认识", "可填 %(known)s，或留空", facts
            )
    try:
        milestones.check(table.rows)
    except BadInput as refused:
        yield _of_line(table, refused)


def _of_line(table: Table[Any], refused: BadInput) -> Problem:
    """Return a fault that names the line it stands in as a problem of the pack."""
    word = refused.where.rpartition(" ")[2]
    line = int(word) if word.isdigit() else 0
    facts: dict[str, str | int] = {key: str(value) for key, value in refused.facts.items()}
    return Problem(table.sources[0].file, line, "", refused.why, "请改正这一行", facts)
