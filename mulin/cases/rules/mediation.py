"""The life of a mediation (调解): voluntary from first to last, and nobody's fault if it fails (P-18).

Both parties agree before it begins; either may leave at any time; courts stay open; "not agreed" is an
outcome like any other. Whatever clock runs beside it binds the staff, never the parties.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput, NotPossible


class MediationStage(StrEnum):
    """Where a mediation stands."""

    PROPOSED = "proposed"  # the parties are being asked
    OPEN = "open"  # both agreed
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    ENDED = "ended"  # one of them left, or it goes on elsewhere


class Step(StrEnum):
    """What can be done to it."""

    CONSENT = "consent"
    OPEN = "open"  # the consent that makes it two
    SESSION = "session"
    AGREE = "agree"
    FAIL = "fail"
    END = "end"


class Party(StrEnum):
    """The two sides; who they are stands nowhere here."""

    FIRST = "first"  # 甲方
    SECOND = "second"  # 乙方


class Consent(StrEnum):
    """How a party said yes."""

    IN_PERSON = "in_person"
    WRITTEN = "written"
    PHONE = "phone"


class Ending(StrEnum):
    """Why a mediation ends without an agreement."""

    NOT_AGREED = "not_agreed"
    WITHDRAWN = "withdrawn"  # a party does not want it, or no longer
    COURT = "court"  # 诉讼、仲裁
    REFERRED = "referred"  # somebody else goes on with it


STEPS: Final[Mapping[MediationStage, Mapping[Step, MediationStage]]] = {
    MediationStage.PROPOSED: {
        Step.CONSENT: MediationStage.PROPOSED,
        Step.OPEN: MediationStage.OPEN,
        Step.END: MediationStage.ENDED,
    },
    MediationStage.OPEN: {
        Step.SESSION: MediationStage.OPEN,
        Step.AGREE: MediationStage.AGREED,
        Step.FAIL: MediationStage.NOT_AGREED,
        Step.END: MediationStage.ENDED,
    },
    MediationStage.AGREED: {},
    MediationStage.NOT_AGREED: {},
    MediationStage.ENDED: {},
}
RUNNING: Final = frozenset(stage for stage, steps in STEPS.items() if steps)
OUTCOMES: Final = (MediationStage.AGREED, MediationStage.NOT_AGREED, MediationStage.ENDED)
LEAST: Final = 10  # fewer are not split: somebody could be picked out


class ImpossibleStep(NotPossible):
    """The mediation is not where the step could be done."""

    def __init__(self, stage: MediationStage) -> None:
        if stage is MediationStage.PROPOSED:
            super().__init__("双方都同意以后才能开始调解")
        elif stage is MediationStage.OPEN:
            super().__init__("双方已经同意，调解已经开始")
        else:
            super().__init__("调解已经结束")
        self.stage = stage


class ConsentedAlready(NotPossible):
    """The party has agreed before."""

    def __init__(self) -> None:
        super().__init__("这一方已经同意过")


def after(stage: MediationStage, step: Step) -> MediationStage:
    """Return where a mediation is once ``step`` is done.

    :raises ImpossibleStep: it is not possible there
    """
    try:
        return STEPS[stage][step]
    except KeyError:
        raise ImpossibleStep(stage) from None


def consent(stage: MediationStage, *, party: Party, given: Mapping[Party, bool]) -> MediationStage:
    """Return where a mediation is once ``party`` agrees: it opens only when both have.

    :raises ImpossibleStep: nobody is being asked any more
    :raises ConsentedAlready: this party has agreed before
    """
    both = all(given.get(other, False) for other in Party if other is not party)
    stage = after(stage, Step.OPEN if both else Step.CONSENT)
    if given.get(party, False):
        raise ConsentedAlready
    return stage


def ending(reason: Ending) -> Step:
    """Return the step an ending is: what was tried and failed is told apart from what was broken off."""
    return Step.FAIL if reason is Ending.NOT_AGREED else Step.END


def check_session(*, at: datetime, opened_at: datetime | None, now: datetime) -> None:
    """Return quietly when a session can have been held then.

    :raises BadInput: before both had agreed, or in the future
    """
    if at > now or (opened_at is not None and at < opened_at):
        raise BadInput("调解的时间要在双方同意之后、现在之前", where="at")
