"""Components and facilities (部件、设施) as plain values, and what a table of them may say."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput
from mulin.places.rules.ground import require_position
from mulin.places.rules.opening import read_hours
from mulin.places.rules.survey import Problem
from mulin.places.rules.thing_codes import is_kind_code, parse_code

ACCURACY_MOST: Final = 1_000.0
CONDITION_MAX: Final = 200
NAME_MAX: Final = 80


class ThingState(StrEnum):
    """What a component is like; ``removed`` is no longer there."""

    NORMAL = "normal"
    DAMAGED = "damaged"
    MISSING = "missing"
    REMOVED = "removed"


WORDS: Final[Mapping[str, ThingState]] = {
    "": ThingState.NORMAL,
    "正常": ThingState.NORMAL,
    "破损": ThingState.DAMAGED,
    "丢失": ThingState.MISSING,
    "移除": ThingState.REMOVED,
    **{state.value: state for state in ThingState},
}


@dataclass(frozen=True, slots=True)
class ThingKindRow:
    """A class of components or facilities: its code is major class and minor class."""

    code: str
    group: str
    name: str
    name_en: str
    owner_code: str = ""
    is_facility: bool = False
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class ThingThere:
    """A component or facility as it stands; an empty code asks for the next one of its class."""

    code: str
    kind: str
    lon: float
    lat: float
    name: str = ""
    owner_code: str = ""
    state: str = ThingState.NORMAL.value
    condition: str = ""
    hours: str = ""
    surveyed_on: date | None = None
    source: str = ""
    accuracy_m: float | None = None


def check_kinds(rows: Sequence[ThingKindRow]) -> Iterator[Problem]:
    """Yield what is wrong with a table of classes."""
    groups: dict[str, str] = {}
    width = len(rows[0].code) if rows else 0
    for code, count in Counter(row.code for row in rows).items():
        if count > 1:
            yield Problem(code, "编码出现了 %(count)s 次", "每个编码只能出现一次", {"count": count})
    for row in rows:
        if not is_kind_code(row.code):
            how = "两位大类加两位小类（6+2+2+6），或两位大类加三位小类（6+2+3+5）"
            yield Problem(row.code, "类别编码应为 4 位或 5 位数字", how)
        elif len(row.code) != width:
            facts: dict[str, str | int] = {"width": width}
            yield Problem(row.code, "类别编码的位数与第一行不同", "全表都用 %(width)s 位", facts)
        elif groups.setdefault(row.code[:2], row.group) != row.group:
            what, how = "大类「%(group)s」与前面的「%(other)s」不同", "同一个大类编码只能有一个名称"
            yield Problem(row.code, what, how, {"group": row.group, "other": groups[row.code[:2]]})


def check_things(
    rows: Sequence[ThingThere], kinds: Collection[str], *, coded: bool = True
) -> Iterator[tuple[int, Problem]]:
    """Yield what is wrong with which row (from 0); ``coded`` when every row must bring its code."""
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.code and first.setdefault(row.code, number) != number:
            yield number, Problem(row.code, "编码出现了不止一次", "每个编码只能出现一次")
        yield from ((number, problem) for problem in _problems(row, kinds, coded=coded))


def _problems(row: ThingThere, kinds: Collection[str], *, coded: bool) -> Iterator[Problem]:
    if row.kind not in kinds:
        facts: dict[str, str | int] = {"kind": row.kind}
        yield Problem(row.code, "没有「%(kind)s」这个类别", "请填 thing_kinds 表里的编码", facts)
    elif row.code or coded:
        try:
            kind = parse_code(row.code, kinds).kind
        except BadInput as refused:
            yield _of(row, refused)
        else:
            if kind != row.kind:
                facts = {"kind": row.kind, "found": kind}
                what = "编码里的类别是「%(found)s」，类别一栏是「%(kind)s」"
                yield Problem(row.code, what, "请改正其中一处", facts)
    if row.state not in set(ThingState):
        how = "可填：正常、破损、丢失、移除"
        yield Problem(row.code, "没有「%(state)s」这种状态", how, {"state": row.state})
    try:
        require_position(row.lon, row.lat)
        read_hours(row.hours)
    except BadInput as refused:
        yield _of(row, refused)
    if row.accuracy_m is not None and not 0 <= row.accuracy_m <= ACCURACY_MOST:
        facts = {"most": int(ACCURACY_MOST)}
        yield Problem(row.code, "精度应在 0 到 %(most)s 米之间", "请填写米数，不知道就留空", facts)
    for words, most in ((row.name, NAME_MAX), (row.condition, CONDITION_MAX), (row.source, NAME_MAX)):
        if len(words) > most or "\x00" in words:
            yield Problem(row.code, "文字太长，或含有无法保存的字符", "最多 %(most)s 个字", {"most": most})


def _of(row: ThingThere, refused: BadInput) -> Problem:
    facts: dict[str, str | int] = {key: str(value) for key, value in refused.facts.items()}
    return Problem(row.code, refused.why, "请改正", facts)


class BadThings(BadInput):
    """Rows of components do not fit; ``problems`` names every one with its row (from 0)."""

    def __init__(self, problems: Sequence[tuple[int, Problem]]) -> None:
        number, first = problems[0]
        why = "共 %(count)s 处问题，第一处在第 %(row)s 条：%(first)s"
        what = first.what % first.facts if first.facts else first.what
        super().__init__(why, where="things", count=len(problems), row=number + 1, first=what)
        self.problems = tuple(problems)
