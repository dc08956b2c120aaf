"""The clocks from the command line: ``mulin explain deadline`` says when something is due, and why."""

import json
from datetime import datetime

import click
from django.utils.translation import gettext as _

from mulin.clocks.rules import calendars, deadlines, limits
from mulin.clocks.rules.calendars import Calendar, Why
from mulin.clocks.rules.deadlines import Deadline, Interval, OffDay
from mulin.kernel.errors import BadInput


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
@click.option("--calendar", "calendar_code", type=click.Choice(sorted(calendars.CALENDARS)), default="cn")
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
    calendar = calendars.CALENDARS[calendar_code]()
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
    return lines + [_line(interval) for interval in answer.intervals]


def _line(interval: Interval) -> str:
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
    end = _shown(interval.end) if interval.end else "…"
    sign = "＋" if interval.counted else "－"
    note = f" {interval.note}" if interval.note else ""
    return f"{sign} {_shown(interval.start)} → {end}  {words[interval.why]}{note}"


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
