"""The chips of whistles and the drawn clock of one call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries.whistle_shapes import CallColumn
from mulin.cases.rules.whistles import CallState, RulingOutcome, WhistleState
from mulin.console import moments
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
OUTCOMES: Final[Mapping[RulingOutcome, Text]] = {
    RulingOutcome.REPORT_IN: gettext_lazy("应当报到"),
    RulingOutcome.OTHER: gettext_lazy("改由%(unit)s报到"),
    RulingOutcome.RELEASE: gettext_lazy("不必报到"),
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


def _if_it_ran(call: CallColumn, why: Mapping[str, Any]) -> datetime | None:
    """Return when a term that stands still since the refusal would have ended: drawn, never said."""
    left_over = why.get("left_seconds")
    return call.refusal.at + timedelta(seconds=int(left_over)) if call.refusal and left_over else None


def bar_face(call: CallColumn, *, now: datetime, running: bool) -> BarFace | None:
    """Return the drawn clock of a call, or nothing if nothing is due."""
    report = call.report_due_at or _if_it_ran(call, call.report_why)
    if report is None:
        return None
    start = call.called_at
    end = max(call.handle_due_at or _if_it_ran(call, call.handle_why) or report, report)
    share = 100.0
    if end > report:
        share = min(max(_part(start, end, report) * 100, LEAST_SHARE), MOST_SHARE)
    scale = _Scale(start, report, end, share)
    answered = call.refusal.at if call.state is CallState.REFUSED and call.refusal else call.reported_at
    refused = call.state is CallState.REFUSED
    late = answered is not None and answered > report
    pieces = [Piece("report", 0, round(share, 1))]
    if answered is not None:
        pieces.append(
            Piece(f"run {'bad' if refused else 'ok'}", 0, round(scale.at(min(answered, report)), 1))
        )
        if late:
            pieces.append(Piece("late", round(share, 1), round(scale.at(answered), 1)))
        if refused:
            pieces.append(Piece("pause", round(scale.at(answered), 1), round(scale.at(now), 1)))
        elif call.replied_at is not None:
            pieces.append(Piece("run ac", round(scale.at(answered), 1), round(scale.at(call.replied_at), 1)))
    elif now > report:
        pieces.append(Piece("late", round(share, 1), round(scale.at(now), 1)))
    middle = Middle(round(share, 1), moments.short(report, start)) if end > report else None
    last = moments.short(end, start)  # a day is said only where it is not that of the whistle
    begun = moments.short(start, start)
    return BarFace(
        pieces=tuple(pieces),
        dot=Dot("bad" if refused or late else "ok", round(scale.at(answered), 1)) if answered else None,
        now=round(scale.at(now), 1) if running and call.replied_at is None else None,
        start=begun,
        middle=middle,
        end=last,
        spoken=_("%(start)s 吹哨，%(report)s 前报到，%(end)s 前办完")
        % {"start": begun, "report": moments.short(report, start), "end": last},
    )
