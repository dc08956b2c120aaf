"""What a tree of units may look like: which kind below which, no circles, no organisation without ground."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mulin.kernel.errors import NotPossible

TERRITORY: Final = "territory"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a kind of unit demands."""

    code: str
    name: str
    family: str
    parents: tuple[str, ...]
    must_cover: bool

    @property
    def is_root(self) -> bool:
        """Return whether units of this kind stand at the top."""
        return not self.parents


class MisplacedUnit(NotPossible):
    """A unit would stand where its kind does not belong."""


class UnitCircle(NotPossible):
    """A unit would lie below itself."""

    def __init__(self, unit: str) -> None:
        super().__init__("%(unit)s 不能归到自己或自己的下级单位", unit=unit)


class Groundless(NotPossible):
    """An organisation that must serve a territory would have none."""

    def __init__(self, unit: str) -> None:
        super().__init__("%(unit)s 必须对应一个地域单位", unit=unit)


def require_place(kind: KindRule, parent: KindRule | None) -> None:
    """Return if a unit of ``kind`` may belong to one of kind ``parent`` (none: stand at the top).

    :raises MisplacedUnit: it may not
    """
    if parent is None:
        if not kind.is_root:
            raise MisplacedUnit("%(kind)s必须有上级单位", kind=kind.name)
    elif parent.code not in kind.parents:
        raise MisplacedUnit("%(kind)s不能归到%(parent)s", kind=kind.name, parent=parent.name)


def require_no_circle(*, unit: str, unit_path: str, parent_path: str) -> None:
    """Return if the unit at ``unit_path`` may hang below ``parent_path``.

    :raises UnitCircle: the new parent is the unit itself or lies below it
    """
    if parent_path.startswith(unit_path):
        raise UnitCircle(unit)


def require_ground(kind: KindRule, *, unit: str, territories: Iterable[str]) -> None:
    """Return if a unit of ``kind`` may serve exactly the units of these families.

    :raises Groundless: it must serve a territory and has none
    :raises MisplacedUnit: what it would serve is no territory
    """
    families = list(territories)
    if any(family != TERRITORY for family in families):
        raise MisplacedUnit("%(unit)s 只能对应地域单位（市、区、街道、社区、网格、楼栋）", unit=unit)
    if kind.must_cover and not families:
        raise Groundless(unit)


def circles(parents: Mapping[str, str]) -> set[str]:
    """Return the units that lie below themselves when each belongs to ``parents[unit]``."""
    safe: set[str] = set()
    lost: set[str] = set()
    for start in parents:
        way: list[str] = []
        unit = start
        while unit in parents and unit not in safe and unit not in lost and unit not in way:
            way.append(unit)
            unit = parents[unit]
        (lost if unit in lost or unit in way else safe).update(way)
    return lost
