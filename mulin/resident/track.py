"""Following a matter by its tracking code, without an account: see, add, answer, rate, ask for a review."""

import io
from collections.abc import Callable
from typing import Final

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mulin.cases.actions import handling, voice
from mulin.cases.queries.tracking import Tracking, photo_is_public, track
from mulin.cases.rules.intake import normal_code, title_of
from mulin.gateways import photos
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import BadInput, NotFound, Refusal
from mulin.resident import draft as drafts
from mulin.resident import limits, pictures, words
from mulin.resident.door import Fault, fault_of, page, render, status_of

Deed = Callable[[HttpRequest, str], object]
YES_NO: Final = {"yes": True, "no": False}


@require_http_methods(["GET"])
@page
def find(request: HttpRequest) -> HttpResponse:
    """Ask for a tracking code, and show the ones of this browser."""
    typed = request.GET.get("code", "").strip()
    if typed:
        return redirect("resident:track", code=normal_code(typed)[:40].replace("/", "-") or "-")
    return render(request, "find.html", {"codes": drafts.sent_codes(request)})


@require_http_methods(["GET"])
@page
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Show how the matter behind a code stands."""
    return _page(request, code)


def _seen(request: HttpRequest, code: str) -> Tracking:
    limits.take_turn(limits.CODES, request)
    return track(code, now=timezone.now())


def _page(
    request: HttpRequest, code: str, faults: list[Fault] | None = None, *, status: int = 200
) -> HttpResponse:
    try:
        matter = _seen(request, code)
    except NotFound as refusal:
        fault = Fault("code", fault_of(refusal).what)
        return render(request, "find.html", {"faults": [fault], "typed": code, "error": True}, status=404)
    if matter.tracking_code != code:
        return redirect("resident:track", code=matter.tracking_code)
    context = {
        "it": matter,
        "title": matter.title or title_of(matter.text),
        "stages": words.stages(matter),
        "did": words.deed_word(request.GET.get("did", "")),
        "faults": faults or [],
        "said": request.POST,
    }
    return render(request, "track.html", context, status=status)


@require_http_methods(["GET"])
@page
def done(request: HttpRequest, code: str) -> HttpResponse:
    """Last screen of a report: the tracking code at once, and what happens next."""
    matter = _seen(request, code)
    link = request.build_absolute_uri(reverse("resident:track", args=[matter.tracking_code]))
    return render(request, "done.html", {"it": matter, "link": link, "step": 4})


@require_http_methods(["GET"])
@page
def code_picture(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the address of the matter as a QR code, for paper and for the saved picture."""
    matter = _seen(request, code)
    link = request.build_absolute_uri(reverse("resident:track", args=[matter.tracking_code]))
    out = io.BytesIO()
    segno.make(link, error="m").save(out, kind="svg", scale=4, border=2, dark="#1E2322", light="#FFFFFF")
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_http_methods(["GET"])
@page
def photo(request: HttpRequest, code: str, digest: str, size: photos.Size) -> HttpResponse:
    """Show a photo to the holder of the code: their own, or the result's."""
    if not photo_is_public(code, digest):
        raise NotFound("没有这张照片")
    return pictures.picture(photos.path_of(digest, size=size))


def _deed(do: Deed, *, name: str) -> Callable[..., HttpResponse]:
    @require_http_methods(["POST"])
    @page
    def answered(request: HttpRequest, code: str) -> HttpResponse:
        limits.take_turn(limits.REPORTS, request)
        try:
            do(request, code)
        except NotFound:
            return _page(request, code)
        except Refusal as refusal:
            return _page(request, code, [fault_of(refusal)], status=status_of(refusal))
        return redirect(f"{reverse('resident:track', args=[code])}?did={name}")

    return answered


def _say(request: HttpRequest, code: str) -> None:
    text = request.POST.get("text", "")
    handling.hear_resident(tracking_code=code, text=text, actor=PUBLIC, now=timezone.now())


def _rate(request: HttpRequest, code: str) -> None:
    solved, satisfied = (YES_NO.get(request.POST.get(key, "")) for key in ("solved", "satisfied"))
    if solved is None:
        raise BadInput(_("请选“解决了”或“没解决”"), where="solved")
    if satisfied is None:
        raise BadInput(_("请选“满意”或“不满意”"), where="satisfied")
    voice.rate_report(
        tracking_code=code,
        solved=solved,
        satisfied=satisfied,
        words=request.POST.get("words", ""),
        again=request.POST.get("again") == "yes",
        actor=PUBLIC,
        now=timezone.now(),
    )


def _review(request: HttpRequest, code: str) -> None:
    reason = request.POST.get("reason", "")
    voice.ask_review(tracking_code=code, reason=reason, actor=PUBLIC, now=timezone.now())


def _reopen(request: HttpRequest, code: str) -> None:
    reason = request.POST.get("reason", "")
    voice.ask_reopen(tracking_code=code, reason=reason, actor=PUBLIC, now=timezone.now())


def _withdraw_contact(_request: HttpRequest, code: str) -> None:
    voice.withdraw_contact(tracking_code=code, actor=PUBLIC, now=timezone.now())


say = _deed(_say, name="said")
rate = _deed(_rate, name="rated")
review = _deed(_review, name="reviewed")
reopen = _deed(_reopen, name="doubted")
withdraw_contact = _deed(_withdraw_contact, name="withdrawn")
