"""How a ruling is shown to the superior who gives it: both sides, the list, precedents, three ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries.calls import Precedent
from mulin.cases.queries.rulings import RulingPage, RulingRow
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import RulingOutcome
from mulin.console import call_faces, clock_faces, moments, whistle_faces
from mulin.console.call_faces import PhotoFace
from mulin.console.past_faces import EventFace
from mulin.console.whistle_clocks import OUTCOMES, Chip, due_chip, left
from mulin.console.words import Text

RETURN_OUTCOMES: Final[Mapping[RulingOutcome, Text]] = {
    RulingOutcome.REPORT_IN: gettext_lazy("仍由%(unit)s办"),
    RulingOutcome.OTHER: gettext_lazy("改由%(unit)s办"),
    RulingOutcome.RELEASE: gettext_lazy("不再派出"),
}


@dataclass(frozen=True, slots=True)
class RowFace:
    """One line of the superior's queue."""

    url: str
    number: str
    is_example: bool
    basis: str
    title: str
    case: str
    clock: Chip | None
    outcome: str


def row_face(row: RulingRow, *, now: datetime) -> RowFace:
    """Return one line ready to draw."""
    said = {"asker": row.asker, "refuser": row.refuser, "better": row.better}
    words = RETURN_OUTCOMES if row.is_return else OUTCOMES
    outcome = str(words[row.outcome]) % {"unit": row.unit} if row.outcome else ""
    title = _("%(refuser)s拒绝%(asker)s，认为该由%(better)s办") % said
    if row.is_return and row.better:
        title = _("%(refuser)s第二次退回%(asker)s，认为该由%(better)s办") % said
    elif row.is_return:
        title = _("%(refuser)s第二次退回%(asker)s，派给谁由本单位定") % said
    return RowFace(
        url=reverse("console:case", args=[row.case_id])
        if row.is_return
        else reverse("console:ruling", args=[row.id]),
        number=row.number,
        is_example=row.is_example,
        basis=row.item_code or _("清单外"),
        title=title,
        case=row.case,
        clock=None if row.ruled_at else due_chip("", row.due_at, now) or Chip(_("没有时限")),
        outcome=outcome,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the three ways to rule."""

    value: str
    word: str
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """A word and what it stands for."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class PrecedentFace:
    """An earlier ruling as a row."""

    url: str
    when: str
    refuser: str
    outcome: str
    rule: str


@dataclass(frozen=True, slots=True)
class RulingFace:
    """A ruling ready to draw."""

    id: int
    number: str
    round: str
    step: str
    is_example: bool
    whistle_url: str
    clock: Chip
    title: str
    basis: str
    asker: str
    asked_at: str
    ask: str
    task: str
    item: str
    others: str
    refuser: str
    refused_at: str
    words: str
    rule: str
    documents: str
    better: str
    photos: tuple[PhotoFace, ...]
    powers: tuple[Line, ...]
    list_url: str
    precedents: tuple[PrecedentFace, ...]
    precedents_words: str
    choices: tuple[Choice, ...]
    action: str
    form: Any
    outcome: str
    ruled_at: str
    said: str
    cited: str
    waits: str
    past: tuple[EventFace, ...]
    first: str


def ruling_face(found: RulingPage, *, form: Any, now: datetime) -> RulingFace:
    """Return one ruling ready to draw; ``form`` is there if the reader may rule now."""
    page, call, ruling = found.page, found.call, found.ruling
    whistle = whistle_faces.whistle_face(page, now=now)
    refusal = call.refusal
    better = refusal.better_unit if refusal else ""
    others = "、".join(column.name for column in page.columns if column.id != call.id)
    span, tone = left(ruling.due_at, now)
    clock = Chip(_("裁定 %(left)s") % {"left": span}, tone)
    if ruling.due_at is not None:
        clock = due_chip(_("裁定"), ruling.due_at, now) or clock
    if ruling.ruled_at is not None:
        clock = Chip(_("%(moment)s 已裁定") % {"moment": moments.short(ruling.ruled_at, now)}, "ok", "check")
    names = {"refuser": call.name, "caller": page.caller, "superior": ruling.superior}
    return RulingFace(
        id=ruling.id,
        number=page.case.number,
        round=whistle.round,
        step=whistle.step,
        is_example=page.case.is_example,
        whistle_url=reverse("console:whistle", args=[page.id]),
        clock=clock,
        title=_("%(refuser)s拒绝%(caller)s的吹哨：这件该由谁办？") % names,
        basis=_("%(superior)s是双方的共同上级。裁定期间%(refuser)s的时钟停走。") % names,
        asker=page.caller,
        asked_at=_("%(moment)s 吹哨") % {"moment": moments.short(page.raised_at, now)},
        ask=page.ask,
        task=call.task,
        item=whistle_faces.basis(page),
        others=others or _("没有别家"),
        refuser=call.name,
        refused_at=_("%(moment)s 拒绝") % {"moment": moments.short(refusal.at, now)} if refusal else "",
        words=refusal.words if refusal else "",
        rule=refusal.rule if refusal else "",
        documents=refusal.documents if refusal else "",
        better=better or "—",
        photos=call_faces.photos(page.case.pk, refusal.photos if refusal else (), _("证据照片")),
        powers=_powers(found),
        list_url=reverse("console:edition", args=[found.item.edition_id]) if found.item else "",
        precedents=tuple(_precedent(one) for one in found.precedents),
        precedents_words=_precedents_words(found.precedents),
        choices=_choices(call.name, better),
        action=reverse("console:whistle_act", args=[page.id, Act.RULE.value]) + f"?ruling={ruling.id}",
        form=form,
        outcome=call_faces.outcome(ruling),
        ruled_at=moments.short(ruling.ruled_at, now) if ruling.ruled_at else "",
        said=ruling.words,
        cited=ruling.rule_cited,
        waits=_("等%(superior)s裁定。") % names,
        past=whistle.past,
        first=whistle.first,
    )


def _choices(refuser: str, better: str) -> tuple[Choice, ...]:
    return (
        Choice(
            RulingOutcome.REPORT_IN.value,
            _("仍由%(unit)s办") % {"unit": refuser},
            _("它的时钟从停下的地方接着走，不能再退。"),
        ),
        Choice(
            RulingOutcome.OTHER.value,
            _("改由%(unit)s办") % {"unit": better} if better else _("改由别的单位办"),
            _("接手单位的时钟从现在起算；也可以在下面另选单位。"),
        ),
        Choice(RulingOutcome.RELEASE.value, _("不必再叫"), _("这一部分没有单位需要办，其余各家照办。")),
    )


def _powers(found: RulingPage) -> tuple[Line, ...]:
    item = found.item
    if item is None:
        return ()
    example = _("示例 ") if item.is_example else ""
    lines = [
        Line(_("清单项"), f"{example}{item.code}「{item.name}」{item.edition.name}"),
        Line(_("类别"), " › ".join(item.path)),
        Line(_("办结标准"), item.closing_standard),
        Line(_("时限"), clock_faces.limit_words(item.limit_kind, item.limit_value)),
    ]
    if item.legal_basis:
        lines.append(Line(_("依据"), item.legal_basis))
    return tuple(lines)


def _precedent(one: Precedent) -> PrecedentFace:
    return PrecedentFace(
        url=reverse("console:ruling", args=[one.id]),
        when=moments.month(one.ruled_at),
        refuser=one.refuser,
        outcome=call_faces.precedent_outcome(one),
        rule=one.rule_cited or one.words,
    )


def _precedents_words(found: Sequence[Precedent]) -> str:
    return _("同一清单项或同一单位，最近 %(n)d 件") % {"n": len(found)} if found else ""
