"""What a new edition would change: items added, gone and changed, open cases that lose theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mulin.catalogue.rules.items import ItemRow, as_cells
from mulin.catalogue.rules.reading import FIELDS


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One cell before and after, by its column's title."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """An item that stays, with other content."""

    code: str
    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """An item that the new edition no longer has, and how many open cases cite it."""

    code: str
    name: str
    open_cases: int


@dataclass(frozen=True, slots=True)
class Effect:
    """The difference between two editions."""

    added: tuple[ItemRow, ...]
    gone: tuple[Gone, ...]
    changed: tuple[Changed, ...]
    unchanged: int

    @property
    def open_cases(self) -> int:
        """Return how many open cases cite an item that would be gone; they keep it, with its old edition."""
        return sum(item.open_cases for item in self.gone)


def effect(
    before: Sequence[ItemRow],
    after: Sequence[ItemRow],
    *,
    kinds: Mapping[str, str],
    open_cases: Mapping[str, int],
) -> Effect:
    """Return what changes from one edition to the next; ``open_cases`` counts those that cite each code."""
    old = {item.code: item for item in before}
    new = {item.code: item for item in after}
    changes = [
        Changed(code, item.name, fields)
        for code, item in new.items()
        if code in old and (fields := _fields(old[code], item, kinds))
    ]
    return Effect(
        added=tuple(item for code, item in new.items() if code not in old),
        gone=tuple(
            Gone(code, item.name, open_cases.get(code, 0)) for code, item in old.items() if code not in new
        ),
        changed=tuple(changes),
        unchanged=len(old.keys() & new.keys()) - len(changes),
    )


def _fields(before: ItemRow, after: ItemRow, kinds: Mapping[str, str]) -> tuple[FieldChange, ...]:
    was, is_now = as_cells(before, kinds), as_cells(after, kinds)
    return tuple(
        FieldChange(each.title, was[each.key], is_now[each.key])
        for each in FIELDS
        if was[each.key] != is_now[each.key]
    )
