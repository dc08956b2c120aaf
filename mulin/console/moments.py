"""Moments and spans of time in words."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


def weekday(moment: datetime) -> str:
    """Return 5月12日 周二 14:20."""
    there = timezone.localtime(moment)
    return _("%(month)d月%(day)d日 %(weekday)s %(clock)s") % {
        "month": there.month,
        "day": there.day,
        "weekday": WEEKDAYS[there.weekday()],
        "clock": f"{there:%H:%M}",
    }


def short(moment: datetime | None, now: datetime) -> str:
    """Return 14:02 for today, 5/11 15:48 for this year, 2025/5/11 15:48 before."""
    if moment is None:
        return "—"
    there, here = timezone.localtime(moment), timezone.localtime(now)
    clock = f"{there:%H:%M}"
    if there.date() == here.date():
        return clock
    day = f"{there.month}/{there.day}"
    return f"{day} {clock}" if there.year == here.year else f"{there.year}/{day} {clock}"


def month(moment: datetime) -> str:
    """Return 2026-02."""
    return f"{timezone.localtime(moment):%Y-%m}"


def until(start: datetime, end: datetime) -> str:
    """Return 5/11 16:10 – 17:30, or with both days where they differ."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    left = f"{first.month}/{first.day} {first:%H:%M}"
    same = first.date() == last.date()
    return f"{left} – {last:%H:%M}" if same else f"{left} – {last.month}/{last.day} {last:%H:%M}"


def span(length: timedelta) -> str:
    """Return 12 分, 2 小时 20 分, 3 天 4 小时; never more than two parts."""
    minutes = int(abs(length).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days >= 3 or (days and not hours):
        return _("%(days)d 天") % {"days": days}
    if days:
        return _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hours}
    if hours and minutes:
        return _("%(hours)d 小时 %(minutes)d 分") % {"hours": hours, "minutes": minutes}
    if hours:
        return _("%(hours)d 小时") % {"hours": hours}
    return _("%(minutes)d 分") % {"minutes": minutes}
