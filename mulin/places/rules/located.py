"""The answer to "where is this?": an outcome, the area it is sure of, the candidates, and the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

Fact: TypeAlias = str | int | float

# One sentence per reason, Chinese and English: programs compare the code, people read the sentence.
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "inside": (
        "位于{area}内，距边界约 {edge_m} 米",
        "inside {area}, about {edge_m} m from its edge",
    ),
    "near_edge": (
        "位于{area}内，但距边界仅约 {edge_m} 米，相邻：{others}",
        "inside {area}, but only about {edge_m} m from its edge; beyond it: {others}",
    ),
    "on_edge": (
        "正好在边界线上，按编码最小者归{area}，相邻：{others}",
        "on the boundary itself; the smallest code takes it: {area}; beside it: {others}",
    ),
    "just_outside": (
        "在各网格之外，但距{area}仅约 {edge_m} 米，暂归该网格",
        "outside every grid, but only about {edge_m} m from {area}, which takes it",
    ),
    "overlap": (
        "{count} 个网格的边界在此重叠（{others}），暂归{area}，请核对边界",
        "{count} grids overlap here ({others}); {area} takes it for now, the boundaries need a look",
    ),
    "no_grid": (
        "位于{area}内，但此处尚未划分网格，最近的网格是{nearest}（约 {metres} 米）",
        "inside {area}, where no grid is drawn; the nearest is {nearest} (about {metres} m)",
    ),
    "outside_all": (
        "不在本系统所辖范围内，最近的网格是{nearest}（约 {metres} 米）",
        "outside the territory; the nearest grid is {nearest} (about {metres} m)",
    ),
    "no_areas": ("{on} 当日没有生效的网格边界", "no boundaries are in force on {on}"),
    "dwelling": ("地址写到{what}，楼栋归{area}", "the address names {what}; its building belongs to {area}"),
    "compound_one_grid": (
        "{compound}整体位于{area}",
        "the whole of {compound} lies in {area}",
    ),
    "compound_grids": (
        "{compound}跨 {count} 个网格，请写明楼栋：{others}",
        "{compound} spans {count} grids; the building decides: {others}",
    ),
    "building_unknown": (
        "{compound}没有登记「{building}」，小区跨 {count} 个网格，请核对",
        "{compound} has no building {building} on record and spans {count} grids",
    ),
    "building_unknown_one_grid": (
        "{compound}没有登记「{building}」，但小区整体位于{area}",
        "{compound} has no building {building} on record, but lies wholly in {area}",
    ),
    "compound_no_grid": ("{compound}尚未划入任何网格", "{compound} is not assigned to any grid"),
    "grid_named": ("地址写明{area}", "the address names {area}"),
    "only_wider": (
        "地址只写到{area}，共 {count} 个网格，请补充小区或位置",
        "the address goes no further than {area} ({count} grids); a compound or a pin decides",
    ),
    "only_grid_of": (
        "地址写到{wider}，其下只有{area}一个网格",
        "the address names {wider}, which has the one grid {area}",
    ),
    "same_name": (
        "有 {count} 处同名：{others}，请选择",
        "{count} places bear that name: {others}; one must be chosen",
    ),
    "near_names": (
        "没有这个名称，相近的有 {count} 处：{others}，请选择",
        "no place bears that name; {count} are near it: {others}; one must be chosen",
    ),
    "conflict": (
        "地址前后不一致：写了{named}，而{compound}不在其中",
        "the address contradicts itself: it names {named}, but {compound} lies elsewhere",
    ),
    "division_only": (
        "地址写到{division}，属{area}，但那里没有划分网格",
        "the address names {division}, which belongs to {area}; no grid is drawn there",
    ),
    "division_outside": (
        "地址写到{division}，不在本系统所辖范围内",
        "the address names {division}, outside the territory",
    ),
    "unsure": (
        "可能是{read}，把握不大，请核对",
        "perhaps {read}; not sure enough, please confirm",
    ),
    "exact": ("写明：{names}", "named in full: {names}"),
    "corrected": ("「{written}」按「{read}」理解", "“{written}” read as “{read}”"),
    "short": (
        "「{written}」没有写全，按「{read}」理解",
        "“{written}” is not written in full; read as “{read}”",
    ),
    "omitted": ("没有写：{names}", "left out: {names}"),
    "order": ("顺序颠倒", "the order is turned round"),
    "vague": ("写的是「{written}」，不是确切位置", "“{written}”: no exact place"),
    "unread": ("「{written}」没有认出", "“{written}” was not recognised"),
    "elsewhere": ("另写了「{written}」，不在同一处", "“{written}” is named too, but lies elsewhere"),
    "also": ("「{written}」也是别处的名称", "“{written}” is also the name of another place"),
    "weak": ("「{written}」与「{read}」只有部分相同", "“{written}” and “{read}” share little"),
    "not_understood": (
        "没有在地址里认出已登记的小区、社区或网格",
        "no compound, community or grid on record was recognised in the text",
    ),
    "empty": ("没有填写地址", "no address was given"),
    "redrawn": ("区划调整后归{area}", "it belongs to {area} since the boundaries were adjusted"),
}


class Outcome(StrEnum):
    """How sure the answer is."""

    INSIDE = "inside"  # exactly one grid
    BORDER = "border"  # one grid, but so near its edge that the next one may be meant
    OUTSIDE = "outside"  # no grid here
    AMBIGUOUS = "ambiguous"  # several grids are possible: ask
    UNKNOWN = "unknown"  # nothing to go by


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the answer is what it is: a code, its facts, and a sentence of them in two languages."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def words(self, language: str = "zh") -> str:
        """Return the reason as a sentence; any language but English reads Chinese."""
        chinese, english = SENTENCES[self.code]
        return (english if language.startswith("en") else chinese).format(**self.facts)

    def as_json(self) -> dict[str, Fact]:
        """Return code, facts and the Chinese sentence as one flat object."""
        return {"code": self.code, **self.facts, "words": self.words()}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An area or compound that may be meant, and how far away it is when that is known."""

    code: str
    name: str
    kind: str
    unit_code: str = ""
    metres: int | None = None

    def as_json(self) -> dict[str, Fact | None]:
        """Return it as a JSON object."""
        return {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "unit_code": self.unit_code,
            "metres": self.metres,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain from the area found outwards: grid, community, street, county."""

    kind: str
    code: str
    name: str
    unit_code: str


@dataclass(frozen=True, slots=True)
class Named:
    """A level of the official table around the place, and how the address wrote it.

    ``said`` is ``exact``, ``corrected``, ``short`` (no ending) or ``omitted``; a point names nothing.
    """

    level: str
    code: str
    name: str
    said: str = "omitted"

    def as_json(self) -> dict[str, str]:
        """Return it as a JSON object."""
        return {"level": self.level, "code": self.code, "name": self.name, "said": self.said}


@dataclass(frozen=True, slots=True)
class Correction:
    """A piece of the address read as a name: a character ``wrong``, ``missing``, ``extra`` or ``swapped``."""

    written: str
    read: str
    kind: str

    def as_json(self) -> dict[str, str]:
        """Return it as a JSON object."""
        return {"written": self.written, "read": self.read, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Located:
    """Where something lies.

    ``area_code`` is the narrowest area the answer is sure of: for a point the grid that takes it, for an
    address that fits several grids the area all of them share. ``chain`` begins with it and leads outwards.
    ``lon`` and ``lat`` are where to put the pin: the point asked for, or what the address names.
    """

    outcome: Outcome
    reason: Reason
    area_code: str = ""
    area_name: str = ""
    area_kind: str = ""
    unit_code: str = ""
    chain: tuple[Step, ...] = ()
    compound_code: str = ""
    compound_name: str = ""
    building_code: str = ""
    stairwell_code: str = ""
    dwelling: str = ""
    candidates: tuple[Candidate, ...] = ()
    edge_metres: int | None = None
    edition_from: date | None = None
    synthetic: bool = False
    lon: float | None = None
    lat: float | None = None
    division: tuple[Named, ...] = ()  # widest first
    confidence: float | None = None  # 0 to 1: how sure the reading of an address is; a point needs none
    corrections: tuple[Correction, ...] = ()
    because: tuple[Reason, ...] = ()  # what the confidence is made of

    @property
    def grid_code(self) -> str:
        """Return the grid, or nothing when the answer does not reach one."""
        return self.area_code if self.area_kind == "grid" else ""

    def as_json(self) -> dict[str, object]:
        """Return the answer as a JSON object; what is empty is left in, so that readers need no guards."""
        return {
            "outcome": self.outcome.value,
            "reason": self.reason.as_json(),
            "area_code": self.area_code,
            "area_name": self.area_name,
            "area_kind": self.area_kind,
            "unit_code": self.unit_code,
            "chain": [
                {"kind": s.kind, "code": s.code, "name": s.name, "unit_code": s.unit_code} for s in self.chain
            ],
            "compound_code": self.compound_code,
            "compound_name": self.compound_name,
            "building_code": self.building_code,
            "stairwell_code": self.stairwell_code,
            "dwelling": self.dwelling,
            "candidates": [candidate.as_json() for candidate in self.candidates],
            "edge_metres": self.edge_metres,
            "edition_from": self.edition_from.isoformat() if self.edition_from else None,
            "synthetic": self.synthetic,
            "lon": self.lon,
            "lat": self.lat,
            "division": [named.as_json() for named in self.division],
            "confidence": self.confidence,
            "corrections": [correction.as_json() for correction in self.corrections],
            "because": [reason.as_json() for reason in self.because],
        }
