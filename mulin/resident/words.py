"""The residents' words: the six steps, and which words and photos were said at which of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mulin.cases.queries.page import Step
from mulin.cases.queries.tracking import Told, Tracking
from mulin.cases.rules.lifecycle import PublicStep

STEPS: Final[dict[PublicStep, Promise]] = {
    PublicStep.REPORTED: _("上报"),
    PublicStep.REGISTERED: _("立案"),
    PublicStep.DISPATCHED: _("派遣"),
    PublicStep.HANDLING: _("处置"),
    PublicStep.ANSWERING: _("反馈"),
    PublicStep.CLOSED: _("结案"),
    PublicStep.DECLINED: _("不予受理"),
}


DEEDS: Final[dict[str, Promise]] = {
    "said": _("收到了，已经转给办事的人。"),
    "rated": _("谢谢，评价收到了。您的评价经办人看不到。"),
    "doubted": _("已收到。会有人来核实，或直接重办。"),
    "reviewed": _("收到了，由上一级复核，结果会写在这里。"),
    "withdrawn": _("联系方式已经删除，事情照样办。"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the six steps with what was said while it lasted."""

    step: PublicStep
    at: datetime | None
    is_done: bool
    is_now: bool
    told: tuple[Told, ...]
    photos: tuple[str, ...]


def step_word(step: PublicStep) -> str:
    """Return the public word of a step."""
    return str(STEPS[step])


def deed_word(name: str) -> str:
    """Return what a page says after a deed, or nothing."""
    return str(DEEDS.get(name, ""))


def stages(it: Tracking) -> list[Stage]:
    """Return the six steps, each with the public words of its time; result photos stand with handling."""
    return [
        Stage(
            step=each.step,
            at=each.at,
            is_done=each.is_done,
            is_now=each.is_now,
            told=tuple(told for told in it.told if _step_at(it.steps, told.at) is each.step),
            photos=it.result_photos if each.step is PublicStep.HANDLING else (),
        )
        for each in it.steps
    ]


def _step_at(steps: Sequence[Step], moment: datetime) -> PublicStep:
    """Return the last step that had been reached by a moment; the first one for what came before all."""
    reached = [each.step for each in steps if each.at is not None and each.at <= moment]
    return reached[-1] if reached else steps[0].step
