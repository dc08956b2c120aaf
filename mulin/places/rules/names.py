"""Reading Chinese place names: one spelling for comparison, the variants people write, house numbers."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL: Final = re.compile(r"[零〇一二两三四五六七八九十百]+(?=(号楼|号院|栋|幢|座|单元|网格|室|楼|号))")
_NOISE: Final = re.compile(r"[\s,，、;；·]+")
_ASIDE: Final = re.compile(r"[（(](示例|虚构|基础|专属)[)）]")
_STEMS: Final = (
    "社区居民委员会",
    "社区居委会",
    "社区居",
    "居民委员会",
    "居委会",
    "村民委员会",
    "村委会",
    "社区",
    "村",
)
_HOUSE: Final = re.compile(r"(?P<building>\d{1,3}|[A-Za-z]\d{0,2})(?:号楼|栋|幢|座|#楼?|号院)")
_STAIR: Final = re.compile(r"(?P<stairwell>\d{1,2}|[A-Za-z])单元")
_DOOR: Final = re.compile(r"(?P<dwelling>\d{3,4})(?:室|号|户)?(?!\d|号楼|栋|幢|座|单元|米|元|年)")
_DASHED: Final = re.compile(r"(?<!\d)(\d{1,3})-(\d{1,2})-(\d{3,4})(?!\d|-)")
_GRID_NO: Final = re.compile(r"第?(\d{1,3})(?:号)?网格")


def _arabic(numeral: str) -> str:
    """Return a Chinese numeral below a thousand in digits; a row of plain digits is read one by one."""
    if not set(numeral) & {"十", "百"}:
        return "".join(str(_DIGITS[c]) for c in numeral)
    total, digit = 0, 0
    for character in numeral:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character]
    return str(total + digit)


def plain(text: str) -> str:
    """Return ``text`` in the spelling names are compared in: half width, no blanks, digits for numerals."""
    narrow = unicodedata.normalize("NFKC", text)
    joined = _NOISE.sub("", _ASIDE.sub("", narrow))
    return _NUMERAL.sub(lambda match: _arabic(match.group()), joined)


def area_variants(name: str, kind: str) -> tuple[str, ...]:
    """Return the ways an area's name is written, its own first."""
    own = plain(name)
    stem = next((own.removesuffix(s) for s in _STEMS if own.endswith(s) and len(own) > len(s) + 1), "")
    if kind != "community" or not stem:
        return (own,)
    variants = [own, stem + "社区", stem + "居委会", stem + "居民委员会"]
    if "村" in own:
        variants += [stem + "村", stem + "村委会"]
    return tuple(dict.fromkeys(variants))


def compound_variants(name: str, aliases: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ways a compound's name is written."""
    variants = []
    for written in (plain(name), *(plain(alias) for alias in aliases)):
        variants.append(written)
        if written.endswith("小区") and len(written) > 4:
            variants.append(written.removesuffix("小区"))
    return tuple(dict.fromkeys(v for v in variants if len(v) >= 2))


def house_key(name: str) -> str:
    """Return what tells a building or a stairwell from its neighbours: ``3`` of 三号楼, ``A`` of a座."""
    written = plain(name)
    match = re.match(r"[A-Za-z]?\d*", written)
    return (match.group() if match and match.group() else written).upper().lstrip("0")


def grid_number(name: str) -> str:
    """Return the number in a grid's name (``8`` of 第八网格), or nothing."""
    match = _GRID_NO.search(plain(name))
    return str(int(match.group(1))) if match else ""


@dataclass(frozen=True, slots=True)
class House:
    """Building, stairwell and dwelling as an address writes them; what it leaves out is empty."""

    building: str = ""
    stairwell: str = ""
    dwelling: str = ""


def house_in(text: str) -> House:
    """Return the house number written in ``text`` (already plain): 3号楼2单元501, 3-2-501, 3栋501."""
    dashed = _DASHED.search(text)
    if dashed:
        return House(*(part.lstrip("0") for part in dashed.groups()))
    building, stairwell = _HOUSE.search(text), _STAIR.search(text)
    last = stairwell or building
    door = _DOOR.match(text, last.end()) if last else None
    return House(
        building["building"].upper().lstrip("0") if building else "",
        stairwell["stairwell"].upper().lstrip("0") if stairwell else "",
        door["dwelling"] if door else "",
    )
