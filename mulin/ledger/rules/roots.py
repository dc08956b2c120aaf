"""Roots and anchors: one hash over all chains, kept a second time outside the database."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mulin.ledger.rules.chain import CHAINS, CHANGED, GENESIS, Fault, Head, fault, root_hash

# number, at in microseconds, heads as text, previous, hash
RootLink: TypeAlias = tuple[int, int, str, bytes, bytes]

_LINE: Final = re.compile(r"(\d+) (\S+) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is kept of a root outside the database."""

    number: int
    at: str
    hash: bytes

    def line(self) -> str:
        """Return the anchor as it is written to the file."""
        return f"{self.number} {self.at} {self.hash.hex()}\n"


def read_anchor(line: str) -> Anchor | None:
    """Return the anchor a line holds; None when the line is torn or foreign."""
    match = _LINE.fullmatch(line)
    return Anchor(int(match[1]), match[2], bytes.fromhex(match[3])) if match else None


def heads_of(text: str) -> tuple[Head, ...]:
    """Return the heads that a root's text seals."""
    return tuple(
        (chain, height, entry, bytes.fromhex(hash_)) for chain, height, entry, hash_ in json.loads(text)
    )


@dataclass(slots=True)
class RootWalk:
    """A walk along the roots; each step names the heads that moved, for comparison with the entries."""

    anchors: Iterator[Anchor]
    number: int = 0
    hash: bytes = GENESIS
    anchored: int = 0
    heads: list[tuple[int, int, bytes]] = field(default_factory=lambda: [(0, 0, GENESIS)] * CHAINS)

    def step(self, row: RootLink) -> Fault | tuple[Head, ...]:
        """Take the next root; return what is wrong with it, or the heads that moved since the one before."""
        number, micros, text, previous, found = row
        if number != self.number + 1:
            why = "它接在第 %(last)s 个封印之后：其间的封印被删"
            return fault("root", number, why, last=self.number)
        hash_ = root_hash(number=number, micros=micros, heads=text, previous=bytes(previous))
        if hash_ != bytes(found):
            return fault("root", number, CHANGED)
        if bytes(previous) != self.hash:
            return fault("root", number, "它接不上前一个封印")
        anchor = next(self.anchors, None)
        if anchor is not None:
            if (anchor.number, anchor.hash) != (number, hash_):
                return fault("root", number, "库外的锚点（第 %(anchor)s 个）与它不符", anchor=anchor.number)
            self.anchored = number
        self.number, self.hash = number, hash_
        return self._moved(heads_of(text))

    def _moved(self, heads: tuple[Head, ...]) -> Fault | tuple[Head, ...]:
        moved = []
        for chain, height, entry, hash_ in heads:
            if (height, entry, hash_) == self.heads[chain]:
                continue
            if height <= self.heads[chain][0]:
                why = "第 %(chain)s 条链在其中比在前一个封印里还短"
                return fault("root", self.number, why, chain=chain)
            self.heads[chain] = (height, entry, bytes(hash_))
            moved.append((chain, height, entry, hash_))
        return tuple(moved)

    def arrive(self) -> Fault | None:
        """Return the anchor that has no root any more, if there is one."""
        anchor = next(self.anchors, None)
        if anchor is None:
            return None
        return fault("root", anchor.number, "它不见了：只剩库外的锚点")


def compare_heads(
    heads: Mapping[int, tuple[Head, int]], found: Mapping[int, tuple[int, int, bytes]]
) -> Fault | None:
    """Return the first sealed head whose entry is not there or is another one.

    ``heads`` maps an entry to its sealed head and the root's number, ``found`` to its chain, height and hash.
    """
    for entry in sorted(heads):
        (chain, height, _, hash_), root = heads[entry]
        if entry not in found:
            why = "它不见了：第 %(root)s 个封印里有它，在第 %(chain)s 条链的高度 %(height)s"
            return fault("entry", entry, why, root=root, chain=chain, height=height)
        if found[entry] != (chain, height, hash_):
            why = "第 %(root)s 个封印里是另一条：第 %(chain)s 条链从这里或更早被改写"
            return fault("entry", entry, why, root=root, chain=chain)
    return None
