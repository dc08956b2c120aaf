"""How a whistle is shown: its head, what closing still needs, how the evaluations open; and the board."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mulin.cases.queries.grades import Graded
from mulin.cases.queries.page import Offer
from mulin.cases.queries.whistle_shapes import CallColumn, Need, NeedKind, WhistlePage, WhistleRow
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import WhistleState
from mulin.console import call_faces, moments, past_faces, words
from mulin.console.call_faces import RulingBox, UnitFace
from mulin.console.keys import KEYS, WHISTLE_KEYS
from mulin.console.past_faces import EventFace
from mulin.console.whistle_clocks import Chip, call_chip, due_chip, left, state_chip


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
        step=step(page),
        state=state_chip(page.state),
        title=title(page, now=now),
        basis=" · ".join(
            part
            for part in (_("依据 %(item)s") % {"item": basis(page)}, _graded(page), _before(page, now))
            if part
        ),
        clocks=tuple(chip for chip in clocks if chip is not None),
        offers=offers_face(page),
        summary=page.summary,
        summed=_("%(moment)s 汇总") % {"moment": moments.short(page.summed_up_at, now)},
        columns=tuple(call_faces.unit_face(call, page, now=now) for call in page.columns),
        released=tuple(_released(call, page, now) for call in page.released),
        needs=tuple(_need(need, now) for need in page.needs),
        needs_note=_needs_note(page, now),
        seal=_seal_box(page, now),
        seal_word=_("已开封") if page.seal.opened_at else _("封存"),
        past=tuple(past_faces.event_face(event) for event in page.timeline),
        first=_first(page),
        version=page.case.version,
    )


def step(of: WhistlePage | WhistleRow) -> str:
    """Return 街道→部门: which level calls which, in the reader's language as far as the pack has it."""
    if (get_language() or "").startswith("en"):
        return f"{of.caller_kind_en} → {of.called_kind_en}"
    return f"{of.caller_kind}→{of.called_kind}"


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


def basis(page: WhistlePage) -> str:
    """Return what a whistle leans on: a list item, or none."""
    if page.off_list:
        return _("清单外，待清单管理员审看：%(why)s") % {"why": page.off_list_why}
    parts = {
        "item": page.item_code,
        "name": page.item_name,
        "edition": page.edition,
        "example": _("示例 ") if page.item_is_example else "",
    }
    return _("%(example)s%(item)s「%(name)s」%(edition)s") % parts


def grades_face(found: Sequence[Graded], *, chosen: str, query: str) -> list[dict[str, Any]]:
    """Return the grades a whistle may be called by: whom each calls, and the address that fills them in."""
    faces = []
    for each in found:
        asked = QueryDict(query, mutable=True)
        asked["grade"] = str(each.row.grade)
        asked.pop("ask", None)
        said = {"line": each.row.line, "units": "、".join(unit.short_name for unit in each.units)}
        faces.append(
            {
                "grade": each.row.grade,
                "name": each.row.name,
                "why": _("级别表第 %(line)s 行：叫%(units)s") % said,
                "codes": [unit.code for unit in each.units],
                "chosen": chosen == str(each.row.grade),
                "url": f"?{asked.urlencode()}",
            }
        )
    return faces


def _graded(page: WhistlePage) -> str:
    """Return by which grade it was called, and which row of the table says whom."""
    if not page.grade:
        return ""
    said = {"grade": page.grade["grade"], "name": page.grade["label"], "line": page.grade["line"]}
    return _("%(grade)s 级（%(name)s），按级别表第 %(line)s 行叫") % said


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
    Act.RULE, Act.REPORT_IN, Act.REPLY, Act.URGE, Act.REFUSE, Act.CALL_MORE, Act.CHANGE_LEAD,
    Act.ASK_EXTENSION, Act.NOTE, Act.SUM_UP, Act.END, Act.EVALUATE, Act.OBJECT,
)  # fmt: skip


def offers_face(page: WhistlePage) -> OffersFace:
    """Return the acts on a whistle as buttons in the order of use."""
    offers = sorted(
        (offer for offer in page.offers if offer.act in ORDER),
        key=lambda each: (not each.primary, not each.possible, ORDER.index(each.act)),
    )
    idle = _("这次吹哨已经结束") if page.ended_at else _("现在轮到别的单位")
    mine = any(offer.act in WHISTLE_KEYS for offer in offers)
    return OffersFace(tuple(_offer(offer, page) for offer in offers), "" if mine else idle)


def _offer(offer: Offer, page: WhistlePage) -> OfferFace:
    return OfferFace(
        act=offer.act.value,
        word=words.act(offer.act),
        possible=offer.possible,
        missing=_lacking(offer),
        primary=offer.primary,
        url=act_url(page, offer.act),
        cap=WHISTLE_KEYS.get(offer.act) or KEYS[offer.act],
    )


def _lacking(offer: Offer) -> str:
    """Return 还差：1 家报到，1 件裁定: what is missing, the word said once where the language has one."""
    each = [words.missing(one.missing, one.count) for one in offer.missing]
    lacks = _("还差").strip()
    if len(each) > 1 and all(one.startswith(lacks) for one in each):
        return _("还差：%(what)s") % {"what": "，".join(one.removeprefix(lacks).strip() for one in each)}
    return words.lacking(offer.missing)


def act_url(page: WhistlePage, act: Act) -> str:
    """Return where the form of an act is; a ruling has a page of its own."""
    if act is Act.RULE:
        waiting = [one for call in page.columns for one in call.rulings if one.may_rule]
        if waiting:
            return reverse("console:ruling", args=[waiting[0].id])
    if act not in WHISTLE_KEYS:  # an act on the case, which then leads back here
        return f"{reverse('console:act', args=[page.case.pk, act.value])}?whistle={page.id}"
    return reverse("console:whistle_act", args=[page.id, act.value])


def _released(call: CallColumn, page: WhistlePage, now: datetime) -> Released:
    text = call.refusal.words if call.refusal else ""
    box = call_faces.ruling_box(call.rulings[0], page, now) if call.rulings else None
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
            text = _("%(n)d 家报结果") % said
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
        step=step(row),
        is_example=row.is_example,
        basis=_("清单外") if row.off_list else f"{row.item_code} {row.item_name}",
        title=_("%(caller)s %(moment)s 吹哨：%(ask)s") % raised,
        case=row.title,
        state=state_chip(row.state),
        clock=due_chip("", row.due_at, now) if row.state is not WhistleState.ENDED else None,
        units=tuple(units),
    )
