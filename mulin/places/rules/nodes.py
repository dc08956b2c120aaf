"""Everything a day has a name for, as one tree: divisions, and areas where they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mulin.places.rules.divisions import LEVELS, Division, full_code
from mulin.places.rules.ground import AreaEdition

# How a name is written: in full, with another kind's ending, without any ending.
OWN: Final = 0
LOOSE: Final = 1
BARE: Final = 2


@dataclass(frozen=True, slots=True)
class Node:
    """A division, an area, or both under one code; ``around``: what it lies in, nearest first."""

    key: str
    name: str
    level: str
    around: tuple[str, ...]
    area_code: str = ""
    division: Division | None = None


def tree(divisions: Sequence[Division], areas: Sequence[AreaEdition]) -> dict[str, Node]:
    """Return all nodes by key; an area and the division of the same code are one."""
    table = {division.code: division for division in divisions}
    keys = {area.code: _key(area.code, table) for area in areas}
    drawn = {keys[area.code]: area for area in areas}
    parents = {division.code: division.parent_code for division in divisions}
    parents |= {
        key: keys.get(area.parent_code, area.parent_code)
        for key, area in drawn.items()
        if not parents.get(key)
    }
    known = table.keys() | drawn.keys()
    nodes = {}
    for key in known:
        division, area = table.get(key), drawn.get(key)
        around: list[str] = []
        at = parents.get(key, "")
        while at in known and at != key and at not in around:
            around.append(at)
            at = parents.get(at, "")
        nodes[key] = Node(
            key,
            area.name if area else division.name if division else "",
            division.level if division else area.kind if area else "",
            tuple(around),
            area.code if area else "",
            division,
        )
    return nodes


def depth(level: str) -> int:
    """Return how narrow a level is; a community counts as a village, a grid lies below it."""
    return {"community": 4, "grid": 5}.get(level, LEVELS.index(level) if level in LEVELS else 5)


def _key(code: str, table: dict[str, Division]) -> str:
    full = full_code(code)
    return full if full in table else code
