"""The first page, the look of all pages, the map's data, and who looks after a neighbourhood."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from mulin.people.queries.days import day_of
from mulin.places.queries import tiles
from mulin.resident import draft as drafts
from mulin.resident import ground, limits
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
    """How far today's map reaches and whether it is a sketch."""
    frame = ground.frame(day_of(timezone.now()))
    return JsonResponse(frame, headers={"Cache-Control": "private, max-age=300"})


@require_http_methods(["GET"])
@page
def map_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """A tile of today's areas, compounds and buildings; asked for again only when something has moved."""
    limits.take_turn(limits.TILES, request)
    tile = tiles.area_tile(z, x, y, on=day_of(timezone.now()))
    headers = {"Cache-Control": "private, max-age=300"}
    if not tile.packed:
        return HttpResponse(status=204, headers=headers)
    headers["ETag"] = tile.etag
    if request.headers.get("If-None-Match") == tile.etag:
        return HttpResponseNotModified(headers=headers)
    headers["Content-Encoding"] = "gzip"
    return HttpResponse(tile.packed, content_type=tiles.CONTENT_TYPE, headers=headers)
