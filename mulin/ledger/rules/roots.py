"""Roots and anchors: one hash over all chains, kept a second time outside the database."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mulin.ledger.rules.chain import CHAINS, GENESIS, Fault, Head, root_hash

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
        where = f"root {number}"
        if number != self.number + 1:
            return Fault(where, f"it follows on root {self.number}: roots between them were removed")
        hash_ = root_hash(number=number, micros=micros, heads=text, previous=bytes(previous))
        if hash_ != bytes(found):
            return Fault(where, "its columns do not give its hash: it was changed after it was written")
        if bytes(previous) != self.hash:
            return Fault(where, "it does not follow on the root before it")
        anchor = next(self.anchors, None)
        if anchor is not None:
            if (anchor.number, anchor.hash) != (number, hash_):
                return Fault(
                    where, f"the anchor outside the database says otherwise (anchor {anchor.number})"
                )
            self.anchored = number
        self.number, self.hash = number, hash_
        return self._moved(heads_of(text), where)

    def _moved(self, heads: tuple[Head, ...], where: str) -> Fault | tuple[Head, ...]:
        moved = []
        for chain, height, entry, hash_ in heads:
            if (height, entry, hash_) == self.heads[chain]:
                continue
            if height <= self.heads[chain][0]:
                return Fault(where, f"chain {chain} stands lower in it than in the root before")
            self.heads[chain] = (height, entry, bytes(hash_))
            moved.append((chain, height, entry, hash_))
        return tuple(moved)

    def arrive(self) -> Fault | None:
        """Return the anchor that has no root any more, if there is one."""
        anchor = next(self.anchors, None)
        if anchor is None:
            return None
        return Fault(f"root {anchor.number}", "it is gone: only its anchor outside the database is left")


def compare_heads(
    heads: Mapping[int, tuple[Head, int]], found: Mapping[int, tuple[int, int, bytes]]
) -> Fault | None:
    """Return the first sealed head whose entry is not there or is another one.

    ``heads`` maps an entry to its sealed head and the root's number, ``found`` to its chain, height and hash.
    """
    for entry in sorted(heads):
        (chain, height, _, hash_), root = heads[entry]
        if entry not in found:
            return Fault(
                f"entry {entry}", f"it is gone: root {root} sealed it as height {height} of chain {chain}"
            )
        if found[entry] != (chain, height, hash_):
            return Fault(
                f"entry {entry}",
                f"root {root} sealed another one in its place: chain {chain} was rewritten at or before it",
            )
    return None
