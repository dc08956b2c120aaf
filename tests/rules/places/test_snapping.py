"""Snapping and the topology report: jittered tilings become exact, and nothing moves further than it may."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.places.rules.ground import AreaEdition, plane_of
from mulin.places.rules.snapping import Snapped, snapped
from mulin.places.rules.survey import Fault, survey
from mulin.places.rules.topology import report
from tests.make import places as make

SIDE = 60.0


def wkb(points: list[tuple[float, float]]) -> bytes:
    return bytes(shapely.to_wkb(shapely.Polygon([(make.lon(x), make.lat(y)) for x, y in points])))


def shapes_of(
    areas: tuple[AreaEdition, ...] | list[AreaEdition],
) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array([shapely.from_wkb(area.outline) for area in areas], dtype=object)


@st.composite
def tilings(draw: st.DrawFn, jitter: float = 0.5) -> list[AreaEdition]:
    """Return nine grids that tile a field; each drew its own corners a little off, and more on its sides."""
    off = st.tuples(st.floats(0, jitter), st.floats(0, 2 * math.pi))
    warp = {(i, j): (draw(st.floats(-10, 10)), draw(st.floats(-10, 10))) for i in range(4) for j in range(4)}
    corner = {
        (i, j): (i * SIDE + warp[i, j][0], j * SIDE + warp[i, j][1]) for i in range(4) for j in range(4)
    }
    areas = []
    for i in range(3):
        for j in range(3):
            ring = [corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1]]
            points = []
            for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
                points.append((ax, ay))
                if draw(st.booleans()):
                    share = draw(st.floats(0.1, 0.9))
                    points.append((ax + (bx - ax) * share, ay + (by - ay) * share))
            shaken = []
            for x, y in points:
                far, turn = draw(off)
                shaken.append((x + far * math.cos(turn), y + far * math.sin(turn)))
            areas.append(make.area(f"G{i}{j}", wkb(shaken)))
    return areas


def furthest(before: list[AreaEdition], after: Snapped) -> float:
    """Return the longest way between the border of an area before and after, in metres."""
    old = {area.code: shapely.from_wkb(area.outline) for area in before}
    new = {area.code: shapely.from_wkb(area.outline) for area in after.areas}
    plane = plane_of(list(old.values()))
    ways = []
    for code in old:
        one, other = plane.flatten([old[code].boundary, new[code].boundary])
        ways.append(shapely.hausdorff_distance(one, other, densify=0.2))
    return max(ways)


@settings(max_examples=40, deadline=None)
@given(tilings())
def test_a_jittered_tiling_becomes_exact_and_nothing_moves_further_than_the_tolerance(
    areas: list[AreaEdition],
) -> None:
    after = snapped(areas, tolerance=2.0)
    assert after.left == ()
    assert shapely.coverage_is_valid(shapes_of(after.areas))
    assert furthest(areas, after) <= 2.0
    assert [problem for problem in report(after.areas) if problem.spot] == []


@settings(max_examples=20, deadline=None, phases=[Phase.generate])  # shrinking tilings takes minutes
@given(tilings(jitter=1.5))
def test_whatever_is_too_far_off_stays_and_is_named(areas: list[AreaEdition]) -> None:
    after = snapped(areas, tolerance=2.0)
    assert furthest(areas, after) <= 2.0
    kept = {area.code: area.outline for area in areas}
    for area in after.areas:
        assert area.code not in after.left or area.outline == kept[area.code]


def test_what_is_exact_already_is_not_touched() -> None:
    areas = make.community(grids=4)
    after = snapped(areas)
    assert list(after.areas) == areas
    assert (after.moved, after.left) == ((), ())


def test_the_result_says_what_moved() -> None:
    whole, first, second = make.community()
    apart = [whole, first, make.area("C1G2", make.box(101, 0, 200, 100), parent="C1")]
    (moved,) = (after := snapped(apart)).moved
    assert moved.code == "C1G2" or moved.code == "C1G1"
    assert 0 < moved.most_metres <= 1.01
    assert abs(moved.square_metres) == pytest.approx(100, rel=0.02)
    assert shapely.coverage_is_valid(shapes_of([a for a in after.areas if a.kind == "grid"]))
    assert second.code == "C1G2"


def test_a_neighbour_that_stands_moves_along_and_comes_back_with_the_given() -> None:
    _, first, _ = make.community()
    drawn = make.area("C1G2", make.box(100.8, 0, 200, 100), parent="C1")
    far = make.area("C9G1", make.box(900, 0, 1000, 100), parent="C9")
    after = snapped([drawn], neighbours=[first, far])
    assert {area.code for area in after.areas} <= {"C1G1", "C1G2"}
    both = {area.code: area for area in (first, *after.areas)}
    assert shapely.coverage_is_valid(shapes_of(list(both.values())))


def test_a_real_overlap_is_not_hidden() -> None:
    whole, first, _ = make.community()
    wide = make.area("C1G2", make.box(80, 0, 200, 100), parent="C1")
    after = snapped([whole, first, wide])
    assert after.left == ("C1G1", "C1G2")
    assert [p.spot.fault for p in survey(after.areas) if p.spot] == [Fault.OVERLAP]


@pytest.mark.parametrize("tolerance", [0, -1, 2.5, float("nan")])
def test_a_tolerance_beyond_two_metres_is_refused(tolerance: float) -> None:
    with pytest.raises(BadInput, match="捕捉容差"):
        snapped(make.community(), tolerance=tolerance)


def test_the_report_says_where_and_how_large() -> None:
    whole, first, _ = make.community()
    faults = report([whole, first, make.area("C1G2", make.box(80, 0, 190, 100), parent="C1")])
    found = {problem.spot.fault: problem for problem in faults if problem.spot}
    assert set(found) == {Fault.OVERLAP, Fault.GAP}
    overlap, gap = found[Fault.OVERLAP].spot, found[Fault.GAP].spot
    assert overlap is not None
    assert gap is not None
    assert (overlap.width_m, overlap.hectares, overlap.other) == (pytest.approx(20, abs=0.2), 0.2, "C1G1")
    assert gap.width_m == pytest.approx(10, abs=0.2)
    assert make.lon(190) < gap.lon < make.lon(200)
    assert make.lat(0) < gap.lat < make.lat(100)


def test_borders_within_the_tolerance_that_are_not_one_line_are_named_once() -> None:
    whole, first, _ = make.community()
    near = make.area("C1G2", make.box(100.4, 0, 200, 100), parent="C1")
    assert survey([whole, first, near]) == []
    (problem,) = report([whole, first, near])
    assert (problem.code, problem.spot and problem.spot.fault) == ("C1G2", Fault.UNEVEN)
    assert problem.what % problem.facts == "与「C1G1网格」的 100 米边界没有重合，最多差 0.40 米"
