"""Units that follow others: what to write for those that stay, and which terms of office go along."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from mulin.people.rules.plans import UnitRow, UnitState

NOBODY: Final = "-"  # nobody takes the staff over


class Fate(StrEnum):
    """What becomes of a term of office when its unit ends."""

    FOLLOWS = "follows"
    NO_SEAT = "no_seat"  # the heir's seats are taken by those who have served longer
    NO_POST = "no_post"  # the heir's kind has no such post
    HELD = "held"  # the person holds it there already
    ENDS = "ends"  # nobody was named to take it over


@dataclass(frozen=True, slots=True)
class Changed:
    """What an adjustment asks of the tree of units; codes throughout."""

    found: tuple[UnitRow, ...] = ()
    like: Mapping[str, str] | None = None  # of founded units without a parent: whose parent they have
    renamed: Mapping[str, str] | None = None
    parents: Mapping[str, str] | None = None  # units that come below another
    heirs: Mapping[str, str] | None = None  # of units that end: who takes what hangs on them
    staff: Mapping[str, str] | None = None  # and who takes their staff, or NOBODY


@dataclass(frozen=True, slots=True)
class Served:
    """A term of office that runs in a unit that ends, or in one that follows."""

    id: int
    person: str
    name: str
    post: str
    post_name: str
    post_kind: str  # of units the post is for
    seats: int | None
    unit: str
    from_on: date


@dataclass(frozen=True, slots=True)
class TermMoved:
    """What becomes of one term."""

    term: Served
    to: str
    fate: Fate


def rows_of(changed: Changed, known: Mapping[str, UnitState]) -> tuple[list[UnitRow], list[str]]:
    """Return the rows that say how every unit concerned stands afterwards, and which units end."""
    heirs, parents, renamed = changed.heirs or {}, dict(changed.parents or {}), changed.renamed or {}
    like = changed.like or {}
    rows = []
    for row in changed.found:
        parent = row.parent or (known[like[row.code]].parent if row.code in like else "")
        rows.append(_with(row, parent=heirs.get(parent, parent)))
    for code, state in known.items():
        if code in heirs or state.until_on is not None:
            continue
        covers = tuple(sorted({heirs.get(each, each) for each in state.covers}))
        parent = parents.get(code) or heirs.get(state.parent, state.parent)
        name = renamed.get(code, state.name)
        if (name, parent, frozenset(covers)) != (state.name, state.parent, state.covers):
            short = state.short_name if name == state.name else ""
            rows.append(UnitRow(code, state.kind, name, parent, short, state.phone, covers))
    return rows, sorted(heirs)


def _with(row: UnitRow, *, parent: str) -> UnitRow:
    return UnitRow(row.code, row.kind, row.name, parent, row.short_name, row.phone, row.covers, row.from_on)


def fates(
    ending: Sequence[Served],
    standing: Collection[Served],
    *,
    staff: Mapping[str, str],
    kinds: Mapping[str, str],
) -> list[TermMoved]:
    """Return what becomes of the terms of units that end; seats go to those who have served longest.

    ``staff`` tells of each unit who takes its people over, ``kinds`` the kind of each unit afterwards.
    """
    seated: dict[tuple[str, str], int] = {}
    held: set[tuple[str, str, str]] = set()
    for term in standing:
        seated[term.unit, term.post] = seated.get((term.unit, term.post), 0) + 1
        held.add((term.person, term.unit, term.post))
    found = []
    for term in sorted(ending, key=lambda each: (each.from_on, each.id)):
        to = staff.get(term.unit, NOBODY)
        seats = seated.get((to, term.post), 0)
        if to == NOBODY:
            fate = Fate.ENDS
        elif term.post_kind != kinds.get(to):
            fate = Fate.NO_POST
        elif (term.person, to, term.post) in held:
            fate = Fate.HELD
        elif term.seats is not None and seats >= term.seats:
            fate = Fate.NO_SEAT
        else:
            fate = Fate.FOLLOWS
            seated[to, term.post] = seats + 1
            held.add((term.person, to, term.post))
        found.append(TermMoved(term, "" if to == NOBODY else to, fate))
    return found
