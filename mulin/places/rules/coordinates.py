"""Coordinate systems: what outlines come in and go out in, and how far off a conversion may be.

Inside there is one system, WGS-84 degrees, longitude first. ``error_m`` of a system is the most that a
position may be off after ``to_wgs84`` or ``from_wgs84``, in metres, beside the accuracy of whoever measured
it; where it comes from is written in docs/reference/coordinate-systems.md.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mulin.kernel.errors import BadInput

Pairs: TypeAlias = NDArray[np.float64]

_KRASOVSKY_A: Final = 6378245.0  # the ellipsoid the published GCJ-02 formula is written for
_KRASOVSKY_EE: Final = 0.00669342162296594323
_BD_TURN: Final = np.pi * 3000.0 / 180.0
_BD_SHIFT: Final = (0.0065, 0.006)  # degrees east and north
_CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)  # the box of the formula; outside nothing is shifted
_STILL: Final = 1e-11  # degrees: a micrometre
_ROUNDS: Final = 30
_ZONES: Final = range(25, 46)  # of three degrees: central meridians 75° to 135°
_HALF_ZONE: Final = 4.5  # degrees either side of its meridian in which a zone is still used
_NORTHINGS: Final = (0.0, 6_700_000.0)
_GK_EAST: Final = 450_000.0  # metres from the central meridian that still make sense


class Family(StrEnum):
    """How a system's numbers become degrees."""

    DEGREES = "degrees"
    GAUSS_KRUGER = "gauss_kruger"
    GCJ = "gcj"
    BD = "bd"


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system: its code, its names, its number in the EPSG register if it has one."""

    code: str
    zh: str
    en: str
    family: Family
    error_m: float
    epsg: int = 0
    meridian: int = 0
    zone: int = 0  # written before the easting; 0 where it is not

    @property
    def is_metric(self) -> bool:
        """Return whether its numbers are metres."""
        return self.family is Family.GAUSS_KRUGER

    @property
    def false_easting(self) -> float:
        """Return the easting of the central meridian."""
        return self.zone * 1_000_000.0 + 500_000.0


def _gauss_kruger() -> list[System]:
    systems = []
    for index, zone in enumerate(_ZONES):
        meridian = 3 * zone
        zh, en = "CGCS2000 高斯-克吕格 3 度带", "CGCS2000 3-degree Gauss-Krüger"
        systems += [
            System(
                f"cgcs2000-gk-zone-{zone}",
                f"{zh} {zone} 带（带号前缀）",
                f"{en} zone {zone} (prefixed easting)",
                Family.GAUSS_KRUGER, 1.0, 4513 + index, meridian, zone,
            ),
            System(
                f"cgcs2000-gk-cm-{meridian}",
                f"{zh} 中央经线 {meridian}°（无带号）",
                f"{en} CM {meridian}E (no prefix)",
                Family.GAUSS_KRUGER, 1.0, 4534 + index, meridian,
            ),
        ]  # fmt: skip
    return systems


WGS84: Final = System("wgs84", "WGS-84 经纬度", "WGS-84 degrees", Family.DEGREES, 0.0, 4326)
CGCS2000: Final = System(
    "cgcs2000", "CGCS2000 经纬度（国家大地坐标系）", "CGCS2000 degrees", Family.DEGREES, 1.0, 4490
)
GCJ02: Final = System("gcj02", "GCJ-02（火星坐标）", "GCJ-02", Family.GCJ, 10.0)
BD09: Final = System("bd09", "BD-09（百度坐标）", "BD-09", Family.BD, 12.0)
SYSTEMS: Final[Mapping[str, System]] = {
    each.code: each for each in (WGS84, CGCS2000, GCJ02, BD09, *_gauss_kruger())
}
_BY_EPSG: Final = {each.epsg: each for each in SYSTEMS.values() if each.epsg}
_SPELT: Final = {
    "wgs1984": WGS84, "crs84": WGS84, "cgcs2000": CGCS2000, "cgs2000": CGCS2000, "gcj": GCJ02,
    "gcj2": GCJ02, "bd9": BD09, "baidu": BD09,
}  # fmt: skip


def system_named(name: str) -> System:
    """Return the system of a code, of ``EPSG:4549`` or 4549, or of the ``crs`` name of a GeoJSON file.

    :raises BadInput: there is none of that name
    """
    plain = re.sub(r"[\s_.]", "", name.casefold())
    if plain in SYSTEMS:
        return SYSTEMS[plain]
    number = re.search(r"(?:^|epsg:*[\d]*:)(\d{4,5})$", plain)
    if number and int(number[1]) in _BY_EPSG:
        return _BY_EPSG[int(number[1])]
    spelt = plain.rpartition(":")[2].replace("-", "")
    if spelt in _SPELT or spelt in SYSTEMS:
        return _SPELT.get(spelt) or SYSTEMS[spelt]
    raise BadInput(
        "不认识坐标系「%(name)s」：可用 wgs84、cgcs2000、gcj02、bd09，或 EPSG:4513 到 4554（三度带）",
        where="system",
        name=name[:60],
    )


def system_of_prj(text: str) -> System:
    """Return the system that the ``.prj`` of a shapefile describes.

    :raises BadInput: it is none of ours, or cannot be read
    """
    try:
        crs = pyproj.CRS.from_wkt(text)
    except pyproj.exceptions.CRSError:
        raise BadInput(".prj 读不懂：请注明坐标系", where=".prj") from None
    number = crs.to_epsg(min_confidence=70)
    if number in _BY_EPSG:
        return _BY_EPSG[number]
    datum = crs.datum.name.casefold().replace(" ", "_") if crs.datum else ""
    if "2000" in datum and ("china" in datum or "cgcs" in datum):
        if crs.is_geographic:
            return CGCS2000
        found = _of_parameters(crs)
        if found is not None:
            return found
    raise BadInput("不支持 .prj 里的坐标系「%(name)s」：请先转换，或注明坐标系", where=".prj", name=crs.name)


def _of_parameters(crs: pyproj.CRS) -> System | None:
    """Return the zone a projection's own numbers describe: names differ between programs, numbers do not."""
    operation = crs.coordinate_operation
    if operation is None or not re.search("transverse|gauss", operation.method_name.casefold()):
        return None
    values: dict[str, Any] = {re.sub(r"[^a-z]", "", p.name.casefold()): p.value for p in operation.params}
    meridian = values.get("longitudeofnaturalorigin", values.get("centralmeridian"))
    easting, northing = values.get("falseeasting"), values.get("falsenorthing")
    scale = values.get("scalefactoratnaturalorigin", values.get("scalefactor"))
    if northing or (scale is not None and scale != 1):
        return None
    found = (
        s for s in SYSTEMS.values() if s.is_metric and (s.meridian, s.false_easting) == (meridian, easting)
    )
    return next(found, None)


