"""How a whistle is shown: its head, one column for each called unit, what closing needs, the sealed slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mulin.cases.queries.calls import Precedent
from mulin.cases.queries.page import Offer
from mulin.cases.queries.whistle_shapes import (
    CallColumn,
    Need,
    NeedKind,
    RulingView,
    Slot,
    WhistlePage,
    WhistleRow,
)
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import CallState, Outcome, WhistleState
from mulin.console import moments, past_faces, words
from mulin.console.keys import WHISTLE_KEYS
from mulin.console.past_faces import EventFace
from mulin.console.words import Text

SOON: Final = timedelta(hours=4)
# How much of a drawn clock the time for reporting in takes: never so little that nobody sees it.
LEAST_SHARE: Final = 26.0
MOST_SHARE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Chip:
    """A state by word, colour and icon; ``until`` is when it ends."""

    word: str
    tone: str = ""
    icon: str = "clock"
    until: str = ""

    @property
    def text(self) -> str:
        """Return the word, as the chips of a case's clocks call it."""
        return self.word


STATES: Final[Mapping[WhistleState, tuple[Text, str, str]]] = {
    WhistleState.CALLING: (gettext_lazy("等报到"), "warn", "clock"),
    WhistleState.HANDLING: (gettext_lazy("处置中"), "ac", "clock"),
    WhistleState.RULING: (gettext_lazy("等裁定"), "warn", "gavel"),
    WhistleState.SUMMING: (gettext_lazy("等汇总"), "warn", "clock"),
    WhistleState.SUMMED: (gettext_lazy("已汇总，等结束"), "warn", "clock"),
    WhistleState.ENDED: (gettext_lazy("已完成"), "ok", "check"),
}
CALLS: Final[Mapping[CallState, tuple[Text, str, str]]] = {
    CallState.CALLING: (gettext_lazy("等报到"), "warn", "clock"),
    CallState.REPORTED_IN: (gettext_lazy("已报到"), "ok", "check"),
    CallState.REFUSED: (gettext_lazy("拒绝报到"), "bad", "close"),
    CallState.REPLIED: (gettext_lazy("已报结果"), "ok", "check"),
    CallState.RELEASED: (gettext_lazy("已解除"), "", "close"),
}
OUTCOMES: Final[Mapping[Outcome, Text]] = {
    Outcome.REPORT_IN: gettext_lazy("应当报到"),
    Outcome.OTHER: gettext_lazy("改由%(unit)s报到"),
    Outcome.RELEASE: gettext_lazy("不必报到"),
}


def state_chip(state: WhistleState) -> Chip:
    """Return the chip of a whistle's state."""
    word, tone, icon = STATES[state]
    return Chip(str(word), tone, icon)


def call_chip(state: CallState, *, is_late: bool) -> Chip:
    """Return the chip of a called unit's state."""
    if is_late:
        late = _("超时未报到") if state is CallState.CALLING else _("处置超时")
        return Chip(late, "bad", "alert")
    word, tone, icon = CALLS[state]
    return Chip(str(word), tone, icon)


def left(due_at: datetime | None, now: datetime) -> tuple[str, str]:
    """Return 剩 9 分 or 超时 5 分 with its tone; nothing if nothing is due."""
    if due_at is None:
        return "", ""
    span = moments.span(due_at - now)
    if due_at < now:
        return _("超时 %(left)s") % {"left": span}, "bad"
    return _("剩 %(left)s") % {"left": span}, "warn" if due_at - now <= SOON else "ok"


def due_chip(what: str, due_at: datetime | None, now: datetime) -> Chip | None:
    """Return 报到 剩 9 分 · 15:06 到."""
    if due_at is None:
        return None
    span, tone = left(due_at, now)
    until = _("%(moment)s 到") % {"moment": moments.short(due_at, now)}
    return Chip(f"{what} {span}", tone, "alert" if tone == "bad" else "clock", until)


# ---- the drawn clock of one call ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the drawn clock, in hundredths of its width."""

    css: str
    x1: float
    x2: float


@dataclass(frozen=True, slots=True)
class Dot:
    """Where the unit answered."""

    css: str
    x: float


@dataclass(frozen=True, slots=True)
class Middle:
    """The tick between start and end."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class BarFace:
    """The drawn clock: reporting in, then the work; the line is now."""

    pieces: tuple[Piece, ...]
    dot: Dot | None
    now: float | None
    start: str
    middle: Middle | None
    end: str
    spoken: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a moment lies on the bar: the two stretches each in proportion, the first never too small."""

    start: datetime
    report: datetime
    end: datetime
    share: float

    def at(self, moment: datetime) -> float:
        if moment <= self.report:
            return _part(self.start, self.report, moment) * self.share
        return self.share + _part(self.report, self.end, moment) * (100 - self.share)


