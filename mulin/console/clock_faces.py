"""How a case's clock is shown: what remains, when it ends, and how it was computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries.worklist import Clock as Against
from mulin.cases.rules.holds import Cause
from mulin.cases.rules.lifecycle import RUNNING, State
from mulin.clocks.rules.calendars import Calendar, Why
from mulin.console import moments, words
from mulin.console.words import Text

WIDTH: Final = 1000
LINES: Final = 10  # of an explanation; a month of working days would be sixty

LIMITS: Final[Mapping[str, Text]] = {
    "minutes": gettext_lazy("%(n)d 分钟"),
    "hours": gettext_lazy("%(n)d 小时"),
    "working_minutes": gettext_lazy("%(n)d 个工作分钟"),
    "working_hours": gettext_lazy("%(n)d 个工作小时"),
    "working_days": gettext_lazy("%(n)d 个工作日"),
    "natural_days": gettext_lazy("%(n)d 个自然日"),
}
WHY: Final[Mapping[str, Text]] = {
    Why.RUNNING: gettext_lazy("计入"),
    Why.WORKDAY: gettext_lazy("计入"),
    Why.MAKE_UP: gettext_lazy("计入 · 调休上班"),
    Why.OFF_HOURS: gettext_lazy("跳过 · 非工作时间"),
    Why.WEEKEND: gettext_lazy("跳过 · 周末"),
    Why.DAY_OFF: gettext_lazy("跳过 · 休息日"),
    Why.HOLIDAY: gettext_lazy("跳过 · 节假日"),
    Why.PAUSE: gettext_lazy("跳过 · 时钟暂停"),
}
# Why a clock stood still: the note of a pause. A holiday's note is its name as the calendar gives it.
NOTES: Final[Mapping[str, Text]] = {
    **words.HOLD_REASONS,
    "ruling": gettext_lazy("等裁定"),
}
# Why an earlier promise no longer holds.
CAUSES: Final[Mapping[str, Text]] = {
    Cause.ITEM: gettext_lazy("改了清单项"),
    Cause.EXTENDED: gettext_lazy("批准延期"),
    Cause.SUSPENDED: gettext_lazy("时钟暂停"),
    Cause.WAITING: gettext_lazy("时钟暂停"),
    Cause.RESUMED: gettext_lazy("时钟续走"),
    Cause.HEARD: gettext_lazy("时钟续走"),
    Cause.ENDED: gettext_lazy("时钟续走"),
    Cause.REOPENED: gettext_lazy("重办"),
    Cause.CALENDAR: gettext_lazy("日历有改动"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a stored deadline, counted or skipped."""

    start: datetime
    end: datetime
    counted: bool
    why: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """One chip: tone by word, colour and shape; ``until`` is when it ends."""

    tone: str
    text: str
    until: str = ""
    icon: str = "clock"


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of the drawn clock."""

    css: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Span:
    """One line of the explanation."""

    when: str
    why: str
    length: str
    counted: bool
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class ClockWhy:
    """The explanation of a deadline, ready to draw."""

    title: str
    limit: str
    start: str
    now: str
    end: str
    bars: tuple[Bar, ...]
    spans: tuple[Span, ...]
    used: str
    verdict: str
    tone: str
    calendar: str
    spoken: str
    before: "tuple[Promise, ...]" = ()


def clock(
    *,
    state: str,
    due_at: datetime | None,
    clock: Against | None,
    now: datetime,
    done_at: datetime | None = None,
    why: Mapping[str, Any] | None = None,
) -> Clock:
    """Return the chip of a case's clock; ``done_at`` is when the result was handed in."""
    if state not in RUNNING:
        return _stopped(state, due_at, done_at)
    if due_at is None:
        stands = why and why.get("left_seconds")
        return Clock("", _("时钟暂停"), icon="pause") if stands else Clock("", _("没有时限"))
    until = _("%(moment)s 到") % {"moment": moments.short(due_at, now)}
    left = moments.span(due_at - now)
    if clock is Against.OVERDUE:
        return Clock("bad", _("超期 %(left)s") % {"left": left}, until, "alert")
    word = _("等回话 · 剩 %(left)s") if state == State.WAITING else _("剩 %(left)s")
    return Clock("warn" if clock is Against.SOON else "ok", word % {"left": left}, until)


