"""Point to grid: every kind of answer, whatever the order of loading, equal to looking at every outline."""

import random
from datetime import date

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import AreaEdition, Ground
from mulin.places.rules.located import Outcome
from mulin.places.rules.points import BORDER_METRES, AreaIndex
from tests.make import places as make

DAY = date(2026, 3, 2)


def located(areas: list[AreaEdition], east: float, north: float):
    return AreaIndex(areas).locate(make.lon(east), make.lat(north), on=DAY)


def test_a_point_well_inside_says_how_far_the_edge_is() -> None:
    found = located(make.community(), 30, 50)
    assert (found.outcome, found.grid_code, found.edge_metres) == (Outcome.INSIDE, "C1G1", 30)
    assert [step.code for step in found.chain] == ["C1G1", "C1"]
    assert found.reason.as_json() == {
        "code": "inside",
        "area": "C1G1网格",
        "edge_m": 30,
        "words": "位于C1G1网格内，距边界约 30 米",
    }
    assert "30 m" in found.reason.words("en")
    assert found.edition_from == make.NEW_YEAR


def test_near_the_edge_the_neighbour_is_named_with_its_distance() -> None:
    found = located(make.community(), 90, 50)
    assert (found.outcome, found.grid_code, found.edge_metres) == (Outcome.BORDER, "C1G1", 10)
    assert [(c.code, c.metres) for c in found.candidates] == [("C1G2", 10)]


def test_at_the_outer_edge_there_is_no_doubt_which_grid() -> None:
    assert located(make.community(), 5, 50).outcome == Outcome.INSIDE


def test_on_the_line_the_smallest_code_takes_it_in_whatever_order_they_came() -> None:
    areas = make.community()
    for ordered in (areas, areas[::-1]):
        found = located(ordered, 100, 50)
        assert (found.outcome, found.grid_code, found.reason.code) == (Outcome.BORDER, "C1G1", "on_edge")


def test_where_outlines_overlap_it_asks_and_says_who_takes_it_meanwhile() -> None:
    areas = [make.area("G1", make.box(0, 0, 100, 100)), make.area("G2", make.box(60, 0, 200, 100))]
    found = located(areas, 80, 50)
    assert (found.outcome, found.grid_code, found.reason.code) == (Outcome.AMBIGUOUS, "G1", "overlap")
    assert [c.code for c in found.candidates] == ["G2"]


def test_a_step_outside_every_grid_the_nearest_takes_it() -> None:
    found = located(make.community(), -8, 50)
    assert (found.outcome, found.grid_code, found.edge_metres) == (Outcome.BORDER, "C1G1", 8)
    assert found.reason.code == "just_outside"


def test_where_no_grid_is_drawn_the_narrowest_area_around_is_known() -> None:
    areas = [
        *make.community(),
        make.area("T", make.box(-500, -500, 500, 500), "county"),
        make.area("S", make.box(-300, -300, 300, 300), "street", "T"),
    ]
    found = located(areas, -200, 0)
    assert (found.outcome, found.area_code, found.grid_code) == (Outcome.OUTSIDE, "S", "")
    assert found.candidates[0].code == "C1G1"
    assert found.candidates[0].metres == 200


def test_far_away_nothing_is_claimed() -> None:
    found = located(make.community(), 5_000, 0)
    assert (found.outcome, found.area_code, found.reason.code) == (Outcome.OUTSIDE, "", "outside_all")


def test_where_no_grid_is_drawn_at_all_the_county_still_answers() -> None:
    found = located([make.area("T", make.box(-500, -500, 500, 500), "county")], 0, 0)
    assert (found.outcome, found.area_code, found.candidates) == (Outcome.OUTSIDE, "T", ())
    assert found.reason.words()


def test_without_any_boundary_the_answer_is_unknown() -> None:
    assert located([], 0, 0).outcome == Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("lon", "lat", "where"),
    [
        (34.0, 118.0, "latitude"),
        (181.0, 10.0, "longitude"),
        (float("nan"), 10.0, "longitude"),
        (118.0, float("inf"), "latitude"),
    ],
)
def test_numbers_that_are_no_position_are_refused(lon: float, lat: float, where: str) -> None:
    with pytest.raises(BadInput) as refused:
        Atlas(Ground(tuple(make.community())), on=DAY).locate_point(lon, lat)
    assert refused.value.where == where


def test_a_pin_inside_a_compound_or_beside_its_house_means_the_compound() -> None:
    drawn = make.compound("A", "甲小区", "C1G1", outline=make.box(20, 20, 60, 60))
    undrawn = make.compound("B", "乙小区", "C1G2", at=(150, 50))
    ground = Ground(
        tuple(make.community()), (drawn, undrawn), (make.building("B-1", "B", "C1G2", (150, 50)),)
    )
    atlas = Atlas(ground, on=DAY)
    by = {
        spot: atlas.locate_point(make.lon(spot[0]), make.lat(spot[1])).compound_code
        for spot in [(30, 30), (70, 30), (150, 85), (150, 95)]
    }
    assert by == {(30, 30): "A", (70, 30): "", (150, 85): "B", (150, 95): ""}


# Property: the tree answers what looking at every outline would answer.


def tiling(seed: int, count: int) -> list[AreaEdition]:
    dice = random.Random(seed)
    ground = shapely.box(0, 0, 1000, 1000)
    spots = shapely.MultiPoint([(dice.uniform(0, 1000), dice.uniform(0, 1000)) for _ in range(count)])
    cells = [cell.intersection(ground) for cell in shapely.voronoi_polygons(spots, extend_to=ground).geoms]
    areas = []
    for number, cell in enumerate(cells):
        ring = [(make.lon(x), make.lat(y)) for x, y in cell.exterior.coords]
        areas.append(make.area(f"G{number:02d}", bytes(shapely.to_wkb(shapely.Polygon(ring)))))
    dice.shuffle(areas)
    return areas


def by_looking_everywhere(
    areas: list[AreaEdition], index: AreaIndex, lon: float, lat: float
) -> tuple[str, str]:
    point = index.plane.point(lon, lat)
    shapes = {a.code: index.plane.flatten([shapely.from_wkb(a.outline)])[0] for a in areas}
    far = {code: shape.distance(point) for code, shape in shapes.items()}
    near = sorted(code for code, metres in far.items() if metres <= BORDER_METRES)
    if not near:
        return "outside", ""
    holding = [code for code in near if shapes[code].intersects(point)]
    if not holding:
        return "border", min(near, key=lambda code: (far[code], code))
    return ("border" if len(near) > 1 else "inside"), holding[0]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(2, 40),
    spots=st.lists(st.tuples(st.floats(-40, 1040), st.floats(-40, 1040)), min_size=1, max_size=30),
)
def test_the_tree_answers_what_looking_at_every_outline_answers(
    seed: int, count: int, spots: list[tuple[float, float]]
) -> None:
    areas = tiling(seed, count)
    index = AreaIndex(areas)
    for east, north in spots:
        found = index.locate(make.lon(east), make.lat(north), on=DAY)
        expected = by_looking_everywhere(areas, index, make.lon(east), make.lat(north))
        assert (found.outcome.value, found.grid_code) == expected
