"""The API's addresses; whatever is none of them is answered in JSON as well."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.translation import gettext

from mulin.api import problems
from mulin.api.app import api

_PHOTO_MOST: Final = 21 * 1024 * 1024


def _in_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse what is too large before reading it, and word a wrong method as a problem."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        most = (
            _PHOTO_MOST
            if request.content_type == "multipart/form-data"
            else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        )
        if _length(request) > most:
            return problems.problem(413, gettext("内容太大"))
        try:
            answer = view(request, *args, **kwargs)
        except Http404:
            return no_such_address(request)
        if isinstance(answer, HttpResponseNotAllowed):
            refused = problems.problem(405, gettext("这个地址不接受这种方法"))
            refused["Allow"] = answer["Allow"]
            return refused
        return answer

    return wrapped


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def no_such_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer 404 as a problem."""
    return problems.problem(404, gettext("没有这个地址"))


def _wrapped(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = _in_json(pattern.callback)
    return patterns


_patterns, _app_name, _namespace = api.urls
no_such_address.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is read here
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", (_wrapped(_patterns), _app_name, _namespace)),
    re_path(r"^(?P<rest>.*)$", no_such_address),
]
