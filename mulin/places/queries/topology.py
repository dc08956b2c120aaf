"""The topology report of a day."""

from datetime import date

from mulin.places.queries.ground import areas_on
from mulin.places.rules.survey import TOLERANCE_METRES, Problem
from mulin.places.rules.topology import report


def topology(on: date, *, within: str = "", tolerance: float = TOLERANCE_METRES) -> list[Problem]:
    """Return every fault of the areas in force on a day; ``within`` an area: of it and what lies below it."""
    areas = areas_on(on)
    if within:
        below = {within}
        while more := {area.code for area in areas if area.parent_code in below} - below:
            below |= more
        areas = [area for area in areas if area.code in below]
    return report(areas, tolerance=tolerance)
