"""Cutting an outline along a line: two pieces, nothing lost, nothing twice."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.places.rules.cutting import cut_in_two, points_of

SQUARE = shapely.box(118.0, 34.0, 118.01, 34.01)


@given(st.floats(0.0005, 0.0095), st.floats(0.0005, 0.0095))
def test_two_pieces_are_the_whole_and_share_only_their_border(left: float, right: float) -> None:
    large, small = cut_in_two(SQUARE, [(118.0, 34.0 + left), (118.01, 34.0 + right)])
    assert large.area >= small.area
    assert large.union(small).equals_exact(SQUARE, 1e-9, normalize=True) or large.union(small).equals(SQUARE)
    assert large.intersection(small).area < 1e-15


def test_a_line_that_ends_just_inside_is_meant_to_reach_the_border() -> None:
    large, small = cut_in_two(SQUARE, [(118.0001, 34.004), (118.0099, 34.004)])
    assert large.area + small.area == pytest.approx(SQUARE.area)


@pytest.mark.parametrize(
    "points",
    [
        [(118.002, 34.004), (118.004, 34.004)],  # in the middle, reaching nothing
        [(119.0, 35.0), (119.1, 35.1)],  # elsewhere
        [(118.0, 34.002), (118.01, 34.008), (118.005, 34.0), (118.005, 34.01)],  # crosses itself
    ],
)
def test_a_line_that_does_not_cut_in_two_is_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(BadInput):
        cut_in_two(SQUARE, points)


@pytest.mark.parametrize("text", ["", "118,34", "a,b c,d", "118 34", "34,118 34,119", "118,34,1 118,35,1"])
def test_what_is_no_line_is_named(text: str) -> None:
    with pytest.raises(BadInput):
        points_of(text)


def test_a_line_is_read_as_it_is_written() -> None:
    assert points_of("118.01,34.02 118.03,34.04") == [(118.01, 34.02), (118.03, 34.04)]
    assert points_of("118.01,34.02；118.03,34.04") == [(118.01, 34.02), (118.03, 34.04)]
