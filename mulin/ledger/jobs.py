"""What the ledger does by the clock: seal and anchor roots every minute, forget old receipts every night."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from mulin.kernel.actor import SYSTEM
from mulin.ledger import actions, queries
from mulin.ledger.queries import ANCHOR_FILE
from mulin.ledger.rules.roots import read_anchor

BATCH: Final = 1000


def anchor(*, folder: Path, now: datetime) -> int:
    """Seal a new root and bring the anchor file in ``folder`` up to it; return the last root's number.

    The file is written after the database, so a crash between the two leaves the file behind, never ahead;
    the next call writes what is missing.
    """
    actions.seal_root(actor=SYSTEM, now=now)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / ANCHOR_FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        last = _last_number(file.fileno())
        while roots := queries.roots_after(last, limit=BATCH):
            file.write("".join(root.line() for root in roots).encode("ascii"))
            last = roots[-1].number
        file.flush()
        os.fsync(file.fileno())
    return last


def _last_number(descriptor: int) -> int:
    """Return the number of the last whole line, after cutting off a line that a crash tore."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - 4096)
    tail = os.pread(descriptor, size - start, start)
    whole = tail[: tail.rfind(b"\n") + 1]
    os.ftruncate(descriptor, start + len(whole))
    lines = whole.decode("ascii", errors="replace").splitlines(keepends=True)
    last = read_anchor(lines[-1]) if lines else None
    return last.number if last else 0


def forget_receipts(*, now: datetime) -> int:
    """Forget answers kept for requests that nobody sends again; return how many."""
    return actions.forget_receipts(actor=SYSTEM, now=now)
