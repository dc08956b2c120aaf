"""A sample is the same for the same seed and list, whatever the order; every stratum has its share."""

from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules.sampling import draw, shares

NAMES = st.tuples(
    st.sampled_from(["东街道", "西街道"]), st.sampled_from("abc"), st.sampled_from(["web", "phone"])
)
COHORTS = st.dictionaries(st.text("0123456789abcdef", min_size=4, max_size=8), NAMES, max_size=120)


@given(COHORTS, st.integers(0, 150), st.text(min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_same_seed_and_list_draw_the_same_sample(cohort, size, seed, luck) -> None:
    listed = list(cohort.items())
    first = draw(listed, size=size, seed=seed)
    luck.shuffle(listed)
    assert draw(listed, size=size, seed=seed) == first
    assert len(first.chosen) == min(size, len(cohort))
    assert set(first.chosen) <= set(cohort)


@given(COHORTS, st.integers(0, 150))
def test_every_stratum_has_its_share_give_or_take_one(cohort, size) -> None:
    sample = draw(cohort.items(), size=size, seed="s")
    drawn = {stratum.name: stratum for stratum in sample.strata}
    taken = min(size, len(cohort))
    for name, stratum in drawn.items():
        assert stratum.drawn == sum(cohort[key] == name for key in sample.chosen)
        assert stratum.cases == sum(each == name for each in cohort.values())
        assert stratum.drawn <= stratum.cases
        if taken >= len(drawn):
            assert stratum.drawn >= 1
        exact = stratum.cases * taken / max(len(cohort), 1)
        assert stratum.drawn < exact + 1.000001


def test_another_seed_draws_another_sample() -> None:
    cohort = [(f"{number:04}", ("一",)) for number in range(400)]
    assert draw(cohort, size=20, seed="a").chosen != draw(cohort, size=20, seed="b").chosen


def test_shares_follow_the_sizes_and_leave_nobody_out() -> None:
    assert shares({("a",): 80, ("b",): 15, ("c",): 5}, 20) == {("a",): 16, ("b",): 3, ("c",): 1}
    assert shares({("a",): 1000, ("b",): 1}, 2) == {("a",): 1, ("b",): 1}
    assert shares({("a",): 3, ("b",): 0}, 9) == {("a",): 3}
    assert shares({("a",): 9, ("b",): 1}, 1) == {("a",): 1, ("b",): 0}
    assert shares({}, 5) == {}
