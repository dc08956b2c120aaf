"""The forms of supervision (督办): raise it, answer it, re-check it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mulin.cases.actions import supervising
from mulin.cases.queries.page import CasePage
from mulin.cases.rules.lifecycle import Act
from mulin.console import fields
from mulin.console.act_base import ActForm, Doing


class Supervise(ActForm):
    """Which unit must answer for the case, and why."""

    act = Act.SUPERVISE
    effect = _("被督办的单位要在期限内回复，由督办单位复查；销号之前不能结案。")
    unit = fields.choice(_("督办谁"))
    reason = fields.words(_("为什么督办，要求什么"), most=500)

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer who has the move and who leads."""
        case = page.case
        units = {unit.code: unit.name for unit in (case.desk, case.lead) if unit is not None}
        fields.offer(self, "unit", list(units.items()))
        self.initial["unit"] = case.desk.code

    def do(self, doing: Doing) -> None:
        """Supervise."""
        supervising.supervise_case(
            case_id=doing.case_id, unit=self.cleaned_data["unit"], reason=self.cleaned_data["reason"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class _OfSupervision(ActForm):
    """The part that answering and re-checking share: which supervision is meant."""

    supervision = fields.choice(_("哪一条督办"))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer those that wait for this act."""
        fields.offer(self, "supervision", extra["supervisions"])
        if extra["supervisions"]:
            self.initial["supervision"] = extra["supervisions"][0][0]


class ReplySupervision(_OfSupervision):
    """The answer of the supervised unit."""

    act = Act.REPLY_SUPERVISION
    effect = _("督办单位会复查：属实就销号，不实会退回。")
    text = fields.words(_("办到哪一步，什么时候办好"), most=2_000, rows=4)

    def do(self, doing: Doing) -> None:
        """Reply."""
        supervising.reply_supervision(
            case_id=doing.case_id, supervision_id=UUID(self.cleaned_data["supervision"]),
            text=self.cleaned_data["text"], version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class VerifySupervision(_OfSupervision):
    """The re-check of an answer."""

    act = Act.VERIFY_SUPERVISION
    effect = _("销号后才能结案；退回的，被督办单位要重新回复。")
    verdict = fields.choice(_("复查结论"))
    text = fields.words(_("怎么复查的，看到什么"), most=500)

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer both findings; neither is chosen beforehand."""
        super().prepare(page, extra=extra)
        options = [("good", gettext("属实，销号")), ("bad", gettext("不实，退回"))]
        fields.offer(self, "verdict", options, first=gettext("请选择"))

    def do(self, doing: Doing) -> None:
        """Settle it or send it back."""
        supervising.verify_supervision(
            case_id=doing.case_id, supervision_id=UUID(self.cleaned_data["supervision"]),
            good=self.cleaned_data["verdict"] == "good", text=self.cleaned_data["text"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


FORMS: Final = (Supervise, ReplySupervision, VerifySupervision)
