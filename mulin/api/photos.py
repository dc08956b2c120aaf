"""Photos by API: each is cleaned at once and waits in a drawer of its own until something cites it."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from ninja import File, Path, Router
from ninja.files import UploadedFile

from mulin.api import answers
from mulin.api.limits import take_turn
from mulin.api.shown import PhotoTaken
from mulin.cases.rules.intake import PhotoGiven
from mulin.gateways import photos
from mulin.kernel.errors import NotFound

JPEG: Final = {
    "responses": {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
}
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="digest of the photo, as answered")]
router = Router(tags=["reports"])


@router.post("/photos", response={201: PhotoTaken}, operation_id="upload_photo", auth=None)
def upload_photo(request: HttpRequest, photo: File[UploadedFile]) -> HttpResponse:
    """Send one photo (JPEG, PNG, WebP; 20 MB) and get the word to cite it by.

    It is decoded and re-encoded: metadata and position are gone for good. Not cited within three days it is
    deleted. Sending the same photo twice does no harm, so no Idempotency-Key is needed.
    """
    take_turn(request)
    clean = photos.clean(photo.read())
    draft = uuid4().hex
    photos.hold(clean, draft=draft)
    return answers.answer(
        {"photo": f"{draft}-{clean.digest}", "width": clean.width, "height": clean.height}, status=201
    )


def cited(words: Sequence[str]) -> tuple[PhotoGiven, ...]:
    """Return the photos cited by ``words``, kept for good from now on.

    :raises NotFound: one of them is unknown or has been deleted
    """
    given = []
    for word in words:
        draft, digest = word.split("-", 1)
        try:
            width, height = photos.measured(digest)  # kept already: the same request came before
        except NotFound:
            photos.keep_held(digest, draft=draft)
            width, height = photos.measured(digest)
        given.append(PhotoGiven(digest, width, height))
    return tuple(given)
