"""Tables of places; no behaviour."""

from mulin.places.models.divisions import Division
from mulin.places.models.ground import (
    Area,
    Building,
    BuildingGrid,
    Compound,
    CompoundFirm,
    CompoundGrid,
    Dwelling,
    Edition,
    Stairwell,
)
from mulin.places.models.things import GridSurvey, Thing, ThingGrid, ThingKind, ThingPast

__all__ = [
    "Area",
    "Building",
    "BuildingGrid",
    "Compound",
    "CompoundFirm",
    "CompoundGrid",
    "Division",
    "Dwelling",
    "Edition",
    "GridSurvey",
    "Stairwell",
    "Thing",
    "ThingGrid",
    "ThingKind",
    "ThingPast",
]