def _stopped(state: str, due_at: datetime | None, done_at: datetime | None) -> Clock:
    if state == State.DECLINED:
        return Clock("", _("不予受理"), icon="close")
    if state == State.MERGED:
        return Clock("", _("已并案"), icon="merge")
    closed = state == State.CLOSED
    if due_at is None or done_at is None:
        return Clock("ok", _("已结案") if closed else _("已报结果"), icon="check")
    if done_at > due_at:
        word = _("超期 %(left)s办结") if closed else _("超期 %(left)s报结果")
        return Clock("bad", word % {"left": moments.span(done_at - due_at)}, icon="alert")
    return Clock("ok", _("按时结案") if closed else _("按时报结果"), icon="check")


def explained(
    why: Mapping[str, Any],
    *,
    due_at: datetime | None,
    now: datetime,
    ended: bool,
    amber_at: datetime | None,
    before: Sequence[Mapping[str, Any]] = (),
) -> ClockWhy | None:
    """Return the explanation of a stored deadline, or nothing if none was stored.

    ``now`` is when the clock stopped, if it has ``ended``; at ``amber_at`` it turns amber.
    ``before`` are the explanations of the promises this one took the place of, newest first.
    """
    if not why or not why.get("intervals"):
        return None
    stands = due_at is None
    last = due_at or now
    stretches = [
        Stretch(
            datetime.fromisoformat(i["start"]),
            datetime.fromisoformat(i["end"]) if i["end"] else max(now, last),
            bool(i["counted"]),
            str(i["why"]),
            str(i.get("note", "")),
        )
        for i in why["intervals"]
    ]
    start = datetime.fromisoformat(why["start"])
    left = timedelta(seconds=int(why.get("left_seconds", 0)))
    counted = sum((one.end - one.start for one in stretches if one.counted), timedelta()) + left
    used = sum(
        (min(one.end, now) - one.start for one in stretches if one.counted and one.start < now), timedelta()
    )
    late = not stands and now > last and not ended
    soon = not stands and not late and not ended and amber_at is not None and amber_at <= now
    tone = "bad" if late else "warn" if soon else "" if stands else "ok"
    return ClockWhy(
        title=_title(stands=stands, late=late, ended=ended, left=left if stands else last - now),
        limit=_limit_words(why),
        start=moments.short(start, now),
        now=(_("停表 %(moment)s") if ended else _("现在 %(moment)s")) % {"moment": moments.short(now, now)},
        end=_("到期待定") if stands else _("到期 %(moment)s") % {"moment": moments.short(last, now)},
        bars=_bars(stretches, start=start, due_at=last, now=now, tone=tone),
        spans=tuple(_spans(_split(stretches, now), now)),
        used=_("已用 %(used)s / %(all)s") % {"used": moments.span(used), "all": moments.span(counted)},
        verdict="" if ended else _verdict(due_at, amber_at, now=now, late=late, soon=soon),
        tone="" if ended else tone,
        calendar=_calendar_words(why, stretches),
        spoken=_("从 %(start)s 到 %(end)s")
        % {"start": moments.short(start, now), "end": moments.short(due_at, now)},
        before=tuple(_promise(one, now=now) for one in before),
    )


def _title(*, stands: bool, late: bool, ended: bool, left: timedelta) -> str:
    if ended:
        return _("已经停表")
    if stands:
        return _("时钟停着，还剩 %(left)s") % {"left": moments.span(left)}
    return (_("超期 %(left)s") if late else _("剩 %(left)s")) % {"left": moments.span(left)}


@dataclass(frozen=True, slots=True)
class Promise:
    """An earlier promise: what it was, and why it no longer holds."""

    due: str
    limit: str
    cause: str


def _promise(one: Mapping[str, Any], *, now: datetime) -> Promise:
    due = one.get("due_at")
    moment = datetime.fromisoformat(due) if isinstance(due, str) else due
    cause = str(one.get("cause", ""))
    return Promise(moments.short(moment, now), _limit_words(one), str(CAUSES.get(cause, cause)))


def calendar_ending(calendar: Calendar, today: date) -> str:
    """Return what is said of a calendar that is soon at its certain end or past it, or nothing."""
    left = calendar.days_left(today)
    if left is None or calendar.known_until is None:
        return ""
    if left < 0:
        return _("放假安排已到头，新的时限都是暂定")
    return _("放假安排还有 %(days)d 天到头") % {"days": left}


def limit_words(kind: str, value: int) -> str:
    """Return 8 个工作小时."""
    return str(LIMITS.get(kind, "%(n)d")) % {"n": value}


