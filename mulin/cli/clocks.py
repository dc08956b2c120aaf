"""The clocks from the command line: ``mulin explain deadline`` says when something is due, and why."""

import json
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mulin.cases.actions import timetables
from mulin.clocks import queries as published
from mulin.clocks.rules import calendars, deadlines, limits, specs
from mulin.clocks.rules.calendars import Calendar, Why
from mulin.clocks.rules.deadlines import Deadline, Interval, OffDay
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput
from mulin.packs.queries import read_pack


@click.group()
def explain() -> None:
    """Explain what the rules answer."""


@explain.command()
@click.option(
    "--start", required=True, help="When the clock starts: 2026-02-13T16:00+08:00 (no offset: the city's)."
)
@click.option(
    "--limit",
    "limit_text",
    required=True,
    help="N minutes|hours|working minutes|working hours|working days|natural days, or 4工作时.",
)
@click.option(
    "--calendar",
    "calendar_code",
    default="cn",
    metavar="NAME",
    help="cn, plain, always, or a calendar the city has published.",
)
@click.option(
    "--pause", "pauses", multiple=True, metavar="FROM/TO", help="The clock stood; FROM/ if it still does."
)
@click.option(
    "--off-day",
    type=click.Choice([rule.value for rule in OffDay]),
    default=OffDay.NEXT_MIDNIGHT.value,
    help="From when working days count if the start lies on a day off.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def deadline(
    start: str, limit_text: str, calendar_code: str, pauses: tuple[str, ...], off_day: str, as_json: bool
) -> None:
    """Say when a limit is over and which time between counted."""
    calendar = _calendar(calendar_code)
    limit = limits.parse(limit_text)
    begun = _moment(start, calendar, "--start")
    answer = deadlines.deadline(
        start=begun,
        limit=limit,
        calendar=calendar,
        pauses=[_pause(text, calendar) for text in pauses],
        off_day=OffDay(off_day),
    )
    if as_json:
        facts = {
            "start": begun.isoformat(),
            "limit": str(limit),
            "calendar": calendar.code,
            **answer.as_json(),
        }
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for line in _told(answer, calendar):
        click.echo(line)


def _told(answer: Deadline, calendar: Calendar) -> list[str]:
    """Return the answer in words, one line for each interval."""
    if answer.due_at is None:
        head = _("时钟停着，还剩 %(left)s") % {"left": answer.left}
    else:
        head = _("到期：%(due)s") % {"due": _shown(answer.due_at)}
    lines = [head]
    if answer.provisional and calendar.known_until is not None:
        until = {"until": calendar.known_until.isoformat()}
        lines.append(_("暂定：放假安排只公布到 %(until)s") % until)
    return [*lines, _printed(answer), *(_line(interval) for interval in answer.intervals)]


def _calendar(code: str) -> Calendar:
    shipped = calendars.CALENDARS.get(code)
    found = shipped() if shipped else published.calendar_named(code, on=timezone.localdate())
    if found is None:
        known = "、".join(calendars.CALENDARS)
        raise BadInput("没有日历“%(code)s”；系统自带 %(known)s", where="--calendar", code=code, known=known)
    return found


def _printed(answer: Deadline) -> str:
    """Return the whole explanation as one line: what counted with its length, what was skipped between."""
    parts: list[str] = []
    for counted, run in groupby(answer.intervals, key=lambda interval: interval.counted):
        stretches = list(run)
        ends = stretches[-1].end
        span = (
            f"{stretches[0].start:%m-%d %H:%M}–{ends:%m-%d %H:%M}"
            if ends
            else f"{stretches[0].start:%m-%d %H:%M}–…"
        )
        if counted:
            length = sum((_length(each) for each in stretches), timedelta())
            parts.append(f"＋{span}（{length}）")
        else:
            whys = dict.fromkeys(
                each.note if each.why is Why.HOLIDAY else _why(each.why) for each in stretches
            )
            parts.append(f"－{span}（{'、'.join(whys)}）")
    return " ".join(parts)


def _length(interval: Interval) -> timedelta:
    return interval.end - interval.start if interval.end else timedelta()


