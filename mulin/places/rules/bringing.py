"""Outlines on their way in: which column is what, and what of a file is really another outline."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mulin.kernel.errors import BadInput
from mulin.places.rules.ground import AreaEdition

# An outline that differs by less is the one that stands: a millimetre, what conversions and files round.
SAME_DEGREES: Final = 1e-8

# What a column may be called; the first name is written on export, a shapefile has room for ten letters.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("code", "编码", "代码", "网格编码", "区划代码", "adcode"),
    "name": ("name", "名称", "网格名称"),
    "kind": ("kind", "类别", "层级"),
    "parent": ("parent", "上级编码", "上级", "parent_code"),
    "unit": ("unit", "单位编码", "管辖单位", "unit_code"),
    "grid_type": ("grid_type", "网格类型", "type"),
    "synthetic": ("synthetic", "示意"),
    "source": ("source", "来源"),
    "source_system": ("src_system", "原坐标系", "source_system"),
    "accuracy_m": ("accuracy_m", "精度（米）", "精度", "精度(米)"),
    "system": ("system", "坐标系", "crs"),
    "outline": ("wkt", "边界", "图形", "geometry", "outline"),
}
TITLES: Final = {key: names[1] for key, names in COLUMNS.items()}
KINDS: Final = {
    "市": "city", "区县": "county", "区": "county", "县": "county", "街道": "street", "镇街": "street",
    "镇": "street", "乡": "street", "社区": "community", "村": "community", "网格": "grid",
    **{kind: kind for kind in ("city", "county", "street", "community", "grid")},
}  # fmt: skip
GRID_TYPES: Final = {"基础网格": "basic", "专属网格": "special", "基础": "basic", "专属": "special"}
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,31}")


def is_code(text: str) -> bool:
    """Return whether it can be a code: letters, digits, ``_ - .``, 32 at most."""
    return _CODE.fullmatch(text) is not None


def keys_of(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the key of each header that says something; ``mapping`` (key to header) wins over usual names.

    :raises BadInput: the mapping names what is not there, or two headers mean the same
    """
    for key, header in mapping.items():
        if key not in COLUMNS:
            keys = "、".join(COLUMNS)
            raise BadInput("没有「%(key)s」这一项：可用 %(keys)s", where="map", key=key, keys=keys)
        if header not in headers:
            raise BadInput("文件里没有「%(header)s」这一列", where="map", header=header)
    taken = {header: key for key, header in mapping.items()}
    for header in headers:
        key = _usual(header)
        if key and key not in mapping and header not in taken:
            if key in taken.values():
                raise BadInput("「%(header)s」这一项有两列", where=header, header=TITLES[key])
            taken[header] = key
    return taken


def _usual(header: str) -> str:
    """Return the key a header usually has; one that was cut off (ten bytes in a .dbf) by its beginning."""
    plain = header.casefold().strip().strip("*").replace("（必填）", "")
    cut = plain.rstrip("\ufffd")
    for key, names in COLUMNS.items():
        if plain in names or (cut != plain and any(len(cut) > 1 and name.startswith(cut) for name in names)):
            return key
    return ""


class Standing:
    """The outlines of a day, to tell a new outline from the one that stands and was only rounded."""

    def __init__(self, areas: Iterable[AreaEdition]) -> None:
        self.area_of: Mapping[str, AreaEdition] = {area.code: area for area in areas}
        self._shape_of = {code: shapely.from_wkb(area.outline) for code, area in self.area_of.items()}
        shapes = np.array(list(self._shape_of.values()), dtype=object)
        self._corners = np.unique(shapely.get_coordinates(shapes), axis=0)
        points: Any = shapely.points(self._corners)
        self._tree = shapely.STRtree(points)

    def settled(self, shape: BaseGeometry) -> BaseGeometry:
        """Return the shape with every corner that was only rounded put back where it stands."""
        return shapely.transform(shape, self._put_back)

    def _put_back(self, pairs: NDArray[np.float64]) -> NDArray[np.float64]:
        if len(self._corners) == 0:
            return pairs
        points: Any = shapely.points(pairs)
        (given, known), _ = self._tree.query_nearest(
            points, max_distance=SAME_DEGREES, return_distance=True, all_matches=False
        )
        home = pairs.copy()
        home[given] = self._corners[known]
        return home

    def is_same(self, code: str, shape: BaseGeometry) -> bool:
        """Return whether a settled shape is the outline that stands, wherever its rings begin."""
        known = self._shape_of.get(code)
        return known is not None and bool(shapely.equals_exact(_plain(known), _plain(shape), tolerance=0.0))


def _plain(shape: BaseGeometry) -> BaseGeometry:
    """Return one spelling of a shape: one part is a polygon, rings begin and turn alike."""
    parts = shapely.get_parts(shape)
    return shapely.normalize(parts[0] if len(parts) == 1 else shape)
