"""Packs in tests: the demo city, adopted as a city would."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import shapely

from mulin.kernel.actor import SYSTEM
from mulin.packs.actions import Adopted, adopt_pack
from mulin.packs.queries import examine, read_pack
from mulin.packs.rules.pack import Pack, Source

FOLDER = Path(__file__).resolve().parents[2] / "packs"
ADOPTED_AT = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)


@cache
def pack(name: str = "demo") -> Pack:
    """Return a shipped pack, read and checked once per test session."""
    return read_pack(FOLDER / name)


def city(name: str = "demo") -> Adopted:
    """Adopt a shipped pack: people, places, list, dispatch table, settings."""
    return adopt_pack(pack=pack(name), actor=SYSTEM, now=ADOPTED_AT)


def faults(folder: Path) -> list[tuple[str, int, str]]:
    """Return where a pack is wrong: file, row, column."""
    return [(problem.file, problem.row, problem.column) for problem in examine(folder)[1]]


SOMEWHERE = Source("test.csv", 2)


def shapes(of: Pack) -> dict[str, shapely.Geometry]:
    """Return the outlines of a pack by code."""
    return {area.code: shapely.from_wkb(area.outline) for area in of.areas.rows}
