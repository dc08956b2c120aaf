"""Whatever is uploaded, what is kept is pixels, or nothing."""

import io
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import LazySettings
from PIL import Image

from mulin.gateways import photo_decoder, photos
from mulin.kernel.errors import BadInput, NotFound
from tests.make import photos as make


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: LazySettings) -> Path:
    settings.VAR = tmp_path
    return tmp_path


def opened(photo: photos.CleanPhoto) -> Image.Image:
    return Image.open(io.BytesIO(photo.jpeg))


def near(seen: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 24 for a, b in zip(seen, wanted, strict=True))


def stored_bytes(var: Path) -> bytes:
    return b"".join(path.read_bytes() for path in var.rglob("*") if path.is_file())


def test_nothing_of_the_metadata_reaches_the_disk(var: Path) -> None:
    original = make.full_of_metadata()
    assert original.count(make.MARKER) >= 6, "the fixture itself must carry what is searched for"
    assert b"8BIM" in original
    assert b"MPF" in original
    assert b"Exif" in original

    photo = photos.clean(original)
    photos.keep(photo)
    photos.hold(photo, draft="draft-0001")

    kept = stored_bytes(var)
    assert kept.count(b"\xff\xd8\xff") >= 4
    for trace in (make.MARKER, b"Exif", b"xmpmeta", b"8BIM", b"MPF\0", b"ICC_PROFILE", b"GPS", b"34,46"):
        assert trace not in kept, trace
    assert not opened(photo).getexif()
    assert set(opened(photo).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("orientation", "red_at"), [(1, (9, 9)), (3, (630, 470)), (6, (470, 9)), (8, (9, 630))]
)
def test_the_way_the_phone_was_held_becomes_pixels(orientation: int, red_at: tuple[int, int]) -> None:
    photo = photos.clean(make.saved(make.scene(), exif=make.exif(orientation)))

    assert (photo.width, photo.height) == ((640, 480) if orientation in (1, 3) else (480, 640))
    assert near(opened(photo).getpixel(red_at), (220, 20, 20))


USUAL = {
    "cmyk": (make.scene().convert("CMYK"), {"kind": "JPEG"}, (220, 20, 20)),
    "16-bit": (Image.new("I;16", (300, 200), 40000), {"kind": "PNG"}, (156, 156, 156)),
    "palette": (make.scene().quantize(64), {"kind": "PNG"}, (220, 20, 20)),
    "transparent": (Image.new("RGBA", (300, 200), (9, 9, 9, 0)), {"kind": "PNG"}, (255, 255, 255)),
    "grey, transparent": (Image.new("LA", (300, 200), (0, 0)), {"kind": "PNG"}, (255, 255, 255)),
    "1-bit": (Image.new("1", (300, 200), 1), {"kind": "PNG"}, (255, 255, 255)),
    "webp": (make.scene(), {"kind": "WEBP"}, (220, 20, 20)),
    "progressive": (make.scene(), {"kind": "JPEG", "progressive": True}, (220, 20, 20)),
    "animated": (
        make.scene(),
        {"kind": "WEBP", "save_all": True, "append_images": [make.scene()]},
        (220, 20, 20),
    ),
    "broken EXIF": (make.scene(), {"kind": "JPEG", "exif": b"Exif\0\0II*\0garbage"}, (220, 20, 20)),
    "broken profile": (make.scene(), {"kind": "JPEG", "icc_profile": b"not a profile"}, (220, 20, 20)),
}


@pytest.mark.parametrize("name", USUAL)
def test_every_usual_kind_becomes_a_plain_jpeg(name: str) -> None:
    picture, options, expected = USUAL[name]
    photo = photos.clean(make.saved(picture, **options))  # type: ignore[arg-type]

    image = opened(photo)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (photo.width, photo.height))
    assert near(image.getpixel((20, 20)), expected)


def test_a_large_picture_is_shrunk_and_has_a_thumbnail() -> None:
    photo = photos.clean(make.jpeg(4000, 3000))

    assert (photo.width, photo.height) == (2048, 1536)
    assert Image.open(io.BytesIO(photo.thumb)).size == (480, 360)


def test_a_tiny_picture_stays_as_it_is() -> None:
    assert opened(photos.clean(make.jpeg(1, 1))).size == (1, 1)


def test_the_same_picture_has_the_same_digest_whatever_its_metadata() -> None:
    plain, told = make.saved(make.scene()), make.with_segments(make.saved(make.scene()), (0xE1, make.XMP))
    assert photos.clean(plain).digest == photos.clean(told).digest


def test_a_tail_behind_the_picture_is_cut_off() -> None:
    script = b"<script>alert(1)</script>PK\x03\x04"
    assert script not in photos.clean(make.jpeg() + script).jpeg


def test_a_profile_of_ten_megabytes_is_gone() -> None:
    original = make.saved(make.scene(), icc_profile=make.profile(10_000_000))
    assert len(original) > 10_000_000
    assert len(photos.clean(original).jpeg) < 100_000


