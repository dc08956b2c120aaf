"""Reading Chinese place names: one spelling for comparison, the variants people write, house numbers."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL: Final = re.compile(
    r"[零〇一二两三四五六七八九十百]+(?=号楼|号院|栋|幢|座|单元|网格|室|楼|号)|(?<=单元)[零〇一二三四五六七八九]{3,4}"
)
_NOISE: Final = re.compile(r"[\s,、;·()\[\]{}<>《》〈〉【】「」『』“”‘’\"'。.!?:|/\\…—_]+")
_PHONE: Final = re.compile(r"(?<!\d)(?:(?:\+?86-?)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)")
# Common place words as they are written elsewhere, or were written before.
_ELSEWHERE: Final = str.maketrans(
    "區縣鎮鄉莊荘邨樓號單棟幢東園苑灣橋溝龍馬張陳劉趙吳黃楊孫鄭馮韓許呂羅鄧蕭葉蘇盧蔣賈閻譚鄒鮑範徐門塢場廠線"
    "寧興華榮豐慶廣豬雲嶺澗嶧棗臺蔭營兒頭灘衛關廟後裡裏內進辦處會員委居區與對邊實驗",
    "区县镇乡庄庄村楼号单栋幢东园苑湾桥沟龙马张陈刘赵吴黄杨孙郑冯韩许吕罗邓萧叶苏卢蒋贾阎谭邹鲍范徐门坞场厂线"
    "宁兴华荣丰庆广猪云岭涧峄枣台荫营儿头滩卫关庙后里里内进办处会员委居区与对边实验",
)
_ASIDE: Final = re.compile(r"[（(](示例|虚构|基础|专属)[)）]")
_STEMS: Final = (
    "农村社区村委会",
    "社区村民委员会",
    "社区村委会",
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
_TWO: Final = re.compile(r"(?<![\d-])(\d{1,3})-(\d{3,4})(?!\d|-)")
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
    return spelt(text)[0]


def spelt(text: str) -> tuple[str, frozenset[int]]:
    """Return ``text`` as ``plain`` does, and where a blank, a stop or a telephone number parted it."""
    narrow = unicodedata.normalize("NFKC", text).translate(_ELSEWHERE)
    parts = [part for part in _NOISE.split(_PHONE.sub(",", _ASIDE.sub("", narrow))) if part]
    joined = "".join(parts)
    breaks = [0, *accumulate(len(part) for part in parts)]
    pieces: list[str] = []
    end = shift = 0
    moved: list[tuple[int, int]] = []
    for match in _NUMERAL.finditer(joined):
        digits = _arabic(match.group())
        pieces += [joined[end : match.start()], digits]
        end = match.end()
        shift += len(digits) - len(match.group())
        moved.append((end, shift))
    pieces.append(joined[end:])
    if moved:
        breaks = [at + next((by for since, by in reversed(moved) if at >= since), 0) for at in breaks]
    return "".join(pieces), frozenset(breaks)


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
    two = _TWO.search(text)
    if two:
        return House(two[1].lstrip("0"), "", two[2])
    building, stairwell = _HOUSE.search(text), _STAIR.search(text)
    last = stairwell or building
    door = _DOOR.match(text, last.end()) if last else None
    return House(
        building["building"].upper().lstrip("0") if building else "",
        stairwell["stairwell"].upper().lstrip("0") if stairwell else "",
        door["dwelling"] if door else "",
    )


# What an official name may end in, what people write instead, and what they write of another kind of place.
_ENDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "province": (("省", "自治区"), ()),
    "city": (("市", "地区", "自治州", "盟"), ()),
    "county": (("区", "县", "市", "旗"), ()),
    "street": (
        ("街道", "街道办事处", "街道办", "街办", "镇", "镇政府", "镇人民政府", "乡", "乡政府"),
        ("办事处",),
    ),
}
_OF_VILLAGES: Final = ("村委会", "村民委员会", "村", "村委")
_OF_TOWNS: Final = ("居委会", "居民委员会", "社区", "社区居委会", "社区居民委员会", "居委")


def stem_of(name: str, level: str) -> str:
    """Return an official name without its ending: 坛山 of 坛山街道, 王庄 of 王庄村委会."""
    own = plain(name)
    ends = _STEMS if level not in _ENDS else tuple(e for some in _ENDS[level] for e in some)
    longest = sorted((e for e in ends if own.endswith(e) and len(own) > len(e) + 1), key=len, reverse=True)
    return own.removesuffix(longest[0]) if longest else own


def division_variants(name: str, level: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return how a division's name is written in full, its own first, and how with another kind's ending."""
    own, stem = plain(name), stem_of(name, level)
    if stem == own:
        return (own,), ()
    if level in _ENDS:
        end = own.removeprefix(stem)
        usual = _ENDS[level][0]
        full = [e for e in usual if e.startswith(end) or (end == "街道" and e == "街办")]
        other = [e for e in (*usual, *_ENDS[level][1]) if e not in full] if level == "street" else []
    else:
        of_village = own.endswith(("村委会", "村民委员会", "村"))
        full, other = map(list, (_OF_VILLAGES, _OF_TOWNS) if of_village else (_OF_TOWNS, _OF_VILLAGES))
    written = dict.fromkeys([own, *(stem + e for e in full), *([stem] if stem.endswith("村") else [])])
    return tuple(written), tuple(dict.fromkeys(stem + e for e in other if stem + e not in written))