def _why(why: Why) -> str:
    words = {
        Why.RUNNING: _("连续计时"),
        Why.WORKDAY: _("工作时间"),
        Why.MAKE_UP: _("调休上班"),
        Why.OFF_HOURS: _("非工作时段"),
        Why.WEEKEND: _("周末"),
        Why.DAY_OFF: _("休息日"),
        Why.HOLIDAY: _("节假日"),
        Why.PAUSE: _("暂停计时"),
    }
    return words[why]


def _line(interval: Interval) -> str:
    end = _shown(interval.end) if interval.end else "…"
    sign = "＋" if interval.counted else "－"
    note = f" {interval.note}" if interval.note else ""
    return f"{sign} {_shown(interval.start)} → {end}  {_why(interval.why)}{note}"


def _shown(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")


def _moment(text: str, calendar: Calendar, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            "看不懂时间“%(text)s”，请写作 2026-02-13T16:00+08:00", where=where, text=text
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)


def _pause(text: str, calendar: Calendar) -> tuple[datetime, datetime | None]:
    begun, sign, ended = text.partition("/")
    if not sign:
        raise BadInput("暂停写作 开始/结束，还在暂停写作 开始/", where="--pause")
    return _moment(begun, calendar, "--pause"), _moment(ended, calendar, "--pause") if ended.strip() else None


@click.group()
def clocks() -> None:
    """Show calendars and how long they are certain; try new ones."""


@clocks.command("calendars")
def shown_calendars() -> None:
    """List the calendars in force, and say loudly which of them ends soon."""
    today = timezone.localdate()
    own = published.in_force(published.editions(), today)
    known = {code: make() for code, make in calendars.CALENDARS.items()}
    known |= {code: edition.calendar for code, edition in own.items()}
    for code, calendar in known.items():
        until = calendar.known_until.isoformat() if calendar.known_until else "—"
        region = own[code].region if code in own else ""
        click.echo(f"{code}  {calendar.name}  {region}  {_('放假安排公布到')} {until}".replace("    ", "  "))
        warning = ending(calendar, today)
        if warning:
            click.echo(f"  ! {warning}")


def ending(calendar: Calendar, today: date) -> str:
    """Return what is said of a calendar that is soon at its certain end, or nothing."""
    left = calendar.days_left(today)
    if left is None or calendar.known_until is None:
        return ""
    facts = {"days": left, "until": calendar.known_until.isoformat()}
    if left < 0:
        return _("放假安排只公布到 %(until)s，之后的时限都是暂定的；请更新日历") % facts
    return _("放假安排还有 %(days)d 天就到头（%(until)s），之后的时限是暂定的；请更新日历") % facts


@clocks.command("preview")
@click.argument("pack", type=click.Path(exists=True, file_okay=False, path_type=Path))
def preview(pack: Path) -> None:
    """Say which running clocks the calendars of a PACK would move, without moving them."""
    today, now = timezone.localdate(), timezone.now()
    for drawn in specs.draw(read_pack(pack).calendars.rows):
        effect = timetables.preview_calendar(drawn=drawn, from_on=today, actor=SYSTEM, now=now)
        facts = {"name": drawn.name, "looked": effect.looked_at, "moved": effect.moved,
                 "earlier": effect.earlier, "later": effect.later}  # fmt: skip
        click.echo(
            _("%(name)s：看了 %(looked)d 件，会动 %(moved)d 件（提前 %(earlier)d、推后 %(later)d）") % facts
        )
        for shift in effect.shifts:
            before, after = (_shown(timezone.localtime(at)) for at in (shift.before, shift.after))
            click.echo(f"  {shift.number}  {before} → {after}")


@clocks.command("recompute")
def recompute() -> None:
    """Reckon every running clock anew by the calendars in force today, as one act."""
    effect = timetables.recompute_clocks(actor=SYSTEM, now=timezone.now())
    click.echo(
        _("看了 %(looked)d 件，动了 %(moved)d 件") % {"looked": effect.looked_at, "moved": effect.moved}
    )
