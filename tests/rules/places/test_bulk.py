"""Many points at once: the answer of the lattice is that of looking each point up by itself."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulin.places.rules.bulk import NOWHERE, Lattice
from mulin.places.rules.points import AreaIndex
from tests.make import places as make

DAY = date(2026, 3, 2)
# Two communities with a gap of 60 metres, one grid over another, one far away.
AREAS = [
    *make.community(grids=3),
    *make.community("C2", east=360, grids=2),
    make.area("C2G0", make.box(380, 20, 420, 60)),
    make.area("F1", make.box(900, 700, 1_000, 900)),
]
INDEX = AreaIndex(AREAS)
LATTICE = Lattice(INDEX)
# Round numbers fall on borders and corners; the others anywhere.
EAST = st.one_of(st.integers(-2, 52).map(lambda n: n * 20.0), st.floats(-60, 1_060))
NORTH = st.one_of(st.integers(-2, 48).map(lambda n: n * 20.0), st.floats(-60, 960))


@given(spots=st.lists(st.tuples(EAST, NORTH), min_size=1, max_size=60))
@settings(deadline=None)
def test_many_points_are_located_as_each_by_itself(spots: list[tuple[float, float]]) -> None:
    lons, lats = [make.lon(east) for east, _ in spots], [make.lat(north) for _, north in spots]
    numbers = LATTICE.locate_many(lons, lats).tolist()
    found = ["" if number == NOWHERE else LATTICE.codes[number] for number in numbers]
    assert found == [INDEX.locate(lon, lat, on=DAY).grid_code for lon, lat in zip(lons, lats, strict=True)]


@pytest.mark.parametrize("across", [7, 64, 513])
def test_a_coarse_lattice_answers_as_a_fine_one(monkeypatch: pytest.MonkeyPatch, across: int) -> None:
    monkeypatch.setattr("mulin.places.rules.bulk.SIDE_MOST", across)
    dice = np.random.default_rng(4)
    lons, lats = make.lon(dice.uniform(-50, 1_050, 5_000)), make.lat(dice.uniform(-50, 950, 5_000))
    assert (Lattice(INDEX).locate_many(lons, lats) == LATTICE.locate_many(lons, lats)).all()


def test_without_grids_nothing_is_found() -> None:
    assert Lattice(AreaIndex([])).locate_many([118.0], [34.0]).tolist() == [NOWHERE]
