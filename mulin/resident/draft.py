"""A report being written: words and place in the session, photos in a drawer, the contact nowhere.

A telephone number goes from the form straight into the vault; it is never laid down in a session.
"""

import time
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mulin.cases.rules.intake import Channel, ContactGiven, Filing, Kind, PhotoGiven
from mulin.gateways import photos
from mulin.gateways.photos import HeldPhoto

_DRAFT: Final = "draft"
_SENT: Final = "sent"
SENT_KEPT: Final = 20
LEAST_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been said so far; ``id`` is at once the name of the drawer and the report's source number."""

    id: str
    began: float
    kind: str = Kind.NEED.value
    text: str = ""
    place: str = ""  # "", "point", "address" or "unclear": how the place was told
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    joins: str = ""
    thing: str = ""  # the component a code on it stands for

    @property
    def photos(self) -> list[HeldPhoto]:
        """Return the photos chosen so far."""
        return photos.held(self.id)

    @property
    def is_said(self) -> bool:
        """Return whether there is anything to report."""
        return bool(self.text.strip()) or bool(self.photos)

    @property
    def is_hasty(self) -> bool:
        """Return whether it was written faster than a person can."""
        return time.time() - self.began < LEAST_SECONDS


_PARTS: Final = {part.name for part in fields(Draft)}


def drafted(request: HttpRequest) -> Draft | None:
    """Return the visitor's draft, if there is one."""
    kept = request.session.get(_DRAFT)
    # A draft of an earlier version of this program may lack a part or have one too many: it is let go.
    return Draft(**kept) if isinstance(kept, dict) and set(kept) == _PARTS else None


def fresh() -> Draft:
    """Return an empty draft that nobody keeps yet: looking at the first screen leaves nothing behind."""
    return Draft(id=str(uuid4()), began=time.time())


def begun(request: HttpRequest) -> Draft:
    """Return the visitor's draft, begun and kept now if there was none."""
    return drafted(request) or saved(request, fresh())


def saved(request: HttpRequest, draft: Draft, **changes: Any) -> Draft:
    """Keep the draft with ``changes`` and return it."""
    draft = replace(draft, **changes)
    request.session[_DRAFT] = asdict(draft)
    return draft


def sent(request: HttpRequest, draft: Draft, tracking_code: str) -> None:
    """Close the draft: its code is remembered in this browser.

    Its drawer is left to the sweep: the same button pressed twice must find the same photos.
    """
    request.session.pop(_DRAFT, None)
    earlier = dict(request.session.get(_SENT, {}))
    earlier[draft.id] = tracking_code
    request.session[_SENT] = dict(list(earlier.items())[-SENT_KEPT:])


def code_of(request: HttpRequest, draft_id: str) -> str:
    """Return the tracking code a draft of this browser was given when it was sent, or nothing."""
    return str(request.session.get(_SENT, {}).get(draft_id, ""))


def sent_codes(request: HttpRequest) -> list[str]:
    """Return the tracking codes of this browser, the latest first; they end with the session."""
    return list(reversed(list(request.session.get(_SENT, {}).values())))


def filing_of(draft: Draft, contact: ContactGiven | None) -> Filing:
    """Return the draft as a filing; its photos are kept for good from here on."""
    given = []
    for photo in draft.photos:
        photos.keep_held(photo.digest, draft=draft.id)
        given.append(PhotoGiven(photo.digest, photo.width, photo.height))
    return Filing(
        text=draft.text.strip() or _("请看照片"),
        channel=Channel.WEB,
        source="web",
        source_no=draft.id,
        kind=Kind(draft.kind),
        lon=draft.lon,
        lat=draft.lat,
        address=draft.address,
        thing=draft.thing,
        anonymous=contact is None,
        contact=contact,
        photos=tuple(given),
        joins=UUID(draft.joins) if draft.joins else None,
    )


def sealed(case_id: UUID) -> str:
    """Return a case's id as a page may carry it: only cases we named can be joined."""
    return signing.dumps(str(case_id), salt="resident.joins")


def unsealed(word: str) -> str:
    """Return the id that ``sealed`` wrote, or nothing."""
    try:
        return str(signing.loads(word, salt="resident.joins", max_age=86_400))
    except signing.BadSignature:
        return ""
