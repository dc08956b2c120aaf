"""The first page, the look of all pages, the map's data, and who looks after a neighbourhood."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from mulin.people.queries.days import day_of
from mulin.resident import draft as drafts
from mulin.resident import ground
from mulin.resident.door import ELDER, THEME, THEMES, page, render

YEAR: Final = 365 * 24 * 3600


@require_http_methods(["GET"])
@page
def home(request: HttpRequest) -> HttpResponse:
    """The first page: report, follow, who looks after my neighbourhood, 12345."""
    draft = drafts.drafted(request)
    return render(request, "home.html", {"draft": draft if draft and draft.is_said else None})


@require_http_methods(["POST"])
@page
def look(request: HttpRequest) -> HttpResponse:
    """Remember large type, light or dark, and the language, and go back where one was."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    choices = {
        ELDER: (request.POST.get("elder"), ("0", "1")),
        THEME: (request.POST.get("theme"), (*THEMES, "auto")),
        settings.LANGUAGE_COOKIE_NAME: (
            request.POST.get("language"),
            [code for code, _name in settings.LANGUAGES],
        ),
    }
    for cookie, (value, allowed) in choices.items():
        if value is not None and value in allowed:
            response.set_cookie(
                cookie,
                value,
                max_age=YEAR,
                samesite="Lax",
                httponly=True,
                secure=settings.LANGUAGE_COOKIE_SECURE,
            )
    return response


@require_http_methods(["GET"])
@page
def map_data(request: HttpRequest) -> HttpResponse:
    """The outlines, names and houses of today's map; asked for again only when the boundaries have moved."""
    drawing = ground.drawing(day_of(timezone.now()))
    if request.headers.get("If-None-Match") == drawing.etag:
        return HttpResponseNotModified(headers={"ETag": drawing.etag})
    headers = {"ETag": drawing.etag, "Cache-Control": "private, max-age=300", "Content-Encoding": "gzip"}
    return HttpResponse(drawing.packed, content_type="application/geo+json", headers=headers)