def _limit_words(why: Mapping[str, Any]) -> str:
    limit = why.get("limit", {})
    length = limit_words(str(limit.get("kind", "")), int(limit.get("value", 0)))
    source = str(why.get("source", ""))
    if source.startswith("item:"):
        return _("时限 %(length)s，来自清单项 %(item)s") % {
            "length": length,
            "item": source.removeprefix("item:"),
        }
    if source.startswith("profile:"):
        return _("时限 %(length)s，来自时钟套表") % {"length": length}
    if source == "triage":
        return _("立案派遣限 %(length)s，派出后换成办理时限") % {"length": length}
    return _("时限 %(length)s，没有定清单项时的默认值") % {"length": length}


def _verdict(
    due_at: datetime | None, amber_at: datetime | None, *, now: datetime, late: bool, soon: bool
) -> str:
    if due_at is None or amber_at is None:
        return ""
    if late:
        return _("%(moment)s 起超期") % {"moment": moments.short(due_at, now)}
    amber = moments.short(amber_at, now)
    return (_("临期，%(moment)s 转黄") if soon else _("%(moment)s 转黄")) % {"moment": amber}


def _calendar_words(why: Mapping[str, Any], stretches: Sequence[Stretch]) -> str:
    words = [_("日历：%(name)s。") % {"name": why.get("calendar", "")}]
    pauses = sum(one.why == Why.PAUSE for one in stretches)
    words.append(_("暂停过 %(n)d 次。") % {"n": pauses} if pauses else _("没有暂停。"))
    if why.get("provisional"):
        words.append(_("到期日超出已公布的放假安排，暂按此算。"))
    return "".join(words)


def _split(stretches: Sequence[Stretch], now: datetime) -> list[Stretch]:
    """Return the stretches with the present one cut at ``now``: what is used, and what is left."""
    cut: list[Stretch] = []
    for one in stretches:
        if one.counted and one.start < now < one.end:
            cut += [replace(one, end=now), replace(one, start=now)]
        else:
            cut.append(one)
    return cut


def _why_words(one: Stretch) -> str:
    start, end = timezone.localtime(one.start), timezone.localtime(one.end)
    if one.why == Why.OFF_HOURS and start.date() == end.date():
        return _("跳过 · 午间")
    word = str(WHY.get(one.why, one.why))
    if not one.note:
        return word
    return _("%(why)s（%(note)s）") % {"why": word, "note": NOTES.get(one.note, one.note)}


def _spans(stretches: Sequence[Stretch], now: datetime) -> list[Span]:
    """Return the lines; in a long row of days what lies between is told by its number and its sum."""
    lines = [_span(one, now) for one in stretches]
    if len(lines) <= LINES:
        return lines
    here = next((n for n, one in enumerate(stretches) if one.end > now), len(lines) - 1)
    shown = sorted(
        {0, 1, 2, len(lines) - 2, len(lines) - 1, *range(here - 1, here + 2)} & set(range(len(lines)))
    )
    told: list[Span] = []
    for n, after in zip(shown, [*shown[1:], len(lines)], strict=True):
        told.append(lines[n])
        between = stretches[n + 1 : after]
        if len(between) == 1:
            told.append(lines[n + 1])
        elif between:
            sum_of = sum((one.end - one.start for one in between if one.counted), timedelta())
            told.append(
                Span("…", _("中间 %(n)d 段略") % {"n": len(between)}, moments.span(sum_of), counted=False)
            )
    return told


def _span(one: Stretch, now: datetime) -> Span:
    ahead = one.counted and one.start >= now
    return Span(
        moments.until(one.start, one.end),
        _("还剩") if ahead else _why_words(one),
        moments.span(one.end - one.start) if one.counted else "—",
        one.counted,
        ahead,
    )


def _bars(
    stretches: Sequence[Stretch], *, start: datetime, due_at: datetime, now: datetime, tone: str
) -> tuple[Bar, ...]:
    """Return the drawn pieces: counted and past, counted and left, skipped, and what is over."""
    last = max(due_at, now) if tone == "bad" else due_at
    whole = (last - start).total_seconds() or 1.0

    def bar(css: str, begin: datetime, end: datetime) -> Bar:
        left = round((begin - start).total_seconds() / whole * WIDTH)
        right = round((end - start).total_seconds() / whole * WIDTH)
        return Bar(css, left, max(right - left - 2, 2))

    bars = []
    for one in stretches:
        if not one.counted:
            bars.append(bar("skipped", one.start, one.end))
            continue
        if one.start < now:
            bars.append(bar("counted", one.start, min(one.end, now)))
        if one.end > now:
            bars.append(bar(f"left {tone}", max(one.start, now), one.end))
    if tone == "bad":
        bars.append(bar("over", due_at, now))
    return tuple(bars)
