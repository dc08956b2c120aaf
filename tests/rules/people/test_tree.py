"""The shape of a tree: kinds below kinds, no circles, no organisation without ground."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.people.rules.tree import (
    Groundless,
    KindRule,
    MisplacedUnit,
    UnitCircle,
    circles,
    require_ground,
    require_no_circle,
    require_place,
)

CITY = KindRule("city", "市", "territory", (), must_cover=False)
GRID = KindRule("grid", "网格", "territory", ("city",), must_cover=False)
BRANCH = KindRule("branch", "支部", "party", ("city",), must_cover=True)


def test_a_kind_stands_where_its_parents_say() -> None:
    require_place(CITY, None)
    require_place(GRID, CITY)
    for kind, parent in ((GRID, None), (CITY, GRID), (GRID, GRID)):
        with pytest.raises(MisplacedUnit):
            require_place(kind, parent)


@pytest.mark.parametrize("parent", ["1/4/", "1/4/9/", "1/4/9/12/"])
def test_nothing_lies_below_itself(parent: str) -> None:
    with pytest.raises(UnitCircle):
        require_no_circle(unit="甲", unit_path="1/4/", parent_path=parent)


@pytest.mark.parametrize("parent", ["1/", "1/40/", "2/1/4/"])
def test_beside_and_above_itself_is_fine(parent: str) -> None:
    require_no_circle(unit="甲", unit_path="1/4/", parent_path=parent)


def test_an_organisation_needs_ground_and_ground_is_territory() -> None:
    require_ground(BRANCH, unit="甲", territories=["territory"])
    require_ground(GRID, unit="甲", territories=[])
    with pytest.raises(Groundless):
        require_ground(BRANCH, unit="甲", territories=[])
    for served in (["party"], ["territory", "firm"]):
        with pytest.raises(MisplacedUnit):
            require_ground(BRANCH, unit="甲", territories=served)


def lies_on_a_circle(unit: str, parents: Mapping[str, str]) -> bool:
    """Walk up one unit at a time: slow, plain, certainly right."""
    above = unit
    for _ in range(len(parents) + 1):
        if above not in parents:
            return False
        above = parents[above]
    return True


@given(st.dictionaries(st.sampled_from("abcdefghij"), st.sampled_from("abcdefghijkl"), max_size=10))
def test_circles_are_found_as_by_walking(parents: dict[str, str]) -> None:
    assert circles(parents) == {unit for unit in parents if lies_on_a_circle(unit, parents)}
