"""What the ledger answers: what happened to a subject, what happened since, whether it was tampered with."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from mulin.kernel.errors import NotPossible
from mulin.ledger.models import Chain, Entry, Root
from mulin.ledger.rules.chain import Fault, Head, Walk
from mulin.ledger.rules.privacy import Json
from mulin.ledger.rules.roots import Anchor, RootWalk, compare_heads, read_anchor

ANCHOR_FILE: Final = "roots.txt"
BATCH: Final = 5000

_COLUMNS: Final = ("id", "at", "kind", "subject", "account_id", "unit_id", "facts")

_CLOCK: Final = """
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + base,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint + base
from (select coalesce(max(base), 0) as base from ledger_chain) as head
"""
_WALK: Final = """
select id, tx, (extract(epoch from at) * 1000000)::bigint, kind, subject_kind, subject, account_id, unit_id,
       facts::text, chain, height, previous, hash
from ledger_entry order by id
"""
_ROOTS: Final = """
select number, (extract(epoch from at) * 1000000)::bigint, heads::text, previous, hash
from ledger_root order by number
"""


class CursorFromElsewhere(NotPossible):
    """The cursor lies in the future: the database was restored, or the cursor belongs to another one."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One thing that happened."""

    id: int
    at: datetime
    kind: str
    subject: str
    account_id: int
    unit_id: int | None
    facts: dict[str, Json]


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """How far a reader has come; everything at or before it was seen."""

    tx: int
    id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the ledger is as it was written; if not, the first bad place and what is wrong there."""

    ok: bool
    entries: int
    roots: int
    anchored: int  # the last root that an anchor outside the database confirms
    fault: Fault | None = None

    @property
    def first_bad(self) -> str:
        """Return the first bad place as machines read it: ``entry 57``; nothing when all is well."""
        return self.fault.where if self.fault else ""

    @property
    def why(self) -> str:
        """Return what is wrong there, in Chinese; doors translate ``fault.why`` and put its facts in."""
        return self.fault.why % self.fault.facts if self.fault else ""


def entries_of(subject: UUID | int | str, *, subject_kind: str = "", limit: int = 200) -> list[EntryRow]:
    """Return what happened to a subject, oldest first; of more than ``limit`` entries the last ones.

    Numbers mean nothing without ``subject_kind``.

    :raises ValueError: the subject is a number of nobody knows what
    """
    if isinstance(subject, int) and not subject_kind:
        raise ValueError("say what kind of thing the number names")
    rows = Entry.objects.filter(subject=str(subject))
    if subject_kind:
        rows = rows.filter(subject_kind=subject_kind)
    last = rows.order_by("-id").values_list(*_COLUMNS)[:limit]
    return [EntryRow(*row) for row in reversed(last)]


def entries_after(cursor: Cursor | None, *, limit: int) -> tuple[list[EntryRow], Cursor]:
    """Return the entries after ``cursor`` that no late commit can still precede, and how far they reach.

    Entries of transactions that are still open, and everything younger, come later: a reader by plain id
    would pass them by for ever. An old open transaction therefore holds readers back.

    :raises CursorFromElsewhere: the cursor lies beyond the present
    """
    start = cursor or Cursor(0, 0)
    with connection.cursor() as sql:
        sql.execute(_CLOCK)
        safe, ahead = sql.fetchone()
    if start.tx >= ahead:
        raise CursorFromElsewhere("这个游标比数据库还新：数据库可能恢复过，请从头读起")
    rows = list(
        Entry.objects.filter(tx__lt=safe)
        .extra(where=["(tx, id) > (%s, %s)"], params=[start.tx, start.id])
        .order_by("tx", "id")
        .values_list("tx", *_COLUMNS)[:limit]
    )
    end = Cursor(rows[-1][0], rows[-1][1]) if rows else start
    return [EntryRow(*row[1:]) for row in rows], end


def cursor_at_end() -> Cursor:
    """Return the cursor of a reader that wants only what no reader could have seen yet."""
    with connection.cursor() as sql:
        sql.execute(_CLOCK)
        safe, _ = sql.fetchone()
    return Cursor(safe - 1, 2**63 - 1)


def verify(*, anchors: Path | None = None, progress: Callable[[int], object] = int) -> Verdict:
    """Return whether every entry and every root is as it was written, in one pass and constant memory.

    ``anchors`` is the folder where roots are kept outside the database; without it somebody who
    rewrites entries, heads and roots together is not found out. ``progress`` is told of entries read since.
    """
    walk = Walk()
    with one_moment():
        fault = _walk_entries(walk, progress)
        with _anchor_lines(anchors) as lines:
            roots = RootWalk(lines)
            fault = fault or _walk_roots(roots)
    return Verdict(
        ok=fault is None,
        entries=walk.entries,
        roots=roots.number,
        anchored=roots.anchored,
        fault=fault,
    )


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as of one moment, so that writers do not look like forgers."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as sql:
                sql.execute("set transaction isolation level repeatable read, read only")
        yield


def _stream(query: str, progress: Callable[[int], object] = int) -> Iterator[Any]:
    with connection.chunked_cursor() as sql:
        sql.execute(query)
        while rows := sql.fetchmany(BATCH):
            yield from rows
            progress(len(rows))


def _walk_entries(walk: Walk, progress: Callable[[int], object]) -> Fault | None:
    for row in _stream(_WALK, progress):
        if fault := walk.step(row):
            return fault
    return walk.arrive(Chain.objects.filter(height__gt=0).values_list("chain", "height", "entry", "hash"))


def _walk_roots(walk: RootWalk) -> Fault | None:
    sealed: dict[int, tuple[Head, int]] = {}
    for row in _stream(_ROOTS):
        moved = walk.step(row)
        if isinstance(moved, Fault):
            return _compare(sealed) or moved
        sealed |= {head[2]: (head, row[0]) for head in moved}
        if len(sealed) >= BATCH:
            if fault := _compare(sealed):
                return fault
            sealed = {}
    return _compare(sealed) or walk.arrive()


def _compare(sealed: dict[int, tuple[Head, int]]) -> Fault | None:
    rows = Entry.objects.filter(pk__in=list(sealed)).values_list("id", "chain", "height", "hash")
    return compare_heads(sealed, {row[0]: (row[1], row[2], bytes(row[3])) for row in rows})


@contextmanager
def _anchor_lines(folder: Path | None) -> Iterator[Iterator[Anchor]]:
    path = folder / ANCHOR_FILE if folder else None
    if path is None or not path.exists():
        yield iter(())
        return
    with path.open(encoding="ascii", errors="replace") as file:
        yield _read_anchors(file)


def _read_anchors(lines: Iterable[str]) -> Iterator[Anchor]:
    for line in lines:
        anchor = read_anchor(line)
        if anchor is not None:
            yield anchor
        elif line.endswith("\n"):
            yield Anchor(0, "", line.encode())  # a foreign line: it will not match any root


def latest(*, limit: int) -> Sequence[EntryRow]:
    """Return the last entries written, oldest first."""
    rows = Entry.objects.order_by("-id").values_list(*_COLUMNS)[:limit]
    return [EntryRow(*row) for row in reversed(rows)]


def roots_after(number: int, *, limit: int) -> list[Anchor]:
    """Return the roots after ``number`` as anchors, oldest first."""
    rows = (
        Root.objects.filter(number__gt=number).order_by("number").values_list("number", "at", "hash")[:limit]
    )
    return [Anchor(each, at.isoformat(), bytes(hash_)) for each, at, hash_ in rows]
