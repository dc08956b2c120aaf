"""Names by the way they are written: found exactly at a spot, or but one typing error away from a piece."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

NEAR_FROM: Final = 3  # shorter names have no spelling left when a character is wrong
LENGTH_MOST: Final = 16


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a name may stand for, and how it is written: see ``nodes.OWN``."""

    what: str  # node or compound
    code: str
    grade: int
    stem: str = ""


class Spellings:
    """All names, ready for lookup; built once, then only read."""

    def __init__(self) -> None:
        self.bearers: dict[str, list[Bearer]] = defaultdict(list)
        self._lengths: dict[str, list[int]] = defaultdict(list)
        self._fuzzy: dict[str, None] = {}

    def learn(self, names: Iterable[str], bearer: Bearer, *, fuzzy: bool) -> None:
        """Learn ways to write one thing; of ``fuzzy`` ones a typing error is forgiven."""
        for name in names:
            if len(name) < 2 or any(
                (b.what, b.code) == (bearer.what, bearer.code) for b in self.bearers[name]
            ):
                continue
            self.bearers[name].append(bearer)
            if fuzzy and NEAR_FROM <= len(name) <= LENGTH_MOST:
                self._fuzzy[name] = None
            if len(name) not in self._lengths[name[:2]]:
                self._lengths[name[:2]].append(len(name))

    def at(self, written: str, position: int) -> Iterator[int]:
        """Yield the ends of the names that begin at a spot."""
        for length in self._lengths.get(written[position : position + 2], ()):
            end = position + length
            if end <= len(written) and written[position:end] in self.bearers:
                yield end

    @cached_property
    def _shortened(self) -> dict[str, tuple[str, ...]]:
        """Return the names by what is left of them when one character is missing."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for name in self._fuzzy:
            for short in shortened(name):
                found[short][name] = None
        return {short: tuple(names) for short, names in found.items()}

    def near(self, piece: str) -> Iterator[str]:
        """Yield the names one error away: a character wrong, missing, too many, or two swapped."""
        seen = {piece}
        missing = self._shortened.get(piece, ())
        for name in missing:
            seen.add(name)
            yield name
        for short in shortened(piece):
            if short in self._fuzzy and short not in seen:
                seen.add(short)
                yield short
            for name in self._shortened.get(short, ()):
                if name not in seen and one_apart(piece, name):
                    seen.add(name)
                    yield name


def shortened(name: str) -> tuple[str, ...]:
    """Return what is left of a name when one of its characters is missing, each once, first to last."""
    return tuple(dict.fromkeys(name[:i] + name[i + 1 :] for i in range(len(name))))


def one_apart(one: str, other: str) -> bool:
    """Return whether two pieces of one length differ in one character or in two neighbours swapped."""
    wrong = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(wrong) == 2:
        i, j = wrong
        return j == i + 1 and one[i] == other[j] and one[j] == other[i]
    return len(wrong) == 1


def error_between(typed: str, name: str) -> str:
    """Return which error makes ``name`` into ``typed``."""
    if len(typed) != len(name):
        return "missing" if len(typed) < len(name) else "extra"
    return "swapped" if sorted(typed) == sorted(name) else "wrong"
