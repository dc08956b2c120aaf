"""The pack's division table: official names and codes from the province down to the village."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from mulin.packs.rules.cells import Column, code, text
from mulin.packs.rules.pack import Table
from mulin.packs.rules.problems import Problem
from mulin.places.rules.division_survey import check_divisions
from mulin.places.rules.divisions import CODE_DIGITS, DIGITS, Division, full_code, parent_by_code

COLUMNS: Final = (
    Column("code", "编码", code, required=True),
    Column("level", "层级", text, required=True),
    Column("name", "名称", text, required=True, most=80),
    Column("short_name", "简称", text, most=40),
    Column("parent", "上级编码", code),  # empty: as the code's own digits say
    Column("source", "来源", text, most=80),
)
_TITLES: Final = {column.key: column.title for column in COLUMNS}


def division_row(
    since: date, *, code: str, level: str, name: str, short_name: str, parent: str, source: str
) -> Division:
    """Return a row; a code of 2, 4, 6 or 9 digits is filled up to twelve."""
    code, parent = full_code(code), full_code(parent)
    if not parent and level in DIGITS and len(code) == CODE_DIGITS:
        parent = parent_by_code(code, level)
    return Division(code, level, name, short_name, parent, source, from_on=since)


def check_table(table: Table[Division]) -> Iterator[Problem]:
    """Return what is wrong with the rows: levels nobody knows, codes of another level, doubles."""
    for number, column, problem in check_divisions(table.rows):
        source = table.sources[number]
        yield Problem(source.file, source.line, _TITLES[column], problem.what, problem.how, problem.facts)
