"""Which item of the list a message is about: plain text similarity that says why, or says nothing.

Names, keywords and category paths are cut into pairs of characters; rare pairs weigh more (TF-IDF), the
cosine with the message ranks the items, keywords found as they stand raise them. The confidence is a curve
over the score and the share of the message that the list knows at all. It was fitted on half of some 2,700
messages of known class, with a list that covers them all and with one that covers a third of them, and
checked on the other half (mean error 9 points). Below ``THRESHOLD`` the rule abstains.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

THRESHOLD: Final = 0.45  # 示例: below it no suggestion is made; above it two of three were right
READ: Final = 500  # characters of a message that are looked at: the matter stands at its beginning

_NAME: Final = 3.0  # how much a pair of characters weighs by where it stands
_KEYWORD: Final = 2.0
_PATH: Final = 1.2
_WHOLE_WORD: Final = 0.2  # what a name or keyword found as it stands adds, by its share of the item
_KNOWN_ENOUGH: Final = 0.15  # in a message of few words one known pair is a large share and proves little

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]+")
_LATIN: Final = re.compile(r"[a-z0-9]{2,}")
# Said in every message, about anything: a pair that one item's name happens to hold must not decide by it.
_SAID_ALWAYS: Final = frozenset(
    re.findall(
        "..",
        "反映请求要求处理解决问题希望领导投诉咨询建议有关部门我们小区居民情况相关政府尽快没有怎么什么为什"
        "多次一直已经可以现在目前进行严重影响造成不能无法附近位于你好您好尊敬谢谢感谢市民群众社区街道管理"
        "工作人员单位这个他们自己因为所以但是如果其他等等"
        "单元元门门口号楼",  # where it is, not what it is
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the rule knows of an item."""

    code: str
    name: str
    path: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An item, how sure the rule is (0 … 1), and the words of the message that speak for it."""

    code: str
    name: str
    confidence: float
    why: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the suggestion as it is stored with a case."""
        return {
            "code": self.code,
            "name": self.name,
            "confidence": round(self.confidence, 3),
            "why": list(self.why),
        }


class Index:
    """The items of the lists in force, made ready for asking; never changed, so any thread may ask."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: Final[Sequence[Entry]] = tuple(entries)
        weights = [_weights(entry) for entry in self._entries]
        spread = Counter(pair for each in weights for pair in each)
        size = len(self._entries)
        self._rarity: Final[Mapping[str, float]] = {
            pair: 1 + math.log((1 + size) / (1 + count)) for pair, count in spread.items()
        }
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, each in enumerate(weights):
            rated = {pair: weight * self._rarity[pair] for pair, weight in each.items()}
            length = math.sqrt(sum(weight * weight for weight in rated.values())) or 1.0
            for pair, weight in rated.items():
                postings[pair].append((number, weight / length))
        self._postings: Final[Mapping[str, list[tuple[int, float]]]] = postings

    def suggest(self, text: str) -> Suggestion | None:
        """Return the item ``text`` is most likely about, or None when that is not clear enough."""
        best = self.ranked(text, most=1)
        return best[0] if best and best[0].confidence >= THRESHOLD else None

    def ranked(self, text: str, *, most: int) -> list[Suggestion]:
        """Return the likeliest items, best first, however unlikely."""
        text = text[:READ].casefold()
        scores = self._scores(text)
        known = self._known_share(text)
        found = []
        for number, score in sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:most]:
            entry = self._entries[number]
            confidence = _confidence(score, known)
            found.append(Suggestion(entry.code, entry.name, confidence, tuple(_spoken(entry, text))))
        return found

    def _known_share(self, text: str) -> float:
        """Return how much of what is said the list knows: little where the matter lies outside it."""
        pairs = set(_pairs(text))
        return sum(pair in self._postings for pair in pairs) / max(1, len(pairs))

    def _scores(self, text: str) -> dict[int, float]:
        pairs = Counter(pair for pair in _pairs(text) if pair in self._postings)
        rated = {pair: (1 + math.log(count)) * self._rarity[pair] for pair, count in pairs.items()}
        length = math.sqrt(sum(weight * weight for weight in rated.values())) or 1.0
        scores: dict[int, float] = defaultdict(float)
        for pair, weight in rated.items():
            for number, share in self._postings[pair]:
                scores[number] += weight * share / length
        for number in scores:
            scores[number] += _WHOLE_WORD * _whole_words(self._entries[number], text)
        return scores


def _weights(entry: Entry) -> dict[str, float]:
    """Return how much each pair of characters says about the item."""
    weights: dict[str, float] = defaultdict(float)
    for words, weight in (([entry.name], _NAME), (entry.keywords, _KEYWORD), (entry.path, _PATH)):
        for pair in {pair for word in words for pair in _pairs(word.casefold())}:
            weights[pair] = max(weights[pair], weight)
    return weights


def _pairs(text: str) -> Iterator[str]:
    """Yield pairs of Chinese characters and whole words of Latin script; nothing that is always said."""
    for run in _CHINESE.findall(text):
        for at in range(len(run) - 1):
            pair = run[at : at + 2]
            if pair not in _SAID_ALWAYS:
                yield pair
    yield from _LATIN.findall(text)


def _whole_words(entry: Entry, text: str) -> float:
    """Return how strongly the item's own name or a keyword stands in the text, 0 … 1."""
    if len(entry.name) > 1 and entry.name.casefold() in text:
        return 1.0
    found = sum(1 for word in entry.keywords if len(word) > 1 and word.casefold() in text)
    return min(1.0, 0.7 * found)


def _spoken(entry: Entry, text: str) -> Iterator[str]:
    """Yield the words of the message that speak for the item: whole names and keywords, else joined pairs."""
    whole = [word for word in (entry.name, *entry.keywords) if len(word) > 1 and word.casefold() in text]
    yield from dict.fromkeys(whole)
    known = {pair for word in (entry.name, *entry.keywords, *entry.path) for pair in _pairs(word.casefold())}
    seen = set(whole)
    for run in _CHINESE.findall(text):
        at = 0
        while at < len(run) - 1:
            end = at
            while end < len(run) - 1 and run[end : end + 2] in known:
                end += 1
            word = run[at : end + 1]
            if end > at and word not in seen and not any(word in other for other in whole):
                seen.add(word)
                yield word
            at = max(end, at) + 1


def _confidence(score: float, known: float) -> float:
    """Return how likely the item is right, from its score and the share of the message the list knows."""
    return 1 / (1 + math.exp(2.6 - 3.2 * score - 22.0 * min(known, _KNOWN_ENOUGH)))
