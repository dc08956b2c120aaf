"""What lies on the ground on one day, as plain values: areas, compounds, buildings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mulin.kernel.errors import BadInput
from mulin.places.rules.divisions import Division

METRES_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True)
class AreaEdition:
    """An area as it stands for a period."""

    code: str
    kind: str
    name: str
    parent_code: str
    unit_code: str
    outline: bytes
    from_on: date
    until_on: date | None = None
    synthetic: bool = False
    source: str = ""
    grid_type: str = ""
    source_system: str = ""
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class BuildingThere:
    """A building, the grid and courtyard group it belongs to, its stairwells ``(name, code)``, its size."""

    code: str
    name: str
    compound_code: str
    grid_code: str
    lon: float
    lat: float
    stairwells: tuple[tuple[str, str], ...] = ()
    group_code: str = ""
    floors: int = 0
    doors: int = 0

    def dwellings(self) -> list[str]:
        """Return the names of a stairwell's dwellings: 101, 102, 201 …; none when they were not counted."""
        return [f"{f}{d:02d}" for f in range(1, self.floors + 1) for d in range(1, self.doors + 1)]


@dataclass(frozen=True, slots=True)
class CompoundThere:
    """A compound, its other names, the grids it lies in and who looks after it."""

    code: str
    name: str
    aliases: tuple[str, ...]
    grid_codes: tuple[str, ...]
    firm_code: str
    lon: float
    lat: float
    outline: bytes | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything of one day."""

    areas: tuple[AreaEdition, ...] = ()
    compounds: tuple[CompoundThere, ...] = ()
    buildings: tuple[BuildingThere, ...] = ()
    divisions: tuple[Division, ...] = ()


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map in metres around one latitude: exact enough for distances inside a city (1 % at 50 km)."""

    lat: float
    east_scale: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "east_scale", METRES_PER_DEGREE * math.cos(math.radians(self.lat)))

    def point(self, lon: float, lat: float) -> shapely.Point:
        """Return the point in metres."""
        return shapely.Point(lon * self.east_scale, lat * METRES_PER_DEGREE)

    def flatten(self, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        """Return the shapes in metres."""
        scale = np.array([self.east_scale, METRES_PER_DEGREE])
        flat: Any = shapely.transform(np.array(shapes, dtype=object), lambda pairs: pairs * scale)
        return list(flat)

    def unflatten(self, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        """Return shapes in metres as degrees again."""
        scale = np.array([self.east_scale, METRES_PER_DEGREE])
        round_: Any = shapely.transform(np.array(shapes, dtype=object), lambda pairs: pairs / scale)
        return list(round_)


def plane_of(geometries: Sequence[BaseGeometry]) -> Plane:
    """Return the plane for the middle latitude of ``geometries``."""
    bounds = shapely.total_bounds(list(geometries)) if geometries else (0.0, 0.0, 0.0, 0.0)
    south, north = float(bounds[1]), float(bounds[3])
    return Plane(lat=0.0 if math.isnan(south) else (south + north) / 2)


def require_position(lon: float, lat: float) -> None:
    """Check that the two numbers are degrees on Earth.

    :raises BadInput: one is out of range or not a number; swapped values are told so
    """
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        return
    if -180 <= lat <= 180 and -90 <= lon <= 90:
        raise BadInput("纬度应在 -90 到 90 之间：经度和纬度可能写反了", where="latitude")
    where = "latitude" if -180 <= lon <= 180 else "longitude"
    raise BadInput("坐标超出范围：经度 -180 到 180，纬度 -90 到 90", where=where)
