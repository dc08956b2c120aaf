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
    "Stairwell",
]