def prj_of(system: System) -> str:
    """Return the text of the ``.prj`` that says so; empty where no register has the system."""
    return str(pyproj.CRS.from_epsg(system.epsg).to_wkt("WKT1_ESRI")) if system.epsg else ""


def conversion_error(source: System, target: System) -> float:
    """Return how far off, at most, a position is after going from one system to the other, in metres."""
    return 0.0 if source == target else source.error_m + target.error_m


def crs_name(system: System) -> str:
    """Return what the ``crs`` member of a GeoJSON file calls it."""
    return f"urn:ogc:def:crs:EPSG::{system.epsg}" if system.epsg else system.code


def suggested_zone(lon: float, *, prefixed: bool = False) -> System:
    """Return the three-degree zone a longitude lies in.

    :raises BadInput: no zone of China
    """
    zone = round(lon / 3)
    if zone not in _ZONES:
        raise BadInput("经度 %(lon)s 不在 25 到 45 带之内", where="longitude", lon=round(lon, 4))
    return SYSTEMS[f"cgcs2000-gk-zone-{zone}" if prefixed else f"cgcs2000-gk-cm-{3 * zone}"]


def pairs_to_wgs84(pairs: Sequence[Sequence[float]] | Pairs, system: System) -> Pairs:
    """Return positions ``(east, north)`` of a system in WGS-84 degrees.

    :raises BadInput: a number is none, or cannot be one of this system
    """
    given = _checked(pairs, system)
    match system.family:
        case Family.DEGREES:
            return given
        case Family.GAUSS_KRUGER:
            return _projected(given, system, inverse=True)
        case Family.GCJ:
            return _undone(given, _to_gcj, _in_china(given))
        case Family.BD:
            china = _in_china(given)
            return _undone(_undone(given, _to_bd, china), _to_gcj, china)


def pairs_from_wgs84(pairs: Sequence[Sequence[float]] | Pairs, system: System) -> Pairs:
    """Return positions in WGS-84 degrees as the system writes them.

    :raises BadInput: a number is none, no degrees, or too far from the zone's meridian
    """
    given = _checked(pairs, WGS84)
    match system.family:
        case Family.DEGREES:
            return given
        case Family.GAUSS_KRUGER:
            far = np.abs(given[:, 0] - system.meridian) > _HALF_ZONE
            _refuse(far, given, "位置 %(x)s,%(y)s 离中央经线 %(meridian)s° 太远，请换一个带", system)
            return _projected(given, system, inverse=False)
        case Family.GCJ:
            return np.where(_in_china(given)[:, None], _to_gcj(given), given)
        case Family.BD:
            return np.where(_in_china(given)[:, None], _to_bd(_to_gcj(given)), given)


