"""Coordinate systems: published values, the register's own projection, and there and back again."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.places.rules import coordinates
from mulin.places.rules.coordinates import BD09, CGCS2000, GCJ02, SYSTEMS, WGS84, System
from mulin.places.rules.outline_pairs import compared
from tests.make import places as make

# Positions that many published implementations agree on: Beijing, Tian'anmen.
SPOT = (116.404, 39.915)
PUBLISHED = {
    "gcj02": (116.41024449916938, 39.91640428150164),
    "bd09": (116.41662724378733, 39.922699552216216),
}

lons = st.floats(75, 134)
lats = st.floats(5, 53)


def there(pair: tuple[float, float], system: System) -> tuple[float, float]:
    moved = coordinates.pairs_from_wgs84([pair], system)[0]
    return (float(moved[0]), float(moved[1]))


def back(pair: tuple[float, float], system: System) -> tuple[float, float]:
    moved = coordinates.pairs_to_wgs84([pair], system)[0]
    return (float(moved[0]), float(moved[1]))


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_shifts_are_the_published_ones(code: str) -> None:
    assert there(SPOT, SYSTEMS[code]) == pytest.approx(PUBLISHED[code], abs=1e-9)
    assert back(PUBLISHED[code], SYSTEMS[code]) == pytest.approx(SPOT, abs=1e-9)


def test_every_zone_is_the_one_of_the_register() -> None:
    metric = [system for system in SYSTEMS.values() if system.is_metric]
    assert sorted(system.epsg for system in metric) == list(range(4513, 4555))
    for system in metric:
        official = pyproj.Transformer.from_crs(4490, system.epsg, always_xy=True)
        spot = (system.meridian + 1.37, 34.8)
        assert there(spot, system) == pytest.approx(official.transform(*spot), abs=1e-6)


@given(lons, lats, st.sampled_from([WGS84, CGCS2000, GCJ02, BD09]))
def test_there_and_back_is_where_one_was(lon: float, lat: float, system: System) -> None:
    assert back(there((lon, lat), system), system) == pytest.approx((lon, lat), abs=1e-9)


@given(st.floats(-1.5, 1.5), lats, st.sampled_from([s for s in SYSTEMS.values() if s.is_metric]))
def test_a_zone_there_and_back_is_where_one_was(east: float, lat: float, system: System) -> None:
    spot = (system.meridian + east, lat)
    assert back(there(spot, system), system) == pytest.approx(spot, abs=1e-9)


@pytest.mark.parametrize("spot", [(2.35, 48.85), (-74.0, 40.7), (151.2, -33.9)])
@pytest.mark.parametrize("system", [GCJ02, BD09])
def test_outside_the_box_nothing_is_shifted(spot: tuple[float, float], system: System) -> None:
    assert there(spot, system) == spot
    assert back(spot, system) == spot


def test_shapes_keep_their_form() -> None:
    shape = shapely.MultiPolygon(
        [shapely.box(117.0, 34.7, 117.1, 34.8), shapely.box(117.2, 34.7, 117.3, 34.8)]
    )
    (moved,) = coordinates.from_wgs84([shape], GCJ02)
    assert moved.geom_type == "MultiPolygon"
    assert moved.distance(shape) > 0 or not moved.equals(shape)
    (home,) = coordinates.to_wgs84([moved], GCJ02)
    assert shapely.equals_exact(home, shape, 1e-9)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("wgs84", "wgs84"), ("WGS 84", "wgs84"), ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
        ("EPSG:4326", "wgs84"), ("urn:ogc:def:crs:EPSG::4490", "cgcs2000"), ("CGCS2000", "cgcs2000"),
        ("GCJ-02", "gcj02"), ("bd09", "bd09"), ("4548", "cgcs2000-gk-cm-117"),
        ("EPSG:4527", "cgcs2000-gk-zone-39"), ("cgcs2000-gk-zone-39", "cgcs2000-gk-zone-39"),
    ],
)  # fmt: skip
def test_a_system_is_known_by_its_names(name: str, code: str) -> None:
    assert coordinates.system_named(name).code == code


@pytest.mark.parametrize("name", ["", "utm", "EPSG:3857", "2437", "beijing54"])
def test_other_systems_are_refused_by_name(name: str) -> None:
    with pytest.raises(BadInput, match="不认识坐标系"):
        coordinates.system_named(name)


def test_a_prj_is_recognised() -> None:
    for system in SYSTEMS.values():
        if system.epsg:
            assert coordinates.system_of_prj(coordinates.prj_of(system)) is system


def test_a_prj_of_another_program_is_recognised_by_its_numbers() -> None:
    text = coordinates.prj_of(SYSTEMS["cgcs2000-gk-zone-39"]).replace("CGCS2000_3_Degree_GK_Zone_39", "本地")
    assert coordinates.system_of_prj(text).code == "cgcs2000-gk-zone-39"
    with pytest.raises(BadInput, match="不支持"):
        coordinates.system_of_prj(text.replace("39500000.0", "40500000.0"))


@pytest.mark.parametrize("epsg", [3857, 2437, 32650, 4214])
def test_a_prj_of_a_system_we_do_not_know_is_refused(epsg: int) -> None:
    with pytest.raises(BadInput, match="不支持"):
        coordinates.system_of_prj(pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"))


@pytest.mark.parametrize("text", ["", "PROJCS[", "\x00\x01"])
def test_a_broken_prj_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="读不懂"):
        coordinates.system_of_prj(text)


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        pytest.param((39_500_000, 3_800_000), "wgs84", id="metres-for-degrees"),
        pytest.param((117, 34), "cgcs2000-gk-cm-117", id="degrees-for-metres"),
        pytest.param((500_000, 3_800_000), "cgcs2000-gk-zone-39", id="no-prefix"),
        pytest.param((float("nan"), 34), "gcj02", id="no-number"),
        pytest.param((float("inf"), 34), "cgcs2000-gk-cm-117", id="endless"),
    ],
)
def test_numbers_of_another_system_are_refused(pair: tuple[float, float], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        back(pair, SYSTEMS[code])
    assert refused.value.where == "coordinates"


def test_a_zone_far_away_is_refused() -> None:
    with pytest.raises(BadInput, match="离中央经线"):
        there((117, 34), SYSTEMS["cgcs2000-gk-cm-126"])


def test_the_zone_of_a_longitude() -> None:
    assert coordinates.suggested_zone(117.3).code == "cgcs2000-gk-cm-117"
    assert coordinates.suggested_zone(117.3, prefixed=True).code == "cgcs2000-gk-zone-39"
    with pytest.raises(BadInput, match="25 到 45"):
        coordinates.suggested_zone(2.0)


def test_two_drawings_are_compared() -> None:
    one = shapely.segmentize(shapely.box(make.lon(0), make.lat(0), make.lon(1000), make.lat(600)), 0.0002)
    moved = shapely.transform(one, lambda pairs: pairs + np.array([30 / make.EAST_SCALE, 0]))
    apart = compared({"A": one, "B": one}, {"A": moved, "C": moved})
    assert apart.corners == shapely.get_num_coordinates(one)
    assert apart.most == pytest.approx(30, abs=0.1)
    assert compared({"A": one}, {"A": one}).most == pytest.approx(0, abs=1e-6)
    with pytest.raises(BadInput, match="没有相同的编码"):
        compared({"A": one}, {"B": one})
