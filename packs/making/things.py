"""Invented components and facilities (示例): a few in every grid, a station or a toilet here and there."""

import random
from collections.abc import Iterator, Sequence
from typing import Final

import shapely

from packs.making.shapes import Community, Grid, Ground

COMMON: Final = ("0103", "0118", "0305", "0401", "0102", "0104", "0101", "0118")
FAULTS: Final = {"0103": "盖板松动（示例）", "0118": "灯不亮（示例）", "0305": "箱体破损（示例）"}
FACILITIES: Final = (
    ("0601", "驿站", "周一至周六 08:30-18:00"),
    ("0602", "党群服务中心", "周一至周五 08:30-12:00、14:00-17:30"),
)
SURVEYED: Final = "2026-01-01"
A_GRID: Final = 4
THINGS: Final = "编码,类别编码,名称,经度,纬度,权属单位编码,状态,状况,开放时间,普查日期,来源,精度（米）"

Row = tuple[str, str, str, float, float, str, str, str, str, str, str, str]


class Survey:
    """Gives numbers class by class, from dice of its own: the rest of the pack stays as it was."""

    def __init__(self, division: str) -> None:
        self.division = division
        self.dice = random.Random(217)  # noqa: S311 reproducible, no secrets
        self.given: dict[str, int] = {}

    def spot(self, grid: Grid) -> tuple[float, float]:
        """Return a point well inside a grid."""
        room = grid.shape.buffer(-6)
        west, south, east, north = room.bounds
        while True:
            point = shapely.Point(self.dice.uniform(west, east), self.dice.uniform(south, north))
            if room.contains(point):
                return point.x, point.y

    def row(self, kind: str, grid: Grid, *, name: str = "", owner: str = "", hours: str = "") -> Row:
        """Return one thing of a grid; a few of them are damaged."""
        self.given[kind] = self.given.get(kind, 0) + 1
        x, y = self.spot(grid)
        broken = kind in FAULTS and self.dice.random() < 0.06
        state, condition = ("破损", FAULTS[kind]) if broken else ("正常", "")
        code = f"{self.division}{kind}{self.given[kind]:06d}"
        return code, kind, name, x, y, owner, state, condition, hours, SURVEYED, "示例普查", "3"


def thing_rows(
    ground: Ground, division: str, communities: Sequence[Community], *, a_grid: int = A_GRID
) -> list[Sequence[object]]:
    """Return the table of the things of all communities, by code."""
    rows = _things(Survey(division), communities, a_grid)
    return sorted((*row[:3], *ground.lonlat(row[3], row[4]), *row[5:]) for row in rows)


def _things(survey: Survey, communities: Sequence[Community], a_grid: int) -> Iterator[Row]:
    """Yield the things of all communities, positions in metres."""
    for community in communities:
        for grid in community.grids:
            for _ in range(a_grid and a_grid + survey.dice.randint(0, 1)):
                yield survey.row(survey.dice.choice(COMMON), grid)
        middle = community.grids[len(community.grids) // 2]
        for kind, word, hours in FACILITIES:
            name = f"{community.short}{word}（示例）"
            yield survey.row(kind, middle, name=name, owner=community.code, hours=hours)
        if survey.dice.random() < 0.5:
            name = f"{community.short}公厕（示例）"
            yield survey.row("0301", community.grids[0], name=name, hours="每天 06:00-22:00")
