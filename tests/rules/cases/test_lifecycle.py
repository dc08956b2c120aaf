"""The graph of a case, searched whole."""

import pytest

from mulin.cases.rules.lifecycle import (
    FINAL,
    MOVES,
    OPEN,
    PUBLIC_STEP,
    Act,
    ImpossibleAct,
    PublicStep,
    State,
    after,
    possible_acts,
    public_step,
)


def reachable_from(start: State) -> set[State]:
    seen: set[State] = set()
    ahead = {start}
    while ahead:
        seen |= ahead
        ahead = {after(state, act) for state in ahead for act in possible_acts(state)} - seen
    return seen


def test_every_state_is_reached_by_some_case() -> None:
    assert reachable_from(State.RECEIVED) == set(State)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_from_every_open_state_a_case_can_still_be_closed(state: State) -> None:
    assert State.CLOSED in reachable_from(state)


def test_every_act_is_possible_somewhere() -> None:
    assert {act for moves in MOVES.values() for act in moves} == set(Act)


def test_the_mapping_to_public_steps_is_total() -> None:
    assert set(PUBLIC_STEP) == set(State)
    assert {public_step(state) for state in State} == set(PublicStep)


def test_public_steps_never_run_backwards_except_by_return_check_or_reopening() -> None:
    order = list(PublicStep)
    backwards = {
        act
        for state, moves in MOVES.items()
        for act, to in moves.items()
        if order.index(public_step(to)) < order.index(public_step(state))
    }
    assert backwards == {Act.RETURN, Act.FAIL, Act.REOPEN, Act.ADMIT}


def test_a_case_is_never_closed_by_who_handles_it() -> None:
    ways_into = {
        end: {
            (s, act) for s, moves in MOVES.items() for act, to in moves.items() if to is end and s is not end
        }
        for end in (State.CLOSED, State.CHECKED)
    }
    assert ways_into[State.CLOSED] == {(State.CHECKED, Act.CLOSE)}
    assert ways_into[State.CHECKED] == {(State.HANDLED, Act.APPROVE)}


def test_a_merged_case_is_over_for_good() -> None:
    assert possible_acts(State.MERGED) == frozenset()


def test_final_states_allow_only_notes_and_ways_back() -> None:
    allowed = {act for state in FINAL for act in possible_acts(state)}
    judging = {Act.EVALUATE, Act.OBJECT}  # both sides of a whistle: it holds nothing up
    aftercare = {
        Act.VISIT,
        Act.APPEAL,
        Act.REVIEW_APPEAL,
        Act.DECIDE_APPEAL,
        Act.EXCLUDE,
        Act.CONFIRM_EXCLUSION,
    }
    assert allowed == {Act.NOTE, Act.REOPEN, Act.ASK_REVIEW} | judging | aftercare


@pytest.mark.parametrize(("state", "act"), [(s, a) for s in State for a in Act if a not in possible_acts(s)])
def test_what_the_graph_does_not_have_is_refused(state: State, act: Act) -> None:
    with pytest.raises(ImpossibleAct) as refusal:
        after(state, act)
    assert (refusal.value.state, refusal.value.act) == (state, act)
