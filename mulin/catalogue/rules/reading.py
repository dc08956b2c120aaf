"""From the cells of a sheet to items: every column checked, every fault found at once, each with its cure."""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from mulin.catalogue.rules.items import EVIDENCE, MODULES, NO, YES, Evidence, ItemRow, Kind, Module, as_cells
from mulin.clocks.rules import limits
from mulin.clocks.rules.limits import BadLimit, Limit

MOST_WORDS: Final = 30  # in one cell that holds several
NOTE: Final = "#"  # a row that begins so explains and is skipped
_SEPARATORS: Final = re.compile(r"[、，,；;|\n]")
_CODE: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff._-]+")
_YES: Final = frozenset({"是", "有", "公开", "yes", "y", "true", "1", "√", "✓"})
_NO: Final = frozenset({"否", "无", "不公开", "no", "n", "false", "0", "×"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the list sheet: its title, the other names people give it, and how to fill it."""

    key: str
    title: str
    help: str
    example: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    longest: int = 300


FIELDS: Final = (
    Field(
        "code",
        "编号",
        "必填，全市唯一，可用汉字、字母、数字、点和短横",
        "01-002",
        ("编码", "事项编号"),
        True,
        32,
    ),
    Field("path1", "大类", "必填，最宽的类别", "市容环境", ("一级类别", "类别"), True, 60),
    Field("path2", "小类", "可空", "垃圾渣土", ("二级类别", "中类"), False, 60),
    Field("path3", "细类", "可空", "", ("三级类别",), False, 60),
    Field("name", "名称", "必填，同一类别里不重复", "暴露垃圾", ("事项名称", "事项", "清单项"), True, 120),
    Field("module", "模块", "必填：发展、执法、民生 之一", "民生", ("业务模块",), True),
    Field("levels", "层级", "必填：哪些层级办理，用“、”分开", "网格、社区", ("办理层级", "分级"), True),
    Field("lead", "主办", "必填：主办单位的类型，只填一种", "街道", ("主办单位", "牵头"), True),
    Field("assist", "协办", "可空，可填多种，用“、”分开", "部门", ("协办单位", "配合")),
    Field("in_compound", "三单一访", "小区内是否由物业先办：是/否，空为否", "否", ("小区内",)),
    Field(
        "limit", "时限", "必填，如 30分钟、2小时、4工作时、5工作日、7自然日", "4工作时", ("办理时限",), True
    ),
    Field("evidence", "取证要求", "可空，如 处置前照片、处置后照片、文书", "处置后照片", ("证据", "取证")),
    Field("closing_standard", "结案标准", "必填，怎样算办好", "垃圾清除，地面干净", ("结案条件",), True),
    Field("is_public", "公开", "是否向居民公开：是/否，空为是", "是", ("是否公开",)),
    Field("legal_basis", "法律依据", "可空", "", ("依据",)),
    Field(
        "keywords",
        "关键词",
        "居民常用的说法，用“、”分开，帮助自动匹配",
        "垃圾成堆、没人清运",
        ("关键字",),
        False,
        MOST_WORDS * 41,
    ),
    Field(
        "checklist",
        "一次性告知",
        "可空，要诉求人准备的材料和要求，用“、”分开，一次说全",
        "现场照片、业主身份说明",
        ("告知清单", "所需材料"),
        False,
        MOST_WORDS * 101,
    ),
    Field("is_example", "示例", "内容是否只是示例：是/否，空为否", "是", ("是否示例",)),
)
_BY_KEY: Final = {each.key: each for each in FIELDS}
_TITLES: Final = {each.key: each.title for each in FIELDS}
_NO_KINDS: Final[tuple[str, ...]] = ()

_EMPTY: Final = ("清单里没有一项", "从表头下一行起，每行写一项")
_TOO_LONG: Final = ("有 %(now)d 个字，最多 %(most)d 个", "请缩短")
_NO_KIND: Final = "没有“%(text)s”这种单位"
_ONE_OF: Final = "可填：%(known)s"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell and how to mend it; both are message ids with places for ``facts``."""

    row: int
    column: str
    what: str
    how: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The items of a sheet and everything wrong in it; items of faulty rows are missing."""

    items: tuple[ItemRow, ...]
    problems: tuple[Problem, ...]


class _Faulty(Exception):
    """A cell cannot be understood."""

    def __init__(self, what: str, how: str, **facts: object) -> None:
        super().__init__(what)
        self.what, self.how, self.facts = what, how, facts


@dataclass(slots=True)
class _Cells:
    """One row while it is read: takes cell after cell and collects the faults."""

    row: int
    texts: Mapping[str, str]
    problems: list[Problem]

    def take(self, key: str, read: Callable[[str], T], otherwise: T) -> T:
        """Return what the cell says, or ``otherwise`` after noting what is wrong with it."""
        text = " ".join(self.texts.get(key, "").split(" ")).strip()
        about = _BY_KEY[key]
        try:
            if about.required and not text:
                raise _Faulty("没有填写", about.help)
            if len(text) > about.longest:
                raise _Faulty(
                    "有 %(now)d 个字，最多 %(most)d 个", "请缩短", now=len(text), most=about.longest
                )
            return read(text)
        except _Faulty as fault:
            self.problems.append(Problem(self.row, about.title, fault.what, fault.how, fault.facts))
        return otherwise


def read_items(rows: Iterable[tuple[int, Mapping[str, str]]], kinds: Sequence[Kind]) -> Reading:
    """Return the items of a sheet, given as row number and texts by column key, and all its faults."""
    items: list[ItemRow] = []
    problems: list[Problem] = []
    for number, texts in rows:
        if texts.get("code", "").startswith(NOTE):
            continue
        faults = len(problems)
        item = _item(_Cells(number, texts, problems), kinds)
        if len(problems) == faults:
            items.append(item)
    problems.extend(doubles(items))
    if not items and not problems:
        problems.append(Problem(0, "", *_EMPTY))
    return Reading(tuple(items), tuple(sorted(problems, key=lambda each: each.row)))


def doubles(items: Sequence[ItemRow]) -> list[Problem]:
    """Return a problem for every code, and every name within its category, that occurs again."""
    problems: list[Problem] = []
    codes: dict[str, int] = {}
    names: dict[tuple[str, ...], int] = {}
    for item in items:
        first = codes.setdefault(item.code, item.line)
        if first != item.line:
            problems.append(
                Problem(
                    item.line,
                    _TITLES["code"],
                    "编号与第 %(first)d 行相同",
                    "请改成唯一的编号",
                    {"first": first},
                )
            )
        first = names.setdefault((*item.path, item.name), item.line)
        if first != item.line:
            how = "同一类别里的名称要能分清，请改名或合并"
            problems.append(
                Problem(item.line, _TITLES["name"], "名称与第 %(first)d 行相同", how, {"first": first})
            )
    return problems


def faults_of(items: Sequence[ItemRow], kinds: Collection[str]) -> list[Problem]:
    """Return what is wrong with items that came from anywhere; ``kinds`` are the known unit kinds' codes."""
    if not items:
        return [Problem(0, "", *_EMPTY)]
    problems = doubles(items)
    for item in items:
        for key, text in as_cells(item, {}).items():
            about = _BY_KEY[key]
            if about.required and not text:
                problems.append(Problem(item.line, about.title, "没有填写", about.help))
            if len(text) > about.longest:
                facts: dict[str, object] = {"now": len(text), "most": about.longest}
                problems.append(Problem(item.line, about.title, *_TOO_LONG, facts))
        for key, codes in (
            ("levels", item.levels),
            ("lead", (item.lead_kind,)),
            ("assist", item.assist_kinds),
        ):
            for code in codes:
                if code not in kinds:
                    facts = {"text": code, "known": "、".join(sorted(kinds))}
                    problems.append(Problem(item.line, _TITLES[key], _NO_KIND, _ONE_OF, facts))
    return problems


def _item(cells: _Cells, kinds: Sequence[Kind]) -> ItemRow:
    levels = cells.take("levels", lambda text: _kinds(text, kinds), _NO_KINDS)
    rank = {kind.code: kind.rank for kind in kinds}
    path = [cells.take(key, str, "") for key in ("path1", "path2", "path3")]
    lead = cells.take("lead", lambda text: _kinds(text, kinds), _NO_KINDS)
    if len(lead) > 1:
        fault = Problem(cells.row, _TITLES["lead"], "主办只能有一种", "其余的填到“协办”")
        cells.problems.append(fault)
    return ItemRow(
        line=cells.row,
        code=cells.take("code", _code, ""),
        name=cells.take("name", str, ""),
        path=tuple(part for part in path if part),
        module=cells.take("module", lambda text: _one_of(text, MODULES), Module.LIVELIHOOD),
        levels=tuple(sorted(levels, key=lambda code: -rank.get(code, 0))),  # lowest first
        lead_kind=lead[0] if lead else "",
        assist_kinds=cells.take("assist", lambda text: _kinds(text, kinds), _NO_KINDS),
        in_compound=cells.take("in_compound", lambda text: _yes(text, empty=False), False),
        limit=cells.take("limit", _limit, Limit(1, limits.LimitKind.WORKING_DAYS)),
        evidence=cells.take("evidence", _evidence, ()),
        closing_standard=cells.take("closing_standard", str, ""),
        is_public=cells.take("is_public", lambda text: _yes(text, empty=True), True),
        legal_basis=cells.take("legal_basis", str, ""),
        keywords=cells.take("keywords", _keywords, ()),
        checklist=cells.take("checklist", _checklist, ()),
        is_example=cells.take("is_example", lambda text: _yes(text, empty=False), False),
    )


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise _Faulty("“%(text)s”里有不能用的符号", "只用汉字、字母、数字、点和短横", text=text)
    return text


def _limit(text: str) -> Limit:
    try:
        return limits.parse(text)
    except BadLimit as bad:
        raise _Faulty(bad.why, "写作 30分钟、2小时、4工作时、5工作日 或 7自然日", **bad.facts) from None


def _yes(text: str, *, empty: bool) -> bool:
    word = text.casefold()
    if not word:
        return empty
    if word in _YES or word in _NO:
        return word in _YES
    raise _Faulty("看不懂“%(text)s”", "请填 %(yes)s 或 %(no)s", text=text, yes=YES, no=NO)


def _words(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for word in _SEPARATORS.split(text) if word.strip()))
    if len(words) > MOST_WORDS:
        raise _Faulty("有 %(now)d 个词，最多 %(most)d 个", "请删去一些", now=len(words), most=MOST_WORDS)
    return words


def _keywords(text: str) -> tuple[str, ...]:
    for word in _words(text):
        if len(word) > 40:
            raise _Faulty("“%(text)s”太长", "关键词写居民的说法，40 字以内，用“、”分开", text=word)
    return _words(text)


def _checklist(text: str) -> tuple[str, ...]:
    for thing in _words(text):
        if len(thing) > 100:
            raise _Faulty("“%(text)s”太长", "每样 100 字以内，用“、”分开", text=thing[:40])
    return _words(text)


def _evidence(text: str) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(_one_of(word, EVIDENCE) for word in _words(text)))


def _kinds(text: str, kinds: Sequence[Kind]) -> tuple[str, ...]:
    names = {kind.code: kind.name for kind in kinds}
    found = []
    for word in _words(text):
        code = next((kind.code for kind in kinds if word in (kind.code, kind.name)), "")
        if not code:
            raise _unknown(word, list(names.values()), _NO_KIND)
        found.append(code)
    return tuple(dict.fromkeys(found))


def _one_of(text: str, names: Mapping[T, str]) -> T:
    """Return the member called ``text`` in Chinese or by its code."""
    for member, name in names.items():
        if text in (name, str(member)):
            return member
    raise _unknown(text, list(names.values()), "没有“%(text)s”这一种")


def _unknown(text: str, known: list[str], what: str) -> _Faulty:
    near = difflib.get_close_matches(text, known, n=1, cutoff=0.5)
    if near:
        return _Faulty(what, "是不是“%(near)s”？", text=text, near=near[0])
    return _Faulty(what, _ONE_OF, text=text, known="、".join(known))
