"""A plan of adjustment as a clerk hands it in: a day, a document, and lines from areas into areas."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

import shapely

from mulin.kernel.errors import BadInput

LINES_MAX: Final = 2_000
AREAS_MAX: Final = 5_000
WHOLE: Final = 1_000_000  # shares are counted in millionths
WORDS_MAX: Final = 200
YEARS: Final = (1949, 2199)


class Kind(StrEnum):
    """What a line does."""

    MERGE = "merge"
    SPLIT = "split"
    CONVERT = "convert"  # one area, another kind or another unit (村改居)
    REDRAW = "redraw"  # the same areas, other borders between them
    RENAME = "rename"
    FOUND = "found"
    END = "end"


@dataclass(frozen=True, slots=True)
class Target:
    """What comes of a line; what is left out is as the source had it."""

    code: str
    name: str = ""
    kind: str = ""
    parent_code: str = ""
    unit_code: str = ""
    grid_type: str = ""
    outline: bytes | None = None  # WKB; none: the union of the sources, or unchanged
    shares: Mapping[str, Fraction] = field(default_factory=dict)  # of each source, 0 to 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line: areas become areas; ``staff`` names who takes the staff over, "-" for nobody."""

    kind: Kind
    sources: tuple[str, ...]
    into: tuple[Target, ...]
    staff: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """An adjustment of boundaries from a day on."""

    on: date
    reason: str
    document: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with line ``line`` (from 1; 0 is the plan itself) in ``where``; words with ``facts``."""

    line: int
    where: str
    why: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.why % self.facts if self.facts else self.why


class BadPlan(BadInput):
    """The plan cannot be carried out; nothing was written. ``flaws`` names everything that is wrong."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        first = flaws[0]
        super().__init__(
            "方案有 %(count)s 处问题，第一处在第 %(line)s 行：%(first)s",
            where=f"lines[{first.line}].{first.where}" if first.line else first.where,
            count=len(flaws),
            line=first.line,
            first=str(first),
        )
        self.flaws = tuple(flaws)


class Flaws:
    """Gathers what is wrong, so that a clerk mends a plan in one go."""

    def __init__(self) -> None:
        self.found: list[Flaw] = []

    def add(self, line: int, where: str, why: str, **facts: object) -> None:
        """Note one more."""
        self.found.append(Flaw(line, where, why, facts))

    def refuse(self) -> None:
        """Stop here if anything is wrong.

        :raises BadPlan: something is
        """
        if self.found:
            raise BadPlan(self.found)


# How many sources and targets a line of each kind has: at least and at most.
_SHAPES: Final[Mapping[Kind, tuple[int, int, int, int]]] = {
    Kind.MERGE: (2, AREAS_MAX, 1, 1),
    Kind.SPLIT: (1, 1, 2, AREAS_MAX),
    Kind.CONVERT: (1, 1, 1, 1),
    Kind.REDRAW: (1, AREAS_MAX, 1, AREAS_MAX),
    Kind.RENAME: (1, 1, 1, 1),
    Kind.FOUND: (0, 0, 1, AREAS_MAX),
    Kind.END: (1, AREAS_MAX, 0, AREAS_MAX),
}


def read_plan(data: object) -> Plan:
    """Return the plan that parsed JSON says.

    :raises BadPlan: naming every line and field that cannot be understood
    """
    flaws = Flaws()
    given = _object(data, 0, "plan", flaws)
    on = _day(given.get("on"), flaws)
    reason = _words(given, "reason", 0, flaws, needed=True, most=WORDS_MAX)
    document = _words(given, "document", 0, flaws, needed=True, most=WORDS_MAX)
    lines = _list(given, "lines", 0, flaws, most=LINES_MAX)
    if not lines:
        flaws.add(0, "lines", "方案没有任何一行")
    read = [_line(number, each, flaws) for number, each in enumerate(lines, 1)]
    flaws.refuse()
    plan = Plan(on or date.min, reason, document, tuple(line for line in read if line is not None))
    check_form(plan)
    return plan


def check_form(plan: Plan) -> None:
    """Return if every line has the shape of its kind and no area stands in two of them.

    :raises BadPlan: naming every line that has not
    """
    flaws = Flaws()
    first: dict[str, int] = {}
    made: dict[str, int] = {}
    for number, line in enumerate(plan.lines, 1):
        least, most, into_least, into_most = _SHAPES[line.kind]
        if not least <= len(line.sources) <= most:
            flaws.add(
                number,
                "from",
                "%(kind)s的来源区域个数不对：%(count)s",
                kind=line.kind.value,
                count=len(line.sources),
            )
        if not into_least <= len(line.into) <= into_most:
            flaws.add(
                number,
                "into",
                "%(kind)s的目标区域个数不对：%(count)s",
                kind=line.kind.value,
                count=len(line.into),
            )
        if line.kind is Kind.END and not line.into:
            flaws.add(number, "into", "撤销要写明由谁承接")
        for code in line.sources:
            if code in first:
                flaws.add(number, "from", "%(code)s 已在第 %(other)s 行", code=code, other=first[code])
            first.setdefault(code, number)
        if line.kind is not Kind.END:
            for target in line.into:
                if target.code in made:
                    flaws.add(
                        number,
                        "into",
                        "%(code)s 已在第 %(other)s 行",
                        code=target.code,
                        other=made[target.code],
                    )
                made.setdefault(target.code, number)
        _check_line(number, line, flaws)
    flaws.refuse()


