"""Words a city gives its methods (工作法): a loop over the steps, types of the grid log, names."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mulin.cases.rules.lifecycle import PublicStep
from mulin.people.rules.rows import Problems


class Family(StrEnum):
    """What a label is for."""

    LOOP = "loop"
    GRID_LOG = "grid_log"
    NAME = "name"
    SCENE = "scene"  # a dashboard: what it shows, in order


STEPS: Final = frozenset(step.value for step in PublicStep)


# What a scene may show; mulin.insight counts it.
SHOWS: Final = (
    "compounds", "buildings", "stairwells", "dwellings", "firms", "groups", "without_group", "grids",
    "things", "damaged", "unowned", "unsurveyed", "posts", "vacant", "reported", "closed", "open", "border",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A word of the city; of a loop it names the public steps it stands for, of a scene what it shows."""

    family: str
    code: str
    name: str
    name_en: str
    maps_to: tuple[str, ...] = ()
    is_example: bool = False


def check_labels(rows: Sequence[LabelRow]) -> None:
    """Return if the labels fit together: each once, and no public step in two words of the loop.

    :raises BadRows: a row breaks a rule
    """
    problems = Problems()
    first: dict[tuple[str, str], int] = {}
    taken: dict[str, str] = {}
    for number, row in enumerate(rows):
        if row.family not in set(Family):
            problems.add(number, "family", "没有这类词：%(family)s", family=row.family)
        if first.setdefault((row.family, row.code), number) != number:
            problems.add(number, "code", "编码重复：%(code)s", code=row.code)
        if row.family == Family.LOOP and not row.maps_to:
            problems.add(number, "maps_to", "闭环的每一步要写明对应哪些公开步骤")
        if row.family == Family.SCENE:
            _check_scene(row, number, problems)
            continue
        if row.family != Family.LOOP and row.maps_to:
            problems.add(number, "maps_to", "只有闭环的词才对应公开步骤")
        for step in row.maps_to:
            if step not in STEPS:
                problems.add(number, "maps_to", "没有这个公开步骤：%(step)s", step=step)
            elif taken.setdefault(step, row.code) != row.code:
                problems.add(number, "maps_to", "%(step)s 已经对应 %(code)s", step=step, code=taken[step])
    problems.refuse()


def _check_scene(row: LabelRow, number: int, problems: Problems) -> None:
    if not row.maps_to:
        problems.add(number, "maps_to", "场景要写明看哪些数")
    for show in row.maps_to:
        if show not in SHOWS:
            problems.add(number, "maps_to", "场景里没有这个数：%(show)s", show=show)
