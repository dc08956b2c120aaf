"""What a posted form brings besides its words: a fingerprint, and photos held until the act is done."""

import hashlib

from django.http import HttpRequest

from mulin.cases.rules.intake import PhotoGiven
from mulin.console.asking import AskForm
from mulin.gateways import photos


def digest(request: HttpRequest) -> str:
    """Return a fingerprint of what was posted, so that a key cannot be used for other words."""
    said = "\x1f".join(
        f"{name}={value}"
        for name in sorted(request.POST)
        if name not in ("csrfmiddlewaretoken", "version")
        for value in request.POST.getlist(name)
    )
    return hashlib.sha256(f"{request.path}\x1f{said}".encode()).hexdigest()


def held(form: AskForm, request: HttpRequest) -> tuple[PhotoGiven, ...]:
    """Return the photos of the form, cleaned and held in its own drawer: a refused try loses none."""
    draft = form.data.get("key", "")
    if not form.takes_photos or not draft.isalnum():
        return ()
    for upload in request.FILES.getlist("photos"):
        photos.hold(photos.clean(upload.read()), draft=draft)
    return tuple(PhotoGiven(one.digest, one.width, one.height) for one in photos.held(draft))


def held_count(form: AskForm) -> int:
    """Return how many photos wait in the form's drawer."""
    draft = form.data.get("key", "") if form.is_bound else ""
    return len(photos.held(draft)) if form.takes_photos and draft.isalnum() else 0


def keep(given: tuple[PhotoGiven, ...], *, draft: str) -> None:
    """Keep the held photos for good: the act is done."""
    for photo in given:
        photos.keep_held(photo.digest, draft=draft)
