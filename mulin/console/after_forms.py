"""The forms of after-care: a visit-back with its script, an appeal of a mark, an exclusion."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from mulin.cases.actions import appeals, visits
from mulin.cases.queries import marks, script
from mulin.cases.queries.page import CasePage
from mulin.cases.rules.aftercare import (
    AppealState,
    Mark,
    Method,
    Question,
    Satisfied,
    Solved,
    VisitOutcome,
    VisitSaid,
)
from mulin.cases.rules.lifecycle import Act
from mulin.console import fields
from mulin.console.act_base import ActForm, Doing
from mulin.console.after_words import MARKS, METHODS, SATISFIED, SOLVED, VISIT_OUTCOMES
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound

if TYPE_CHECKING:
    from mulin.cases.models import Appeal, Exclusion, Visit

ACTS: Final = frozenset(
    {Act.VISIT, Act.APPEAL, Act.REVIEW_APPEAL, Act.DECIDE_APPEAL, Act.EXCLUDE, Act.CONFIRM_EXCLUSION}
)
ASKED: Final = "q_"  # what the script asks, before its code


def about(actor: Actor, act: Act, page: CasePage) -> dict[str, Any]:
    """Return the side record an act of after-care is about, and what its form offers."""
    after = marks.after_of(page.case)
    match act:
        case Act.VISIT:
            return {"visit": after.to_make(actor), "questions": script.questions()}
        case Act.APPEAL:
            return {"marks": sorted(marks.marks_of(page.case))}
        case Act.REVIEW_APPEAL:
            return {"appeal": after.running(AppealState.ASKED)}
        case Act.DECIDE_APPEAL:
            return {"appeal": after.running(AppealState.REVIEWED)}
        case Act.EXCLUDE:
            return {"reasons": script.reasons()}
        case _:
            return {"exclusion": after.proposed()}


def _about(form: ActForm, name: str) -> Any:
    record = cast("AboutForm", form).about.get(name)
    if record is None:
        raise NotFound("没有等着办的这一项")
    return record


def said_in(question: Question) -> str:
    """Return a line of the script in the reader's language."""
    return question.text_en if get_language() == "en" and question.text_en else question.text


