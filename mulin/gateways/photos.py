"""Photos: what residents and staff send becomes a plain JPEG without metadata, or nothing at all.

Each photo is decoded in a process of its own (``photo_decoder``), because a decoder fed by strangers is
the likeliest thing in the product to be broken: limits on memory, time and files, no keys, no database, gone
after one picture. What it returns is not trusted either: the segments of the file are walked here, and
anything but pixels refuses the photo. The original is never written anywhere.

A process for each photo rather than a warm pool: starting one costs about 60 ms beside the half second of a
12-megapixel photo, and nothing a hostile picture leaves behind can touch the next one.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from django.conf import settings
from django.utils.translation import gettext as _

from mulin.kernel.errors import BadInput, NotFound

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_OUTPUT: Final = 12 * 1024 * 1024
WALL_SECONDS: Final = 15.0
QUEUE_SECONDS: Final = 20.0
VEIL_COLUMNS: Final = 7
HELD_SECONDS: Final = 3 * 24 * 3600
DECODER: Final = Path(__file__).with_name("photo_decoder.py")
PLAIN_SEGMENTS: Final = frozenset(
    {
        0xC0,
        0xC1,
        0xC2,
        0xC4,
        0xDB,
        0xDD,
        0xDA,
        0xE0,
    }  # frame, Huffman, quantisation, restart, scan, JFIF header
)

_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})

Size = Literal["full", "thumb"]
_turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


class BadPhoto(BadInput):
    """The file is no photo that can be taken; nothing of it was kept. ``what`` names the way out."""

    def __init__(self, why: str) -> None:
        super().__init__(why, where="photos")


@dataclass(frozen=True, slots=True)
class HeldPhoto:
    """A picture in a draft's drawer."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A re-encoded picture: pixels and nothing else; the digest is of ``jpeg``."""

    digest: str
    width: int
    height: int
    jpeg: bytes
    thumb: bytes


def clean(data: bytes, *, veil: Sequence[int] = ()) -> CleanPhoto:
    """Return the picture re-encoded, upright, at most 2048 pixels wide or high, without any metadata.

    ``veil`` names cells to make unrecognisable, counted row by row on squares of which ``VEIL_COLUMNS`` make
    the width.

    :raises BadPhoto: too large, of another kind, damaged, or hostile
    """
    if not data:
        raise BadPhoto(_("这个文件是空的，请重新选一张照片"))
    if len(data) > MAX_BYTES:
        raise BadPhoto(_("照片超过 20 MB，请换一张小一点的，或把手机拍照的分辨率调低"))
    _refuse_other_kinds(data)
    return _parsed(_decoded(data, veil))


def keep(photo: CleanPhoto) -> None:
    """Write the picture and its thumbnail for good; the first write wins, half a file is never seen."""
    _write(_place(photo.digest, "full"), photo.jpeg)
    _write(_place(photo.digest, "thumb"), photo.thumb)


def path_of(digest: str, *, size: Size = "full") -> Path:
    """Return where a kept picture lies.

    :raises NotFound: none is kept under this digest
    """
    path = _place(digest, size)
    if not path.is_file():
        raise NotFound("no such photo")
    return path


def measured(digest: str) -> tuple[int, int]:
    """Return width and height of a kept picture.

    :raises NotFound: none is kept under this digest
    """
    return _size(path_of(digest))


def hold(photo: CleanPhoto, *, draft: str) -> None:
    """Write the picture into a draft's own drawer: it is kept for good only when the draft is sent."""
    _write(_held(draft, photo.digest, "full"), photo.jpeg)
    _write(_held(draft, photo.digest, "thumb"), photo.thumb)


def held(draft: str) -> list[HeldPhoto]:
    """Return the pictures of a draft, in the order they came.

    :raises NotFound: the name of the draft cannot be one
    """
    drawer = _drawer(draft)
    paths = (
        sorted(drawer.glob("*.full.jpg"), key=lambda path: path.stat().st_mtime_ns) if drawer.is_dir() else []
    )
    return [HeldPhoto(path.name[:64], *_size(path)) for path in paths]


def held_path(digest: str, *, draft: str, size: Size = "full") -> Path:
    """Return where a picture of a draft lies.

    :raises NotFound: the draft holds no such picture, or no longer
    """
    path = _held(draft, digest, size)
    if not path.is_file():
        raise NotFound("no such photo")
    return path


def keep_held(digest: str, *, draft: str) -> None:
    """Keep a draft's picture for good.

    :raises NotFound: the draft holds no such picture, or no longer
    """
    for size in ("full", "thumb"):
        _write(_place(digest, size), held_path(digest, draft=draft, size=size).read_bytes())


def drop_held(digest: str, *, draft: str) -> None:
    """Remove a picture from a draft; what was kept for good stays."""
    for size in ("full", "thumb"):
        _held(draft, digest, size).unlink(missing_ok=True)


def drop_draft(draft: str) -> None:
    """Remove a draft's drawer with everything in it."""
    shutil.rmtree(_drawer(draft), ignore_errors=True)


def sweep_held(*, before: float) -> int:
    """Remove the drawers nobody has touched since ``before`` (seconds since 1970) and return how many."""
    root = _root() / "held"
    stale = [drawer for drawer in root.glob("*") if drawer.stat().st_mtime < before] if root.is_dir() else []
    for drawer in stale:
        shutil.rmtree(drawer, ignore_errors=True)
    return len(stale)


