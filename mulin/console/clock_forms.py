"""The forms of what holds a case's clock or gives it more time, and of its milestones."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mulin.cases.actions import holding
from mulin.cases.queries.page import CasePage
from mulin.cases.rules.holds import ASKABLE
from mulin.cases.rules.lifecycle import Act
from mulin.console import fields, words
from mulin.console.act_base import ActForm, Doing, asks_words, simple

GrantSuspension = simple(
    Act.GRANT_SUSPENSION,
    holding.grant_suspension,
    effect=_("时钟从现在停到申请的那天，过后自动接着走，剩多少还是多少。"),
    asks=asks_words("note", _("批示"), most=300, required=False),
)
RefuseSuspension = simple(
    Act.REFUSE_SUSPENSION,
    holding.refuse_suspension,
    effect=_("时钟照常走。不同意的不算用过。"),
    asks=asks_words("reason", _("为什么不同意"), most=300),
)
Resume = simple(
    Act.RESUME,
    holding.resume_case,
    effect=_("时钟从现在接着走，剩多少还是多少。"),
    asks=asks_words("note", _("为什么现在可以接着办"), most=300, required=False),
)
AskExtension = simple(
    Act.ASK_EXTENSION,
    holding.ask_extension,
    effect=_("由上级批。批准后时限再加一份原时限。"),
    asks=asks_words("words", _("为什么要延期"), most=300),
)
GrantExtension = simple(
    Act.GRANT_EXTENSION,
    holding.grant_extension,
    effect=_("时限再加一份原时限，原来的承诺留在记录里。"),
    asks=asks_words("note", _("批示"), most=300, required=False),
)
RefuseExtension = simple(
    Act.REFUSE_EXTENSION,
    holding.refuse_extension,
    effect=_("到期时间不变。不同意的不算用过。"),
    asks=asks_words("reason", _("为什么不同意"), most=300),
)


class Suspend(ActForm):
    """Why the clock should stand, and through which day."""

    act = Act.SUSPEND
    effect = _("由上级批。批准前时钟照常走。每一轮只能挂账一次。")
    reason = fields.choice(_("挂账理由"), [(reason.value, words.hold_reason(reason)) for reason in ASKABLE])
    until = forms.DateField(
        label=_("挂到哪一天"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "field", "type": "date"}),
    )
    words = fields.words(_("具体情况"), most=300)

    def do(self, doing: Doing) -> None:
        """Ask for it."""
        said = self.cleaned_data
        holding.ask_suspension(
            case_id=doing.case_id, reason=said["reason"], until=said["until"], words=said["words"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Meet(ActForm):
    """Which milestone is reached."""

    act = Act.MEET
    effect = _("现在这一刻就是达到的时间，早晚都照实记。")
    milestone = fields.choice(_("哪个节点"))
    text = fields.words(
        _("情况或方案"), most=2_000, required=False, hint=_("方案必须写明；写 #1 就用第一条现成的话。")
    )

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the milestones that wait."""
        waiting = [
            (each.code, each.title)
            for each in page.clock_history.milestones
            if each.met_at is None and each.met_by == Act.MEET and each.start_at is not None
            and each.round == page.case.reopened
        ]  # fmt: skip
        fields.offer(self, "milestone", waiting)

    def do(self, doing: Doing) -> None:
        """Mark it."""
        said = self.cleaned_data
        holding.meet_milestone(
            case_id=doing.case_id, milestone=said["milestone"], text=said["text"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


FORMS: Final[tuple[type[ActForm], ...]] = (
    Suspend, GrantSuspension, RefuseSuspension, Resume, AskExtension, GrantExtension, RefuseExtension, Meet,
)  # fmt: skip
