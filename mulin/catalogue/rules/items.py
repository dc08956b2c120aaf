"""What an item of a list (清单项) is, and the words in which a sheet says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mulin.clocks.rules.limits import Limit


class Module(StrEnum):
    """The three modules of the whistle (S-049): every item belongs to exactly one."""

    DEVELOPMENT = "development"  # 发展
    ENFORCEMENT = "enforcement"  # 执法
    LIVELIHOOD = "livelihood"  # 民生


class Evidence(StrEnum):
    """What a result must be shown by."""

    PHOTO_BEFORE = "photo_before"
    PHOTO_AFTER = "photo_after"
    PHOTO_NEAR = "photo_near"
    PHOTO_FAR = "photo_far"
    VIDEO = "video"
    DOCUMENT = "document"
    SIGNATURE = "signature"
    VISIT = "visit"


MODULES: Final[Mapping[Module, str]] = {
    Module.DEVELOPMENT: "发展",
    Module.ENFORCEMENT: "执法",
    Module.LIVELIHOOD: "民生",
}
EVIDENCE: Final[Mapping[Evidence, str]] = {
    Evidence.PHOTO_BEFORE: "处置前照片",
    Evidence.PHOTO_AFTER: "处置后照片",
    Evidence.PHOTO_NEAR: "近景照片",
    Evidence.PHOTO_FAR: "远景照片",
    Evidence.VIDEO: "视频",
    Evidence.DOCUMENT: "文书",
    Evidence.SIGNATURE: "签字",
    Evidence.VISIT: "走访记录",
}
YES: Final = "是"
NO: Final = "否"
JOINED_BY: Final = "、"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit an item may name: its code, its name, its rank in the tree (1 city … 5 grid)."""

    code: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One entry of an edition, outside any table; ``line`` is the row of its sheet."""

    line: int
    code: str
    name: str
    path: tuple[str, ...]
    module: Module
    levels: tuple[str, ...]
    lead_kind: str
    limit: Limit
    closing_standard: str
    assist_kinds: tuple[str, ...] = ()
    in_compound: bool = False
    evidence: tuple[Evidence, ...] = ()
    is_public: bool = True
    legal_basis: str = ""
    keywords: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    is_example: bool = False


def as_cells(item: ItemRow, kinds: Mapping[str, str]) -> dict[str, str]:
    """Return the item as a sheet writes it, by column key; ``kinds`` names the unit kinds."""
    path = (*item.path, "", "", "")
    return {
        "code": item.code,
        "path1": path[0],
        "path2": path[1],
        "path3": path[2],
        "name": item.name,
        "module": MODULES[item.module],
        "levels": _named(item.levels, kinds),
        "lead": _named([item.lead_kind], kinds),
        "assist": _named(item.assist_kinds, kinds),
        "in_compound": YES if item.in_compound else NO,
        "limit": item.limit.chinese,
        "evidence": JOINED_BY.join(EVIDENCE[kind] for kind in item.evidence),
        "closing_standard": item.closing_standard,
        "is_public": YES if item.is_public else NO,
        "legal_basis": item.legal_basis,
        "keywords": JOINED_BY.join(item.keywords),
        "checklist": JOINED_BY.join(item.checklist),
        "is_example": YES if item.is_example else NO,
    }


def _named(codes: Sequence[str], kinds: Mapping[str, str]) -> str:
    return JOINED_BY.join(kinds.get(code, code) for code in codes)
