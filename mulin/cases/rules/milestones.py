"""Milestones bound to one case (1365, S-094 to S-098): which hold for it, what meets them, how they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from mulin.cases.rules.lifecycle import Act
from mulin.clocks.rules.limits import Limit
from mulin.kernel.errors import BadInput, NotPossible


class Start(StrEnum):
    """What a milestone's clock starts with."""

    REPORTED = "reported"  # the resident's call
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"


class Verdict(StrEnum):
    """How a milestone stands."""

    AHEAD = "ahead"  # what starts it has not happened yet
    RUNNING = "running"
    MET = "met"
    LATE = "late"  # met, after its time
    MISSED = "missed"  # its time is over and nobody met it


MEETING: Final = (Act.MEET, Act.ACCEPT, Act.FINISH, Act.END_MEDIATION)  # acts that can meet a milestone
# Which milestones an act meets in passing. A mediation's is met however it ends, and where there was none by
# the result: its clock binds the staff.
MEETS: Final[Mapping[Act, tuple[Act, ...]]] = {
    Act.ACCEPT: (Act.ACCEPT,),
    Act.FINISH: (Act.FINISH, Act.END_MEDIATION),
    Act.AGREE: (Act.END_MEDIATION,),
    Act.END_MEDIATION: (Act.END_MEDIATION,),
}


class NoMilestone(NotPossible):
    """The case has no such milestone waiting."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table of profiles."""

    line: int
    scheme: str
    code: str
    title: str
    limit: Limit
    start: Start
    met_by: Act
    items: tuple[str, ...] = field(default=())
    calendar: str = ""
    asks_words: bool = False
    templates: tuple[str, ...] = field(default=())

    def fit(self, item: str) -> int:
        """Return how exactly the row names ``item``: 0 not at all, the length of the prefix, a code most."""
        fits = [
            len(each) + (0 if each.endswith("-") else 100)
            for each in self.items
            if each == item or (each.endswith("-") and item.startswith(each))
        ]
        return max(fits, default=0)


def steps_for(steps: Iterable[Step], item: str) -> tuple[Step, ...]:
    """Return the milestones of a matter: for each code the row that names its item most exactly."""
    best: dict[str, tuple[int, Step]] = {}
    for step in steps:
        fit = step.fit(item) if item else 0
        if fit and fit > best.get(step.code, (0, step))[0]:
            best[step.code] = (fit, step)
    return tuple(sorted((step for _, step in best.values()), key=lambda step: step.line))


def check(steps: Sequence[Step]) -> None:
    """Refuse a table in which two rows of a code name the same item.

    :raises BadInput: naming the second line
    """
    first: dict[tuple[str, str], int] = {}
    for step in steps:
        if not step.items:
            raise BadInput("没有写明适用的清单项", where=f"line {step.line}")
        if step.met_by not in MEETING:
            raise BadInput("“%(act)s”不能算达到节点", where=f"line {step.line}", act=step.met_by)
        for item in step.items:
            other = first.setdefault((step.code, item), step.line)
            if other != step.line:
                raise BadInput("和第 %(other)d 行重复", where=f"line {step.line}", other=other)


def verdict(
    *, due_at: datetime | None, met_at: datetime | None, ended_at: datetime | None, now: datetime
) -> Verdict:
    """Return how a milestone stands; what was not met when the work ended is missed."""
    if met_at is not None:
        return Verdict.LATE if due_at is not None and met_at > due_at else Verdict.MET
    if ended_at is not None:
        return Verdict.MISSED
    if due_at is None:
        return Verdict.AHEAD
    return Verdict.MISSED if now > due_at else Verdict.RUNNING


def words_of(text: str, *, asks_words: bool, templates: Sequence[str]) -> str:
    """Return what is said with a milestone: free words, or one of the city's sentences by number.

    :raises BadInput: words are asked for and there are none
    """
    text = text.strip()
    if text.startswith("#") and text[1:].isdigit() and 1 <= int(text[1:]) <= len(templates):
        text = templates[int(text[1:]) - 1]
    if asks_words and not text:
        raise BadInput("请写明方案，或选一条现成的", where="text")
    return text
