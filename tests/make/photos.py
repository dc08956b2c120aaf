"""Pictures for tests, good and hostile, made on the spot: no binary lies in the repository."""

import io
import struct
import zlib
from typing import Final

from PIL import Image, ImageCms, ImageDraw

MARKER: Final = b"PLANTED-SECRET-5f785f59"
ORIENTATION: Final = 0x0112
GPS: Final = 0x8825
XMP: Final = (
    b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>34,46.2N "
    + MARKER
    + b"</exif:GPSLatitude></x:xmpmeta>"
)


def scene(width: int = 640, height: int = 480) -> Image.Image:
    """A picture with a red upper left and a blue lower right corner."""
    image = Image.new("RGB", (width, height), (150, 160, 158))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 4, height // 4), fill=(220, 20, 20))
    draw.rectangle((width * 3 // 4, height * 3 // 4, width, height), fill=(20, 20, 220))
    draw.ellipse((width // 3, height // 3, width * 2 // 3, height * 2 // 3), fill=(70, 80, 78))
    return image


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def jpeg(width: int = 640, height: int = 480) -> bytes:
    """A harmless photo."""
    return saved(scene(width, height), quality=90)


def exif(orientation: int = 1) -> bytes:
    """EXIF with a place, a maker's note, a thumbnail-like marker and an orientation."""
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags[0x010E] = MARKER.decode()
    tags[0x010F] = MARKER.decode()
    gps = tags.get_ifd(GPS)
    gps[1], gps[2], gps[3], gps[4] = "N", (34.0, 46.0, 12.0), "E", (117.0, 35.0, 24.0)
    gps[29] = "2026:05:11"
    return tags.tobytes()


def with_segments(jpeg_file: bytes, *segments: tuple[int, bytes]) -> bytes:
    """A JPEG file with more segments right after its start."""
    extra = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body for marker, body in segments
    )
    return jpeg_file[:2] + extra + jpeg_file[2:]


def full_of_metadata() -> bytes:
    """A JPEG with the marker in EXIF, XMP, IPTC, a comment, an index of pictures and behind its end."""
    with_exif = saved(scene(), exif=exif(orientation=6), comment=MARKER, icc_profile=profile())
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(MARKER)) + MARKER
    return with_segments(with_exif, (0xE1, XMP), (0xED, iptc), (0xE2, b"MPF\0" + MARKER)) + MARKER


def profile(padding: int = 0) -> bytes:
    """A valid colour profile; its description carries the marker when padded."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return plain + (MARKER * (padding // len(MARKER) + 1) if padding else b"")


def png_claiming(width: int, height: int) -> bytes:
    """A small 1-bit PNG file that unfolds into the given size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\0" + bytes((width + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def claiming_to_be_huge() -> bytes:
    """A JPEG whose header says 65,535 x 65,535."""
    file = bytearray(jpeg())
    at = file.index(b"\xff\xc0") + 5
    file[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(file)