def _refuse_other_kinds(data: bytes) -> None:
    if data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n":
        return
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return
    brand = data[4:12]
    if brand[:4] == b"ftyp" and brand[4:] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"}:
        raise BadPhoto(_("这是 HEIC 格式，请在手机“设置—相机—格式”里选“兼容性最佳”，或把照片截一张图再发"))
    if brand[:4] == b"ftyp":
        raise BadPhoto(_("这是视频，现在只收照片。请截一张图再发"))
    if data[:4] == b"%PDF":
        raise BadPhoto(_("这是 PDF 文件，现在只收照片。请拍一张照片或截一张图再发"))
    raise BadPhoto(_("这个文件不是照片。请选 JPG、PNG 或 WebP 格式的照片"))


def _decoded(data: bytes, veil: Sequence[int]) -> bytes:
    command = [
        sys.executable,
        "-I",
        "-B",
        str(DECODER),
        str(VEIL_COLUMNS),
        *(str(int(cell)) for cell in veil),
    ]
    with (
        _turn(),
        subprocess.Popen(  # noqa: S603 - our own program, no shell, numbers as arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
        ) as decoder,
    ):
        timer = threading.Timer(WALL_SECONDS, decoder.kill)
        feeder = threading.Thread(target=_feed, args=(decoder, data), daemon=True)
        timer.start()
        feeder.start()
        try:
            assert decoder.stdout is not None  # noqa: S101 - PIPE was asked for above
            return decoder.stdout.read(MAX_OUTPUT + 1)
        finally:
            timer.cancel()
            decoder.kill()
            feeder.join()


def _feed(decoder: "subprocess.Popen[bytes]", data: bytes) -> None:
    assert decoder.stdin is not None  # noqa: S101 - PIPE was asked for by the caller
    try:
        with decoder.stdin as pipe:
            pipe.write(data)
    except (BrokenPipeError, ValueError):
        return  # it gave up early; what it said, or did not say, decides


def _parsed(answer: bytes) -> CleanPhoto:
    head, _newline, body = answer.partition(b"\n")
    try:
        facts = json.loads(head)
        if "wrong" in facts:
            raise BadPhoto(_wording(facts["wrong"]))
        width, height, full, small = (int(facts[key]) for key in ("width", "height", "full", "thumb"))
    except (ValueError, KeyError, TypeError):  # it was killed by a limit, or it was taken over
        raise BadPhoto(_wording("unreadable")) from None
    jpeg, thumb = body[:full], body[full:]
    if len(answer) > MAX_OUTPUT or len(thumb) != small or not (_is_bare(jpeg) and _is_bare(thumb)):
        raise BadPhoto(_wording("unreadable"))
    return CleanPhoto(hashlib.sha256(jpeg).hexdigest(), width, height, jpeg, thumb)


def _wording(wrong: object) -> str:
    if wrong in ("pixels", "memory"):
        return _("照片太大了（超过 4000 万像素），请换一张，或截一张图再发")
    return _("照片打不开，可能没有传完整。请重新拍一张，或换一张")


def _is_bare(jpeg: bytes) -> bool:
    """Return whether the file is one JPEG of pixels only: no comment, no profile, no tail."""
    if jpeg[:2] != b"\xff\xd8" or jpeg[-2:] != b"\xff\xd9":
        return False
    at = 2
    while at + 4 <= len(jpeg):
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at] != 0xFF or marker not in PLAIN_SEGMENTS:
            return False
        if marker == 0xE0 and (jpeg[at + 4 : at + 9] != b"JFIF\0" or length != 16):
            return False
        at += 2 + length
        if marker == 0xDA:
            return re.search(rb"\xff[^\x00\xd0-\xd7]", jpeg[at:-2]) is None
    return False


def _size(path: Path) -> tuple[int, int]:
    """Return width and height from the frame header of a picture that was written here."""
    jpeg, at = path.read_bytes(), 2
    while jpeg[at + 1] not in _FRAMES:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    height, width = int.from_bytes(jpeg[at + 5 : at + 7], "big"), int.from_bytes(jpeg[at + 7 : at + 9], "big")
    return width, height


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=QUEUE_SECONDS):
        raise BadPhoto(_("现在传照片的人太多，请过一分钟再试。您写的话都还在"))
    try:
        yield
    finally:
        _turns.release()


def _root() -> Path:
    return Path(settings.VAR) / "photos"


def _place(digest: str, size: Size) -> Path:
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise NotFound("no such photo")
    return _root() / digest[:2] / digest[2:4] / f"{digest}.{size}.jpg"


def _drawer(draft: str) -> Path:
    if not re.fullmatch(r"[0-9A-Za-z-]{8,64}", draft):
        raise NotFound("no such draft")
    return _root() / "held" / draft


def _held(draft: str, digest: str, size: Size) -> Path:
    return _drawer(draft) / _place(digest, size).name


def _write(path: Path, data: bytes) -> None:
    if path.is_file():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.{time.monotonic_ns()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name must survive a power cut as well: the database will point at it
    finally:
        os.close(folder)
