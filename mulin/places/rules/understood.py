"""How sure a reading of an address is, and why: what was exact, what was corrected, what was left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mulin.places.rules.located import Correction, Named, Reason
from mulin.places.rules.nodes import BARE, LOOSE, Node, depth
from mulin.places.rules.reading import Hit, Reading
from mulin.places.rules.spellings import Bearer, error_between

# 示例: what each doubt takes from a confidence of 1, and from where on an answer counts as sure.
SURE_FROM: Final = 0.65
COST: Final[Mapping[str, float]] = {
    "corrected_last": 0.25,  # a typing error in the narrowest name
    "corrected": 0.12,  # … in a wider one
    "weak": 0.15,  # of two characters that make the name one is wrong
    "also": 0.3,  # what is taken for an error is the name of another place
    "short": 0.05,
    "order": 0.04,
    "vague": 0.36,
    "elsewhere": 0.3,
    "unread": 0.3,  # something like a name that nobody knows
    "after": 0.05,  # unread words after the last name
    "before": 0.2,  # unread words before a name
}
OMITTED: Final[Mapping[str, float]] = {"county": 0.04, "street": 0.08, "village": 0.03, "community": 0.03}
ASKED_MOST: Final = 0.6  # an answer that asks is never surer than this
_VAGUE: Final = re.compile(r"附近|周边|一带|对面|对过|斜对|旁边|隔壁|交叉口|交汇处|之间")
_LIKE_A_NAME: Final = re.compile(
    r"^[\u4e00-\u9fff]{0,5}?(村|庄|社区|小区|镇|乡|街道|花园|家园|苑|公寓|委会|居委|新城|嘉园|府$|里$)"
)
_ENDS: Final = ("区", "县", "市", "镇", "乡", "街道", "村", "社区", "委会")
_STEM_MOST: Final = 2


@dataclass(frozen=True, slots=True)
class Understanding:
    """What an address was understood to say."""

    division: tuple[Named, ...] = ()
    confidence: float = 0.0
    corrections: tuple[Correction, ...] = ()
    because: tuple[Reason, ...] = ()


@dataclass(slots=True)
class _Tally:
    """What the names of a reading add up to."""

    said: dict[str, str] = field(default_factory=dict)  # how each place was named, by its key
    corrections: list[Correction] = field(default_factory=list)
    because: list[Reason] = field(default_factory=list)
    exact: list[str] = field(default_factory=list)
    order: list[int] = field(default_factory=list)  # the levels as they come
    costs: float = 0.0

    def charge(self, what: str, reason: str = "", **facts: str) -> None:
        """Add a cost with its reason."""
        self.costs += COST[what]
        self.because.append(Reason(reason or what, facts))


def understand(reading: Reading, chain: Sequence[Node], compound: str = "") -> Understanding:
    """Return how sure ``reading`` is that the place is the last node of ``chain``, or a compound in it.

    ``chain`` leads from the widest node to the narrowest.
    """
    tally = _Tally()
    for hit in reading.hits:
        _weigh(tally, hit, reading, chain, compound)
    if tally.order != sorted(tally.order):
        tally.charge("order")
    left_out = [node for node in chain if node.key not in tally.said and node.level in OMITTED]
    because, costs = tally.because, tally.costs + sum(OMITTED[node.level] for node in left_out)
    costs += _around(reading, compound, because)
    if tally.exact:
        because.insert(0, Reason("exact", {"names": "、".join(dict.fromkeys(tally.exact))}))
    if left_out:
        because.append(Reason("omitted", {"names": "、".join(node.name for node in left_out)}))
    division = tuple(
        Named(n.level, n.division.code, n.division.name, tally.said.get(n.key, "omitted"))
        for n in chain
        if n.division
    )
    return Understanding(division, round(max(0.0, 1.0 - costs), 2), tuple(tally.corrections), tuple(because))


def _weigh(tally: _Tally, hit: Hit, reading: Reading, chain: Sequence[Node], compound: str) -> None:
    """Add one name of the reading: exact, short, or corrected; those of other places count nothing."""
    node = _meant(hit, chain)
    own = compound and any(b.code == compound for b in hit.compounds)
    if node is None and not own:
        return
    at, bearer = node if node is not None else (None, None)
    key = compound if own or at is None else at.key
    if at is not None and not own:
        tally.order.append(depth(at.level))
    if key in tally.said and hit.is_near:
        return  # said in full before: the error costs nothing
    read, written = next((name for name, code in hit.names if code == key), ""), hit.written
    if not hit.is_near and hit.gap == 1:
        read, written = hit.written, _before(reading, hit)
    if read:
        tally.corrections.append(Correction(written, read, error_between(written, read)))
        is_last = own or (not compound and key == chain[-1].key)
        tally.charge("corrected_last" if is_last else "corrected", "corrected", written=written, read=read)
        if bearer and hit.is_near and len(bearer.stem) <= _STEM_MOST and bearer.stem not in written:
            tally.charge("weak", written=written, read=read)
        tally.said[key] = "corrected"
    elif bearer is not None and bearer.grade in (BARE, LOOSE) and not own:
        tally.said.setdefault(key, "short")
        tally.charge("short", written=hit.written, read=at.name if at else hit.written)
    else:
        tally.said[key] = "exact"
        tally.exact.append(hit.written)
    if hit.gap > 1:
        words = _before(reading, hit)[: hit.gap][-12:]
        tally.charge("unread" if words.endswith(_ENDS) else "before", "unread", written=words)


def _around(reading: Reading, compound: str, because: list[Reason]) -> float:
    """Return the cost of what stands around the names."""
    costs = 0.0
    vague = _VAGUE.search(reading.written)
    if vague:
        costs += COST["vague"]
        because.append(Reason("vague", {"written": vague.group()}))
    if reading.elsewhere:
        costs += COST["elsewhere"]
        because.append(Reason("elsewhere", {"written": reading.elsewhere[0].written}))
    named = _LIKE_A_NAME.match(reading.unread)
    if reading.unread and not vague and not reading.elsewhere and (named or not compound):
        costs += COST["unread" if named else "after"]
        because.append(Reason("unread", {"written": named.group() if named else reading.unread[:12]}))
    near = next((hit for hit in reading.hits if hit.is_near), None)
    if reading.also and near:
        costs += COST["also"]
        because.append(Reason("also", {"written": near.written}))
    return costs


def _meant(hit: Hit, chain: Sequence[Node]) -> tuple[Node, Bearer] | None:
    """Return the narrowest node of the chain that the name may stand for."""
    bearers = {bearer.code: bearer for bearer in reversed(hit.nodes)}
    found = next((node for node in reversed(chain) if node.key in bearers), None)
    return (found, bearers[found.key]) if found else None


def _before(reading: Reading, hit: Hit) -> str:
    return reading.written[max(0, hit.start - hit.gap) : hit.end]


def asking(understanding: Understanding, candidates: int) -> Understanding:
    """Return an understanding that leaves several places open."""
    most = min(ASKED_MOST, 1 / candidates if candidates > 1 else ASKED_MOST)
    return replace(understanding, confidence=round(min(understanding.confidence, most), 2))
