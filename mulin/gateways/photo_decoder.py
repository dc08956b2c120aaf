"""The program that decodes one photo: started alone, limited in memory, time and files, thrown away after.

It is run by path (``python -I photo_decoder.py``), reads the original on standard input and writes to
standard output one line of JSON, then the re-encoded picture, then its thumbnail. It imports nothing of
Mulin, so that what a hostile picture takes over is a process without database, keys or settings.
"""

import ctypes
import io
import json
import resource
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Final

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

FORMATS: Final = ("PNG", "WEBP")
# Loaded before the limits (Tiff reads EXIF): no file can be opened after them.
LOADED: Final = (PngImagePlugin, WebPImagePlugin, TiffImagePlugin)
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 2048
THUMB_SIDE: Final = 480
QUALITY: Final = 85
MEMORY: Final = 640 * 1024 * 1024
CPU_SECONDS: Final = 10
OUTPUT: Final = 16 * 1024 * 1024
NO_NEW_PRIVILEGES: Final = 38  # prctl(2)
DIE_WITH_PARENT: Final = 1


class TooBig(Exception):
    """The picture has more pixels than any phone makes."""


def confine() -> None:
    """Give up everything that decoding does not need."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    libc = ctypes.CDLL(None)
    libc.prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def in_srgb(image: Image.Image) -> Image.Image:
    """Return the picture with the colours its profile means; a broken profile is simply dropped."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def resizable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be shrunk smoothly, transparency kept."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256, "F").convert("L")  # 16 bits of grey
    if image.mode in ("P", "PA", "LA", "La") and ("A" in image.mode.upper() or "transparency" in image.info):
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "RGBA", "L", "CMYK") else image.convert("RGB")


def flattened(image: Image.Image) -> Image.Image:
    """Return the picture as plain RGB on white, with nothing but pixels."""
    bare = Image.new("RGB", image.size, "white")
    bare.paste(image.convert("RGB"), mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return bare


def veiled(image: Image.Image, cells: Sequence[int], columns: int) -> Image.Image:
    """Return the picture with the chosen square cells made unrecognisable: one flat colour per cell."""
    if not cells:
        return image
    side = max(1, -(-image.width // columns))
    for cell in cells:
        left, top = (cell % columns) * side, (cell // columns) * side
        if left >= image.width or top >= image.height:
            continue
        box = (left, top, min(left + side, image.width), min(top + side, image.height))
        patch = image.crop(box).resize((1, 1), Image.Resampling.BOX)
        image.paste(patch.resize((box[2] - box[0], box[3] - box[1])), box)
    return image


def encoded(image: Image.Image) -> bytes:
    """Return the picture as a JPEG file without any metadata."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"", icc_profile=None)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """Return the picture, pixels not yet read. The index of further pictures (MPF) is not looked at."""
    if data.startswith(b"\xff\xd8"):
        return JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    return Image.open(io.BytesIO(data), formats=FORMATS)


def upright(image: Image.Image) -> Image.Image:
    """Return the picture as the phone was held; orientation that cannot be read counts as none."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # a maker's broken EXIF is no reason to lose the photo: it is about to be dropped
        return image


def decoded(data: bytes) -> Image.Image:
    """Return the first frame, upright, shrunk and flattened.

    :raises TooBig: more pixels than allowed
    """
    with opened(data) as image:
        if image.width * image.height > MAX_PIXELS:
            raise TooBig
        image.draft(
            "RGB", (MAX_SIDE, MAX_SIDE)
        )  # a JPEG is decoded at a fraction of its size if that suffices
        image.load()
        small = resizable(image)
        small.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return flattened(in_srgb(upright(small)))  # the shrunk one is turned: the same picture, less memory


def main(arguments: Sequence[str]) -> int:
    """Decode standard input; say in one word what was wrong with it."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image.preinit()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    confine()
    columns = int(arguments[0]) if arguments else 1
    cells = [int(cell) for cell in arguments[1:]]
    try:
        image = veiled(decoded(sys.stdin.buffer.read()), cells, columns)
        thumb = image.copy()
        thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
        full, small = encoded(image), encoded(thumb)
    except (TooBig, Image.DecompressionBombWarning, Image.DecompressionBombError):
        return say({"wrong": "pixels"})
    except MemoryError:
        return say({"wrong": "memory"})
    except Exception:  # whatever a hostile file provokes, the answer is the same
        return say({"wrong": "unreadable"})
    head = {"width": image.width, "height": image.height, "full": len(full), "thumb": len(small)}
    return say(head, full, small)


def say(head: Mapping[str, object], *bodies: bytes) -> int:
    """Write the answer."""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(bodies))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
