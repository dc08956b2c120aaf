"""The forms of those who were called, of the superior who rules, and of both sides about each other."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mulin.cases.actions import answering, evaluating, ruling
from mulin.cases.queries.whistle_shapes import WhistlePage
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import RulingOutcome
from mulin.console import fields
from mulin.console.whistle_clocks import OUTCOMES
from mulin.console.whistle_forms import CallMore, ChangeLead, End, Urge, WhistleDoing, WhistleForm
from mulin.console.words import Text

SOONS: Final[tuple[tuple[str, Text], ...]] = (
    ("0", _("已经在现场")),
    ("10", _("10 分钟内")),
    ("20", _("20 分钟内")),
    ("30", _("半小时内")),
    ("60", _("1 小时内")),
    ("120", _("2 小时内")),
    ("240", _("4 小时内")),
    ("", _("不用到场")),
)


class ReportIn(WhistleForm):
    """When the unit will be there, and with whom."""

    act = Act.REPORT_IN
    effect = _("报到后由本单位办自己这一部分，办完报结果。")
    arrives = fields.choice(_("多久到场"), SOONS, required=False)
    crew = fields.words(
        _("来几个人，带什么"), most=120, required=False, one_line=True, hint=_("例如 2 人，疏通车 1 台。")
    )

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Start from half an hour."""
        self.initial["arrives"] = "30"

    def do(self, doing: WhistleDoing) -> None:
        """Report in."""
        said = self.cleaned_data
        arrives = doing.now + timedelta(minutes=int(said["arrives"])) if said["arrives"] else None
        answering.report_in(arrives_at=arrives, crew=said["crew"], **doing.known)


class Refuse(WhistleForm):
    """Why not, by which rule, with what evidence, and who instead."""

    act = Act.REFUSE
    effect = _("由双方的共同上级裁定。裁定前本单位仍列在这次吹哨里，时钟停走。")
    takes_photos = True
    reason = fields.words(_("为什么不该本单位办"), most=500)
    rule = fields.words(_("依据哪一条"), most=200, one_line=True, hint=_("例如 权责清单的编号和条文。"))
    documents = fields.words(
        _("证据文书"), most=300, required=False, one_line=True, hint=_("文书和照片至少有一样。")
    )
    photos = fields.PhotosField(label=_("证据照片"), required=False, help_text=_("位置信息会自动去除。"))
    better_unit = fields.choice(_("哪个单位更合适"), search=True)

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the units not called yet."""
        fields.offer(self, "better_unit", extra["units"], first=gettext("请选择"))

    def do(self, doing: WhistleDoing) -> None:
        """Refuse."""
        said = self.cleaned_data
        answering.refuse_whistle(
            reason=said["reason"], rule=said["rule"], documents=said["documents"],
            better_unit=said["better_unit"], photos=doing.photos, **doing.known,
        )  # fmt: skip


class Reply(WhistleForm):
    """What the unit did, with photos."""

    act = Act.REPLY
    effect = _("主办汇总以前可以再改。")
    takes_photos = True
    result = fields.words(_("本单位办了什么，结果怎样"), most=4_000, rows=4)
    photos = fields.PhotosField(label=_("结果照片"), required=False, help_text=_("位置信息会自动去除。"))

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Start from what was written before."""
        mine = next((call for call in page.columns if call.is_mine), None)
        if mine is not None and mine.result:
            self.initial["result"] = mine.result

    def do(self, doing: WhistleDoing) -> None:
        """Reply."""
        answering.reply_whistle(result=self.cleaned_data["result"], photos=doing.photos, **doing.known)


class SumUp(WhistleForm):
    """What all parts came to."""

    act = Act.SUM_UP
    effect = _("吹哨的单位确认后，这次吹哨结束。")
    template = "console/act/_sum_up.html"
    summary = fields.words(_("汇总结论"), most=4_000, rows=5)

    def do(self, doing: WhistleDoing) -> None:
        """Sum up."""
        answering.sum_up_whistle(summary=self.cleaned_data["summary"], **doing.known)


class Rule(WhistleForm):
    """Whose it is, by which rule, and why."""

    act = Act.RULE
    effect = _("裁定马上生效，双方都看得到，并作为先例留存。")
    ruling = forms.IntegerField(widget=forms.HiddenInput)
    outcome = fields.choice(_("由谁办"), [(one.value, word) for one, word in OUTCOMES.items()])
    unit = fields.choice(
        _("改由哪个单位"), required=False, search=True, hint=_("选了“改由”才看这里；不选就是拒绝方说的那家。")
    )
    rule = fields.words(_("依据哪一条"), most=200, one_line=True)
    words = fields.words(_("裁定理由"), most=500)

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the units not called yet; what the refuser named is the first."""
        fields.offer(self, "unit", extra["units"], first=gettext("拒绝方说的那家"))
        self.initial["ruling"] = extra["ruling"]

    def do(self, doing: WhistleDoing) -> None:
        """Rule."""
        said, known = self.cleaned_data, doing.known
        outcome = RulingOutcome(said["outcome"])
        ruling.rule_on_refusal(
            ruling_id=said["ruling"], outcome=outcome, words=said["words"], rule=said["rule"],
            unit=said["unit"] if outcome is RulingOutcome.OTHER else "", case_id=known["case_id"],
            version=known["version"], actor=known["actor"], now=known["now"],
        )  # fmt: skip


class Evaluate(WhistleForm):
    """How the other side did: a score for each aspect, and why. Sealed until both are in."""

    act = Act.EVALUATE
    template = "console/act/_evaluate.html"
    effect = _("交上去就封存，不能改。双方都交或期限一到一起开封；分数只进统计，对方只看得到理由。")
    judged = fields.choice(_("评哪一家"))
    words = fields.words(_("为什么这样评"), most=500, hint=_("开封后对方看得到，只说这件事。"))

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Ask a score for each aspect the city's table names."""
        fields.offer(self, "judged", extra["judged"])
        scale = [(str(score), str(score)) for score in range(1, page.seal.scale + 1)]
        for number, aspect in enumerate(page.seal.aspects):
            self.fields[f"score_{number}"] = fields.choice(aspect, scale)
        self.aspects = page.seal.aspects

    @property
    def scores(self) -> list[forms.BoundField]:
        """Return the fields of the aspects."""
        return [self[f"score_{number}"] for number in range(len(self.aspects))]

    def do(self, doing: WhistleDoing) -> None:
        """Give it."""
        said = self.cleaned_data
        scores = {aspect: int(said[f"score_{number}"]) for number, aspect in enumerate(self.aspects)}
        evaluating.evaluate_whistle(judged=said["judged"], scores=scores, words=said["words"], **doing.known)


class Object(WhistleForm):
    """What the judged answers, once."""

    act = Act.OBJECT
    effect = _("异议和评价一起留存，评价本身不改。只能提一次。")
    judge = fields.choice(_("对谁的评价"))
    words = fields.words(_("异议"), most=500)

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Offer those who judged."""
        fields.offer(self, "judge", extra["judges"])

    def do(self, doing: WhistleDoing) -> None:
        """Object."""
        said = self.cleaned_data
        evaluating.object_to_evaluation(judge=said["judge"], words=said["words"], **doing.known)


WHISTLE_FORMS: Final[Mapping[Act, type[WhistleForm]]] = {
    form.act: form
    for form in (
        ReportIn, Refuse, Reply, SumUp, Rule, Evaluate, Object, CallMore, ChangeLead, Urge, End,
    )
}  # fmt: skip