def to_wgs84(shapes: Sequence[BaseGeometry], system: System) -> list[BaseGeometry]:
    """Return shapes of a system in WGS-84 degrees.

    :raises BadInput: a coordinate cannot be one of this system
    """
    return _transformed(shapes, lambda pairs: pairs_to_wgs84(pairs, system))


def from_wgs84(shapes: Sequence[BaseGeometry], system: System) -> list[BaseGeometry]:
    """Return shapes in WGS-84 degrees as the system writes them.

    :raises BadInput: one is too far from the zone's meridian
    """
    return _transformed(shapes, lambda pairs: pairs_from_wgs84(pairs, system))


def _transformed(shapes: Sequence[BaseGeometry], move: Callable[[Pairs], Pairs]) -> list[BaseGeometry]:
    moved: Any = shapely.transform(np.array(shapes, dtype=object), move)
    return list(moved)


def _checked(pairs: Sequence[Sequence[float]] | Pairs, system: System) -> Pairs:
    given = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
    x, y = given[:, 0], given[:, 1]
    if system.is_metric:
        good = np.abs(x - system.false_easting) <= _GK_EAST
        good &= (y >= _NORTHINGS[0]) & (y <= _NORTHINGS[1])
        _refuse(~good, given, "坐标 %(x)s,%(y)s 不像「%(system)s」：东坐标应在 %(east)s 附近", system)
    else:
        good = (np.abs(x) <= 180) & (np.abs(y) <= 90)
        _refuse(~good, given, "坐标 %(x)s,%(y)s 不是经纬度：经度在前，应为「%(system)s」", system)
    return given


def _refuse(bad: NDArray[np.bool_], pairs: Pairs, why: str, system: System) -> None:
    """Refuse the first bad position by its numbers."""
    if bad.any():
        x, y = pairs[int(np.argmax(bad))]
        facts = {
            "x": f"{x:.6g}" if abs(x) <= 180 else f"{x:.1f}",
            "y": f"{y:.6g}" if abs(y) <= 90 else f"{y:.1f}",
        }
        raise BadInput(
            why,
            where="coordinates",
            **facts,
            system=system.code,
            meridian=system.meridian,
            east=round(system.false_easting),
        )


def _projected(pairs: Pairs, system: System, *, inverse: bool) -> Pairs:
    """Return positions through the projection; PROJ objects are cheap and not shared between threads."""
    projection = pyproj.Proj(
        proj="tmerc", lat_0=0, lon_0=system.meridian, k=1, x_0=system.false_easting, y_0=0, ellps="GRS80"
    )
    x, y = projection(pairs[:, 0], pairs[:, 1], inverse=inverse)
    return np.column_stack([x, y])


def _in_china(pairs: Pairs) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    x, y = pairs[:, 0], pairs[:, 1]
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _waves(value: Pairs, slow: tuple[float, float, float, float]) -> Pairs:
    turn = value * np.pi
    near: Pairs = 20 * np.sin(turn) + 40 * np.sin(turn / 3)
    far: Pairs = slow[0] * np.sin(turn / slow[1]) + slow[2] * np.sin(turn / slow[3])
    return (near + far) * 2 / 3


def _to_gcj(pairs: Pairs) -> Pairs:
    """Return WGS-84 positions in GCJ-02 by the published approximation."""
    lon, lat = pairs[:, 0], pairs[:, 1]
    x, y = lon - 105, lat - 35
    ripple = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += _waves(y, (160, 12, 320, 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += _waves(x, (150, 12, 300, 30))
    bend = 1 - _KRASOVSKY_EE * np.sin(np.radians(lat)) ** 2
    north = np.degrees(north / (_KRASOVSKY_A * (1 - _KRASOVSKY_EE) / bend**1.5))
    east = np.degrees(east / (_KRASOVSKY_A / np.sqrt(bend) * np.cos(np.radians(lat))))
    return np.column_stack([lon + east, lat + north])


def _to_bd(pairs: Pairs) -> Pairs:
    """Return GCJ-02 positions in BD-09 by the published formula."""
    x, y = pairs[:, 0], pairs[:, 1]
    far = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURN)
    return np.column_stack([far * np.cos(angle) + _BD_SHIFT[0], far * np.sin(angle) + _BD_SHIFT[1]])


def _undone(target: Pairs, forward: Callable[[Pairs], Pairs], moves: NDArray[np.bool_]) -> Pairs:
    """Return what ``forward`` takes to ``target``: guess, see how far off, correct."""
    guess = target.copy()
    for _ in range(_ROUNDS):
        off = np.where(moves[:, None], target - forward(guess), 0.0)
        guess += off
        if off.size == 0 or float(np.abs(off).max()) < _STILL:
            break
    return guess
