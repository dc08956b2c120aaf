"""Chains and roots recomputed: what every hash must be, and the first place where it is not.

The trigger in migration 0002 computes the same texts inside PostgreSQL; a test holds the two together.
"""

from collections.abc import Iterable
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


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the ledger is not what was written, and what is wrong there."""

    where: str
    why: str


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
        where = f"entry {row[0]}"
        if not 0 <= chain < CHAINS:
            return Fault(where, f"it names chain {chain}, which does not exist")
        hash_ = entry_hash(row)
        if hash_ != found:
            return Fault(where, "its columns do not give its hash: it was changed after it was written")
        last_height, last_id, last_hash = self.ends[chain]
        if height != last_height + 1:
            return Fault(
                where,
                f"chain {chain} jumps from height {last_height} (entry {last_id}) to {height}: "
                "entries between them were removed, moved or added",
            )
        if previous != last_hash:
            return Fault(where, f"it does not follow on entry {last_id}, the one before it in chain {chain}")
        self.ends[chain] = (height, row[0], hash_)
        self.entries += 1
        return None

    def arrive(self, heads: Iterable[Head]) -> Fault | None:
        """Compare the ends of the walk with the heads the ledger itself kept; return the first difference."""
        kept = {chain: (height, entry, bytes(hash_)) for chain, height, entry, hash_ in heads}
        for chain, end in enumerate(self.ends):
            head = kept.get(chain, (0, 0, GENESIS))
            if head[0] > end[0]:
                return Fault(
                    f"entry {head[1]}",
                    f"it is gone: chain {chain} was written up to height {head[0]} and now ends at {end[0]}",
                )
            if head != end:
                return Fault(
                    f"head of chain {chain}", f"it does not match entry {end[1]}, the last of its chain"
                )
        return None
