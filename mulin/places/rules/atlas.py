"""All lookups of one day in one immutable value."""

from dataclasses import replace
from datetime import date

from mulin.places.rules.addresses import Gazetteer
from mulin.places.rules.ground import CompoundThere, Ground, require_position
from mulin.places.rules.located import Located
from mulin.places.rules.points import AreaIndex, CompoundIndex


class Atlas:
    """Areas, compounds and names of one day, with their indexes; shared by threads."""

    def __init__(self, ground: Ground, *, on: date) -> None:
        self.on = on
        self.ground = ground
        self.areas = AreaIndex(ground.areas)
        self._compounds = CompoundIndex(ground, self.areas.plane)
        self._gazetteer = Gazetteer(ground, self.areas)

    def locate_point(self, lon: float, lat: float) -> Located:
        """Return which grid and compound take the point, and why.

        :raises BadInput: the numbers are no position on Earth
        """
        require_position(lon, lat)
        point = self.areas.plane.point(lon, lat)
        found = self.areas.locate_flat(point, (lon, lat), on=self.on)
        compound = self._compounds.around(point)
        if compound is None:
            return found
        return replace(found, compound_code=compound.code, compound_name=compound.name)

    def locate_address(self, text: str) -> Located:
        """Return which grid the address text lies in, and why."""
        return self._gazetteer.locate(text)

    def around(self, code: str) -> str | None:
        """Return what tells a candidate from its namesakes; nothing if no place has that code."""
        return self._gazetteer.around(code)

    def chosen(self, text: str, code: str) -> str:
        """Return the address with the words that lead it to the candidate chosen."""
        return self._gazetteer.chosen(text, code)

    def compound(self, code: str) -> CompoundThere | None:
        """Return the compound of that code, if there is one on this day."""
        return self._gazetteer.compound_of.get(code)
