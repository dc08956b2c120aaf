"""Outlines as maps want them: GeoJSON, light, neighbours closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mulin.places.rules.ground import METRES_PER_DEGREE, AreaEdition

# A tenth of a metre: finer digits only make maps heavier.
DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """An outline for a map: GeoJSON geometry, where to write its name, and whether it is only a sketch."""

    code: str
    kind: str
    name: str
    parent_code: str
    unit_code: str
    synthetic: bool
    source: str
    edition_from: date
    centre: tuple[float, float]
    bounds: tuple[float, float, float, float]
    geometry: Mapping[str, object]

    def as_feature(self) -> dict[str, object]:
        """Return it as a GeoJSON feature."""
        properties = {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "parent": self.parent_code,
            "unit": self.unit_code,
            "synthetic": self.synthetic,
            "centre": self.centre,
        }
        return {"type": "Feature", "id": self.code, "geometry": self.geometry, "properties": properties}


def outline_rows(
    areas: Sequence[AreaEdition], shapes: Sequence[BaseGeometry], *, simplify_metres: float = 0.0
) -> list[OutlineRow]:
    """Return areas as outlines for a map; simplified neighbours still share their edges."""
    if simplify_metres and shapes:
        tolerance = simplify_metres / METRES_PER_DEGREE
        shapes = list(shapely.coverage_simplify(np.array(shapes, dtype=object), tolerance))
    return [_outline_row(area, shape) for area, shape in zip(areas, shapes, strict=True)]


def _outline_row(area: AreaEdition, shape: BaseGeometry) -> OutlineRow:
    rounded = shapely.transform(shape, lambda pairs: pairs.round(DIGITS))
    centre = shape.representative_point()
    west, south, east, north = (round(bound, DIGITS) for bound in shape.bounds)
    return OutlineRow(
        code=area.code,
        kind=area.kind,
        name=area.name,
        parent_code=area.parent_code,
        unit_code=area.unit_code,
        synthetic=area.synthetic,
        source=area.source,
        edition_from=area.from_on,
        centre=(round(centre.x, DIGITS), round(centre.y, DIGITS)),
        bounds=(west, south, east, north),
        geometry=shapely.geometry.mapping(rounded),
    )
