"""An outline that is asked about: what is refused, and how the database is told of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules.cells import cell_of
from mulin.insight.rules.asked import CORNERS_MOST, Span, as_polygons, cells_over, outline_of
from mulin.kernel.errors import BadInput

SQUARE = [[118.0, 34.0], [118.1, 34.0], [118.1, 34.1], [118.0, 34.1], [118.0, 34.0]]
HOLE = [[118.02, 34.02], [118.04, 34.02], [118.04, 34.04], [118.02, 34.04], [118.02, 34.02]]


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_geometry_or_a_feature_is_an_outline_and_the_database_hears_border_and_holes() -> None:
    shape = outline_of({"type": "Feature", "geometry": polygon(SQUARE, HOLE)})
    assert shape.area == pytest.approx(0.01 - 0.0004)
    [(border, holes)] = as_polygons(shape)
    assert border == "((118.0,34.0),(118.1,34.0),(118.1,34.1),(118.0,34.1))"
    assert holes == ["((118.02,34.02),(118.04,34.02),(118.04,34.04),(118.02,34.04))"]
    two = {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[x + 1, y] for x, y in SQUARE]]]}
    assert len(as_polygons(outline_of(two))) == 2


@given(st.floats(-179, 178), st.floats(-80, 79), st.floats(1e-6, 1), st.floats(1e-6, 1), st.data())
def test_a_box_lies_in_at_most_four_ranges_of_cells(
    west: float, south: float, wide: float, high: float, data: st.DataObject
) -> None:
    ranges = cells_over((west, south, west + wide, south + high))
    assert 1 <= len(ranges) <= 4
    cell = cell_of(data.draw(st.floats(west, west + wide)), data.draw(st.floats(south, south + high)))
    assert any(first <= cell < after for first, after in ranges)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {"type": "Point", "coordinates": [118, 34]},
        polygon(),
        polygon(SQUARE[:-1]),
        polygon([["x", 34.0]] * 4),
        polygon([[float("nan"), 34.0]] * 4),
        polygon([SQUARE[0]] * 5),
        polygon([[lat, lon] for lon, lat in SQUARE]),
        polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]),
        polygon([[118 + n / 1e5, 34 + (n % 7) / 1e5] for n in range(CORNERS_MOST)] + [[118.0, 34.0]]),
        {"type": "MultiPolygon", "coordinates": [SQUARE]},
        {"type": "Polygon", "coordinates": {"a": 1}},
        {"type": ["Polygon"], "coordinates": [SQUARE]},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_what_is_no_outline_is_refused_and_told_where(wrong: object) -> None:
    with pytest.raises(BadInput) as refusal:
        outline_of(wrong)
    assert refusal.value.where in {"polygon", "latitude", "longitude"}


def test_a_span_ends_after_it_begins_and_is_no_century() -> None:
    noon = datetime(2026, 5, 12, tzinfo=UTC)
    assert Span(noon, noon + timedelta(days=1))
    for until in (noon, noon - timedelta(days=1), noon + timedelta(days=9_999)):
        with pytest.raises(BadInput):
            Span(noon, until)
