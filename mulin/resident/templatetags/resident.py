"""Small words and drawings of the residents' templates: icons, moments, steps."""

from datetime import date, datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mulin.cases.rules.lifecycle import PublicStep
from mulin.resident import words

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw one of our icons in the colour of the text beside it."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#{}"/></svg>', size, static("web/icons.svg"), name
    )


@register.filter
def moment(at: datetime | None) -> str:
    """Write a moment as people say it: today 16:40, 5 月 11 日 15:48, with the year when it is another."""
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localdate()
    if local.date() == today:
        return _("今天 %(time)s") % {"time": date_format(local, "H:i")}
    if (local.date() - today).days == 1:
        return _("明天 %(time)s") % {"time": date_format(local, "H:i")}
    if local.year == today.year:
        return date_format(local, _("n 月 j 日 H:i"))
    return date_format(local, _("Y 年 n 月 j 日 H:i"))


@register.filter
def dated(at: datetime) -> str:
    """Write a moment with its date in full, for what is kept: pictures and paper."""
    return date_format(timezone.localtime(at), _("Y 年 n 月 j 日 H:i"))


@register.filter
def due(at: datetime | None) -> str:
    """Write a deadline: midnight is the end of the day before, as people count."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    if (local.hour, local.minute) != (0, 0):
        return moment(at)
    last = local - timedelta(minutes=1)
    return moment(last).replace("23:59", "24:00")


@register.filter
def day(on: date | None) -> str:
    """Write a day, with the year when it is another."""
    if on is None:
        return ""
    there = timezone.localtime(on).date() if isinstance(on, datetime) else on
    written = _("n 月 j 日") if there.year == timezone.localdate().year else _("Y 年 n 月 j 日")
    return date_format(there, written)


@register.filter
def short(at: datetime | None) -> str:
    """Write a moment in a column: today 14:02, 5/11 15:48."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return _("今天 %(time)s") % {"time": date_format(local, "H:i")}
    return date_format(local, "n/j H:i" if local.year == timezone.localdate().year else "Y/n/j")


@register.filter
def ago(at: datetime) -> str:
    """Write how long ago something was, roughly."""
    minutes = max(0, int((timezone.now() - at).total_seconds() // 60))
    if minutes < 60:
        return _("%(n)d 分钟前") % {"n": max(1, minutes)}
    if minutes < 24 * 60:
        return _("%(n)d 小时前") % {"n": minutes // 60}
    return _("%(n)d 天前") % {"n": minutes // (24 * 60)}


@register.filter
def step(value: PublicStep) -> str:
    """Return the public word of a step."""
    return words.step_word(value)


@register.filter
def at_field(faults: list[object], name: str) -> str:
    """Return what is wrong with one field, or nothing."""
    return next(
        (str(getattr(fault, "what", "")) for fault in faults if getattr(fault, "where", "") == name), ""
    )
