"""The pack's table of whistles: which kind of unit may call which, and within what limits."""

from collections.abc import Collection, Iterator
from typing import Final

from mulin.cases.rules.whistles import StepRow
from mulin.clocks.rules import limits
from mulin.kernel.errors import BadInput
from mulin.packs.rules.cells import BadCell, Column, code, codes, whole, words, yes_or_no
from mulin.packs.rules.pack import Table
from mulin.packs.rules.problems import Problem


def limit(cell: str) -> str:
    """Return a limit as it is written, such as ``30分钟``; empty stays empty.

    :raises BadCell: it cannot be read
    """
    if cell.strip():
        try:
            limits.parse(cell)
        except BadInput as fault:
            raise BadCell("「%(cell)s」不是时限", "请写成 30分钟、2小时、4工作时、5工作日 这样") from fault
    return cell.strip()


COLUMNS: Final = (
    Column("caller_kind", "吹哨单位类别", code, required=True),
    Column("called_kinds", "可叫单位类别", codes, required=True),
    Column("report", "报到时限", limit, required=True),
    Column("handle", "处置时限", limit),  # empty: as long as the list item allows
    Column("ruling", "裁定时限", limit, required=True),
    Column("evaluate", "互评期限", limit, required=True),
    Column("aspects", "互评项目", words, required=True),
    Column("scale", "满分", whole, required=True),
    Column("is_example", "示例", yes_or_no),
)


def step_row(
    *,
    caller_kind: str,
    called_kinds: tuple[str, ...],
    report: str,
    handle: str,
    ruling: str,
    evaluate: str,
    aspects: tuple[str, ...],
    scale: int,
    is_example: bool,
) -> StepRow:
    """Return a row as the heart adopts it; its line follows."""
    report_limit, ruling_limit, evaluate_limit = (limits.parse(cell) for cell in (report, ruling, evaluate))
    handle_limit = limits.parse(handle) if handle else None
    return StepRow(
        line=0,
        caller_kind=caller_kind,
        called_kinds=called_kinds,
        report_value=report_limit.value,
        report_kind=report_limit.kind.value,
        handle_value=handle_limit.value if handle_limit else 0,
        handle_kind=handle_limit.kind.value if handle_limit else "",
        ruling_value=ruling_limit.value,
        ruling_kind=ruling_limit.kind.value,
        evaluate_value=evaluate_limit.value,
        evaluate_kind=evaluate_limit.kind.value,
        aspects=aspects,
        scale=scale,
        is_example=is_example,
    )


def check_steps(table: Table[StepRow], kinds: Collection[str]) -> Iterator[Problem]:
    """Return what is wrong with the rows: kinds nobody has, a scale nobody can use."""
    for row, source in zip(table.rows, table.sources, strict=True):
        named = [("吹哨单位类别", row.caller_kind), *(("可叫单位类别", kind) for kind in row.called_kinds)]
        for column, kind in named:
            if kind not in kinds:
                what, how = "没有单位类别「%(kind)s」", "请填 unit_kinds 表里的编码"
                yield Problem(source.file, source.line, column, what, how, {"kind": kind})
        if not 2 <= row.scale <= 100:
            what, how = "满分 %(scale)s 不合用", "请填 2 到 100"
            yield Problem(source.file, source.line, "满分", what, how, {"scale": row.scale})
        for aspect in row.aspects:
            if len(aspect) > 20:
                what, how = "「%(aspect)s」太长", "互评项目最多 20 个字"
                yield Problem(source.file, source.line, "互评项目", what, how, {"aspect": aspect[:40]})
