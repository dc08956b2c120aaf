"""The life of a public promise (公开承诺): published with a date, kept, postponed or withdrawn (S-112).

That it is overdue nobody has to say: it follows from its date and the day.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput, NotPossible

TITLE_MOST: Final = 80
WHAT_MOST: Final = 2_000
WORDS_MOST: Final = 500
ADDRESS_MOST: Final = 200
PHOTOS_MOST: Final = 9
FARTHEST: Final = timedelta(days=3 * 366)  # a promise for later than that is none


class Act(StrEnum):
    """What staff do to promises and to comments on them; each is a permission."""

    PUBLISH = "publish_promise"
    KEEP = "keep_promise"
    POSTPONE = "postpone_promise"
    WITHDRAW = "withdraw_promise"
    RELEASE = "release_comment"
    WITHHOLD = "withhold_comment"


class PromiseState(StrEnum):
    """What was done with a promise."""

    RUNNING = "running"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """How a promise stands on a day: its state, and whether its date has gone by."""

    RUNNING = "running"
    OVERDUE = "overdue"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


MOVES: Final[Mapping[PromiseState, Mapping[Act, PromiseState]]] = {
    PromiseState.RUNNING: {
        Act.KEEP: PromiseState.KEPT,
        Act.POSTPONE: PromiseState.RUNNING,
        Act.WITHDRAW: PromiseState.WITHDRAWN,
    },
    PromiseState.KEPT: {},
    PromiseState.WITHDRAWN: {},
}


class PromiseOver(NotPossible):
    """The promise is kept or withdrawn: nothing more is done to it."""

    def __init__(self, state: PromiseState) -> None:
        super().__init__("这项承诺已经兑现" if state is PromiseState.KEPT else "这项承诺已经撤回")


def after(state: PromiseState, act: Act) -> PromiseState:
    """Return where a promise is once ``act`` is done.

    :raises PromiseOver: it is over
    """
    try:
        return MOVES[state][act]
    except KeyError:
        raise PromiseOver(state) from None


def standing(state: PromiseState, due_on: date, *, today: date) -> Standing:
    """Return how a promise stands on a day; its own day still counts as in time."""
    if state is PromiseState.RUNNING and due_on < today:
        return Standing.OVERDUE
    return Standing(state.value)


def days_late(due_on: date, on: date) -> int:
    """Return how many days after its date something was done; 0 in time."""
    return max(0, (on - due_on).days)


def check_date(due_on: date, *, today: date) -> None:
    """Return quietly when something can be promised for a day.

    :raises BadInput: the day has gone by, or lies too far ahead
    """
    if due_on < today:
        raise BadInput("承诺的日期已经过去", where="due_on")
    if due_on - today > FARTHEST:
        raise BadInput("承诺的日期不能超过三年", where="due_on")


def check_new_date(due_on: date, *, was: date, today: date) -> None:
    """Return quietly when a promise can be put off to a day.

    :raises BadInput: the day is no later than the one promised, has gone by, or lies too far ahead
    """
    if due_on <= was:
        raise BadInput("新的日期要晚于原来的 %(was)s", where="due_on", was=was.isoformat())
    check_date(due_on, today=today)
