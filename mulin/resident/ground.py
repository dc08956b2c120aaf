"""How far the map of a day reaches, and words for a place on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import cos, hypot, radians
from typing import Final

import shapely

from mulin.places.queries import ground as places
from mulin.places.rules.ground import METRES_PER_DEGREE, BuildingThere
from mulin.places.rules.located import Located, Outcome

NEAR_METRES: Final = 60.0
SHOWN: Final = ("community", "grid")
AROUND: Final = ("street", "community", "grid")
NAMED: Final = ("county", "street", "village")


def frame(on: date) -> dict[str, object]:
    """Return what the map needs before its tiles: how far the ground reaches, and whether it is a sketch."""
    index = places.atlas_on(on).areas
    shown = [area for area in index.area_of.values() if area.kind in SHOWN]
    reach = shapely.total_bounds([index.shape_of[area.code] for area in shown]).round(6).tolist()
    return {"bounds": reach if shown else None, "synthetic": any(area.synthetic for area in shown)}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several places of the same name."""

    code: str
    name: str
    within: str  # the community around it, unless the name says it


CHOICES_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a resident's words."""

    title: str  # compound and building, or the smallest area known
    chain: tuple[str, ...]  # street, community, grid: outside first
    located: Located
    words: str = ""  # the address that leads here, with what was chosen among several
    candidate: str = ""
    choices: tuple[Choice, ...] = ()  # the places meant, told apart by where they lie

    @property
    def division(self) -> str:
        """Return what the official table calls the place an address names: county, street, village."""
        return " · ".join(each.name for each in self.located.division if each.level in NAMED)

    @property
    def is_exact(self) -> bool:
        """Return whether a pin may be put there: it was pointed at, or a building was named."""
        return self.located.lon is not None and (not self.words or bool(self.located.building_code))

    @property
    def is_asking(self) -> bool:
        """Return whether only the resident can say which of several places is meant."""
        several = self.located.outcome is Outcome.AMBIGUOUS and bool(self.located.candidates)
        return several and not self.candidate

    @property
    def is_settled(self) -> bool:
        """Return whether nothing needs to be asked."""
        return bool(self.candidate) or self.located.outcome in (Outcome.INSIDE, Outcome.BORDER)

    @property
    def is_known(self) -> bool:
        """Return whether the report can be sent on to somebody near."""
        return bool(self.located.area_code) and self.located.outcome is not Outcome.OUTSIDE


def pointed(lon: float, lat: float, *, on: date) -> Where:
    """Return what lies at a point.

    :raises BadInput: it is no point on Earth
    """
    located = places.locate_point(lon=lon, lat=lat, on=on)
    house = _house_near(located, on) if located.compound_code else None
    return _described(located, house=house.name if house else "")


def named(address: str, candidate: str = "", *, on: date) -> Where:
    """Return what an address means; ``candidate`` is what was picked when it meant several places."""
    atlas = places.atlas_on(on)
    words = atlas.chosen(address, candidate)
    located = places.locate_address(words, on=on)
    found = _described(located, house=_house_named(located, on))
    choices = tuple(
        Choice(each.code, each.name, "" if (around := atlas.around(each.code) or "") in each.name else around)
        for each in located.candidates[:CHOICES_MOST]
    )
    known = candidate if atlas.around(candidate) is not None else ""
    return replace(found, words=words, candidate=known, choices=choices)


def _described(located: Located, *, house: str) -> Where:
    chain = tuple(step.name for step in reversed(located.chain) if step.kind in AROUND)
    title = located.compound_name + (f" {house}" if house else "") or located.area_name
    return Where(title=title, chain=tuple(name for name in chain if name != title), located=located)


def _house_named(located: Located, on: date) -> str:
    buildings = places.atlas_on(on).ground.buildings if located.building_code else ()
    return next((house.name for house in buildings if house.code == located.building_code), "")


def _house_near(located: Located, on: date) -> BuildingThere | None:
    if located.lon is None or located.lat is None:
        return None
    houses: Sequence[BuildingThere] = [
        house
        for house in places.atlas_on(on).ground.buildings
        if house.compound_code == located.compound_code
    ]
    near = min(houses, key=lambda house: _metres(located, house), default=None)
    return near if near is not None and _metres(located, near) <= NEAR_METRES else None


def _metres(located: Located, house: BuildingThere) -> float:
    east = ((located.lon or 0.0) - house.lon) * cos(radians(house.lat))
    return hypot(east, (located.lat or 0.0) - house.lat) * METRES_PER_DEGREE