def _check_line(number: int, line: Line, flaws: Flaws) -> None:
    codes = {target.code for target in line.into}
    if line.kind is Kind.REDRAW and codes != set(line.sources):
        flaws.add(number, "into", "边界移动的来源和目标必须是同样的编码")
    if line.kind is Kind.RENAME and (codes != set(line.sources) or any(t.outline for t in line.into)):
        flaws.add(number, "into", "更名不能换编码，也不能改边界")
    for target in line.into:
        if line.kind in (Kind.SPLIT, Kind.REDRAW, Kind.FOUND) and target.outline is None:
            flaws.add(number, "outline", "%(code)s 要给出边界", code=target.code)
        if line.kind is Kind.FOUND and not (target.name and target.kind):
            flaws.add(number, "into", "新设的 %(code)s 要写明名称和类别", code=target.code)
        if line.kind is Kind.RENAME and not target.name:
            flaws.add(number, "name", "更名要写明新名称")
        if line.kind in (Kind.MERGE, Kind.SPLIT) and target.code not in line.sources and not target.name:
            flaws.add(number, "name", "%(code)s 要写明名称", code=target.code)
        for source in target.shares.keys() - set(line.sources):
            flaws.add(number, "shares", "份额里的 %(code)s 不是来源", code=source)
    if line.staff not in ("", "-") and line.staff not in codes:
        flaws.add(number, "staff", "人员承接单位 %(code)s 不在目标里", code=line.staff)
    for source in line.sources:
        parts = [target.shares.get(source) for target in line.into]
        given = [part for part in parts if part is not None]
        if not given:
            continue
        if len(given) < len(parts):
            flaws.add(number, "shares", "%(code)s 的份额要么全写，要么全不写", code=source)
        elif abs(sum(given, Fraction(0)) - 1) > Fraction(1, WHOLE):
            flaws.add(
                number,
                "shares",
                "%(code)s 的份额合计应为 1，现在是 %(sum)s",
                code=source,
                sum=float(sum(given)),
            )


def _line(number: int, data: object, flaws: Flaws) -> Line | None:
    given = _object(data, number, "line", flaws)
    try:
        kind = Kind(str(given.get("kind", "")))
    except ValueError:
        flaws.add(number, "kind", "没有这种调整：%(kind)s", kind=str(given.get("kind", ""))[:32])
        return None
    sources = tuple(_code(each, number, "from", flaws) for each in _list(given, "from", number, flaws))
    into = tuple(_target(each, number, flaws) for each in _list(given, "into", number, flaws))
    return Line(kind, sources, into, _words(given, "staff", number, flaws, most=32))


def _target(data: object, number: int, flaws: Flaws) -> Target:
    given = _object(data, number, "into", flaws)
    shares: dict[str, Fraction] = {}
    for source, share in _object(given.get("shares") or {}, number, "shares", flaws).items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            flaws.add(number, "shares", "份额应在 0 到 1 之间：%(code)s", code=str(source)[:32])
        else:
            shares[source] = Fraction(str(share))
    return Target(
        code=_code(given.get("code"), number, "code", flaws),
        name=_words(given, "name", number, flaws, most=80),
        kind=_words(given, "kind", number, flaws, most=16),
        parent_code=_words(given, "parent_code", number, flaws, most=32),
        unit_code=_words(given, "unit_code", number, flaws, most=32),
        grid_type=_words(given, "grid_type", number, flaws, most=16),
        outline=_outline(given.get("outline"), number, flaws),
        shares=shares,
    )


def _outline(given: object, number: int, flaws: Flaws) -> bytes | None:
    if given is None:
        return None
    try:
        shape = shapely.from_geojson(json.dumps(given))
    except (shapely.errors.GEOSException, ValueError):
        flaws.add(number, "outline", "边界图形读不出来，请提供 GeoJSON 的 Polygon 或 MultiPolygon")
        return None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        flaws.add(number, "outline", "边界图形不是面，请提供 GeoJSON 的 Polygon 或 MultiPolygon")
        return None
    return bytes(shapely.to_wkb(shapely.force_2d(shape)))


def _object(given: object, number: int, where: str, flaws: Flaws) -> Mapping[str, Any]:
    if isinstance(given, dict):
        return given
    flaws.add(number, where, "这里应是一个对象")
    return {}


def _list(
    given: Mapping[str, Any], name: str, number: int, flaws: Flaws, *, most: int = AREAS_MAX
) -> list[object]:
    found = given.get(name, [])
    if not isinstance(found, list):
        flaws.add(number, name, "这里应是一个列表")
        return []
    if len(found) > most:
        flaws.add(number, name, "最多 %(most)s 个", most=most)
        return []
    return found


def _code(given: object, number: int, where: str, flaws: Flaws) -> str:
    if isinstance(given, str) and 0 < len(given) <= 32 and given == given.strip() and given.isprintable():
        return given
    flaws.add(number, where, "编码不能为空，最多 32 个字符")
    return ""


def _words(
    given: Mapping[str, Any], name: str, number: int, flaws: Flaws, *, most: int, needed: bool = False
) -> str:
    found = given.get(name) or ""
    if not isinstance(found, str) or "\x00" in found:
        flaws.add(number, name, "这里应是文字")
        return ""
    found = " ".join(found.split())
    if needed and not found:
        flaws.add(number, name, "请写明")
    if len(found) > most:
        flaws.add(number, name, "最多 %(most)s 个字", most=most)
    return found


def _day(given: object, flaws: Flaws) -> date | None:
    try:
        found = date.fromisoformat(str(given))
    except ValueError:
        flaws.add(0, "on", "生效日期应写成 2026-07-01")
        return None
    if not YEARS[0] <= found.year <= YEARS[1]:
        flaws.add(0, "on", "生效日期应在 %(first)s 年到 %(last)s 年之间", first=YEARS[0], last=YEARS[1])
    return found
