"""Chains and roots recomputed: what every hash must be, and the first place where it is not.

The trigger in migration 0002 computes the same texts inside PostgreSQL; a test holds the two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeAlias

CHAINS: Final = 16
GENESIS: Final = bytes(32)

# id, tx, at in microseconds, kind, subject_kind, subject, account_id, unit_id,
# facts, chain, height, previous, hash
EntryLink: TypeAlias = tuple[
    int, int, int, str, str, str, int, int | None, str, int, int, bytes | memoryview, bytes | memoryview
]
# chain, height of its head, id of the head's entry, hash of the head
Head: TypeAlias = tuple[int, int, int, bytes | memoryview]


PLACES: Final[Mapping[str, str]] = {
    "entry": "第 %(number)s 条记录",
    "root": "第 %(number)s 个封印",
    "chain": "第 %(number)s 条链的链头",
}
CHANGED: Final = "各列算不出它的哈希：写下之后被改过"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the ledger is not what was written, and what is wrong there; doors translate."""

    kind: str
    number: int
    why: str
    facts: Mapping[str, int]

    @property
    def where(self) -> str:
        """Return the place as machines read it: ``entry 57``, ``root 3``, ``chain 5``."""
        return f"{self.kind} {self.number}"

    @property
    def place(self) -> str:
        """Return the place in words; ``number`` is among the facts."""
        return PLACES[self.kind]


def fault(kind: str, number: int, why: str, **facts: int) -> Fault:
    """Return a fault whose words find everything they name among its facts."""
    return Fault(kind, number, why, {**facts, "number": number})


def entry_hash(row: EntryLink) -> bytes:
    """Return the hash of an entry over all its columns and the hash before it."""
    id_, tx, micros, kind, subject_kind, subject, account_id, unit_id, facts, chain, height, previous, _ = row
    unit = "" if unit_id is None else unit_id
    text = (
        f"{chain}\n{height}\n{id_}\n{tx}\n{micros}\n{kind}\n{subject_kind}\n{subject}\n{account_id}\n{unit}\n"
        f"{facts}\n{previous.hex()}"
    )
    return sha256(text.encode()).digest()


def root_hash(*, number: int, micros: int, heads: str, previous: bytes) -> bytes:
    """Return the hash of a root over the heads it seals and the root before it."""
    return sha256(f"{number}\n{micros}\n{heads}\n{previous.hex()}".encode()).digest()


def _starts() -> list[tuple[int, int, bytes]]:
    return [(0, 0, GENESIS)] * CHAINS


@dataclass(slots=True)
class Walk:
    """A walk along all chains at once, entry by entry in the order of their ids; memory does not grow."""

    entries: int = 0
    ends: list[tuple[int, int, bytes]] = field(
        default_factory=_starts
    )  # height, entry, hash of each chain so far

    def step(self, row: EntryLink) -> Fault | None:
        """Take the next entry; return what is wrong with it, if anything."""
        chain, height, previous, found = row[9], row[10], row[11], row[12]
        if not 0 <= chain < CHAINS:
            return fault("entry", row[0], "没有它所说的第 %(chain)s 条链", chain=chain)
        hash_ = entry_hash(row)
        if hash_ != found:
            return fault("entry", row[0], CHANGED)
        last_height, last_id, last_hash = self.ends[chain]
        if height != last_height + 1:
            why = "第 %(chain)s 条链从高度 %(last)s（第 %(entry)s 条）跳到 %(height)s：其间的记录被删、移或插"
            return fault("entry", row[0], why, chain=chain, last=last_height, entry=last_id, height=height)
        if previous != last_hash:
            return fault("entry", row[0], "它接不上本链的前一条（第 %(last)s 条）", last=last_id)
        self.ends[chain] = (height, row[0], hash_)
        self.entries += 1
        return None

    def arrive(self, heads: Iterable[Head]) -> Fault | None:
        """Compare the ends of the walk with the heads the ledger itself kept; return the first difference."""
        kept = {chain: (height, entry, bytes(hash_)) for chain, height, entry, hash_ in heads}
        for chain, end in enumerate(self.ends):
            head = kept.get(chain, (0, 0, GENESIS))
            if head[0] > end[0]:
                why = "它不见了：第 %(chain)s 条链曾写到高度 %(height)s，现在只到 %(end)s"
                return fault("entry", head[1], why, chain=chain, height=head[0], end=end[0])
            if head != end:
                return fault("chain", chain, "它与本链最后一条（第 %(last)s 条）不符", last=end[1])
        return None
