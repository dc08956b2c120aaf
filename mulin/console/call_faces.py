"""How one called unit is shown: its state, its clock, its reasons, its result, its sealed slots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from mulin.cases.queries.calls import Precedent
from mulin.cases.queries.page import Event
from mulin.cases.queries.whistle_shapes import CallColumn, RulingView, Slot, WhistlePage
from mulin.cases.rules.whistles import CallState
from mulin.console import moments, past_faces, words
from mulin.console.past_faces import EventFace
from mulin.console.whistle_clocks import OUTCOMES, BarFace, Chip, bar_face, call_chip, left


@dataclass(frozen=True, slots=True)
class PhotoFace:
    """A photo with its address and words."""

    full: str
    thumb: str
    words: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a refusal."""

    word: str
    text: str
    strong: bool = False
    photos: tuple[PhotoFace, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open."""

    word: str
    url: str


@dataclass(frozen=True, slots=True)
class RulingBox:
    """A ruling inside a column: awaited, or given."""

    title: str
    text: str
    left: str
    tone: str
    done: bool
    url: str
    precedents: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ScoreFace:
    """One aspect and its score."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class SealFace:
    """One slot of the mutual evaluation: sealed, or open."""

    title: str
    state: str
    tone: str
    open: bool
    scores: tuple[ScoreFace, ...] = ()
    words: str = ""
    objection: str = ""


@dataclass(frozen=True, slots=True)
class UnitFace:
    """One column."""

    css: str
    role: str
    is_lead: bool
    name: str
    state: Chip
    note: str
    task: str
    bar: BarFace | None
    clock: Chip
    there: str
    crew: str
    reasons: tuple[Reason, ...]
    rulings: tuple[RulingBox, ...]
    past: tuple[EventFace, ...]
    result: str
    result_wait: str
    photos: tuple[PhotoFace, ...]
    seals: tuple[SealFace, ...]


def unit_face(call: CallColumn, page: WhistlePage, *, now: datetime) -> UnitFace:
    """Return one called unit as a column."""
    case_id, refused = page.case.pk, call.state is CallState.REFUSED
    css = "refused" if refused else "released" if call.state is CallState.RELEASED else ""
    return UnitFace(
        css=css or ("lead" if call.is_lead else ""),
        role=words.role("lead" if call.is_lead else "assist"),
        is_lead=call.is_lead,
        name=call.name,
        state=call_chip(call.state, is_late=call.is_late),
        note=_note(call, page, now),
        task=call.task,
        bar=bar_face(call, now=now, running=page.ended_at is None),
        clock=_clock(call, now, over=page.ended_at is not None),
        there=_("预计 %(moment)s 到") % {"moment": moments.short(call.arrives_at, now)}
        if call.arrives_at
        else "",
        crew=_crew(call),
        reasons=_reasons(call, case_id),
        rulings=tuple(ruling_box(one, page, now) for one in call.rulings),
        past=() if refused else tuple(_line(event) for event in call.events),
        result=call.result,
        result_wait=_result_wait(call),
        photos=photos(case_id, call.photos, _("结果照片")),
        seals=tuple(seal_face(slot, now=now) for slot in call.slots),
    )


CALLED: Final = frozenset({"case.whistled", "case.more_called"})
SAID_ABOVE: Final = frozenset({"case.whistle_replied"})


def _line(event: Event) -> EventFace:
    """Return one line of a unit's course; its task and its result stand in rows of their own."""
    face = past_faces.event_face(event)
    return replace(face, text="") if event.kind in CALLED | SAID_ABOVE else face


def _note(call: CallColumn, page: WhistlePage, now: datetime) -> str:
    if call.escalated_at is not None and call.state is CallState.CALLING:
        return _("%(moment)s 未报到，已升级到%(unit)s") % {
            "moment": moments.short(call.escalated_at, now),
            "unit": call.escalated_to,
        }
    if call.state is CallState.REFUSED:
        return _("裁定前仍列在%(part)s") % {"part": words.role("lead" if call.is_lead else "assist")}
    if call.state is CallState.CALLING:
        sent = moments.short(call.called_at, now)
        if call.read_at is None:
            return _("%(sent)s 送达，未读") % {"sent": sent}
        return _("%(sent)s 送达，%(read)s 已读") % {"sent": sent, "read": moments.short(call.read_at, now)}
    if call.is_lead and page.summed_up_at is None and len(page.columns) > 1:
        return _("由它汇总各家结果")
    return ""


def _clock(call: CallColumn, now: datetime, *, over: bool) -> Chip:
    """Return the line under the drawn clock."""
    if call.state is CallState.REFUSED and call.refusal:
        after = moments.span(call.refusal.at - call.called_at)
        return Chip(_("%(span)s后拒绝；裁定期间它的时钟停走") % {"span": after})
    if call.state is CallState.CALLING:
        span, tone = left(call.report_due_at, now)
        if call.escalated_at is not None:
            return Chip(_("%(left)s，已升级到%(unit)s") % {"left": span, "unit": call.escalated_to}, "bad")
        if tone == "bad":
            return Chip(span, tone)
        return Chip(_("%(left)s，到时未报到升级到上级") % {"left": span} if span else "", tone)
    if call.reported_at is None:
        return Chip("")
    said, tone = _took(_("报到用 %(span)s"), call.called_at, call.reported_at, call.report_due_at)
    if call.replied_at is not None:
        work, late = _took(_("办理用 %(span)s"), call.reported_at, call.replied_at, call.handle_due_at)
        return Chip(_("；").join((said, work)), tone or late)
    if call.state is CallState.REPORTED_IN and call.handle_due_at is not None and not over:
        span, late = left(call.handle_due_at, now)
        rest = _("办理%(left)s") % {"left": span}
        return Chip(_("；").join((said, rest)), "bad" if "bad" in (tone, late) else "")
    return Chip(said, tone)


def _took(words: str, since: datetime, done: datetime, due_at: datetime | None) -> tuple[str, str]:
    """Return how long something took and, if it was late, by how much, with its tone."""
    said = words % {"span": moments.span(done - since)}
    if due_at is None or done <= due_at:
        return said, ""
    return _("%(said)s，超时 %(late)s") % {"said": said, "late": moments.span(done - due_at)}, "bad"


def _crew(call: CallColumn) -> str:
    if call.reported_at is not None:
        return call.crew
    return _("报到后填") if call.state is CallState.CALLING else "—"


def _result_wait(call: CallColumn) -> str:
    if call.state is CallState.REFUSED:
        return _("裁定后由接手单位报")
    if call.is_lead:
        return _("办完后报结果和照片，主办另写汇总")
    return _("办完后报结果和照片")


def photos(case_id: UUID, digests: Sequence[str], word: str) -> tuple[PhotoFace, ...]:
    """Return photos of a case as links."""
    faces = []
    for number, digest in enumerate(digests, 1):
        full = reverse("console:photo", args=[case_id, digest])
        faces.append(PhotoFace(full, f"{full}?size=thumb", f"{word} {number}"))
    return tuple(faces)


def _reasons(call: CallColumn, case_id: UUID) -> tuple[Reason, ...]:
    refusal = call.refusal
    if refusal is None:
        return ()
    shown = photos(case_id, refusal.photos, _("照片"))
    told = [Reason(_("理由"), refusal.words, strong=True), Reason(_("规则"), refusal.rule or "—")]
    if refusal.documents or shown:
        told.append(Reason(_("证据"), refusal.documents, photos=shown))
    told.append(Reason(_("更合适"), refusal.better_unit or "—", strong=True))
    return tuple(told)


def ruling_box(ruling: RulingView, page: WhistlePage, now: datetime) -> RulingBox:
    """Return a ruling inside a column: awaited, or given."""
    url = reverse("console:ruling", args=[ruling.id])
    if ruling.ruled_at is None:
        span, tone = left(ruling.due_at, now)
        by = _("%(moment)s 前定") % {"moment": moments.short(ruling.due_at, now)} if ruling.due_at else ""
        return RulingBox(
            title=_("等%(unit)s裁定") % {"unit": ruling.superior},
            text=_("它是%(caller)s和这家的共同上级，%(by)s。") % {"caller": page.caller, "by": by}
            if by
            else _("它是%(caller)s和这家的共同上级。") % {"caller": page.caller},
            left=span,
            tone=tone,
            done=False,
            url=url,
            precedents=precedent_links(ruling),
        )
    return RulingBox(
        title=_("%(unit)s裁定：%(outcome)s") % {"unit": ruling.superior, "outcome": outcome(ruling)},
        text=_("；").join(part for part in (ruling.rule_cited, ruling.words) if part),
        left=moments.short(ruling.ruled_at, now),
        tone="",
        done=True,
        url=url,
        precedents=(),
    )


def outcome(ruling: RulingView) -> str:
    """Return what was ruled, in words."""
    return str(OUTCOMES[ruling.outcome]) % {"unit": ruling.unit} if ruling.outcome else ""


def precedent_links(ruling: RulingView) -> tuple[Link, ...]:
    """Return earlier rulings of the like, each to be opened."""
    return tuple(
        Link(
            f"{moments.month(one.ruled_at)} {precedent_outcome(one)}",
            reverse("console:ruling", args=[one.id]),
        )
        for one in ruling.precedents[:2]
    )


def precedent_outcome(one: Precedent) -> str:
    """Return how an earlier ruling ended: 改由区应急管理局报到."""
    return str(OUTCOMES[one.outcome]) % {"unit": one.unit}


def seal_face(slot: Slot, *, now: datetime) -> SealFace:
    """Return one slot: sealed and silent, or open with what this reader may see."""
    title = _("%(judge)s评%(judged)s") % {"judge": slot.judge, "judged": slot.judged}
    if not slot.is_given:
        return SealFace(title, _("没有交") if slot.is_open else _("未交"), "t3", open=False)
    if not slot.is_open:
        return SealFace(title, _("已交，封存"), "ok", open=False)
    scores = tuple(ScoreFace(name, str(score)) for name, score in (slot.scores or {}).items())
    objection = _("异议：%(words)s") % {"words": slot.objection} if slot.objection else ""
    return SealFace(title, _("已开封"), "t3", open=True, scores=scores, words=slot.words, objection=objection)
