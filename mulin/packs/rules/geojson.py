"""GeoJSON to areas: strict about shape, generous about what else a feature carries."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import shapely

from mulin.packs.rules.cells import BadCell, code, text, yes_or_no
from mulin.packs.rules.problems import Problem
from mulin.places.rules.ground import AreaEdition

RINGS_MAX: Final = 200


class BadShape(BadCell):
    """The geometry of a feature is no outline."""


def features(data: Any, file: str) -> tuple[list[tuple[int, Mapping[str, Any]]], list[Problem]]:
    """Return the numbered features of a collection."""
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        return [], [
            Problem(file, 0, "type", "不是 GeoJSON 的 FeatureCollection", "请导出为 FeatureCollection")
        ]
    found = data.get("features")
    if not isinstance(found, list):
        return [], [Problem(file, 0, "features", "没有 features 列表", "请导出为 FeatureCollection")]
    good: list[tuple[int, Mapping[str, Any]]] = []
    problems = []
    for number, feature in enumerate(found, 1):
        if isinstance(feature, dict) and isinstance(feature.get("properties"), dict):
            good.append((number, feature))
        else:
            what, how = "不是带 properties 的 Feature", "每个区域是一个 Feature，属性写在 properties 里"
            problems.append(Problem(file, number, "properties", what, how))
    return good, problems


def outline(geometry: Any) -> bytes:
    """Return a GeoJSON Polygon or MultiPolygon as WKB.

    :raises BadShape: it is something else, a ring is open or too short, or a coordinate is no number
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadShape("图形不是 Polygon 或 MultiPolygon", "请提供面状边界")
    parts = geometry.get("coordinates")
    polygons = [parts] if kind == "Polygon" else parts
    if not isinstance(polygons, list) or not polygons:
        raise BadShape("没有坐标", "请提供面状边界")
    shapes = [_polygon(polygon) for polygon in polygons]
    whole = shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)
    return bytes(shapely.to_wkb(whole))


def _polygon(rings: Any) -> shapely.Polygon:
    if not isinstance(rings, list) or not rings or len(rings) > RINGS_MAX:
        raise BadShape("面没有边界线，或洞太多", "请检查坐标")
    read = [_ring(ring) for ring in rings]
    return shapely.Polygon(read[0], read[1:])


def _ring(ring: Any) -> list[tuple[float, float]]:
    if not isinstance(ring, list) or len(ring) < 4:
        raise BadShape("边界线少于 4 个点", "一条边界线至少 4 个点，首尾相同")
    points = [_position(pair) for pair in ring]
    if points[0] != points[-1]:
        raise BadShape("边界线没有闭合", "最后一个点应与第一个点相同")
    return points


def _position(pair: Any) -> tuple[float, float]:
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) < 2:
        raise BadShape("坐标不是 [经度, 纬度]", "请检查坐标")
    lon, lat = pair[0], pair[1]
    if isinstance(lon, bool) or isinstance(lat, bool):
        raise BadShape("坐标不是数字", "请检查坐标")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        raise BadShape("坐标不是数字", "请检查坐标")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadShape("坐标超出经纬度范围", "经度在前；应为 CGCS2000 / WGS-84 的度数")
    return float(lon), float(lat)


def area(number: int, feature: Mapping[str, Any], file: str, from_on: date) -> AreaEdition | list[Problem]:
    """Return the area of a feature, or what is wrong with it."""
    properties = feature["properties"]
    problems = [
        Problem(file, number, key, "缺少属性「%(key)s」", "请在 properties 里补上", {"key": key})
        for key in ("code", "kind", "name")
        if not isinstance(properties.get(key), str) or not properties[key].strip()
    ]
    written = {
        key: str(properties.get(key) or "")
        for key in ("code", "kind", "name", "parent", "unit", "type", "source")
    }
    for key in ("code", "kind", "parent", "unit"):
        problems += _fault(file, number, key, written[key])
    try:
        shape = outline(feature.get("geometry"))
        synthetic = yes_or_no(str(properties.get("synthetic") or ""))
    except BadCell as fault:
        return [*problems, Problem(file, number, "geometry", fault.what, fault.how)]
    if problems:
        return problems
    return AreaEdition(
        code=written["code"],
        kind=written["kind"],
        name=text(written["name"]),
        parent_code=written["parent"],
        unit_code=written["unit"] or written["code"],
        outline=shape,
        from_on=from_on,
        synthetic=synthetic,
        source=text(written["source"]),
        grid_type=text(written["type"]),
    )


def _fault(file: str, number: int, key: str, value: str) -> list[Problem]:
    try:
        code(value)
    except BadCell as fault:
        return [Problem(file, number, key, fault.what, fault.how, {"cell": value})]
    return []
