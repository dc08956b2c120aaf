"""Cells and clusters: a tile is a range of cells, a case is in one cluster, its middle lies among them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules.cells import (
    CLUSTER,
    LEVEL,
    cell_of,
    cells_in,
    clusters,
    fine_level,
    joined,
    parted,
    placed,
)

ROWS = st.integers(0, 2**LEVEL - 1)


@given(x=ROWS, y=ROWS)
def test_a_cell_gives_its_column_and_row_back(x: int, y: int) -> None:
    assert parted(joined(x, y)) == (x, y)


@given(x=ROWS, y=ROWS, zoom=st.integers(0, LEVEL))
def test_a_cell_lies_in_the_range_of_its_tile_and_of_no_other(x: int, y: int, zoom: int) -> None:
    shift = LEVEL - zoom
    first, after = cells_in(zoom, x >> shift, y >> shift)
    assert first <= joined(x, y) < after
    if zoom:
        other, end = cells_in(zoom, (x >> shift) ^ 1, y >> shift)
        assert not other <= joined(x, y) < end


def test_cells_are_those_of_web_mercator() -> None:
    assert parted(cell_of(0, 0)) == (2 ** (LEVEL - 1), 2 ** (LEVEL - 1))
    column, row = parted(cell_of(117.5, 34.7))
    assert (column >> (LEVEL - 10), row >> (LEVEL - 10)) == (846, 406)


PLACES = st.lists(st.tuples(st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1)), min_size=1, max_size=40)


@given(places=PLACES, zoom=st.integers(0, 20))
def test_every_case_is_counted_once_and_a_middle_lies_inside_its_cluster(
    places: list[tuple[int, int]], zoom: int
) -> None:
    x, y = 2**zoom // 2, 2**zoom // 3
    west, north = x << (LEVEL - zoom), y << (LEVEL - zoom)
    scale = max(LEVEL - zoom - 12, 0)
    size = 2 ** (LEVEL - zoom)
    cells = [joined(west + (u << scale) % size, north + (v << scale) % size) for u, v in places]
    shift = 2 * (LEVEL - fine_level(zoom))
    fine = list(Counter(cell >> shift for cell in cells).items())

    found = clusters(zoom, x, y, fine)

    assert sum(each.count for each in found) == len(cells)
    assert len(found) <= 4**CLUSTER
    for each in found:
        held = [cell for cell in cells if each.first <= cell < each.after]
        assert len(held) == each.count
        assert 0 <= each.x < 1
        assert 0 <= each.y < 1
        if each.count == 1:
            there = placed(each, held[0], (zoom, x, y))
            column, row = parted(held[0])
            assert abs((there.x + x) * 2 ** (LEVEL - zoom) - column - 0.5) < 1e-3
            assert abs((there.y + y) * 2 ** (LEVEL - zoom) - row - 0.5) < 1e-3
