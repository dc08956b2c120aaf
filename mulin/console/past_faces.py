"""How the voices of a case, the units at work on it and its past are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries.page import CasePage, Event, Part, Voice
from mulin.cases.rules.lifecycle import Act, State
from mulin.console import moments, words
from mulin.console.words import Text


@dataclass(frozen=True, slots=True)
class VoiceFace:
    """One report as it is drawn."""

    id: UUID
    who: str
    how: str
    text: str
    answer: str
    answered: str
    awaits: bool
    answer_url: str
    hear_url: str
    contact_url: str


def voices_face(page: CasePage, *, now: datetime) -> list[VoiceFace]:
    """Return the reports, each with its answer and the doors to its contact."""
    may_answer = any(offer.act is Act.ANSWER for offer in page.offers)
    return [
        _voice_face(page, voice, number, may_answer=may_answer, now=now)
        for number, voice in enumerate(page.reports, start=1)
    ]


def _voice_face(page: CasePage, voice: Voice, number: int, *, may_answer: bool, now: datetime) -> VoiceFace:
    case_id = page.case.pk
    how = [words.channel(voice.channel), moments.short(voice.received_at, now), words.kind(voice.kind)]
    how += [_("代录")] if voice.on_behalf else []
    how += [_("匿名")] if voice.anonymous else []
    answer_url = f"{reverse('console:act', args=[case_id, Act.ANSWER.value])}?report={voice.id}"
    hear_url = f"{reverse('console:act', args=[case_id, Act.HEAR.value])}?report={voice.id}"
    waiting = page.case.state == State.WAITING and bool(page.offers)
    reveal = page.may_reveal and voice.has_contact
    return VoiceFace(
        id=voice.id,
        who=_("诉求人 %(n)d") % {"n": number},
        how=" · ".join(how),
        text=voice.text,
        answer=voice.answer if voice.answered_at else "",
        answered=_("%(moment)s 答复") % {"moment": moments.short(voice.answered_at, now)},
        awaits=voice.answered_at is None and page.case.state == State.CHECKED,
        answer_url=answer_url if may_answer and voice.answered_at is None else "",
        hear_url=hear_url if waiting else "",
        contact_url=reverse("console:contact", args=[case_id, voice.id]) if reveal else "",
    )


@dataclass(frozen=True, slots=True)
class PartFace:
    """A unit's part in the case as one line of a table."""

    name: str
    role: str
    given: datetime
    now: str


def parts_face(page: CasePage) -> list[PartFace]:
    """Return who has or had a part in the case, the running ones first."""
    return [
        PartFace(part.unit, words.role(part.role), part.given_at, _part_state(part))
        for part in sorted(page.parts, key=lambda each: not each.is_running)
    ]


_PARTS: Final[Mapping[str, Text]] = {"assist": gettext_lazy("协助"), "mediate": gettext_lazy("调解中")}


def _part_state(part: Part) -> str:
    if part.returned_at is not None:
        return _("已退单")
    if not part.is_running:
        return _("已结束")
    if part.role != "lead":
        return str(_PARTS.get(part.role, _("已告知")))
    return _("已签收") if part.accepted_at is not None else _("待签收")


@dataclass(frozen=True, slots=True)
class EventFace:
    """One line of the past."""

    at: datetime
    word: str
    who: str
    text: str
    tone: str
    open: bool


EVENT_TONES: Final[Mapping[str, str]] = {
    "case.returned": "bad",
    "case.failed": "bad",
    "case.declined": "bad",
    "case.asked": "warn",
    "case.review_asked": "warn",
    "case.reopened": "warn",
    "case.warned": "warn",
    "case.overdue": "bad",
    "case.milestone_missed": "bad",
    "case.escalated": "bad",
    "case.supervised": "warn",
    "case.supervision_returned": "bad",
    "case.supervision_settled": "ok",
    "case.finished": "ac",
    "case.passed": "ok",
    "case.closed": "ok",
    "case.whistled": "ac",
    "case.more_called": "ac",
    "case.reported_in": "ac",
    "case.whistle_refused": "warn",
    "case.whistle_replied": "ac",
    "case.urged": "warn",
    "case.call_escalated": "bad",
    "case.ruled": "ac",
    "case.summed_up": "ok",
    "case.whistle_ended": "ok",
    "case.mediation_proposed": "ac",
    "case.mediation_opened": "ac",
    "case.mediation_agreed": "ok",
}


def event_face(event: Event) -> EventFace:
    """Return a ledger entry with its words, as one line."""
    facts_of = event.facts
    text = [event.words] if event.words else []
    if event.kind == "case.dispatched" and facts_of.get("line"):
        text.append(_("规则第 %(line)s 行") % {"line": facts_of["line"]})
    if event.kind == "case.returned" and "better" in event.units:
        text.append(_("更合适的单位：%(unit)s") % {"unit": event.units["better"]})
    if event.kind == "case.returned" and facts_of.get("rises"):
        text.append(_("第二次退单，由共同上级%(unit)s裁定") % {"unit": event.units.get("to", "")})
    if event.kind == "case.matched":
        text.append(str(facts_of.get("item", "")))
    if facts_of.get("required"):
        text.append(_("告知要准备 %(n)s 样") % {"n": facts_of["required"]})
    if facts_of.get("late"):
        text.append(_("其中 %(n)s 样前面没有告知") % {"n": facts_of["late"]})
    if facts_of.get("photos"):
        text.append(_("照片 %(n)s 张") % {"n": facts_of["photos"]})
    return EventFace(
        at=event.at,
        word=words.entry(event.kind),
        who=_who(event),
        text="\n".join(text),
        tone=EVENT_TONES.get(event.kind, ""),
        open=event.is_public,
    )


def _who(event: Event) -> str:
    if event.by_system and not event.unit:
        return _("系统 → %(unit)s") % {"unit": event.units["to"]} if "to" in event.units else _("系统")
    if event.unit and "to" in event.units and event.units["to"] != event.unit:
        return f"{event.unit} → {event.units['to']}"
    if event.unit:
        return event.unit
    if event.account:
        return event.account
    return words.channel(str(event.facts.get("channel", ""))) if event.facts.get("channel") else _("诉求人")
