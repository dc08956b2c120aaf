"""The rules of whistles: the graph of a call searched whole, superiors in any tree, what a lead waits for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules import whistles as rules
from mulin.cases.rules.closing import Missing
from mulin.cases.rules.whistles import Body, CallState, Deed, ImpossibleDeed, Seat, WhistleState

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)
paths = st.lists(st.integers(1, 3), min_size=1, max_size=5).map(
    lambda below: "9/" + "".join(f"{level}{part}/" for level, part in enumerate(below, start=1))
)
calls = st.lists(st.sampled_from(CallState), max_size=6)


def test_every_state_of_a_call_is_reached_and_every_one_can_still_end() -> None:
    reached, ahead = set(), {CallState.CALLING}
    while ahead:
        reached |= ahead
        ahead = {to for state in ahead for to in rules.CALL_MOVES[state].values()} - reached
    assert reached == set(CallState)
    for state in CallState:
        seen, more = {state}, {state}
        while more:
            more = {to for each in more for to in rules.CALL_MOVES[each].values()} - seen
            seen |= more
        assert {CallState.REPLIED, CallState.RELEASED} & seen


@pytest.mark.parametrize(
    ("state", "deed"), [(s, d) for s in CallState for d in Deed if d not in rules.CALL_MOVES[s]]
)
def test_what_the_graph_of_a_call_does_not_have_is_refused(state: CallState, deed: Deed) -> None:
    with pytest.raises(ImpossibleDeed):
        rules.after(state, deed)


@given(st.lists(paths, min_size=1, max_size=4))
def test_the_common_superior_stands_above_all_and_is_none_of_them_but_at_the_root(bodies: list[str]) -> None:
    found = rules.common_superior(bodies)
    assert found
    assert all(body.startswith(found) for body in bodies)
    assert found not in bodies or found == "9/"
    nearer = [body[: len(found)] + body[len(found) :].split("/")[0] + "/" for body in bodies if body != found]
    for deeper in nearer:  # nothing lower would do
        assert not all(body.startswith(deeper) and body != deeper for body in bodies)


def test_without_any_path_there_is_no_superior() -> None:
    assert rules.common_superior([]) == rules.common_superior(["1/2/", "3/4/"]) == ""


@pytest.mark.parametrize(
    ("called", "may"),
    [
        pytest.param(Body(3, "street", "1/2/3/", True), True, id="above"),
        pytest.param(Body(8, "street", "1/2/8/", True), False, id="beside"),
        pytest.param(Body(9, "department", "1/2/9/"), True, id="an-office-of-the-county"),
        pytest.param(Body(7, "department", "1/7/"), True, id="an-office-of-the-city"),
        pytest.param(Body(6, "department", "1/5/6/"), False, id="an-office-of-another-county"),
        pytest.param(Body(2, "county", "1/2/", True), False, id="a-kind-the-row-does-not-name"),
        pytest.param(Body(1, "department", "1/"), False, id="the-root"),
        pytest.param(Body(4, "street", "1/2/3/4/", True), False, id="itself"),
    ],
)
def test_one_calls_what_lies_around_and_the_offices_of_it(called: Body, may: bool) -> None:
    caller = Body(4, "community", "1/2/3/4/", True)
    assert rules.may_call(caller, called, ("street", "department")) is may


@given(calls, st.booleans(), st.booleans())
def test_a_whistle_waits_for_whatever_blocks_its_end(
    states: Sequence[CallState], summed: bool, ended: bool
) -> None:
    state = rules.state_of(states, summed=summed, ended=ended)
    lacking = {blocker.missing for blocker in rules.blocks_sum_up(states, has_lead=True)}
    assert (state is WhistleState.ENDED) is ended
    if not ended:
        assert (state is WhistleState.RULING) is (Missing.RULINGS in lacking)
        if state in (WhistleState.SUMMING, WhistleState.SUMMED):
            assert not lacking
        if state is WhistleState.SUMMING:
            assert rules.blocks_end(states, summed=False)


def test_the_lead_waits_for_every_live_call_and_for_nobody_released() -> None:
    states = [
        CallState.CALLING,
        CallState.REFUSED,
        CallState.REPORTED_IN,
        CallState.REPLIED,
        CallState.RELEASED,
    ]
    assert [(b.missing, b.count) for b in rules.blocks_sum_up(states, has_lead=False)] == [
        (Missing.CALLS, 1),
        (Missing.RULINGS, 1),
        (Missing.REPLIES, 3),
        (Missing.LEAD, 1),
    ]
    assert rules.blocks_end([CallState.RELEASED], summed=False) == ()


def test_the_seal_breaks_when_all_are_in_after_the_end_or_when_the_term_is_over() -> None:
    seats = rules.seats_of(1, [(2, CallState.REPLIED), (3, CallState.RELEASED)])
    assert seats == (Seat(1, 2), Seat(2, 1))
    until = NOON + timedelta(days=3)
    assert not rules.opens(seats, seats, ended_at=None, until=until, now=until)
    assert not rules.opens(seats, seats[:1], ended_at=NOON, until=until, now=until - timedelta(seconds=1))
    assert rules.opens(seats, seats, ended_at=NOON, until=until, now=NOON)
    assert rules.opens(seats, (), ended_at=NOON, until=until, now=until)


@given(st.integers(1, 99), st.integers(1, 99))
def test_a_pair_is_the_same_whoever_returned(one: int, other: int) -> None:
    assert rules.pair_of(one, other) == rules.pair_of(other, one)
