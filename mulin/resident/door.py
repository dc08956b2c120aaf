"""The residents' door: how a page looks for this visitor, and how a refusal is told to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.utils import timezone
from django.utils.translation import gettext as _

from mulin.cases.queries import doors
from mulin.kernel.errors import BadInput, NotFound, Refusal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

ELDER: Final = "mulin_elder"
THEME: Final = "mulin_theme"  # the same cookie as the console's: one person, one choice
THEMES: Final = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend: the field it belongs to (empty = the page) and words that say how."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class TooMany(Exception):
    """One network asks faster than it may; ``wait`` is in seconds."""

    wait: int


def render(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Return a page in the visitor's own look; nobody but the visitor's browser keeps a copy."""
    settings = doors.settings()
    theme = request.COOKIES.get(THEME, "")
    frame = {
        "elder": request.COOKIES.get(ELDER) == "1",
        "theme": theme if theme in THEMES else "",
        "brand": settings.brand,
        "city": settings.city_name,
        "hotline": settings.hotline,
        "is_example": settings.is_example,
        "here": request.get_full_path(),
        "now": timezone.now(),
    }
    response = render_template(request, f"resident/{template}", {**frame, **(context or {})}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def words_of(refusal: Refusal) -> str:
    """Return a refusal in the visitor's language."""
    return _(refusal.why) % refusal.facts if refusal.facts else _(refusal.why)


def fault_of(refusal: Refusal) -> Fault:
    """Return what a refusal asks to mend."""
    return Fault(refusal.where if isinstance(refusal, BadInput) else "", words_of(refusal))


def status_of(refusal: Refusal) -> int:
    """Return the answer's number for a refusal that a page tells in words."""
    if isinstance(refusal, NotFound):
        return 404
    return 422 if isinstance(refusal, BadInput) else 409


def page(view: View[P]) -> View[P]:
    """Turn what nobody caught into a page with a way on; let apps of the city show our pages in a frame."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except TooMany as refusal:
            response = render(request, "slow.html", {"wait": refusal.wait}, status=429)
            response["Retry-After"] = str(refusal.wait)
        except NotFound as refusal:
            response = render(request, "missing.html", {"what": words_of(refusal)}, status=404)
        response.may_be_framed = True  # type: ignore[attr-defined]
        response["X-Robots-Tag"] = "noindex"
        return response

    return answered
