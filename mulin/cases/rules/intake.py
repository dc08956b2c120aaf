"""What somebody says when they report: its parts, its limits, its short title, its tracking code."""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mulin.kernel.errors import BadInput

TEXT_MAX: Final = 10_000
TITLE_MAX: Final = 40
ADDRESS_MAX: Final = 200
PHOTOS_MAX: Final = 9
# No 0 O 1 I L U: nobody has to ask which one is meant on the telephone.
CODE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_SENTENCE_END: Final = re.compile(r"[。！？!?；;\n\r]")


class Kind(StrEnum):
    """What the voice wants (S-065)."""

    NEED = "need"
    OPINION = "opinion"
    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"


class Channel(StrEnum):
    """The way a report came in; every way leads into the one pool (S-065, S-072)."""

    WEB = "web"
    COUNTER = "counter"
    PHONE = "phone"
    PAPER = "paper"
    GRID = "grid"
    IMPORT = "import"
    API = "api"
    DEVICE = "device"  # a scene event that somebody confirmed


class ReceptionEnd(StrEnum):
    """How a walk-in reception ended (S-066)."""

    ANSWERED = "answered"  # on the spot
    FILED = "filed"  # became a report
    REFERRED = "referred"  # sent on to another office
    WAITING = "waiting"  # not finished yet


@dataclass(frozen=True, slots=True)
class ContactGiven:
    """How the reporter may be reached; goes into the vault, never into the case."""

    phone: str = ""
    name: str = ""
    may_call: bool = False


@dataclass(frozen=True, slots=True)
class PhotoGiven:
    """A photo already re-encoded and kept by the gateway; ``digest`` is SHA-256 of its JPEG in hex."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Filing:
    """One voice as it came in; ``lon``/``lat`` in WGS-84 degrees; ``source_no`` makes it idempotent."""

    text: str
    channel: Channel
    source: str
    source_no: str
    kind: Kind = Kind.NEED
    title: str = ""
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    thing: str = ""  # the code of the component or facility it is about
    anonymous: bool = False
    on_behalf: bool = False
    contact: ContactGiven | None = None
    photos: tuple[PhotoGiven, ...] = field(default=())
    joins: UUID | None = None  # "也是这件": the open case this voice adds itself to
    received_at: datetime | None = None  # when it was said, if that was before it reached us (imports)

    def digest(self) -> str:
        """Return a fingerprint of everything said: the same number with other words is another report."""
        said = asdict(self)
        del said["source"], said["source_no"]
        if not self.thing:  # as before there were things: what was filed then is still the same report
            del said["thing"]
        return hashlib.sha256(
            json.dumps(said, sort_keys=True, default=str, ensure_ascii=False).encode()
        ).hexdigest()


def checked(filing: Filing, *, now: datetime) -> Filing:
    """Return ``filing`` if it can be taken on.

    :raises BadInput: a part is missing, too long, out of range or contradicts another; ``where`` names it
    """
    if not filing.text.strip():
        raise BadInput("请写几句发生了什么", where="text")
    for name, value, most in (
        ("text", filing.text, TEXT_MAX),
        ("title", filing.title, 120),
        ("address", filing.address, ADDRESS_MAX),
        ("source_no", filing.source_no, 80),
        ("thing", filing.thing, 32),
    ):
        if len(value) > most:
            raise BadInput("最多 %(most)d 个字，现在 %(now)d 个", where=name, most=most, now=len(value))
        if "\x00" in value:
            raise BadInput("含有无法保存的字符（U+0000）", where=name)
    if not filing.source_no or not filing.source:
        raise BadInput("缺少来源编号", where="source_no")
    if (filing.lon is None) != (filing.lat is None):
        raise BadInput("经度和纬度要一起给", where="longitude" if filing.lon is None else "latitude")
    if filing.lon is not None and filing.lat is not None:
        if not -180 <= filing.lon <= 180:
            raise BadInput("经度要在 -180 到 180 之间，现在是 %(value)s", where="longitude", value=filing.lon)
        if not -90 <= filing.lat <= 90:
            raise BadInput("纬度要在 -90 到 90 之间，现在是 %(value)s", where="latitude", value=filing.lat)
    if filing.anonymous and filing.contact is not None and (filing.contact.phone or filing.contact.name):
        raise BadInput("匿名反映不能同时留联系方式", where="contact")
    if len(filing.photos) > PHOTOS_MAX:
        raise BadInput(
            "最多 %(most)d 张照片，现在 %(now)d 张", where="photos", most=PHOTOS_MAX, now=len(filing.photos)
        )
    if filing.received_at is not None and filing.received_at > now:
        raise BadInput("反映时间在将来", where="received_at")
    return filing


def title_of(text: str, *, most: int = TITLE_MAX) -> str:
    """Return a short title: the first sentence of ``text``, cut at ``most`` characters."""
    first = next((part.strip() for part in _SENTENCE_END.split(text) if part.strip()), text.strip())
    return first if len(first) <= most else first[: most - 1] + "…"


def new_tracking_code(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """Return a fresh code like ``7K3M-92QD``: 30 symbols, 39 bits, not guessable."""
    letters = "".join(choose(CODE_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def normal_code(typed: str) -> str:
    """Return a typed tracking code in its written form; what cannot be one comes back as it is."""
    letters = "".join(ch for ch in typed.upper() if ch.isalnum())
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == 8 else typed.strip()
