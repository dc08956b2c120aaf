"""What stands between a case and its next step."""

from datetime import UTC, datetime, timedelta

import pytest

from mulin.cases.rules.closing import (
    Blocker,
    Missing,
    NotYet,
    blocks_check,
    blocks_close,
    blocks_finish,
    blocks_reopen,
    require,
)

NOON = datetime(2026, 5, 11, 4, tzinfo=UTC)


def close(**facts: object) -> tuple[Blocker, ...]:
    usual = {
        "unanswered": 0,
        "in_compound": False,
        "unrated": 0,
        "checked_at": NOON,
        "rating_days": 7,
        "now": NOON,
    }
    return blocks_close(**(usual | facts))  # type: ignore[arg-type]


def test_evidence_the_item_asks_for_must_be_there() -> None:
    assert blocks_finish(evidence=["photo_after"], result_photos=0) == (Blocker(Missing.EVIDENCE),)
    assert blocks_finish(evidence=["photo_after"], result_photos=1) == ()
    assert blocks_finish(evidence=[], result_photos=0) == ()


def test_nobody_checks_their_own_work() -> None:
    assert blocks_check(handler_id=7, checker_id=7) == (Blocker(Missing.OTHER_PERSON),)
    assert blocks_check(handler_id=7, checker_id=8) == ()


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, ()),
        ({"unanswered": 2}, (Blocker(Missing.ANSWERS, 2),)),
        ({"unrated": 1}, ()),
        ({"in_compound": True, "unrated": 1}, (Blocker(Missing.RATING, 1),)),
        ({"in_compound": True, "unrated": 0}, ()),
        ({"in_compound": True, "unrated": 1, "now": NOON + timedelta(days=7)}, ()),
        (
            {"in_compound": True, "unrated": 1, "now": NOON + timedelta(days=7, seconds=-1)},
            (Blocker(Missing.RATING, 1),),
        ),
        ({"in_compound": True, "unrated": 1, "checked_at": None}, (Blocker(Missing.RATING, 1),)),
    ],
)
def test_what_closing_still_needs(facts: dict[str, object], missing: tuple[Blocker, ...]) -> None:
    assert close(**facts) == missing


def test_the_window_to_reopen_ends() -> None:
    late = NOON + timedelta(days=15, seconds=1)
    assert blocks_reopen(closed_at=NOON, reopen_days=15, now=late) == (Blocker(Missing.WINDOW),)
    assert blocks_reopen(closed_at=NOON, reopen_days=15, now=late - timedelta(seconds=1)) == ()


def test_the_refusal_names_every_blocker() -> None:
    blockers = (Blocker(Missing.ANSWERS, 2), Blocker(Missing.RATING))
    with pytest.raises(NotYet) as refusal:
        require(blockers)
    assert refusal.value.blockers == blockers
    require(())