def refused() -> dict[str, tuple[bytes, str]]:
    good = make.jpeg()
    return {
        "empty": (b"", "空的"),
        "too many bytes": (good + bytes(20 * 1024 * 1024), "20 MB"),
        "bomb 20,000 x 20,000": (make.png_claiming(20_000, 20_000), "4000 万像素"),
        "bomb 13,000 x 13,000": (make.png_claiming(13_000, 13_000), "4000 万像素"),
        "claims to be huge": (make.claiming_to_be_huge(), "像素"),
        "cut in the middle": (make.jpeg(1200, 900)[:4000], "没有传完整"),
        "only a beginning": (b"\xff\xd8\xff\xe0", "没有传完整"),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "不是照片"),
        "html called jpg": (b"<!doctype html><script>alert(1)</script>", "不是照片"),
        "gif with a jar behind": (make.saved(make.scene(), "GIF") + b"PK\x03\x04", "不是照片"),
        "gif": (make.saved(make.scene(), "GIF"), "不是照片"),
        "tiff": (make.saved(make.scene(), "TIFF"), "不是照片"),
        "bmp": (make.saved(make.scene(), "BMP"), "不是照片"),
        "pdf": (b"%PDF-1.7\n", "PDF"),
        "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        "video": (b"\0\0\0\x18ftypisom\0\0\0\0", "视频"),
        "jpeg head on html": (b"\xff\xd8\xff<html><script>", "打不开"),
        "png head on nothing": (b"\x89PNG\r\n\x1a\n" + bytes(64), "打不开"),
        "webp head on nothing": (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(16), "打不开"),
    }


@pytest.mark.parametrize("name", sorted(refused()))
def test_a_refused_file_leaves_nothing_and_says_what_to_do(name: str, var: Path) -> None:
    data, words = refused()[name]

    with pytest.raises(photos.BadPhoto) as refusal:
        photos.clean(data)

    assert words in refusal.value.what
    assert refusal.value.where == "photos"
    assert isinstance(refusal.value, BadInput)
    assert not stored_bytes(var)


def test_a_bomb_is_refused_quickly_and_in_little_memory() -> None:
    bombs = [make.png_claiming(20_000, 20_000), make.png_claiming(13_000, 13_000)]
    started = time.monotonic()
    for bomb in bombs:
        with pytest.raises(photos.BadPhoto):
            photos.clean(bomb)
    assert time.monotonic() - started < 5


