"""A two-way review (双向述职双评): two units report to and rate each other; both are shown or neither."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from mulin.judgement.rules.sealing import is_complete
from mulin.kernel.errors import BadInput, NotPossible

TERM_MOST: Final = 40
REPORT_MOST: Final = 4_000
WORDS_MOST: Final = 500
DAYS_MOST: Final = 366


class Act(StrEnum):
    """What staff do to reviews; each is a permission."""

    OPEN = "open_review"
    SUBMIT = "submit_report_and_rating"
    SEE = "see_reviews"


class ReviewStage(StrEnum):
    """How a review stands."""

    SEALED = "sealed"  # at least one side is not in yet
    SHOWN = "shown"  # both are in: both are read
    LAPSED = "lapsed"  # its term ended with a side missing: nothing is shown, ever


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """Which two kinds of unit review each other, on which aspects, within how many days."""

    first_kind: str
    second_kind: str
    aspects: tuple[str, ...]
    scale: int
    days: int
    is_example: bool = False


class NotASide(NotPossible):
    """The unit is neither side of the review."""

    def __init__(self) -> None:
        super().__init__("您的单位不是这次双评的一方")


class ReviewOver(NotPossible):
    """The review takes nothing more."""

    def __init__(self, stage: ReviewStage) -> None:
        super().__init__(
            "双方都已提交，已经公布" if stage is ReviewStage.SHOWN else "双评期限已过，不能再提交"
        )


def stage(
    sides: Collection[int], given: Collection[int], *, closes_at: datetime, now: datetime
) -> ReviewStage:
    """Return how a review stands: shown as soon as both are in, never with one of them missing."""
    if is_complete(sides, given):
        return ReviewStage.SHOWN
    return ReviewStage.LAPSED if now >= closes_at else ReviewStage.SEALED


def check_submission(unit: int, *, sides: Collection[int], given: Collection[int], at: ReviewStage) -> None:
    """Return quietly when a unit may submit.

    :raises NotASide: it is neither side
    :raises ReviewOver: it is shown, or its term is over
    :raises NotPossible: it has submitted already
    """
    if unit not in sides:
        raise NotASide
    if at is not ReviewStage.SEALED:
        raise ReviewOver(at)
    if unit in given:
        raise NotPossible("已经提交过了，每方只提交一次")


def rule_for(rules: Collection[ReviewRule], first_kind: str, second_kind: str) -> ReviewRule:
    """Return the rule for two kinds of unit.

    :raises BadInput: these kinds do not review each other
    """
    for rule in rules:
        if (rule.first_kind, rule.second_kind) == (first_kind, second_kind):
            return rule
    raise BadInput("没有这两类单位互评的规则", where="second")


def check_neighbours(first: str, second: str) -> None:
    """Return quietly when two units have to do with each other, by their paths in the tree.

    The second lies below the first, or the first lies below what the second belongs to.

    :raises BadInput: they are the same, or have nothing to do with each other
    """
    above = second.rstrip("/").rpartition("/")[0] + "/"
    if first == second or not (second.startswith(first) or (len(above) > 1 and first.startswith(above))):
        raise BadInput("两个单位不在一处，不能互评", where="second")
