"""Which unit has an open case after boundaries were adjusted: by where it lies, else by the largest share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

Chain = tuple[tuple[str, str], ...]  # kind and unit code of each area around a place, the narrowest first


class How(StrEnum):
    """How it was told where a case goes."""

    LOCATION = "location"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Reform:
    """What an adjustment means for cases: areas around each unit before and after, and who follows whom."""

    before: Mapping[str, Chain]  # by the code of the unit that governs the area
    after: Mapping[str, Chain]
    heirs: Mapping[str, tuple[tuple[str, int], ...]]  # of units that end, the largest share first
    redrawn: frozenset[str]  # units whose own area was drawn anew: where a case lies decides


class Held(NamedTuple):
    """Who has a case: unit codes, empty for nobody."""

    place: str
    desk: str
    lead: str
    dispatcher: str


def heir_of(unit: str, place_was: str, place: str, reform: Reform) -> str:
    """Return who has what ``unit`` had of a case that lay in ``place_was`` and now lies in ``place``.

    A unit around the old place is followed by the unit of its kind around the new one; any other unit stays,
    or is followed by that of its heirs which lies around the new place, or by the largest.
    """
    around = reform.after.get(place, ())
    here = {code for _, code in around}
    if not unit or unit in here:
        return unit
    was = next((kind for kind, code in reform.before.get(place_was, ()) if code == unit), None)
    same_kind = next((code for kind, code in around if kind == was), None)
    heirs = reform.heirs.get(unit, ())
    if same_kind is not None and (not heirs or same_kind in {code for code, _ in heirs}):
        return same_kind
    if not heirs:
        return unit
    return next((code for code, _ in heirs if code in here), heirs[0][0])


def place_after(place: str, found: str, reform: Reform) -> tuple[str, How]:
    """Return the unit of the place a case lies in afterwards, and how that was told.

    ``found`` is the unit of the grid its point or building lies in now, empty if it has neither.
    """
    heirs = reform.heirs.get(place, ())
    if found and (heirs or place in reform.redrawn):
        return found, How.LOCATION
    if heirs:
        return heirs[0][0], How.SHARE
    return place, How.LOCATION if found else How.SHARE


def held_after(held: Held, found: str, reform: Reform) -> tuple[Held, How]:
    """Return who has a case afterwards, and how that was told."""
    place, how = place_after(held.place, found, reform)
    rest = [heir_of(unit, held.place, place, reform) for unit in held[1:]]
    return Held(place, *rest), how
