"""The dispatch decision table: item × area × compound × time → lead, assist, notify, and why.

The most specific row wins, compared in the order item, area, compound, hours. Two rows that both match some
case and are equally specific can only differ in nothing, so equal keys are the one possible tie: publishing
refuses them, choosing never meets them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from mulin.kernel.errors import BadInput, NotPossible

COMPOUND: Final = ("", "inside", "outside")
HOURS: Final = ("", "working", "off")


class NoRule(NotPossible):
    """No row of the dispatch table fits: a person must name the unit."""

    def __init__(self) -> None:
        super().__init__("派遣表里没有适用的规则，请选择主办单位")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; empty cells mean any; ``item`` is a code or a prefix ending in ``-``."""

    line: int
    lead: str
    item: str = ""
    area: str = ""
    compound: str = ""
    hours: str = ""
    assist: tuple[str, ...] = field(default=())
    notify: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case: ``areas`` are unit codes from the grid outwards."""

    item: str
    areas: tuple[str, ...]
    in_compound: bool
    working: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The winning row, the cells that made it fit, and the lines it beat, nearest rival first."""

    row: Row
    because: tuple[str, ...]
    beaten: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One way to name a unit: ``kind:community`` (nearest around the place), ``firm``, ``unit:CODE``."""

    how: str
    value: str


def parse_target(cell: str) -> tuple[Target, ...]:
    """Return the alternatives of a cell such as ``firm|kind:community``, first choice first.

    :raises BadInput: an alternative is none of the three forms
    """
    alternatives = []
    for part in cell.split("|"):
        how, _, value = part.strip().partition(":")
        if (how in ("kind", "unit") and value) or (how == "firm" and not value):
            alternatives.append(Target(how, value))
        else:
            raise BadInput("「%(cell)s」不是 kind:类别、unit:编码 或 firm", where="lead", cell=part.strip())
    return tuple(alternatives)


def _item_rank(cell: str, item: str) -> int:
    """Return how closely ``cell`` names ``item``: -1 not at all, 0 any, a longer prefix more."""
    if not cell:
        return 0
    if cell == item:
        return 1_000
    return len(cell) if cell.endswith("-") and item.startswith(cell) else -1


def _area_rank(cell: str, areas: Sequence[str]) -> int:
    """Return -1 when outside, 0 for any, higher the narrower."""
    if not cell:
        return 0
    return len(areas) - areas.index(cell) if cell in areas else -1


def _rank(row: Row, facts: Facts) -> tuple[int, int, int, int] | None:
    item, area = _item_rank(row.item, facts.item), _area_rank(row.area, facts.areas)
    fits = row.compound in ("", "inside" if facts.in_compound else "outside")
    fits = fits and row.hours in ("", "working" if facts.working else "off")
    if item < 0 or area < 0 or not fits:
        return None
    return item, area, int(bool(row.compound)), int(bool(row.hours))


def choose(rows: Iterable[Row], facts: Facts) -> Choice:
    """Return the most specific row that fits, with its reasons.

    :raises NoRule: none fits
    """
    fitting = sorted(
        ((rank, row) for row in rows if (rank := _rank(row, facts)) is not None),
        key=lambda ranked: ranked[0],
        reverse=True,
    )
    if not fitting:
        raise NoRule
    winner = fitting[0][1]
    because = [
        f"{name}={value}"
        for name, value in (
            ("item", winner.item),
            ("area", winner.area),
            ("compound", winner.compound),
            ("hours", winner.hours),
        )
        if value
    ]
    return Choice(winner, tuple(because), tuple(row.line for _, row in fitting[1:6]))


def ties(rows: Iterable[Row]) -> list[tuple[int, int]]:
    """Return pairs of lines with the same conditions: a configuration error."""
    seen: dict[tuple[str, str, str, str], int] = {}
    pairs = []
    for row in rows:
        key = (row.item, row.area, row.compound, row.hours)
        if key in seen:
            pairs.append((seen[key], row.line))
        else:
            seen[key] = row.line
    return pairs


def shadowed(rows: Sequence[Row]) -> list[int]:
    """Return lines that can never win: an ``any`` cell whose every value has a row of its own."""
    keys = {(row.item, row.area, row.compound, row.hours) for row in rows}
    lines = []
    for row in rows:
        by_compound = not row.compound and all(
            (row.item, row.area, c, row.hours) in keys for c in COMPOUND[1:]
        )
        by_hours = not row.hours and all((row.item, row.area, row.compound, h) in keys for h in HOURS[1:])
        if by_compound or by_hours:
            lines.append(row.line)
    return lines