CLEAN_AND_MEASURE = """
import resource, sys
from pathlib import Path
from mulin.gateways import photos
photos.clean(Path(sys.argv[1]).read_bytes())
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_the_largest_picture_taken_stays_below_the_memory_bound(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(make.saved(Image.new("RGBA", (7000, 5700), (1, 2, 3, 100)), "PNG", compress_level=1))
    alone = [
        sys.executable,
        "-c",
        CLEAN_AND_MEASURE,
        str(large),
    ]  # of all its children the decoder is the only
    done = subprocess.run(alone, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < photo_decoder.MEMORY


def test_a_decoder_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(photos, "DECODER", sleeper)
    monkeypatch.setattr(photos, "WALL_SECONDS", 0.3)
    started = time.monotonic()

    with pytest.raises(photos.BadPhoto):
        photos.clean(make.jpeg())

    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import os; os._exit(9)", id="dies"),
        pytest.param("print('not json')", id="babbles"),
        pytest.param("print('{\"width\": 1}')", id="says half"),
        pytest.param("import sys\nwhile True: sys.stdout.write('x' * 65536)", id="floods"),
    ],
)
def test_a_decoder_taken_over_is_not_believed(
    program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.py"
    other.write_text(program)
    monkeypatch.setattr(photos, "DECODER", other)

    with pytest.raises(photos.BadPhoto):
        photos.clean(make.jpeg())


def echoing(tmp_path: Path, body: bytes) -> Path:
    """A decoder that hands back ``body`` as picture and thumbnail, as one without metadata removal would."""
    (tmp_path / "body").write_bytes(body)
    program = tmp_path / "echo.py"
    program.write_text(
        "import json, pathlib, sys\n"
        f"body = pathlib.Path({str(tmp_path / 'body')!r}).read_bytes()\n"
        "head = {'width': 1, 'height': 1, 'full': len(body), 'thumb': len(body)}\n"
        "sys.stdin.buffer.read()\n"
        "sys.stdout.buffer.write(json.dumps(head).encode() + b'\\n' + body + body)\n"
    )
    return program


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(make.full_of_metadata(), id="everything"),
        pytest.param(make.saved(make.scene(), exif=make.exif()), id="exif"),
        pytest.param(make.with_segments(make.jpeg(), (0xE1, make.XMP)), id="xmp"),
        pytest.param(make.with_segments(make.jpeg(), (0xFE, b"words")), id="comment"),
        pytest.param(make.saved(make.scene(), icc_profile=make.profile()), id="profile"),
        pytest.param(make.jpeg() + b"tail\xff\xd9", id="tail"),
        pytest.param(make.jpeg() + make.jpeg(), id="second picture"),
        pytest.param(make.saved(make.scene(), "PNG"), id="png"),
        pytest.param(b"\xff\xd8\xff\xd9", id="no picture"),
    ],
)
def test_a_file_with_more_than_pixels_is_not_taken_even_from_the_decoder(
    body: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(photos, "DECODER", echoing(tmp_path, body))

    with pytest.raises(photos.BadPhoto):
        photos.clean(make.jpeg())


def test_a_plain_file_from_the_decoder_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(photos, "DECODER", echoing(tmp_path, make.jpeg()))
    assert photos.clean(make.jpeg()).jpeg == make.jpeg()


def test_too_many_at_once_wait_and_are_told_honestly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "QUEUE_SECONDS", 0.01)
    taken = 0
    while photos._turns.acquire(blocking=False):
        taken += 1
    try:
        with pytest.raises(photos.BadPhoto, match="太多"):
            photos.clean(make.jpeg())
    finally:
        for _ in range(taken):
            photos._turns.release()
    assert photos.clean(make.jpeg()).width == 640


def test_veiled_cells_become_one_colour() -> None:
    photo = photos.clean(
        make.saved(make.scene(700, 500), "PNG"), veil=[24]
    )  # row 3, column 3 of seven columns

    box = opened(photo).crop((310, 310, 390, 390))
    assert all(high - low < 12 for low, high in box.getextrema())  # type: ignore[misc]


def test_kept_pictures_are_found_by_their_digest_and_written_once(var: Path) -> None:
    photo = photos.clean(make.jpeg())
    photos.keep(photo)
    path = photos.path_of(photo.digest)
    written = path.stat().st_mtime_ns

    photos.keep(photo)

    assert path.read_bytes() == photo.jpeg
    assert path.parts[-3:-1] == (photo.digest[:2], photo.digest[2:4])
    assert photos.path_of(photo.digest, size="thumb").read_bytes() == photo.thumb
    assert path.stat().st_mtime_ns == written
    assert path.stat().st_mode & 0o077 == 0
    assert {p.suffix for p in var.rglob("*") if p.is_file()} == {".jpg"}, "no half-written file stays"


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "A" * 64, "", "0" * 63 + "\n"])
def test_an_unknown_picture_is_not_found(digest: str) -> None:
    with pytest.raises(NotFound):
        photos.path_of(digest)


def test_a_drafts_picture_is_kept_only_when_the_draft_is_sent() -> None:
    photo = photos.clean(make.jpeg())
    photos.hold(photo, draft="draft-0001")

    with pytest.raises(NotFound):
        photos.path_of(photo.digest)
    with pytest.raises(NotFound):
        photos.held_path(photo.digest, draft="draft-0002")
    assert photos.held_path(photo.digest, draft="draft-0001").read_bytes() == photo.jpeg

    photos.keep_held(photo.digest, draft="draft-0001")
    photos.drop_draft("draft-0001")

    assert photos.path_of(photo.digest).read_bytes() == photo.jpeg
    with pytest.raises(NotFound):
        photos.held_path(photo.digest, draft="draft-0001")


def test_a_drawer_lists_its_pictures_as_they_came_with_their_sizes() -> None:
    assert photos.held("draft-0001") == []
    first, second = photos.clean(make.jpeg(640, 480)), photos.clean(make.jpeg(300, 500))
    for photo in (first, second, first):
        photos.hold(photo, draft="draft-0001")

    held = photos.held("draft-0001")

    assert [(photo.digest, photo.width, photo.height) for photo in held] == [
        (first.digest, 640, 480),
        (second.digest, 300, 500),
    ]


def test_a_kept_picture_tells_its_size() -> None:
    photo = photos.clean(make.jpeg(320, 200))
    photos.keep(photo)
    assert photos.measured(photo.digest) == (320, 200)
    with pytest.raises(NotFound):
        photos.measured("0" * 64)


def test_removed_and_forgotten_drafts_leave_nothing(var: Path) -> None:
    photo = photos.clean(make.jpeg())
    photos.hold(photo, draft="draft-0001")
    photos.drop_held(photo.digest, draft="draft-0001")
    assert not stored_bytes(var)

    photos.hold(photo, draft="draft-0002")
    assert photos.sweep_held(before=time.time() - 60) == 0
    assert photos.sweep_held(before=time.time() + 60) == 2
    assert not stored_bytes(var)


@pytest.mark.parametrize("draft", ["..", "../../x-long-enough", "", "a/b-long-enough", "short"])
def test_a_drawer_never_lies_elsewhere(draft: str) -> None:
    with pytest.raises(NotFound):
        photos.held_path("0" * 64, draft=draft)
