"""What still stands between a case and its next step; every blocker has a code and a count, doors word it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mulin.kernel.errors import NotPossible


class Missing(StrEnum):
    """Why an act must wait."""

    EVIDENCE = "evidence"  # the item asks for a photo of the result
    ANSWERS = "answers"  # reports without an answer (S-063)
    RATING = "rating"  # 三单一访: residents rate before the slip is closed (S-086)
    ITEM = "item"  # no list item matched yet
    OTHER_PERSON = "other_person"  # the handler may not check their own work
    SUPERVISION = "supervision"  # a supervision (督办) is not settled
    MEDIATION = "mediation"  # a mediation (调解) is not over
    WINDOW = "window"  # too late: the window to reopen is over
    WHISTLE = "whistle"  # whistles not ended
    CALLS = "calls"  # called units that have not reported in
    RULINGS = "rulings"  # refusals the common superior has not ruled on
    REPLIES = "replies"  # called units without a result
    LEAD = "lead"  # the lead was released and nobody follows
    SUMMARY = "summary"  # the lead has not summed up
    SECOND_PERSON = "second_person"  # another person of another unit or post must look at it
    DEADLINE_OVER = "deadline_over"  # too late: more time is asked for and given before the deadline
    USED_UP = "used_up"  # granted as often as the city allows
    ASKED_ALREADY = "asked_already"  # one ask waits for a decision
    OTHER_LEVEL = "other_level"  # the unit that asked does not decide


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing missing; ``count`` says how many, where that has a meaning."""

    missing: Missing
    count: int = 1


class NotYet(NotPossible):
    """Something the rules ask for is missing."""

    def __init__(self, blockers: Collection[Blocker]) -> None:
        super().__init__("; ".join(f"{b.missing}×{b.count}" for b in blockers))
        self.blockers = tuple(blockers)


def blocks_finish(*, evidence: Collection[str], result_photos: int) -> tuple[Blocker, ...]:
    """Return what a result still needs: the photo its list item asks for."""
    if "photo_after" in evidence and result_photos == 0:
        return (Blocker(Missing.EVIDENCE),)
    return ()


def blocks_check(*, handler_id: int | None, checker_id: int) -> tuple[Blocker, ...]:
    """Return whether the person may check: never who reported the result (design.md §5, red line 3)."""
    return (Blocker(Missing.OTHER_PERSON),) if handler_id == checker_id else ()


def blocks_close(
    *,
    unanswered: int,
    in_compound: bool,
    unrated: int,
    checked_at: datetime | None,
    rating_days: int,
    now: datetime,
) -> tuple[Blocker, ...]:
    """Return what closing still needs: an answer to every report, inside a compound also the ratings.

    Silence is not a veto: after ``rating_days`` without a rating a compound case may close (S-086).
    """
    blockers = []
    if unanswered:
        blockers.append(Blocker(Missing.ANSWERS, unanswered))
    waited = checked_at is not None and now >= checked_at + timedelta(days=rating_days)
    if in_compound and unrated and not waited:
        blockers.append(Blocker(Missing.RATING, unrated))
    return tuple(blockers)


def blocks_reopen(*, closed_at: datetime | None, reopen_days: int, now: datetime) -> tuple[Blocker, ...]:
    """Return whether the window to reopen is over."""
    late = closed_at is not None and now > closed_at + timedelta(days=reopen_days)
    return (Blocker(Missing.WINDOW),) if late else ()


def require(blockers: Collection[Blocker]) -> None:
    """Refuse if anything is missing.

    :raises NotYet: naming every blocker
    """
    if blockers:
        raise NotYet(blockers)
