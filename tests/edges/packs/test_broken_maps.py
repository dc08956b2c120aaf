"""A map with a fault of every kind: each is named by its place in the file."""

import json
from pathlib import Path

import pytest

from mulin.packs.queries import examine
from tests.make.packs import faults


def with_geometry(folder: Path, number: int, change: object) -> None:
    path = folder / "areas.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    geometry = data["features"][number - 1]["geometry"]
    data["features"][number - 1]["geometry"] = change(geometry) if callable(change) else change
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


GRID = 5  # the first grid's place in the file


def moved(geometry: dict) -> dict:
    ring = geometry["coordinates"][0]
    return {"type": "Polygon", "coordinates": [[[lon + 0.003, lat] for lon, lat in ring]]}


def half(geometry: dict) -> dict:
    (west, south), (east, north) = geometry["coordinates"][0][0], geometry["coordinates"][0][2]
    middle = (west + east) / 2
    ring = [[west, south], [middle, south], [middle, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def bowtie(geometry: dict) -> dict:
    a, b, c, d, _ = geometry["coordinates"][0]
    return {"type": "Polygon", "coordinates": [[a, c, b, d, a]]}


@pytest.mark.parametrize(
    ("change", "column", "what"),
    [
        pytest.param(None, "geometry", "图形不是", id="none"),
        pytest.param({"type": "Point", "coordinates": [118, 34]}, "geometry", "图形不是", id="point"),
        pytest.param({"type": "Polygon", "coordinates": []}, "geometry", "面没有边界线", id="empty"),
        pytest.param(
            {"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1]]]},
            "geometry",
            "少于 4 个点",
            id="short",
        ),
        pytest.param(
            {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2]]]},
            "geometry",
            "没有闭合",
            id="open",
        ),
        pytest.param(
            {"type": "Polygon", "coordinates": [[["a", 1], [2, 1], [2, 2], ["a", 1]]]},
            "geometry",
            "不是数字",
            id="text",
        ),
        pytest.param(
            {"type": "Polygon", "coordinates": [[[39600000, 3800000]] * 4]},
            "geometry",
            "超出经纬度",
            id="metres",
        ),
        pytest.param(bowtie, "code 990101001001001", "自相交", id="bowtie"),
    ],
)
def test_a_broken_outline_is_named_by_its_place_in_the_file(
    copy: Path, change: object, column: str, what: str
) -> None:
    with_geometry(copy, GRID, change)
    problems = examine(copy)[1]
    assert ("areas.geojson", GRID, column) in faults(copy)
    assert any(what in p.what % p.facts for p in problems if p.row == GRID)


@pytest.mark.parametrize(
    ("data", "row", "column", "what"),
    [
        pytest.param({"type": "FeatureCollection"}, 0, "features", "没有 features", id="no-features"),
        pytest.param(
            {"type": "FeatureCollection", "features": [7]}, 1, "properties", "Feature", id="no-feature"
        ),
        pytest.param([], 0, "type", "FeatureCollection", id="a-list"),
    ],
)
def test_a_file_that_is_no_collection_is_named(
    copy: Path, data: object, row: int, column: str, what: str
) -> None:
    (copy / "areas.geojson").write_text(json.dumps(data), encoding="utf-8")
    found = [p for p in examine(copy)[1] if (p.row, p.column) == (row, column)]
    assert any(what in p.what for p in found)


@pytest.mark.parametrize(
    ("rings", "what"),
    [
        pytest.param([[1, 2, 3, 4]], "坐标不是 [经度, 纬度]", id="no-pairs"),
        pytest.param([["12", "12", "12", "12"]], "坐标不是 [经度, 纬度]", id="strings"),
        pytest.param([[[True, 1]] * 4], "坐标不是数字", id="booleans"),
        pytest.param([[[1, 1], [2, 1], [2, 2], [1, 1]]] * 201, "洞太多", id="holes"),
    ],
)
def test_positions_that_are_none_are_named(copy: Path, rings: object, what: str) -> None:
    with_geometry(copy, GRID, {"type": "Polygon", "coordinates": rings})
    assert any(what in p.what for p in examine(copy)[1] if p.row == GRID)
    with_geometry(copy, GRID, {"type": "MultiPolygon", "coordinates": 7})
    assert any("没有坐标" in p.what for p in examine(copy)[1] if p.row == GRID)


def test_an_area_given_twice_or_with_a_strange_code_is_named(copy: Path) -> None:
    path = copy / "areas.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["features"].append(data["features"][GRID - 1])
    strange = json.loads(json.dumps(data["features"][GRID]))
    strange["properties"]["code"] = "a b"
    data["features"].append(strange)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    told = [str(p) for p in examine(copy)[1] if p.row >= 19]
    assert told[0].startswith("areas.geojson:20:code  「a b」不是编码")
    assert any(t.startswith("areas.geojson:19:code  编码「990101001001001」与第 5 个重复") for t in told)


def test_outlines_of_compounds_are_checked_like_the_rest(copy: Path) -> None:
    ring = [[118.0, 34.0], [118.001, 34.0], [118.001, 34.001], [118.0, 34.0]]
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": {"type": kind, "coordinates": [ring]}}
        for code, kind in [
            ("DM-NY", "Polygon"),
            ("DM-NY", "Polygon"),
            ("DM-ZY", "Line"),
            ("DM-XX", "Polygon"),
        ]
    ]
    data = {"type": "FeatureCollection", "features": features}
    (copy / "compounds.geojson").write_text(json.dumps(data), encoding="utf-8")
    assert faults(copy) == [
        ("compounds.geojson", 2, "code"),
        ("compounds.geojson", 3, "geometry"),
        ("compounds.geojson", 0, "DM-XX"),
    ]


def test_a_map_too_large_to_be_one_is_refused(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mulin.packs.queries.folder.JSON_BYTES", 100)
    assert ("areas.geojson", 0, "") in faults(copy)


def test_a_gap_an_overlap_and_a_stray_are_named(copy: Path) -> None:
    with_geometry(copy, GRID, half)
    told = [str(p).split("（")[0] for p in examine(copy)[1]]
    assert told[0] == "areas.geojson:4:code 990101001001  有 11.56 公顷没有划入任何网格"
    with_geometry(copy, GRID, moved)
    said = {p.what.split(" 公顷")[0] for p in examine(copy)[1] if p.file == "areas.geojson"}
    assert said == {"有 %(hectares)s", "与「%(other)s」重叠 %(hectares)s"}
