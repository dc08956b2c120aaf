"""Whether this server can serve, and what is said when it cannot."""

import sys

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer whether the database answers; for supervisors and load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("ok", content_type="text/plain")


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something broke; that it passes, when it is only the database that is away or busy."""
    passing = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status = 503 if passing else 500
    title = _("系统正在恢复，请稍后再试") if passing else _("系统出错了，我们已经记录")
    number = request.META.get("MULIN_REQUEST_ID", "")
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse(
            {"type": "about:blank", "title": title, "status": status, "detail": "", "request": number},
            status=status,
            content_type="application/problem+json",
        )
    else:
        page = render_to_string("config/failed.html", {"title": title, "number": number, "passing": passing})
        response = HttpResponse(page, status=status)
    if passing:
        response.headers["Retry-After"] = "3"
    return response
