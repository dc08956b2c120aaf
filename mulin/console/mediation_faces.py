"""How the mediations of a case are drawn: for everybody that one runs, for its mediators a little more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries.mediations import Inside, MediationRow
from mulin.cases.rules.mediation import Party, Stage
from mulin.console import moments
from mulin.console.mediation_forms import ENDINGS, HOWS, PARTIES
from mulin.console.words import Text

STAGES: Final[dict[Stage, tuple[Text, str]]] = {
    Stage.PROPOSED: (gettext_lazy("在问双方"), "warn"),
    Stage.OPEN: (gettext_lazy("调解中"), "ac"),
    Stage.AGREED: (gettext_lazy("达成协议"), "ok"),
    Stage.NOT_AGREED: (gettext_lazy("没有达成协议"), ""),
    Stage.ENDED: (gettext_lazy("已结束"), ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what only mediators see."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class MediationFace:
    """One mediation as it is drawn."""

    id: UUID
    unit: str
    stage: Text
    tone: str
    when: str
    due: str
    late: bool
    lines: tuple[Line, ...]
    may_consult: bool


def face(row: MediationRow, *, now: datetime) -> MediationFace:
    """Return a mediation ready to draw."""
    stage, tone = STAGES[row.stage]
    runs = row.settled_at is None
    if row.settled_at is not None:
        when = _("%(moment)s 结束") % {"moment": moments.short(row.settled_at, now)}
    elif row.opened_at is not None:
        when = _("%(moment)s 开始") % {"moment": moments.short(row.opened_at, now)}
    else:
        when = _("%(moment)s 提议") % {"moment": moments.short(row.asked_at, now)}
    return MediationFace(
        id=row.id,
        unit=row.unit,
        stage=stage,
        tone=tone,
        when=when,
        due=moments.short(row.due_at, now) if runs and row.due_at else "",
        late=runs and row.due_at is not None and row.due_at < now,
        lines=_lines(row.inside, now) if row.inside else (),
        may_consult=row.inside is not None and row.opened_at is not None,
    )


def _lines(inside: Inside, now: datetime) -> tuple[Line, ...]:
    sides = (
        (Party.FIRST, inside.first_at, inside.first_how),
        (Party.SECOND, inside.second_at, inside.second_how),
    )
    lines = []
    for party, at, how in sides:
        facts = {"how": HOWS.get(how, ""), "moment": moments.short(at, now)}
        said = _("已同意（%(how)s） %(moment)s") % facts if at else _("还没有问到")
        lines.append(Line(str(PARTIES[party]), said))
    for number, (at, place) in enumerate(inside.sessions, 1):
        lines.append(Line(_("第 %(n)d 次") % {"n": number}, f"{moments.short(at, now)} {place}"))
    if inside.ending:
        lines.append(Line(_("怎么结束的"), str(ENDINGS[inside.ending])))
    return tuple(lines)
