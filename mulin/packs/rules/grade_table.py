"""The pack's table of grades: how bad it is decides whom a level's whistle calls, and how fast."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from mulin.cases.rules import dispatch, grades
from mulin.cases.rules.grades import GradeRow
from mulin.clocks.rules import limits
from mulin.kernel.errors import BadInput
from mulin.packs.rules.cells import Column, code, text, whole, words, yes_or_no
from mulin.packs.rules.pack import Source, Table
from mulin.packs.rules.problems import Problem
from mulin.packs.rules.whistle_table import limit

COLUMNS: Final = (
    Column("grade", "级别", whole, required=True),
    Column("name", "名称", text, required=True, most=20),
    Column("caller_kind", "吹哨单位类别", code, required=True),
    Column("items", "适用清单项", words, most=400),  # empty: any matter
    Column("call", "叫谁", words, required=True, most=400),
    Column("report", "报到时限", limit),  # empty: as the table of whistles says
    Column("is_example", "示例", yes_or_no),
)


def grade_row(
    *,
    grade: int,
    name: str,
    caller_kind: str,
    items: tuple[str, ...],
    call: tuple[str, ...],
    report: str,
    is_example: bool,
) -> GradeRow:
    """Return a row as the heart adopts it; its line follows."""
    term = limits.parse(report) if report else None
    return GradeRow(
        line=0,
        grade=grade,
        name=name,
        caller_kind=caller_kind,
        items=items,
        call=call,
        report_value=term.value if term else 0,
        report_kind=term.kind.value if term else "",
        is_example=is_example,
    )


def numbered(table: Table[GradeRow]) -> Table[GradeRow]:
    """Give each row the number of its line: reasons cite it."""
    rows = zip(table.rows, table.sources, strict=True)
    return Table(tuple(replace(row, line=source.line) for row, source in rows), table.sources)


def check_grades(
    table: Table[GradeRow], *, kinds: Collection[str], units: Collection[str], items: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the rows: kinds, units and items nobody has, rows read in two ways."""
    for row, source in zip(table.rows, table.sources, strict=True):
        if row.caller_kind not in kinds:
            yield _nobody(source, "吹哨单位类别", "没有单位类别「%(kind)s」", "kind", row.caller_kind)
        for item in row.items:
            if not any(item == one or (item.endswith("-") and one.startswith(item)) for one in items):
                yield _nobody(source, "适用清单项", "清单里没有「%(item)s」", "item", item)
        for cell in row.call:
            try:
                targets = dispatch.parse_target(cell)
            except BadInput:
                yield _nobody(source, "叫谁", "「%(cell)s」不是 kind:类别、unit:编码 或 firm", "cell", cell)
                continue
            for target in targets:
                if target.how == "kind" and target.value not in kinds:
                    yield _nobody(source, "叫谁", "没有单位类别「%(kind)s」", "kind", target.value)
                elif target.how == "unit" and target.value not in units:
                    yield _nobody(source, "叫谁", "没有单位「%(code)s」", "code", target.value)
    try:
        grades.check([row for row in table.rows if all(_reads(cell) for cell in row.call)])
    except BadInput as refused:
        word = refused.where.rpartition(" ")[2]
        told: dict[str, str | int] = {key: str(value) for key, value in refused.facts.items()}
        line = int(word) if word.isdigit() else 0
        yield Problem(table.sources[0].file, line, "", refused.why, "请改正这一行", told)


def _reads(cell: str) -> bool:
    try:
        dispatch.parse_target(cell)
    except BadInput:
        return False
    return True


def _nobody(source: Source, column: str, what: str, name: str, cell: str) -> Problem:
    return Problem(source.file, source.line, column, what, "请改正这一格", {name: cell[:40]})
