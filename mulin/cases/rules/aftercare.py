"""After closing: what a visit-back, an appeal and an exclusion may say, and by whom (S-105, S-106)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput, NotPossible

WORDS_MOST: Final = 500


class VisitWhy(StrEnum):
    """Why a resident is visited back."""

    SAMPLE = "sample"  # drawn by a plan
    COMPOUND = "compound"  # 三单一访: every case of a compound (S-086)
    DOUBT = "doubt"  # a resident says it is not fixed (W11), or rated it so


class VisitOutcome(StrEnum):
    """How a try to reach somebody ended; the last two say nothing about the work."""

    CONTACTED = "contacted"
    NOT_REACHED = "not_reached"
    REFUSED = "visit_refused"  # a right, without consequence (P-18)


class Method(StrEnum):
    """How somebody was reached."""

    PHONE = "by_phone"
    MESSAGE = "by_message"
    DOOR = "at_door"


class Solved(StrEnum):
    """Was it solved?"""

    YES = "solved"
    PARTLY = "partly_solved"
    NO = "not_solved"


class Satisfied(StrEnum):
    """Were they satisfied?"""

    YES = "satisfied"
    BASIC = "basically_satisfied"
    NO = "unsatisfied"


class Mark(StrEnum):
    """What may be appealed: the facts that are counted for or against a unit."""

    LATE = "late"
    VISIT = "bad_visit"


class AppealState(StrEnum):
    """Where an appeal stands."""

    ASKED = "asked"
    REVIEWED = "reviewed"
    GRANTED = "granted"
    REJECTED = "rejected"


class ExclusionState(StrEnum):
    """Where the exclusion of a case from the figures stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


class LowRating(StrEnum):
    """What a rating "not solved" leads to, as the city sets it."""

    REOPEN = "reopen"  # at once, inside the window
    SUPERVISE = "supervise"  # the same, and whoever has the move then answers for it (督办)
    VISIT = "visit"  # a third party asks first
    NOTHING = "nothing"

    @property
    def takes_up_again(self) -> bool:
        """Return whether a closed case is taken up again at once."""
        return self in (LowRating.REOPEN, LowRating.SUPERVISE)


class NotYours(NotPossible):
    """The third party is no third party: who handled it, led it, or judges their own judgement."""


class SettledBefore(NotPossible):
    """The side record is over, or another one of its kind exists."""


@dataclass(frozen=True, slots=True)
class VisitSaid:
    """What somebody who was rung up said."""

    method: Method
    outcome: VisitOutcome
    responded: bool | None = None  # did the handling unit get in touch?
    solved: Solved | None = None
    satisfied: Satisfied | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    words: str = ""

    @property
    def is_bad(self) -> bool:
        """Return whether the case must be taken up again: not solved, or not satisfied."""
        return self.solved is Solved.NO or self.satisfied is Satisfied.NO


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the script: its code, its words, what may be answered (nothing: free words)."""

    code: str
    text: str
    text_en: str = ""
    choices: tuple[str, ...] = ()


def checked(said: VisitSaid, script: Collection[Question]) -> VisitSaid:
    """Return what was said if it is whole: somebody reached has answered, somebody else has not.

    :raises BadInput: naming what is missing or does not belong
    """
    if said.outcome is not VisitOutcome.CONTACTED:
        if said.solved or said.satisfied or said.responded is not None or said.answers:
            raise BadInput("没有接通或不愿接受回访的，不能代填评价", where="outcome")
        return said
    for name, value in (
        ("responded", said.responded),
        ("solved", said.solved),
        ("satisfied", said.satisfied),
    ):
        if value is None:
            raise BadInput("请选一项", where=name)
    known = {question.code: question for question in script}
    for code, answer in said.answers.items():
        question = known.get(code)
        if question is None or len(answer) > WORDS_MOST or "\x00" in answer:
            raise BadInput("话术里没有这个问题，或回答太长", where=code)
        if question.choices and answer not in question.choices:
            raise BadInput("请从列出的里面选", where=code)
    return said


def is_over(said: VisitSaid, *, attempts: int, attempts_most: int) -> bool:
    """Return whether the visit is done after this try; nobody is rung for ever."""
    return said.outcome is not VisitOutcome.NOT_REACHED or attempts >= attempts_most


def require_third_party(
    *, unit_id: int | None, leads: Collection[int], handler: int | None, account: int
) -> None:
    """Refuse a visit by a unit that led the case, or by the person who reported the result.

    :raises NotYours: the visitor is no third party
    """
    if unit_id in leads or (handler is not None and handler == account):
        raise NotYours("承办的单位和经办人不能自己回访")


def require_open(*, done: bool) -> None:
    """Refuse to speak again on something settled.

    :raises SettledBefore: it is over
    """
    if done:
        raise SettledBefore("这一项已经办过了")


def has_mark(mark: Mark, *, was_late: bool, bad_visits: int) -> bool:
    """Return whether there is a mark to appeal."""
    return was_late if mark is Mark.LATE else bad_visits > 0


def require_another_level(
    *, account: int, unit_id: int | None, before: Collection[tuple[int, int | None]]
) -> None:
    """Refuse who spoke before on an appeal, or speaks for a unit that did: two levels, two persons.

    :raises NotYours: the person or the unit had its say already
    """
    if any(account == who or (unit_id is not None and unit_id == unit) for who, unit in before):
        raise NotYours("申诉要由另一级的另一个人来看")


def require_second_person(*, account: int, post: str, proposer: int, proposer_post: str) -> None:
    """Refuse to confirm one's own exclusion, or that of somebody of the same post.

    :raises NotYours: one person or one post alone
    """
    if account == proposer or post == proposer_post:
        raise NotYours("剔除要由另一个岗位的另一个人确认")


def window_open(*, closed_at: datetime | None, reopen_days: int, now: datetime) -> bool:
    """Return whether a closed case may still be taken up again."""
    return closed_at is not None and now <= closed_at + timedelta(days=reopen_days)
