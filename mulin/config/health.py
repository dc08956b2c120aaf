"""Whether this server can serve, and what is said when no door has an answer."""

import sys
from dataclasses import dataclass
from typing import Final

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mulin.cases.queries import clock, doors


@dataclass(frozen=True, slots=True)
class Said:
    """A status in words: what happened, and what to do."""

    status: int
    title: Promise
    words: Promise


UNCLEAR: Final = Said(400, _("没看懂这个请求"), _("地址或内容不完整，请返回上一页再试。"))
EXPIRED: Final = Said(403, _("这一页放得太久了"), _("为了安全，表单过一段时间会失效。请返回，刷新后再提交。"))
REFUSED: Final = Said(403, _("这里不能打开"), _("您没有打开这一页的权限。"))
MISSING: Final = Said(404, _("没有找到这一页"), _("地址可能写错了，或者这一页已经不在了。"))
BROKEN: Final = Said(
    500,
    _("系统出错了，我们已经记录"),
    _("刚才提交的内容可能没有保存。请返回重试；仍不行时，请告诉我们下面的编号。"),
)
AWAY: Final = Said(503, _("系统正在恢复，请稍后再试"), _("刚才提交的内容没有保存，过几秒再按一次即可。"))


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer whether the database answers, then what will go wrong one day; for supervisors and monitors."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("\n".join(["ok", *_warnings()]), content_type="text/plain")


def _warnings() -> list[str]:
    """Return what is no failure yet: calendars whose certain days soon end, said long before."""
    today = timezone.localdate()
    return [
        f"warning: calendar {each.code} is certain until {each.known_until}, {left} days from now"
        for each in clock.shelf(doors.settings()).in_force(today)
        if (left := each.days_left(today)) is not None
    ]


def unclear(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request cannot be understood."""
    return _say(request, UNCLEAR)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a page is not for this caller."""
    return _say(request, REFUSED)


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form came without the token of its page."""
    return _say(request, EXPIRED)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page."""
    return _say(request, MISSING)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something broke; that it passes, when it is only the database that is away or busy."""
    passing = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    response = _say(request, AWAY if passing else BROKEN)
    if passing:
        response.headers["Retry-After"] = "3"
    return response


def _say(request: HttpRequest, said: Said) -> HttpResponse:
    number = request.META.get("mulin.request_id", "")
    if request.path.startswith("/api/"):
        told = {
            "type": "about:blank",
            "title": str(said.title),
            "status": said.status,
            "detail": str(said.words),
        }
        return JsonResponse(
            {**told, "request": number}, status=said.status, content_type="application/problem+json"
        )
    shown = number if said.status >= 500 else ""  # a number to tell somebody, where somebody can do something
    page = render_to_string("config/failed.html", {"said": said, "number": shown})
    return HttpResponse(page, status=said.status)
