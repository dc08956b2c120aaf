"""The pack's table of two-way reviews: which kinds of unit report to and rate each other, and on what."""

from collections.abc import Collection, Iterator
from typing import Final

from mulin.judgement.rules.reviews import DAYS_MOST, ReviewRule
from mulin.packs.rules.cells import Column, code, whole, words, yes_or_no
from mulin.packs.rules.pack import Table
from mulin.packs.rules.problems import Problem

COLUMNS: Final = (
    Column("first_kind", "一方类别", code, required=True),
    Column("second_kind", "另一方类别", code, required=True),
    Column("aspects", "互评项目", words, required=True),
    Column("scale", "满分", whole, required=True),
    Column("days", "期限天数", whole, required=True),
    Column("is_example", "示例", yes_or_no),
)


def check_reviews(table: Table[ReviewRule], kinds: Collection[str]) -> Iterator[Problem]:
    """Return what is wrong with the rows: kinds nobody has, doubles, numbers nobody can use."""
    pairs: set[tuple[str, str]] = set()
    for row, source in zip(table.rows, table.sources, strict=True):
        for column, kind in (("一方类别", row.first_kind), ("另一方类别", row.second_kind)):
            if kind not in kinds:
                what, how = "没有单位类别「%(kind)s」", "请填 unit_kinds 表里的编码"
                yield Problem(source.file, source.line, column, what, how, {"kind": kind})
        if (row.first_kind, row.second_kind) in pairs:
            yield Problem(source.file, source.line, "另一方类别", "和前面的一行重复", "请合并两行")
        pairs.add((row.first_kind, row.second_kind))
        if not 2 <= row.scale <= 100:
            what, how = "满分 %(scale)s 不合用", "请填 2 到 100"
            yield Problem(source.file, source.line, "满分", what, how, {"scale": row.scale})
        if not 1 <= row.days <= DAYS_MOST:
            what, how = "期限 %(days)s 天不合用", "请填 1 到 366"
            yield Problem(source.file, source.line, "期限天数", what, how, {"days": row.days})
        for aspect in row.aspects:
            if len(aspect) > 20:
                what, how = "「%(aspect)s」太长", "互评项目最多 20 个字"
                yield Problem(source.file, source.line, "互评项目", what, how, {"aspect": aspect[:40]})
