"""A mediation opens with both parties only, and from wherever it stands it can be ended."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from mulin.cases.rules import mediation as rules
from mulin.cases.rules.mediation import RUNNING, STEPS, Ending, MediationStage, Party, Step
from mulin.kernel.errors import BadInput

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize("order", list(permutations(Party)))
def test_the_second_yes_opens_it_whoever_says_it(order: tuple[Party, ...]) -> None:
    first, second = order
    assert rules.consent(MediationStage.PROPOSED, party=first, given={}) is MediationStage.PROPOSED
    assert rules.consent(MediationStage.PROPOSED, party=second, given={first: True}) is MediationStage.OPEN
    with pytest.raises(rules.ConsentedAlready):
        rules.consent(MediationStage.PROPOSED, party=first, given={first: True})


@pytest.mark.parametrize("stage", MediationStage)
def test_nothing_is_said_or_agreed_before_both_agreed(stage: MediationStage) -> None:
    for step in (Step.SESSION, Step.AGREE, Step.FAIL):
        if stage is MediationStage.OPEN:
            assert rules.after(stage, step)
        else:
            with pytest.raises(rules.ImpossibleStep) as refusal:
                rules.after(stage, step)
            assert refusal.value.stage is stage


@pytest.mark.parametrize("stage", sorted(RUNNING))
@pytest.mark.parametrize("reason", [Ending.WITHDRAWN, Ending.COURT, Ending.REFERRED])
def test_a_party_may_leave_at_any_time(stage: MediationStage, reason: Ending) -> None:
    assert rules.after(stage, rules.ending(reason)) is MediationStage.ENDED


def test_not_agreed_is_said_only_of_what_began() -> None:
    assert rules.after(MediationStage.OPEN, rules.ending(Ending.NOT_AGREED)) is MediationStage.NOT_AGREED
    with pytest.raises(rules.ImpossibleStep):
        rules.after(MediationStage.PROPOSED, rules.ending(Ending.NOT_AGREED))


def test_what_is_over_stays_over() -> None:
    assert {stage for stage in MediationStage if not STEPS[stage]} == set(rules.OUTCOMES)
    with pytest.raises(rules.ImpossibleStep):
        rules.consent(MediationStage.AGREED, party=Party.FIRST, given={})


@pytest.mark.parametrize("minutes", [-61, 1])
def test_a_session_lies_between_the_opening_and_now(minutes: int) -> None:
    hour = timedelta(hours=1)
    rules.check_session(at=NOON - hour, opened_at=NOON - hour, now=NOON)
    with pytest.raises(BadInput):
        rules.check_session(at=NOON + timedelta(minutes=minutes), opened_at=NOON - hour, now=NOON)
