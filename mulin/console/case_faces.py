"""How a case is shown: its row in the queue, its acts, steps, reasons and facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.translation import get_language, gettext_noop, pgettext
from django.utils.translation import gettext as _

from mulin.cases.queries.page import CasePage, Offer
from mulin.cases.queries.worklist import QueueRow
from mulin.cases.rules.lifecycle import FINAL, Act, PublicStep, State
from mulin.console import clock_faces, moments, words
from mulin.console.act_forms import FORMS
from mulin.console.keys import KEYS
from mulin.places.rules.located import SENTENCES, Reason

# What is always near at hand but seldom the next step waits behind 更多.
BEHIND_MORE: Final = frozenset({Act.LOCATE, Act.MATCH, Act.MERGE, Act.PUBLISH, Act.DECLINE})
DANGER: Final = frozenset({Act.DECLINE})
ORDER: Final = (
    Act.VISIT, Act.REVIEW_APPEAL, Act.DECIDE_APPEAL, Act.CONFIRM_EXCLUSION, Act.APPEAL,
    Act.ACCEPT, Act.FINISH, Act.APPROVE, Act.CLOSE, Act.ADMIT, Act.DISPATCH, Act.REGISTER, Act.ANSWER,
    Act.REPLY_SUPERVISION, Act.VERIFY_SUPERVISION,
    Act.CONSENT, Act.HOLD_SESSION, Act.AGREE, Act.END_MEDIATION,
    Act.GRANT_SUSPENSION, Act.REFUSE_SUSPENSION, Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION, Act.RESUME,
    Act.MEET, Act.FAIL, Act.RETURN, Act.WHISTLE, Act.ASK_EXTENSION, Act.UPHOLD, Act.ASK, Act.REOPEN, Act.NOTE,
    Act.MATCH, Act.LOCATE, Act.SUPERVISE, Act.MERGE, Act.PUBLISH, Act.DECLINE,
)  # fmt: skip
STATE_TONES: Final[Mapping[str, str]] = {
    State.WAITING: "warn",
    State.UNDER_REVIEW: "warn",
    State.CLOSED: "ok",
    State.DECLINED: "bad",
}


@dataclass(frozen=True, slots=True)
class RowFace:
    """One line of the queue as it is drawn."""

    id: UUID
    number: str
    title: str
    place: str
    item: str
    clock: clock_faces.Clock
    tag: str
    tag_tone: str
    channel: str
    channel_icon: str
    channel_word: str
    gone: bool = False


def row_face(row: QueueRow, *, now: datetime, gone: bool = False) -> RowFace:
    """Return a queue row ready to draw."""
    tag, tone = _tag(row)
    clock = clock_faces.clock(
        state=row.state, due_at=row.due_at, clock=row.clock, now=now, done_at=row.handled_at
    )
    item = row.item_code and (
        _("%(item)s 待定") % {"item": row.item_code} if row.suggested else row.item_code
    )
    return RowFace(
        id=row.id,
        number=row.number,
        title=row.title,
        place=" ".join(row.place) or row.address or _("没有位置"),
        item=item or _("清单外"),
        clock=clock,
        tag=tag,
        tag_tone=tone,
        channel=row.channel,
        channel_icon=words.CHANNEL_ICONS.get(row.channel, "inbox"),
        channel_word=words.channel(row.channel),
        gone=gone,
    )


def _tag(row: QueueRow) -> tuple[str, str]:
    """Return the one small chip beside the channel: the most telling thing about the row."""
    if row.reopened:
        return _("重办"), "warn"
    if row.report_count > 1:
        return _("%(n)d 条诉求") % {"n": row.report_count}, ""
    if row.state in FINAL:
        return "", ""
    return words.state(row.state), "ac" if row.state is State.DISPATCHED else ""


@dataclass(frozen=True, slots=True)
class OfferFace:
    """One act as a button, possible or grey with what is missing."""

    act: str
    possible: bool
    missing: str
    primary: bool
    danger: bool
    direct: bool
    url: str
    cap: str
    key: str


@dataclass(frozen=True, slots=True)
class OffersFace:
    """The buttons in sight, those behind 更多, and what to say when there are none."""

    shown: tuple[OfferFace, ...]
    rest: tuple[OfferFace, ...]
    idle: str


def offers_face(page: CasePage, *, query: str) -> OffersFace:
    """Return the acts of a case as buttons in the order of use; ``query`` leads back to the list."""
    case = page.case
    faces = []
    for offer in sorted(_on_this_page(page), key=lambda each: (not each.primary, _place(each.act))):
        missing = words.lacking(offer.missing)
        faces.append(
            OfferFace(
                act=offer.act.value,
                possible=offer.possible,
                missing=missing,
                primary=offer.primary,
                danger=offer.act in DANGER,
                direct=FORMS[offer.act].direct,
                url=reverse("console:act", args=[case.pk, offer.act.value]) + query,
                cap=KEYS.get(offer.act, ""),
                key=uuid4().hex,
            )
        )
    shown = tuple(
        face
        for face in faces
        if face.primary or (Act(face.act) in ORDER and Act(face.act) not in BEHIND_MORE)
    )
    rest = tuple(face for face in faces if face not in shown)
    if case.state in FINAL:
        idle = _("这件事项已经结束")
    else:
        idle = _("现在轮到%(desk)s办") % {"desk": case.desk.short_name}
    return OffersFace(shown, rest, idle)


def _on_this_page(page: CasePage) -> list[Offer]:
    """Return the offers with a form here; what is done on a page of its own is offered there."""
    return [offer for offer in page.offers if offer.act in FORMS]


def _place(act: Act) -> int:
    """Return where a button stands: in the order of use, what is not in it after what is."""
    return ORDER.index(act) if act in ORDER else len(ORDER)


@dataclass(frozen=True, slots=True)
class StepFace:
    """One of the six steps: done, now, refused or ahead."""

    css: str
    word: str
    note: str


def steps_face(page: CasePage, *, now: datetime) -> list[StepFace]:
    """Return the six public steps with their moments and what the present one waits for."""
    case = page.case
    declined = case.state in (State.DECLINED, State.UNDER_REVIEW)
    faces = []
    for step in page.steps:
        css, note = "", moments.short(step.at, now)
        if declined and step.step is not PublicStep.REPORTED:
            note = "—"
        elif step.is_now:
            css, note = "now", words.state(case.state)
        elif step.is_done:
            css = "done"
        elif step.step is PublicStep.ANSWERING and page.reports:
            note = _("%(n)d 条待答复") % {"n": sum(voice.answered_at is None for voice in page.reports)}
        else:
            note = "—"
        faces.append(StepFace(css, words.step(step.step), note))
    if declined:
        faces[0] = StepFace("done", faces[0].word, moments.short(case.reported_at, now))
        faces[1] = StepFace("refused", words.step(PublicStep.DECLINED), moments.short(case.closed_at, now))
    return faces


@dataclass(frozen=True, slots=True)
class Said:
    """A word and what it stands for."""

    word: str
    text: str
    note: str = ""
    url: str = ""


def reasons(page: CasePage) -> list[Said]:
    """Return why the case is where it is: list item, boundary, rule."""
    case = page.case
    said = []
    if case.item is not None:
        said.append(Said(pgettext("reason", "清单"), f"{case.item.code}「{case.item.name}」"))
    elif case.suggestion:
        said.append(
            Said(
                pgettext("reason", "清单"),
                _("建议 %(item)s，还没有人确认") % {"item": _suggested(case.suggestion)},
            )
        )
    if case.place.get("reason"):
        said.append(Said(pgettext("reason", "边界"), place_words(case.place)))
    lead = next((part for part in reversed(page.parts) if part.role == "lead"), None)
    if lead is not None:
        said.append(Said(pgettext("reason", "规则"), rule_words(lead.why, by=lead.given_by)))
        if lead.returned_at is not None:
            said.append(
                Said(
                    pgettext("reason", "退单"),
                    _("%(unit)s：%(why)s") % {"unit": lead.unit, "why": lead.return_reason},
                )
            )
    return said


def place_words(place: Mapping[str, Any]) -> str:
    """Return the stored answer to "where is this" as a sentence."""
    from_on = place.get("edition_from")
    reason = dict(place.get("reason", {}))
    text = str(reason.pop("words", ""))
    if (get_language() or "").startswith("en") and reason.get("code") in SENTENCES:
        text = Reason(str(reason.pop("code")), reason).words("en")
    if from_on:
        return _("%(text)s；按 %(day)s 起的边界") % {"text": text, "day": from_on}
    return text


def rule_words(why: Mapping[str, Any], *, by: str) -> str:
    """Return the stored reason of a dispatch as a sentence."""
    reason = str(why.get("reason", ""))
    if why.get("how") == "table":
        text = _("派遣表第 %(line)s 行") % {"line": why.get("line", "?")}
        because = conditions(why.get("because", ()))
        text += f"「{because}」" if because else ""
        beaten = why.get("beaten") or ()
        if beaten:
            text += _("最具体，先于第 %(lines)s 行") % {"lines": "、".join(str(line) for line in beaten)}
        return f"{text}；{reason}" if reason else text
    if why.get("how") == "boundaries":
        return _("区划调整（%(document)s）后承接") % {"document": why.get("document") or "—"}
    return _("%(unit)s改派：%(reason)s") % {"unit": by, "reason": reason or "—"}


CONDITIONS: Final[Mapping[str, str]] = {
    "inside": gettext_noop("小区内"),
    "outside": gettext_noop("小区外"),
    "working": gettext_noop("工作时间"),
    "off": gettext_noop("非工作时间"),
}


def conditions(because: Sequence[str]) -> str:
    """Return item=2-017, hours=working … as words."""
    values = (part.partition("=")[2] for part in because)
    return " × ".join(_(CONDITIONS[value]) if value in CONDITIONS else value for value in values)


def _suggested(suggestion: Mapping[str, Any]) -> str:
    confidence = suggestion.get("confidence")
    sure = f" {float(confidence):.2f}" if confidence is not None else ""
    return f"{suggestion.get('code', '')}「{suggestion.get('name', '')}」{sure}"


def facts(page: CasePage) -> tuple[list[Said], list[Said]]:
    """Return the plain facts in two columns."""
    case = page.case
    item = Said(_("清单项"), _("未定"), "")
    if case.item is not None:
        item = Said(_("清单项"), case.item.code, case.item.name)
    elif case.suggestion:
        may_match = any(offer.act is Act.MATCH for offer in page.offers)
        url = reverse("console:act", args=[case.pk, Act.MATCH.value]) if may_match else ""
        item = Said(_("清单项"), _("未定"), _("建议 %(item)s") % {"item": _suggested(case.suggestion)}, url)
    left = [
        Said(_("地点"), case.address or (_("只有点位") if case.lon is not None else _("没有写"))),
        Said(_("网格"), " › ".join(page.place) or _("没有落到网格")),
        item,
    ]
    channels = dict.fromkeys(words.channel(voice.channel) for voice in page.reports)
    right = [
        Said(_("性质"), words.kind(case.kind)),
        Said(_("渠道"), "、".join(channels)),
        Said(_("主办"), case.lead.short_name if case.lead else _("未派")),
    ]
    return left, right


def suggestion_words(suggestion: Mapping[str, Any]) -> str:
    """Return why an item was suggested and how sure that is."""
    if not suggestion:
        return ""
    return _("把握 %(sure).2f：%(why)s") % {
        "sure": float(suggestion.get("confidence", 0)),
        "why": "、".join(suggestion.get("why", ())),
    }
