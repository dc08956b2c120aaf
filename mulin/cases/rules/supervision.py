"""The life of a supervision (督办): asked, answered, re-checked; closed only after the re-check (S-104)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import NotPossible


class Stage(StrEnum):
    """Where a supervision stands."""

    ASKED = "asked"  # the unit owes an answer
    REPLIED = "replied"  # answered, not re-checked yet
    SETTLED = "settled"  # re-checked and good


class Step(StrEnum):
    """What can be done to it."""

    REPLY = "reply"
    ACCEPT = "accept"
    SEND_BACK = "send_back"


STEPS: Final[Mapping[Stage, Mapping[Step, Stage]]] = {
    Stage.ASKED: {Step.REPLY: Stage.REPLIED},
    Stage.REPLIED: {Step.ACCEPT: Stage.SETTLED, Step.SEND_BACK: Stage.ASKED},
    Stage.SETTLED: {},
}


class ImpossibleStep(NotPossible):
    """The supervision is not where the step could be done."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(
            {
                Stage.ASKED: "被督办单位还没有回复",
                Stage.REPLIED: "已经回复，等待复查",
                Stage.SETTLED: "督办已经销号",
            }[stage]
        )
        self.stage = stage


class OwnReply(NotPossible):
    """Who answered cannot re-check their own answer."""

    def __init__(self) -> None:
        super().__init__("回复督办的人不能自己复查")


def after(stage: Stage, step: Step) -> Stage:
    """Return where a supervision is once ``step`` is done.

    :raises ImpossibleStep: it is not possible there
    """
    try:
        return STEPS[stage][step]
    except KeyError:
        raise ImpossibleStep(stage) from None


def check_other(*, replied_by: int | None, verifier: int) -> None:
    """Return quietly when somebody else re-checks.

    :raises OwnReply: it is who answered
    """
    if replied_by == verifier:
        raise OwnReply
