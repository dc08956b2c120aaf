"""The forms of mediation (调解): propose it, each party's yes, a session, what was agreed on, the end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mulin.cases.actions import mediating
from mulin.cases.queries import mediations
from mulin.cases.queries.page import CasePage
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.mediation import Consent, Ending, MediationStage, Party
from mulin.console import fields
from mulin.console.act_base import ActForm, Doing
from mulin.console.words import Text
from mulin.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from mulin.cases.models import Mediation

PARTIES: Final[Mapping[str, Text]] = {Party.FIRST: _("甲方"), Party.SECOND: _("乙方")}
HOWS: Final[Mapping[str, Text]] = {
    Consent.IN_PERSON: _("当面"),
    Consent.WRITTEN: _("书面"),
    Consent.PHONE: _("电话"),
}
ENDINGS: Final[Mapping[str, Text]] = {
    Ending.NOT_AGREED: _("没有谈成"),
    Ending.WITHDRAWN: _("一方不愿意或退出"),
    Ending.COURT: _("走诉讼、仲裁"),
    Ending.REFERRED: _("转给别的组织"),
}
ACTS: Final = frozenset({Act.PROPOSE_MEDIATION, Act.CONSENT, Act.HOLD_SESSION, Act.AGREE, Act.END_MEDIATION})


def about(act: Act, page: CasePage, *, now: "datetime") -> dict[str, Any]:
    """Return what an act of mediation is about, and what its form offers."""
    if act is Act.PROPOSE_MEDIATION:
        units = mediations.units_to_ask(page.case, now=now)
        return {"choices": {"unit": [(unit.code, unit.name) for unit in units]}}
    return {"mediation": mediations.running(page.case)}


class Propose(ActForm):
    """Whose mediators are asked."""

    act = Act.PROPOSE_MEDIATION
    effect = _(
        "调解员会分别问双方愿不愿意，都同意才开始。不愿意、没谈成都不影响办理，也不影响投诉和起诉。"
        "调解结束之前不能结案。"
    )
    unit = fields.choice(_("请哪里的调解员"), hint=_("只列出有调解员的社区、街道。"))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the units around the case that have a mediator."""
        units = extra["choices"]["unit"]
        fields.offer(self, "unit", units, first=None if units else gettext("附近还没有调解员"))

    def do(self, doing: Doing) -> None:
        """Propose it."""
        mediating.propose_mediation(
            case_id=doing.case_id, unit=self.cleaned_data["unit"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class OfMediation(ActForm):
    """A form about the mediation that runs beside the case."""

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Remember which."""
        self.file = cast("Mediation | None", extra["mediation"])

    def known(self, doing: Doing) -> dict[str, Any]:
        """Return what every act on it needs."""
        if self.file is None:
            raise NotFound("没有这份调解")
        return {
            "case_id": doing.case_id,
            "mediation_id": UUID(str(self.file.pk)),
            "version": doing.version,
            "actor": doing.actor,
            "now": doing.now,
        }


class GiveConsent(OfMediation):
    """Which party said yes, and how."""

    act = Act.CONSENT
    effect = _("双方都同意，调解才开始。这里不写姓名和电话，联系方式仍在保管库里。")
    party = fields.choice(_("哪一方"))
    how = fields.choice(_("怎么同意的"), list(HOWS.items()))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer who has not agreed yet."""
        super().prepare(page, extra=extra)
        given = mediations.given(self.file) if self.file else {}
        asked = [(one, str(word)) for one, word in PARTIES.items() if not given.get(Party(one))]
        fields.offer(self, "party", asked)

    def do(self, doing: Doing) -> None:
        """Write it down."""
        said = self.cleaned_data
        mediating.record_consent(party=Party(said["party"]), how=Consent(said["how"]), **self.known(doing))


class Session(OfMediation):
    """When and where both met, and what was said."""

    act = Act.HOLD_SESSION
    effect = _("笔录加密保存，只有本调解组织的调解员能看，每次查看都有记录。")
    at = forms.DateTimeField(
        label=_("什么时候"),
        required=False,
        widget=forms.DateTimeInput(attrs={"class": "field", "type": "datetime-local"}),
        help_text=_("不填就是现在。"),
    )
    place = fields.words(_("在哪里"), most=80, one_line=True, hint=_("例如 社区调解室。"))
    text = fields.words(_("调解笔录"), most=mediating.WORDS_MOST, rows=6)

    def do(self, doing: Doing) -> None:
        """Write it down."""
        said = self.cleaned_data
        mediating.hold_session(at=said["at"], place=said["place"], text=said["text"], **self.known(doing))


class Agreement(OfMediation):
    """What both agreed on."""

    act = Act.AGREE
    effect = _("协议加密保存，只有本调解组织的调解员能看。调解到此结束，只公布“达成协议”。")
    text = fields.words(_("双方认可的协议"), most=mediating.WORDS_MOST, rows=6)

    def do(self, doing: Doing) -> None:
        """Write it down."""
        mediating.record_agreement(text=self.cleaned_data["text"], **self.known(doing))


class EndMediation(OfMediation):
    """Why it ends without an agreement."""

    act = Act.END_MEDIATION
    effect = _("没有谈成不扣分、不影响任何一方。双方仍可以投诉、起诉，以后也可以再调解。")
    ending = fields.choice(_("怎么结束的"), list(ENDINGS.items()))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer what can be: nothing failed that never began."""
        super().prepare(page, extra=extra)
        began = self.file is not None and self.file.state == MediationStage.OPEN
        can = [(one, str(word)) for one, word in ENDINGS.items() if began or one != Ending.NOT_AGREED]
        fields.offer(self, "ending", can, first=gettext("请选择"))

    def do(self, doing: Doing) -> None:
        """End it."""
        mediating.end_mediation(ending=Ending(self.cleaned_data["ending"]), **self.known(doing))


FORMS: Final = (Propose, GiveConsent, Session, Agreement, EndMediation)
