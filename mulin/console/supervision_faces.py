"""How a supervision (督办) is shown: its stage as a chip, and the panel on the page of its case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries.supervisions import SupervisionRow
from mulin.cases.rules.supervision import Stage
from mulin.console import moments
from mulin.console.case_faces import Said
from mulin.console.whistle_clocks import Chip, due_chip
from mulin.console.words import Text

STAGES: Final[Mapping[Stage, Text]] = {
    Stage.ASKED: gettext_lazy("待回复"),
    Stage.REPLIED: gettext_lazy("待复查"),
    Stage.SETTLED: gettext_lazy("已销号"),
}
TONES: Final[Mapping[Stage, str]] = {Stage.ASKED: "warn", Stage.REPLIED: "ac", Stage.SETTLED: "ok"}


@dataclass(frozen=True, slots=True)
class SupervisionFace:
    """One supervision as the page of its case draws it."""

    unit: str
    stage: Chip
    clock: Chip | None
    lines: tuple[Said, ...]


def case_face(rows: Sequence[SupervisionRow], *, now: datetime) -> list[SupervisionFace]:
    """Return the supervisions of a case: who asked what, by when, what was answered, what was found."""
    return [
        SupervisionFace(
            unit=row.unit,
            stage=Chip(str(STAGES[row.stage]), TONES[row.stage]),
            clock=due_chip(_("回复"), row.due_at, now) if row.stage is Stage.ASKED else None,
            lines=tuple(_lines(row, now)),
        )
        for row in rows
    ]


def _lines(row: SupervisionRow, now: datetime) -> list[Said]:
    by = row.raised_by or _("按规定")
    lines = [Said(_("要求"), row.why or _("超期自动督办"), f"{by} · {moments.short(row.raised_at, now)}")]
    if row.replied_at is not None:
        lines.append(Said(_("回复"), row.reply, f"{row.unit} · {moments.short(row.replied_at, now)}"))
    if row.verified_at is not None:
        found = _("退回过 %(n)d 次") % {"n": row.returns} if row.returns else ""
        when = moments.short(row.verified_at, now)
        lines.append(Said(_("复查"), row.verdict, f"{found} · {when}" if found else when))
    return lines
