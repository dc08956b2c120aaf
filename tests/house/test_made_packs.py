"""The shipped packs can be made again: the same seed draws the same ground."""

import json

import pytest
import shapely

from packs.making.counties import County, shares
from packs.making.network import tile
from packs.making.offices import District
from packs.making.shapes import Community, Ground, numeral
from tests.make.packs import FOLDER


def drawn(seed: int) -> tuple[District, dict[str, shapely.Geometry], shapely.Polygon]:
    """Return a small invented county: two urban streets with five communities, and two towns."""
    streets = {"370404001": "甲街道", "370404002": "乙街道", "370404100": "丙镇", "370404101": "丁镇"}
    codes = ("370404001001", "370404001002", "370404001003", "370404002001", "370404002002")
    district = District("370404", "示例区", streets, [Community(c, c, c, c[:9]) for c in codes])
    outlines = json.loads((FOLDER / "yicheng" / "areas.geojson").read_text(encoding="utf-8"))["features"]
    outline = shapely.geometry.shape(outlines[0]["geometry"])
    ground = Ground((117.588, 34.752), seed)
    counts = shares(ground, County("370499", "", ground.centre, 5, 22), district)
    assert sum(counts) == 22
    return district, tile(ground, outline, district, counts), outline


def test_the_same_seed_draws_the_same_ground() -> None:
    (one, streets, _), (two, again, _) = drawn(7), drawn(7)
    assert {code: shape.wkb for code, shape in streets.items()} == {c: s.wkb for c, s in again.items()}
    for first, second in zip(one.communities, two.communities, strict=True):
        assert [(g.code, g.name, g.shape.wkb) for g in first.grids] == [
            (g.code, g.name, g.shape.wkb) for g in second.grids
        ]
    assert streets["370404001"].wkb != drawn(8)[1]["370404001"].wkb


def test_a_county_is_tiled_without_gap_or_overlap() -> None:
    district, streets, outline = drawn(7)
    ground = Ground((117.588, 34.752), 7)
    assert streets.keys() == district.streets.keys()
    whole = ground.metres(outline)
    grids = [grid.shape for c in district.communities for grid in c.grids]
    assert len(grids) == 22
    leaves = [*grids, streets["370404100"], streets["370404101"]]
    assert shapely.union_all(leaves).symmetric_difference(whole).area < whole.area * 1e-5
    assert abs(sum(shape.area for shape in leaves) - whole.area) < whole.area * 1e-5
    assert all(shape.is_valid and shape.geom_type == "Polygon" for shape in leaves)


@pytest.mark.parametrize(("number", "said"), [(1, "一"), (10, "十"), (13, "十三"), (20, "二十")])
def test_numbers_are_written_as_chinese_does(number: int, said: str) -> None:
    assert numeral(number) == said
