"""Greedy maximum coverage: gains never rise, it is near the best possible, ties go to the smallest code."""

import math
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulin.insight.rules.coverage import Reach, Spot, shares
from mulin.kernel.errors import BadInput
from tests.make.places import lat, lon

METRES = 100.0
spots = st.lists(
    st.tuples(st.integers(0, 600), st.integers(0, 600), st.integers(0, 9)), min_size=1, max_size=9
).map(lambda them: [Spot(f"b{n}", lon(x), lat(y), w) for n, (x, y, w) in enumerate(them)])


def reached(all_of: list[Spot], sites: list[Spot]) -> int:
    served = Reach(all_of, metres=METRES).served_by(sites)
    return sum(spot.weight for spot in all_of if spot.code in served)


@settings(max_examples=60, deadline=None)
@given(spots, st.integers(1, 3))
def test_gains_never_rise_and_greedy_is_at_least_63_per_cent_of_the_best(all_of: list[Spot], k: int) -> None:
    reach = Reach(all_of, metres=METRES)
    chosen = reach.next_sites(all_of, served=frozenset(), most=k)
    gains = [site.gain for site in chosen]
    assert gains == sorted(gains, reverse=True)
    by_code = {spot.code: spot for spot in all_of}
    assert sum(gains) == reached(all_of, [by_code[site.code] for site in chosen])
    best = max(reached(all_of, list(some)) for some in combinations(all_of, min(k, len(all_of))))
    assert sum(gains) >= (1 - 1 / math.e) * best


@settings(max_examples=40, deadline=None)
@given(spots, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(all_of: list[Spot], dice: object) -> None:
    mixed = list(all_of)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    first = Reach(all_of, metres=METRES).next_sites(all_of, served=frozenset(), most=3)
    assert first == Reach(mixed, metres=METRES).next_sites(mixed, served=frozenset(), most=3)


def test_the_first_site_is_where_most_is_and_what_is_served_counts_no_more() -> None:
    row = [Spot(f"b{n}", lon(80 * n), lat(0), 10) for n in range(5)] + [Spot("far", lon(5_000), lat(0), 5)]
    reach = Reach(row, metres=100)
    assert [(s.code, s.places, s.gain) for s in reach.next_sites(row, served=frozenset(), most=9)] == [
        ("b1", 3, 30),
        ("b3", 2, 20),
        ("far", 1, 5),
    ]
    served = reach.served_by([Spot("station", lon(80), lat(10))])
    assert served == {"b0", "b1", "b2"}
    assert [s.code for s in reach.next_sites(row, served=served, most=1)] == ["b3"]


def test_a_share_tells_places_and_weight_and_nothing_is_no_share() -> None:
    row = [Spot("a", lon(0), lat(0), 4), Spot("b", lon(900), lat(0), 6)]
    found = shares(row, {"a": "C1", "b": "C1"}, served=frozenset({"a"}))
    assert [(s.code, s.places, s.served, s.weight, s.weight_served, s.per_cent) for s in found] == [
        ("C1", 2, 1, 10, 4, "50.0")
    ]
    assert Reach([], metres=100).next_sites([], served=frozenset(), most=3) == []
    assert shares([], {}, served=frozenset()) == []


@pytest.mark.parametrize(("metres", "most"), [(0, 1), (9_000, 1), (500, 0), (500, 99)])
def test_what_makes_no_sense_is_refused(metres: float, most: int) -> None:
    with pytest.raises(BadInput):
        Reach([], metres=metres).next_sites([], served=frozenset(), most=most)