def _part(start: datetime, end: datetime, moment: datetime) -> float:
    whole = (end - start).total_seconds()
    return min(max((moment - start).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0


def bar_face(call: CallColumn, *, now: datetime, running: bool) -> BarFace | None:
    """Return the drawn clock of a call, or nothing if nothing is due."""
    if call.report_due_at is None:
        return None
    start, report = call.called_at, call.report_due_at
    end = max(call.handle_due_at or report, report)
    share = 100.0
    if end > report:
        share = min(max(_part(start, end, report) * 100, LEAST_SHARE), MOST_SHARE)
    scale = _Scale(start, report, end, share)
    answered = call.refusal.at if call.state is CallState.REFUSED and call.refusal else call.reported_at
    refused = call.state is CallState.REFUSED
    pieces = [Piece("report", 0, round(share, 1))]
    if answered is not None:
        pieces.append(Piece(f"run {'bad' if refused else 'ok'}", 0, round(scale.at(answered), 1)))
        if refused:
            pieces.append(Piece("pause", round(scale.at(answered), 1), round(scale.at(now), 1)))
        elif call.replied_at is not None:
            pieces.append(Piece("run ac", round(scale.at(answered), 1), round(scale.at(call.replied_at), 1)))
    elif now > report:
        pieces.append(Piece("late", round(share, 1), round(scale.at(now), 1)))
    middle = Middle(round(share, 1), moments.short(report, now)) if end > report else None
    last = moments.short(end, now)
    begun = moments.short(start, now)
    return BarFace(
        pieces=tuple(pieces),
        dot=Dot("bad" if refused else "ok", round(scale.at(answered), 1)) if answered else None,
        now=round(scale.at(now), 1) if running and call.replied_at is None else None,
        start=begun,
        middle=middle,
        end=last,
        spoken=_("%(start)s 吹哨，%(report)s 前报到，%(end)s 前办完")
        % {"start": begun, "report": moments.short(report, now), "end": last},
    )


# ---- one called unit ----------------------------------------------------------------------------------------


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
        rulings=tuple(_ruling(one, page, now) for one in call.rulings),
        past=() if refused else tuple(past_faces.event_face(event) for event in call.events),
        result=call.result,
        result_wait=_result_wait(call),
        photos=_photos(case_id, call.photos, _("结果照片")),
        seals=tuple(seal_face(slot, now=now) for slot in call.slots),
    )


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
    used = moments.span(call.reported_at - call.called_at) if call.reported_at else ""
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
    if call.replied_at is not None and call.reported_at is not None:
        work = moments.span(call.replied_at - call.reported_at)
        return Chip(_("报到用 %(used)s，办理用 %(work)s") % {"used": used, "work": work})
    if call.state is CallState.REPORTED_IN and call.handle_due_at is not None and not over:
        span, tone = left(call.handle_due_at, now)
        both = _("报到用 %(used)s；办理%(left)s") % {"used": used, "left": span}
        return Chip(both, tone if tone == "bad" else "")
    return Chip(_("报到用 %(used)s") % {"used": used} if used else "")


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


def _photos(case_id: UUID, digests: Sequence[str], word: str) -> tuple[PhotoFace, ...]:
    faces = []
    for number, digest in enumerate(digests, 1):
        full = reverse("console:photo", args=[case_id, digest])
        faces.append(PhotoFace(full, f"{full}?size=thumb", f"{word} {number}"))
    return tuple(faces)


def _reasons(call: CallColumn, case_id: UUID) -> tuple[Reason, ...]:
    refusal = call.refusal
    if refusal is None:
        return ()
    photos = _photos(case_id, refusal.photos, _("照片"))
    told = [Reason(_("理由"), refusal.words, strong=True), Reason(_("规则"), refusal.rule or "—")]
    if refusal.documents or photos:
        told.append(Reason(_("证据"), refusal.documents, photos=photos))
    told.append(Reason(_("更合适"), refusal.better_unit or "—", strong=True))
    return tuple(told)


def _ruling(ruling: RulingView, page: WhistlePage, now: datetime) -> RulingBox:
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
        text="；".join(part for part in (ruling.rule_cited, ruling.words) if part),
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


# ---- the whole page -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NeedFace:
    """One line of what closing still needs."""

    text: str
    done: bool
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class SealBox:
    """How the evaluations open."""

    title: str
    words: str
    all: int
    share: int
    count: str


@dataclass(frozen=True, slots=True)
class OfferFace:
    """One act as a button, possible or grey with what is missing."""

    act: str
    word: str
    possible: bool
    missing: str
    primary: bool
    url: str
    cap: str


@dataclass(frozen=True, slots=True)
class OffersFace:
    """The buttons, and what to say when there are none."""

    shown: tuple[OfferFace, ...]
    idle: str


@dataclass(frozen=True, slots=True)
class Released:
    """A unit a ruling let go."""

    name: str
    text: str
    ruling: RulingBox | None


@dataclass(frozen=True, slots=True)
class WhistleFace:
    """A whistle ready to draw."""

    id: UUID
    case_url: str
    number: str
    is_example: bool
    round: str
    step: str
    state: Chip
    title: str
    basis: str
    clocks: tuple[Chip, ...]
    offers: OffersFace
    summary: str
    summed: str
    columns: tuple[UnitFace, ...]
    released: tuple[Released, ...]
    needs: tuple[NeedFace, ...]
    needs_note: str
    seal: SealBox
    seal_word: str
    past: tuple[EventFace, ...]
    first: str
    version: int


def whistle_face(page: WhistlePage, *, now: datetime) -> WhistleFace:
    """Return the page of a whistle ready to draw."""
    clocks: list[Chip | None] = []
    if page.ended_at is None:
        clocks = [
            due_chip(_("报到"), page.report_due_at, now),
            due_chip(_("处置"), page.handle_due_at, now),
        ]
    return WhistleFace(
        id=page.id,
        case_url=reverse("console:case", args=[page.case.pk]),
        number=page.case.number,
        is_example=page.case.is_example,
        round=_("吹哨第 %(n)d 轮") % {"n": page.round},
        step=f"{page.caller_kind}→{page.called_kind}",
        state=state_chip(page.state),
        title=title(page, now=now),
        basis=" · ".join(part for part in (_basis(page), _before(page, now)) if part),
        clocks=tuple(chip for chip in clocks if chip is not None),
        offers=offers_face(page),
        summary=page.summary,
        summed=_("%(moment)s 汇总") % {"moment": moments.short(page.summed_up_at, now)},
        columns=tuple(unit_face(call, page, now=now) for call in page.columns),
        released=tuple(_released(call, page, now) for call in page.released),
        needs=tuple(_need(need, now) for need in page.needs),
        needs_note=_needs_note(page, now),
        seal=_seal_box(page, now),
        seal_word=_("已开封") if page.seal.opened_at else _("封存"),
        past=tuple(past_faces.event_face(event) for event in page.timeline),
        first=_first(page),
        version=page.case.version,
    )


def title(page: WhistlePage, *, now: datetime) -> str:
    """Return 坛山街道 14:36 吹哨，请 3 个部门：…"""
    called = [column.name for column in page.columns]
    said = {
        "caller": page.caller,
        "moment": moments.short(page.raised_at, now),
        "n": len(called),
        "kind": page.called_kind,
        "unit": called[0] if called else "",
        "ask": page.ask,
    }
    if len(called) == 1:
        return _("%(caller)s %(moment)s 吹哨，请%(unit)s：%(ask)s") % said
    return _("%(caller)s %(moment)s 吹哨，请 %(n)d 个%(kind)s：%(ask)s") % said


def _basis(page: WhistlePage) -> str:
    if page.off_list:
        return _("清单外，待清单管理员审看：%(why)s") % {"why": page.off_list_why}
    parts = {
        "item": page.item_code,
        "name": page.item_name,
        "edition": page.edition,
        "example": _("示例 ") if page.item_is_example else "",
    }
    return _("依据 %(example)s%(item)s「%(name)s」%(edition)s") % parts


def _before(page: WhistlePage, now: datetime) -> str:
    """Return the round before this one."""
    before = [each for each in page.rounds if each.round < page.round]
    if not before:
        return ""
    last = before[-1]
    said = _("前一轮：%(moment)s %(caller)s → %(called)s") % {
        "moment": moments.short(last.raised_at, now),
        "caller": last.caller,
        "called": "、".join(last.called),
    }
    if last.reported_at is None:
        return said
    return said + _("，%(moment)s 报到") % {"moment": moments.short(last.reported_at, now)}


ORDER: Final = (
    Act.RULE, Act.REPORT_IN, Act.REPLY, Act.URGE, Act.REFUSE, Act.CALL_MORE, Act.CHANGE_LEAD, Act.SUM_UP,
    Act.END, Act.EVALUATE, Act.OBJECT,
)  # fmt: skip


def offers_face(page: WhistlePage) -> OffersFace:
    """Return the acts on a whistle as buttons in the order of use."""
    offers = sorted(
        (offer for offer in page.offers if offer.act in ORDER),
        key=lambda each: (not each.primary, not each.possible, ORDER.index(each.act)),
    )
    idle = _("这次吹哨已经结束") if page.ended_at else _("现在轮到别的单位")
    return OffersFace(tuple(_offer(offer, page) for offer in offers), idle)


def _offer(offer: Offer, page: WhistlePage) -> OfferFace:
    return OfferFace(
        act=offer.act.value,
        word=words.act(offer.act),
        possible=offer.possible,
        missing="；".join(words.missing(one.missing, one.count) for one in offer.missing),
        primary=offer.primary,
        url=act_url(page, offer.act),
        cap=WHISTLE_KEYS.get(offer.act, ""),
    )


def act_url(page: WhistlePage, act: Act) -> str:
    """Return where the form of an act is; a ruling has a page of its own."""
    if act is Act.RULE:
        waiting = [one for call in page.columns for one in call.rulings if one.may_rule]
        if waiting:
            return reverse("console:ruling", args=[waiting[0].id])
    return reverse("console:whistle_act", args=[page.id, act.value])


def _released(call: CallColumn, page: WhistlePage, now: datetime) -> Released:
    text = call.refusal.words if call.refusal else ""
    box = _ruling(call.rulings[0], page, now) if call.rulings else None
    return Released(call.name, text, box)


def _need(need: Need, now: datetime) -> NeedFace:
    note, tone = ("", "") if need.is_done else left(need.due_at, now)
    said = {"unit": need.unit, "n": need.count}
    match need.kind:
        case NeedKind.REPORT_IN:
            text = (_("%(unit)s已报到") if need.is_done else _("%(unit)s报到")) % said
        case NeedKind.RULING:
            text = _("%(unit)s裁定") % said
        case NeedKind.RESULTS:
            text = ngettext("%(n)d 家报结果", "%(n)d 家各报结果", need.count) % said
        case NeedKind.SUMMARY:
            text = _("主办汇总")
        case NeedKind.END:
            text = _("%(unit)s确认结束吹哨") % said if need.unit else _("确认结束吹哨")
        case NeedKind.ANSWERS:
            text = _("%(n)d 条诉求都答复") % said
    return NeedFace(text, need.is_done, note, tone)


def _needs_note(page: WhistlePage, now: datetime) -> str:
    if page.seal.opened_at is not None:
        return ""
    if page.seal.until is None:
        return _("互评不挡结案，结束吹哨后再交。")
    return _("互评不挡结案，最晚 %(moment)s 交。") % {"moment": moments.short(page.seal.until, now)}


def _seal_box(page: WhistlePage, now: datetime) -> SealBox:
    seal = page.seal
    share = round(100 * seal.given / seal.of) if seal.of else 0
    count = _("%(all)d 份里已交 %(n)d 份") % {"all": seal.of, "n": seal.given}
    if seal.opened_at is not None:
        opened = _("%(moment)s 一起开封。分数只进统计，被评的单位看得到理由，可以提一次异议。") % {
            "moment": moments.short(seal.opened_at, now)
        }
        return SealBox(_("互评已开封"), opened, seal.of, share, count)
    if seal.until is not None:
        rule = _("双方都交，或到 %(moment)s，一起开封。之前谁也看不到对方写了什么，被评的看不到分。") % {
            "moment": moments.short(seal.until, now)
        }
    else:
        rule = _("结束吹哨后，双方都交，或期限一到，一起开封。之前谁也看不到对方写了什么，被评的看不到分。")
    return SealBox(_("互评怎么开封"), rule, seal.of, share, count)


def _first(page: WhistlePage) -> str:
    if page.is_accepted:
        return _("首问负责：%(unit)s，对居民由它答复。") % {"unit": page.answerable}
    return _("首问负责：%(unit)s。有单位接下之前，对居民仍由它答复。") % {"unit": page.answerable}


# ---- the board ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CalledFace:
    """A called unit as a chip."""

    word: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class RowFace:
    """One line of the board."""

    url: str
    number: str
    round: str
    step: str
    is_example: bool
    basis: str
    title: str
    case: str
    state: Chip
    clock: Chip | None
    units: tuple[CalledFace, ...]


def row_face(row: WhistleRow, *, now: datetime) -> RowFace:
    """Return one line of the board ready to draw."""
    raised = {"caller": row.caller, "moment": moments.short(row.raised_at, now), "ask": row.ask}
    units = []
    for unit in row.units:
        chip = call_chip(unit.state, is_late=False)
        units.append(CalledFace(f"{unit.name} · {chip.word}", chip.tone, chip.icon))
    return RowFace(
        url=reverse("console:whistle", args=[row.id]),
        number=row.number,
        round=_("第 %(n)d 轮") % {"n": row.round},
        step=f"{row.caller_kind}→{row.called_kind}",
        is_example=row.is_example,
        basis=_("清单外") if row.off_list else f"{row.item_code} {row.item_name}",
        title=_("%(caller)s %(moment)s 吹哨：%(ask)s") % raised,
        case=row.title,
        state=state_chip(row.state),
        clock=due_chip("", row.due_at, now) if row.state is not WhistleState.ENDED else None,
        units=tuple(units),
    )
