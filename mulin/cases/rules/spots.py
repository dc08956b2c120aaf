"""Where every case lies and when it came and ended, as columns: a million of them counted in milliseconds."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

OPEN: Final = 2**31 - 1  # "ended" of a case that has not
_KEY: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sight:
    """Which cases somebody may see: all, or those of some units by place, desk or lead, and some by key."""

    is_whole: bool = False
    places: frozenset[int] = frozenset()
    desks: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    keys: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """Which cases are counted, in minutes since 1970: came in from ``since`` on and before ``before``.

    ``open_at``: and had not ended before that minute.
    """

    since: int = 0
    before: int = OPEN
    open_at: int | None = None


@dataclass(frozen=True, slots=True)
class Spots:
    """The cases of a city by cell; times in minutes, units by their number, 0 for none."""

    cell: Any
    key: Any
    reported: Any
    ended: Any
    place: Any
    desk: Any
    lead: Any
    units: int = field(init=False)

    def __post_init__(self) -> None:
        most = [int(column.max(initial=0)) for column in (self.place, self.desk, self.lead)]
        object.__setattr__(self, "units", max(most) + 1)

    @classmethod
    def sorted(cls, columns: dict[str, Any]) -> "Spots":
        """Return the columns in the order of cells."""
        order = np.argsort(columns["cell"], kind="stable")
        return cls(**{name: column[order] for name, column in columns.items()})

    def changed(self, gone: Iterable[int], come: "Spots") -> "Spots":
        """Return the cases without those of the keys ``gone`` and with those that have come (again)."""
        stays = ~np.isin(self.key, np.fromiter(gone, np.int64))
        at = np.searchsorted(self.cell[stays], come.cell)
        names = [each.name for each in fields(self) if each.init]
        return Spots(
            **{name: np.insert(getattr(self, name)[stays], at, getattr(come, name)) for name in names}
        )

    def counted(
        self, first: int, after: int, shift: int, *, span: Span, sight: Sight
    ) -> list[tuple[int, int]]:
        """Return how many cases somebody may see lie in each coarser cell of a range."""
        low, high = np.searchsorted(self.cell, [first, after]).tolist()
        here = slice(low, high)
        fits = self.reported[here] < span.before
        if span.since:
            fits &= self.reported[here] >= span.since
        if span.open_at is not None:
            fits &= self.ended[here] >= span.open_at
        if not sight.is_whole:
            fits &= self._seen(here, sight)
        cells = self.cell[here][fits] >> shift  # in order, so equal ones stand together
        if not len(cells):
            return []
        starts = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
        counts = np.diff(np.append(starts, len(cells)))
        return list(zip(cells[starts].tolist(), counts.tolist(), strict=True))

    def _seen(self, here: slice, sight: Sight) -> Any:
        seen = np.zeros(here.stop - here.start, dtype=bool)
        for column, units in (
            (self.place, sight.places),
            (self.desk, sight.desks),
            (self.lead, sight.leads),
        ):
            known = [unit for unit in units if unit < self.units]
            if known:
                table = np.zeros(self.units, dtype=bool)
                table[known] = True
                seen |= table[column[here]]
        if sight.keys:
            seen |= np.isin(self.key[here], np.fromiter(sight.keys, np.int64))
        return seen


def key_of(number: int) -> int:
    """Return the part of a case's identifier (a UUID as a number) that tells it from all others here."""
    return number & _KEY


# How the database writes a row: the count of fields, then each with its length before it.
_FIELDS: Final = (
    ("id", ">u8", 2), ("cell", ">i8", 1), ("reported", ">i4", 1), ("ended", ">i4", 1),
    ("place", ">i4", 1), ("desk", ">i4", 1), ("lead", ">i4", 1),
)  # fmt: skip
_ROW: Final = np.dtype(
    [
        ("count", ">i2"),
        *[part for name, kind, size in _FIELDS for part in ((f"{name}_size", ">i4"), (name, kind, (size,)))],
    ]
)
_HEAD: Final = 19
_TAIL: Final = 2


def from_copy(written: bytes) -> Spots:
    """Return what ``copy … to stdout (format binary)`` wrote of identifier, cell, times and units."""
    rows = np.frombuffer(written[_HEAD:-_TAIL], dtype=_ROW)
    columns = {name: rows[name][:, 0].astype(np.int64 if name == "cell" else np.int32)
               for name, _, _ in _FIELDS if name != "id"}  # fmt: skip
    columns["key"] = (rows["id"][:, 1] & np.uint64(_KEY)).astype(np.int64)
    return Spots.sorted(columns)