class AboutForm(ActForm):
    """A form about a side record of the case."""

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Remember the side record."""
        self.about = extra


class MakeVisit(AboutForm):
    """What somebody said when they were rung up."""

    act = Act.VISIT
    effect = _("没有解决或不满意的，会自动重办。评价只进统计，承办单位看不到是谁说的。")
    template = "console/act/_visit.html"
    outcome = fields.choice(_("接通了吗"), [(one.value, VISIT_OUTCOMES[one]) for one in VisitOutcome])
    method = fields.choice(_("怎么联系的"), [(one.value, METHODS[one]) for one in Method])
    responded = fields.choice(
        _("承办单位联系过您吗"),
        [("", _("没有问到")), ("yes", _("联系过")), ("no", _("没有联系"))],
        required=False,
    )
    solved = fields.choice(
        _("问题解决了吗"),
        [("", _("没有问到")), *((one.value, SOLVED[one]) for one in Solved)],
        required=False,
    )
    satisfied = fields.choice(
        _("对办理满意吗"),
        [("", _("没有问到")), *((one.value, SATISFIED[one]) for one in Satisfied)],
        required=False,
    )
    words = fields.words(_("诉求人还说了什么"), most=500, required=False, hint=_("不写姓名、电话和门牌。"))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Ask what the city's script asks."""
        super().prepare(page, extra=extra)
        words = self.fields.pop("words")
        for question in extra["questions"]:
            if question.choices:
                options = [("", gettext("没有问到")), *((one, one) for one in question.choices)]
                field: forms.Field = fields.choice(said_in(question), options, required=False)
            else:
                field = fields.words(said_in(question), most=500, required=False, rows=2)
            self.fields[ASKED + question.code] = field
        self.fields["words"] = words

    def do(self, doing: Doing) -> None:
        """Write the visit down."""
        visit: Visit = _about(self, "visit")
        given = self.cleaned_data
        answers = {
            name.removeprefix(ASKED): value
            for name, value in given.items()
            if name.startswith(ASKED) and value
        }
        said = VisitSaid(
            method=Method(given["method"]),
            outcome=VisitOutcome(given["outcome"]),
            responded={"yes": True, "no": False}.get(given["responded"]),
            solved=Solved(given["solved"]) if given["solved"] else None,
            satisfied=Satisfied(given["satisfied"]) if given["satisfied"] else None,
            answers=answers,
            words=given["words"],
        )
        visits.record_visit(
            case_id=doing.case_id, visit_id=visit.pk, said=said,
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class AppealMark(AboutForm):
    """Which mark is wrong, and why."""

    act = Act.APPEAL
    effect = _("先由上级初审，再由另一级决定。事实不改，通过后不再计入统计。每一项只能申诉一次。")
    mark = fields.choice(_("申诉哪一项"))
    grounds = fields.words(_("理由"), most=500, hint=_("写明依据，例如停水通知的文号。"))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the marks that count."""
        super().prepare(page, extra=extra)
        fields.offer(self, "mark", [(one.value, str(MARKS[one])) for one in extra["marks"]])

    def do(self, doing: Doing) -> None:
        """Appeal."""
        given = self.cleaned_data
        appeals.appeal_mark(
            case_id=doing.case_id, mark=Mark(given["mark"]), grounds=given["grounds"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class ReviewAppeal(AboutForm):
    """What a first look at an appeal says."""

    act = Act.REVIEW_APPEAL
    effect = _("初审意见交给上一级决定；决定的人和单位不能是您和您的单位。")
    template = "console/act/_appeal.html"
    advice = fields.choice(_("初审意见"), [("yes", _("建议通过")), ("no", _("建议不通过"))])
    words = fields.words(_("说明"), most=500)

    def do(self, doing: Doing) -> None:
        """Review it."""
        appeal: Appeal = _about(self, "appeal")
        given = self.cleaned_data
        appeals.review_appeal(
            case_id=doing.case_id, appeal_id=appeal.pk, advice=given["advice"] == "yes", words=given["words"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class DecideAppeal(AboutForm):
    """What becomes of an appeal."""

    act = Act.DECIDE_APPEAL
    effect = _("通过后从现在起不再计入统计；原来的事实和这次申诉都留着。")
    template = "console/act/_appeal.html"
    granted = fields.choice(_("决定"), [("yes", _("通过，不计入")), ("no", _("不通过，照常计入"))])
    words = fields.words(_("说明"), most=500)

    def do(self, doing: Doing) -> None:
        """Decide it."""
        appeal: Appeal = _about(self, "appeal")
        given = self.cleaned_data
        appeals.decide_appeal(
            case_id=doing.case_id, appeal_id=appeal.pk, granted=given["granted"] == "yes",
            words=given["words"], version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Exclude(AboutForm):
    """Why a case should be left out of the figures."""

    act = Act.EXCLUDE
    effect = _("要由另一个岗位的另一个人确认。剔除后分子分母都不算，事项本身照常。")
    code = fields.choice(_("剔除理由"))
    grounds = fields.words(_("依据"), most=500)

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the reasons the city has named."""
        super().prepare(page, extra=extra)
        fields.offer(self, "code", [(one.code, said_in(one)) for one in extra["reasons"]])

    def do(self, doing: Doing) -> None:
        """Propose it."""
        given = self.cleaned_data
        appeals.propose_exclusion(
            case_id=doing.case_id, code=given["code"], grounds=given["grounds"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class ConfirmExclusion(AboutForm):
    """Whether a second person agrees."""

    act = Act.CONFIRM_EXCLUSION
    effect = _("同意后从现在起不计入统计。")
    template = "console/act/_exclusion.html"
    agreed = fields.choice(_("确认"), [("yes", _("同意剔除")), ("no", _("不同意，照常计入"))])
    words = fields.words(_("说明"), most=500, required=False)

    def do(self, doing: Doing) -> None:
        """Settle it."""
        exclusion: Exclusion = _about(self, "exclusion")
        given = self.cleaned_data
        appeals.confirm_exclusion(
            case_id=doing.case_id, exclusion_id=exclusion.pk, agreed=given["agreed"] == "yes",
            words=given["words"], version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


FORMS: Final = (MakeVisit, AppealMark, ReviewAppeal, DecideAppeal, Exclude, ConfirmExclusion)
