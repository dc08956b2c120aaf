"""The tables of after-care in a pack: the visit script, the reasons to exclude, the formula of the rates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mulin.cases.rules.aftercare import LowRating, Question
from mulin.packs.rules.cells import Column, code, text, whole, words
from mulin.packs.rules.problems import Problem

QUESTION: Final = "question"
EXCLUSION: Final = "exclusion"

VISITS: Final = (
    Column("use", "用途", text, required=True),
    Column("code", "编码", code, required=True),
    Column("text", "文字", text, required=True),
    Column("text_en", "英文", text),
    Column("choices", "可选答案", words),
)
FORMULA: Final = (
    Column("name", "名称", text, required=True, most=80),
    Column("basic_percent", "基本满意折算", whole, required=True),
    Column("partly_percent", "部分解决折算", whole, required=True),
    Column("response_weight", "响应权重", whole, required=True),
    Column("solution_weight", "解决权重", whole, required=True),
    Column("satisfaction_weight", "满意权重", whole, required=True),
)


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A line of the visit script, or a reason to exclude."""

    use: str
    code: str
    text: str
    text_en: str
    choices: tuple[str, ...]

    def question(self) -> Question:
        """Return it as the heart knows it."""
        return Question(self.code, self.text, self.text_en, self.choices)


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """The formula as the pack writes it, per cent."""

    name: str
    basic_percent: int
    partly_percent: int
    response_weight: int
    solution_weight: int
    satisfaction_weight: int


def check_after(script: Any, formula: Any, settings: Mapping[str, object]) -> Iterator[Problem]:
    """Return what is wrong with the tables of after-care; both are ``pack.Table``."""
    seen: set[tuple[str, str]] = set()
    for line, source in zip(script.rows, script.sources, strict=True):
        if line.use not in (QUESTION, EXCLUSION):
            how = "可填 question（回访问题）、exclusion（剔除理由）"
            yield Problem(source.file, source.line, "用途", "「%(cell)s」不认识", how, {"cell": line.use})
        if (line.use, line.code) in seen:
            what, how = "编码「%(code)s」重复", "同一用途的编码只能出现一次"
            yield Problem(source.file, source.line, "编码", what, how, {"code": line.code})
        seen.add((line.use, line.code))
    for row, source in zip(formula.rows, formula.sources, strict=True):
        for column in FORMULA[1:]:
            if getattr(row, column.key) > 100:
                yield Problem(source.file, source.line, column.title, "超过 100", "请填 0 到 100 的整数")
        if not row.response_weight + row.solution_weight + row.satisfaction_weight:
            yield Problem(source.file, source.line, "响应权重", "三项权重都是 0", "至少一项要大于 0")
    for source in formula.sources[1:]:
        yield Problem(
            source.file, source.line, "", "只能有一行公式", "以前的公式系统里留着，请只留现行的一行"
        )
    low = settings.get("low_rating", LowRating.VISIT.value)
    if low not in set(LowRating):
        known: dict[str, str | int] = {"known": "、".join(LowRating), "value": str(low)}
        yield Problem("pack.toml", 0, "settings.low_rating", "没有「%(value)s」", "可用的：%(known)s", known)
