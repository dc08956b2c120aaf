"""Photos of a draft: taken one by one as they are chosen, cleaned at once, removable, veilable."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mulin.cases.rules.intake import PHOTOS_MAX
from mulin.gateways import photos
from mulin.kernel.errors import NotFound
from mulin.resident import draft as drafts
from mulin.resident import limits
from mulin.resident.door import Fault, page, render
from mulin.resident.draft import Draft

CELLS_MAX: Final = 200


def take(request: HttpRequest, draft: Draft) -> list[Fault]:
    """Clean every photo that came with the request and lay it into the draft's drawer."""
    faults = []
    for upload in request.FILES.getlist("photos"):
        limits.take_turn(limits.PHOTOS, request, text=draft.text)
        fault = _take_one(upload, draft)
        if fault is not None:
            faults.append(fault)
    return faults


def _take_one(upload: "UploadedFile[bytes]", draft: Draft) -> Fault | None:
    if len(draft.photos) >= PHOTOS_MAX:
        return Fault("photos", _("最多 %(most)d 张照片，先去掉一张再添") % {"most": PHOTOS_MAX})
    if (upload.size or 0) > photos.MAX_BYTES:  # told by its size alone: it is not read
        return Fault("photos", _("照片超过 20 MB，请换一张小一点的，或把手机拍照的分辨率调低"))
    try:
        photos.hold(photos.clean(upload.read()), draft=draft.id)
    except photos.BadPhoto as refusal:
        return Fault("photos", refusal.what)
    return None


@require_http_methods(["POST"])
@page
def add(request: HttpRequest) -> HttpResponse:
    """Take photos while the words are still being written; answers with the strip of photos."""
    draft = drafts.begun(request)
    faults = take(request, draft)
    return _strip(request, draft, faults)


@require_http_methods(["POST"])
@page
def remove(request: HttpRequest, digest: str) -> HttpResponse:
    """Take a photo out of the draft."""
    draft = drafts.begun(request)
    photos.drop_held(digest, draft=draft.id)
    if request.headers.get("X-Piece"):
        return _strip(request, draft, [])
    if "text" in request.POST:  # without scripts the whole form comes along: the words are kept
        drafts.saved(request, draft, text=request.POST["text"].replace("\x00", ""))
    return redirect("resident:say")


def _strip(request: HttpRequest, draft: Draft, faults: list[Fault]) -> HttpResponse:
    context = {"photos": draft.photos, "photos_max": PHOTOS_MAX, "faults": faults}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "_photos.html", context, status=status)


@require_http_methods(["GET"])
@page
def show(request: HttpRequest, digest: str, size: photos.Size) -> HttpResponse:
    """Show a photo of the draft to whoever is writing it."""
    draft = drafts.drafted(request)
    if draft is None:
        raise NotFound("没有这张照片")
    return picture(photos.held_path(digest, draft=draft.id, size=size))


def picture(path: Path) -> HttpResponse:
    """Return a picture file that only the asking browser may keep."""
    response = HttpResponse(path.read_bytes(), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@page
def veil(request: HttpRequest, digest: str) -> HttpResponse:
    """Make faces and number plates in a photo unrecognisable, square by square, before anybody sees it."""
    draft = drafts.drafted(request)
    held = {photo.digest: photo for photo in draft.photos} if draft else {}
    if draft is None or digest not in held:
        raise NotFound("没有这张照片")
    photo = held[digest]
    side = max(1, -(-photo.width // photos.VEIL_COLUMNS))
    rows = -(-photo.height // side)
    if request.method == "GET":
        cells = range(rows * photos.VEIL_COLUMNS)
        return render(request, "veil.html", {"photo": photo, "cells": cells, "side": side})
    chosen = [
        int(cell) for cell in request.POST.getlist("cell")[:CELLS_MAX] if cell.isdecimal() and len(cell) < 5
    ]
    if chosen:
        original = photos.held_path(digest, draft=draft.id).read_bytes()
        photos.hold(photos.clean(original, veil=chosen), draft=draft.id)
        photos.drop_held(digest, draft=draft.id)
    return redirect("resident:say")
