"""One form for each act on a case: what it asks, what it says will happen, and the act it calls."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mulin.cases.actions import checking, handling, triage
from mulin.cases.queries.page import CasePage, Voice
from mulin.cases.rules.lifecycle import Act
from mulin.console import (
    after_forms,
    clock_forms,
    fields,
    mediation_forms,
    supervision_forms,
    whistle_forms,
)
from mulin.console.act_base import ActForm, Doing
from mulin.console.act_base import asks_words as _words
from mulin.console.act_base import simple as _simple

Accept = _simple(
    Act.ACCEPT, handling.accept_case, effect=_("签收后由本单位负责办理，时钟继续走。"), direct=True
)
Register = _simple(Act.REGISTER, triage.register_case, effect=_("立案后再派遣。"), direct=True)
Return = _simple(
    Act.RETURN,
    handling.return_case,
    effect=_("退回派单的单位，由它另派。理由会记入经过。"),
    asks={
        **_words("reason", _("为什么退"), most=300),
        "better_unit": fields.choice(
            _("更合适的单位"), required=False, search=True, hint=_("知道就写上，派单的人会看到。")
        ),
    },
)
Publish = _simple(
    Act.PUBLISH,
    handling.add_public_note,
    effect=_("所有反映这件事的人都能看到。"),
    asks=_words("text", _("告诉诉求人"), most=500, hint=_("不要写人名、电话和门牌。")),
)
Approve = _simple(
    Act.APPROVE,
    checking.pass_check,
    effect=_("核查通过后，逐条答复诉求人，再结案。"),
    asks=_words("note", _("核查情况"), most=4_000, required=False),
)
Fail = _simple(
    Act.FAIL,
    checking.fail_check,
    effect=_("退回主办单位重新处置，时钟不重置。"),
    asks=_words("reason", _("哪里没有做到"), most=300),
)
Close = _simple(Act.CLOSE, checking.close_case, effect=_("结案后时钟停止。期限内诉求人可以要求重办。"))
Decline = _simple(
    Act.DECLINE,
    triage.decline_case,
    effect=_("理由就是对每个诉求人的答复。诉求人可以申请复核一次，也可以打 12345。"),
    asks=_words("reason", _("为什么不予受理"), most=300, hint=_("写明依据，并告诉诉求人可以找谁。")),
)
Uphold = _simple(
    Act.UPHOLD,
    checking.uphold_decline,
    effect=_("复核结论会告诉诉求人。"),
    asks=_words("reason", _("为什么维持"), most=300),
)
Admit = _simple(
    Act.ADMIT,
    checking.admit_case,
    effect=_("改为受理后回到立案，重新派遣。"),
    asks=_words("reason", _("为什么改为受理"), most=300),
)
Reopen = _simple(
    Act.REOPEN,
    checking.reopen_case,
    effect=_("重办后每条诉求都要重新答复。"),
    asks=_words("reason", _("为什么重办"), most=300),
)


class Ask(ActForm):
    """A question, and what to bring: picked from the item's checklist, or one a line."""

    act = Act.ASK
    effect = _("诉求人用查询码能看到并回话。要准备的请一次说全：以后再要前面没说的，会记为“没有一次性告知”。")
    checklist = fields.choices(_("要准备的（清单项上的）"))
    more = fields.words(_("还要准备的"), most=2_000, required=False, rows=2, hint=_("一行一样。"))
    question = fields.words(
        _("想问什么"), most=500, required=False, hint=_("只问办理必须知道的，不问身份证号。")
    )

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the item's checklist, the first time all of it chosen; without one there is no choice."""
        listed = page.case.item.checklist if page.case.item is not None else []
        if not listed:
            del self.fields["checklist"]
            return
        fields.offer(self, "checklist", [(each, each) for each in listed])
        told = any(event.kind == "case.asked" for event in page.timeline)
        self.initial["checklist"] = [] if told else listed

    def do(self, doing: Doing) -> None:
        """Ask."""
        said = self.cleaned_data
        handling.ask_resident(
            case_id=doing.case_id, question=said["question"],
            requirements=[*said.get("checklist", []), *said["more"].splitlines()],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Note(ActForm):
    """A note that only staff read, with photos of the work."""

    act = Act.NOTE
    effect = _("只有工作人员能看到。")
    takes_photos = True
    text = fields.words(_("记一笔"), most=4_000)
    photos = fields.PhotosField(label=_("现场照片"), required=False, help_text=_("位置信息会自动去除。"))

    def do(self, doing: Doing) -> None:
        """Add the note."""
        handling.add_note(
            case_id=doing.case_id, text=self.cleaned_data["text"], photos=doing.photos,
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Finish(ActForm):
    """The result with its evidence."""

    act = Act.FINISH
    effect = _("结果会公开给诉求人。由另一个单位核查，本单位不能自己核查。")
    takes_photos = True
    result = fields.words(_("怎么办的，结果怎样"), most=4_000, rows=4)
    photos = fields.PhotosField(label=_("处置后的照片"), required=False, help_text=_("位置信息会自动去除。"))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Say whether the list item asks for a photo."""
        item = page.case.item
        if item is not None and "photo_after" in item.evidence:
            self.fields["photos"].widget.needed = True  # said, judged by the act
            self.fields["photos"].help_text = gettext("清单项要求有处置后的照片。位置信息会自动去除。")

    def do(self, doing: Doing) -> None:
        """Report the result."""
        handling.finish_case(
            case_id=doing.case_id, result=self.cleaned_data["result"], photos=doing.photos,
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Locate(ActForm):
    """Where the case really is: by address or by a click on the map."""

    act = Act.LOCATE
    effect = _("还没有派遣的事项会转到新位置的受理单位。")
    template = "console/act/_locate.html"
    address = fields.words(_("地址"), most=200, required=False, one_line=True)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Start from the place as it is known."""
        case = page.case
        self.initial.update(address=case.address, lon=case.lon, lat=case.lat)

    def do(self, doing: Doing) -> None:
        """Correct the place."""
        triage.correct_place(
            case_id=doing.case_id, lon=self.cleaned_data["lon"], lat=self.cleaned_data["lat"],
            address=self.cleaned_data["address"], version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Match(ActForm):
    """Which list item the case is."""

    act = Act.MATCH
    effect = _("清单项决定时限、主办单位和要留的证据。已经派出的，时限按新清单项从派出时重新计算。")
    template = "console/act/_match.html"
    item = fields.choice(_("清单项"), search=True)

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the items in force, the suggestion chosen."""
        fields.offer(self, "item", extra["items"], first=gettext("请选择"))
        case = page.case
        self.initial["item"] = case.item.code if case.item else case.suggestion.get("code", "")

    def do(self, doing: Doing) -> None:
        """Match the item."""
        triage.match_item(
            case_id=doing.case_id, item=self.cleaned_data["item"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Merge(ActForm):
    """Into which case a duplicate goes."""

    act = Act.MERGE
    effect = _("诉求全部并过去，各有各的查询码，各得各的答复。本件到此为止，不能再分开。")
    template = "console/act/_merge.html"
    into = forms.CharField(label=_("并入哪一件"), required=False)
    number = fields.words(_("或者写编号"), most=40, required=False, one_line=True)
    reason = fields.words(_("为什么是同一件"), most=300)

    def do(self, doing: Doing) -> None:
        """Merge; the target was found by the view."""
        triage.merge_case(
            case_id=doing.case_id, into=self.cleaned_data["target"], reason=self.cleaned_data["reason"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class Dispatch(ActForm):
    """To whom the case goes: the table's proposal, or another unit with a reason."""

    act = Act.DISPATCH
    effect = _("主办单位会收到待办，办理时限从现在起算。")
    template = "console/act/_dispatch.html"
    lead = fields.choice(_("主办"), search=True)
    assist = fields.choices(_("协办"))
    notify = fields.choices(_("知会"))
    reason = fields.words(_("为什么不按派遣表"), most=300, required=False)

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the table's units first, then those the actor may name."""
        proposal = extra["proposal"]
        named = [unit for unit in (proposal.lead, *proposal.assist, *proposal.notify) if unit is not None]
        units = {unit.code: unit.name for unit in (*named, *proposal.choices)}
        options = list(units.items())
        for name in ("lead", "assist", "notify"):
            fields.offer(self, name, options, first=gettext("请选择") if name == "lead" else None)
        self.initial.update(
            lead=proposal.lead.code if proposal.lead else "",
            assist=[unit.code for unit in proposal.assist],
            notify=[unit.code for unit in proposal.notify],
        )

    def do(self, doing: Doing) -> None:
        """Dispatch by hand or as proposed."""
        said = self.cleaned_data
        triage.dispatch_case(
            case_id=doing.case_id, lead=said["lead"], assist=tuple(said["assist"]),
            notify=tuple(said["notify"]), reason=said["reason"],
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


def _voice(number: int, voice: Voice) -> str:
    return gettext("诉求人 %(n)d：%(text)s") % {"n": number, "text": voice.text[:40]}


class Answer(ActForm):
    """The answer to one voice, or to all that wait for one."""

    act = Act.ANSWER
    effect = _("诉求人用查询码看得到答复，并会被请去评价。评价只进统计，经办人看不到。")
    template = "console/act/_answer.html"
    report = fields.choice(_("答复谁"))
    text = fields.words(_("答复"), most=2_000, rows=5)
    everybody = fields.tick(_("同一答复发给其余还没答复的诉求人"))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the voices, the unanswered first."""
        numbered = list(enumerate(page.reports, start=1))
        waiting = [pair for pair in numbered if pair[1].answered_at is None]
        offered = waiting or numbered
        fields.offer(self, "report", [(str(voice.id), _voice(n, voice)) for n, voice in offered])
        self.initial["report"] = extra.get("report") or (str(offered[0][1].id) if offered else "")
        if len(waiting) < 2:
            del self.fields["everybody"]

    def do(self, doing: Doing) -> None:
        """Answer one, or each of those who wait."""
        said = self.cleaned_data
        chosen = UUID(said["report"])
        others = [v.id for v in doing.page.reports if v.answered_at is None and v.id != chosen]
        reports = [chosen, *others] if said.get("everybody") else [chosen]
        for number, report_id in enumerate(reports):
            checking.answer_report(
                case_id=doing.case_id, report_id=report_id, text=said["text"],
                version=doing.version if number == 0 else None, actor=doing.actor, now=doing.now,
            )  # fmt: skip


class Hear(ActForm):
    """What a resident said on the telephone or at the counter, taken down."""

    act = Act.HEAR
    effect = _("记下诉求人的回话，事项回到处置。")
    report = fields.choice(_("谁的回话"))
    text = fields.words(_("诉求人说"), most=2_000)

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the voices by number."""
        voices = page.reports
        fields.offer(self, "report", [(v.tracking_code, _voice(n, v)) for n, v in enumerate(voices, start=1)])
        chosen = next((v.tracking_code for v in voices if str(v.id) == extra.get("report")), None)
        self.initial["report"] = chosen or (voices[0].tracking_code if voices else "")

    def do(self, doing: Doing) -> None:
        """Take it down."""
        handling.hear_resident(
            tracking_code=self.cleaned_data["report"], text=self.cleaned_data["text"],
            actor=doing.actor, now=doing.now,
        )  # fmt: skip


_ALL: Final[tuple[type[ActForm], ...]] = (
    Accept, Register, Return, Ask, Publish, Approve, Fail, Close, Decline, Uphold, Admit, Reopen,
    Note, Finish, Locate, Match, Merge, Dispatch, Answer, Hear, *after_forms.FORMS,
    *supervision_forms.FORMS, *clock_forms.FORMS, *mediation_forms.FORMS, whistle_forms.WhistleUp,
)  # fmt: skip
FORMS: Final[Mapping[Act, type[ActForm]]] = {form.act: form for form in _ALL}
