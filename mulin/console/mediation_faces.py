"""How the mediations of a case are drawn: for everybody that one runs, for its mediators a little more."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries.mediations import Inside, MediationRow, Outcomes
from mulin.cases.rules.mediation import MediationStage, Party
from mulin.cases.rules.rates import Rate
from mulin.console import moments
from mulin.console.mediation_forms import ENDINGS, HOWS, PARTIES
from mulin.console.words import Text

STAGES: Final[dict[MediationStage, tuple[Text, str]]] = {
    MediationStage.PROPOSED: (gettext_lazy("在问双方"), "warn"),
    MediationStage.OPEN: (gettext_lazy("调解中"), "ac"),
    MediationStage.AGREED: (gettext_lazy("达成协议"), "ok"),
    MediationStage.NOT_AGREED: (gettext_lazy("没有达成协议"), ""),
    MediationStage.ENDED: (gettext_lazy("已结束"), ""),
}


@dataclass(frozen=True, slots=True)
class OutcomeFace:
    """One number of the mediations of a period, and the address of its cases."""

    word: Text
    n: int
    url: str


@dataclass(frozen=True, slots=True)
class OutcomesFace:
    """How the mediations of a period ended, as it is drawn."""

    ended: int
    url: str
    is_shown: bool
    cells: tuple[OutcomeFace, ...]
    rate: Rate


def outcomes_face(found: Outcomes, asked: dict[str, str]) -> OutcomesFace:
    """Return the numbers with the addresses of their cases."""
    agreed, failed = (found.counts[stage] for stage in (MediationStage.AGREED, MediationStage.NOT_AGREED))
    cells = (OutcomeFace(STAGES[stage][0], n, _url(stage, asked)) for stage, n in found.counts.items())
    rate = Rate(Fraction(agreed), agreed + failed)
    return OutcomesFace(found.ended, _url("", asked), found.is_shown, tuple(cells), rate)


def _url(outcome: str, asked: dict[str, str]) -> str:
    said = {name: value for name, value in {"outcome": outcome, **asked}.items() if value}
    return f"{reverse('console:mediated')}?{urlencode(said)}"


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
