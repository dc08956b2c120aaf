"""What console templates ask for: icons, moments, names of acts and states."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mulin.console import moments, words
from mulin.console.icons import ICONS
from mulin.console.keys import KEYS

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Return the drawing ``name``; ``size`` is s, l, xl or nothing."""
    css = f"i i-{size}" if size else "i"
    return format_html(
        '<svg class="{}" viewBox="0 0 20 20" aria-hidden="true"><path d="{}"/></svg>', css, ICONS[name]
    )


@register.simple_tag
def key(name: str) -> SafeString:
    """Return the key cap of an act, or nothing if it has none."""
    cap = KEYS.get(name)
    return format_html("<kbd>{}</kbd>", cap) if cap else SafeString()


@register.filter
def short_moment(moment: datetime | None, now: datetime | None = None) -> str:
    """Return 14:02 for today, 5/11 15:48 for this year, 2025/5/11 before."""
    return moments.short(moment, now or timezone.now())


@register.filter
def long_moment(moment: datetime | None) -> str:
    """Return 2026年5月11日 15:48, in the reader's language."""
    if moment is None:
        return "—"
    there = timezone.localtime(moment)
    return _("%(year)d年%(month)d月%(day)d日 %(clock)s") % {
        "year": there.year,
        "month": there.month,
        "day": there.day,
        "clock": f"{there:%H:%M}",
    }


@register.filter
def last_day(until: datetime) -> str:
    """Return the last whole day before ``until``."""
    return f"{timezone.localtime(until - timedelta(microseconds=1)):%Y-%m-%d}"


@register.filter
@stringfilter
def act_word(act: str) -> str:
    """Return the verb on the button of ``act``."""
    return words.act(act)


@register.filter
@stringfilter
def state_word(state: str) -> str:
    """Return the name of a state as staff see it."""
    return words.state(state)


@register.filter
@stringfilter
def kind_word(kind: str) -> str:
    """Return the name of a kind of report."""
    return words.kind(kind)


@register.filter
@stringfilter
def channel_word(channel: str) -> str:
    """Return the name of a channel."""
    return words.channel(channel)


@register.filter
@stringfilter
def channel_icon(channel: str) -> str:
    """Return the icon of a channel."""
    return words.CHANNEL_ICONS.get(channel, "inbox")


@register.filter
def last4(number: str) -> str:
    """Return the last four digits of a case number."""
    return number[-4:]


@register.filter
def at(mapping: Any, name: Any) -> Any:
    """Return ``mapping[name]``, or None."""
    return mapping.get(name) if mapping else None


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: object) -> str:
    """Return the present query string with ``changes``; an empty value takes a parameter out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"
