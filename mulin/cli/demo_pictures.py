"""Drawings for the demonstration: a street with a matter on it, and the same street put right."""

import io
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

SIZE: Final = (960, 720)
SKY, WALL, WINDOW, ROAD, KERB = "#C9D6DA", "#C7BBA6", "#8FA7B0", "#A8ABA9", "#DAD8D0"
DARK, WATER, GREEN, CONE = "#4C5250", "#6E8C86", "#7E9C78", "#C77B3B"


class Picture(StrEnum):
    """What is to be seen."""

    DRAIN = "drain"
    BOXES = "boxes"
    WIRE = "wire"
    TREE = "tree"
    WALL = "wall"
    ROAD = "road"
    BENCH = "bench"
    PLACE = "place"  # nothing left to be seen


def drawn(picture: Picture, *, after: bool) -> bytes:
    """Return the drawing as a PNG file; ``after`` shows the place put right."""
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    _street(draw)
    _MATTER[picture](draw, after)
    out = io.BytesIO()
    image.filter(ImageFilter.SMOOTH_MORE).save(out, "PNG")
    return out.getvalue()


def _street(draw: ImageDraw.ImageDraw) -> None:
    for left, top, width in ((0, 120, 300), (330, 60, 270), (640, 150, 320)):
        draw.rectangle((left, top, left + width, 430), fill=WALL)
        for row in range(top + 30, 380, 70):
            for column in range(left + 30, left + width - 50, 80):
                draw.rectangle((column, row, column + 40, row + 44), fill=WINDOW)
    draw.rectangle((0, 420, 960, 470), fill=KERB)
    draw.rectangle((0, 465, 960, 720), fill=ROAD)


def _drain(draw: ImageDraw.ImageDraw, after: bool) -> None:
    if not after:
        draw.ellipse((250, 520, 830, 690), fill=WATER)
        draw.polygon([(640, 600), (960, 640), (960, 700), (620, 660)], fill=WATER)
    draw.ellipse((380, 540, 620, 650), fill=DARK)
    draw.ellipse((400, 548, 600, 636), fill="#6C726F")
    for x in range(430, 590, 30):
        draw.line((x, 560, x, 625), fill=DARK, width=6)


def _boxes(draw: ImageDraw.ImageDraw, after: bool) -> None:
    draw.rectangle((90, 400, 250, 560), fill="#6F8C87")
    draw.rectangle((80, 385, 260, 405), fill=DARK)
    if not after:
        for x, y, side in ((290, 470, 120), (400, 520, 150), (330, 380, 90), (560, 560, 110), (120, 330, 70)):
            draw.rectangle((x, y, x + side, y + int(side * 0.8)), fill="#B39468", outline=DARK, width=4)


def _wire(draw: ImageDraw.ImageDraw, after: bool) -> None:
    if not after:
        draw.line([(470, 110), (520, 300), (600, 470), (650, 560)], fill=DARK, width=7)
    draw.ellipse((560, 560, 650, 650), outline=DARK, width=12)
    draw.ellipse((730, 560, 820, 650), outline=DARK, width=12)
    draw.line([(605, 605), (680, 520), (775, 605)], fill="#7A3B34", width=14)
    draw.line([(680, 520), (700, 480)], fill=DARK, width=10)


def _tree(draw: ImageDraw.ImageDraw, after: bool) -> None:
    draw.rectangle((180, 300, 215, 500), fill="#7B6650")
    draw.ellipse((90, 150, 310, 350), fill=GREEN)
    if not after:
        draw.line([(330, 600), (760, 560)], fill="#7B6650", width=24)
        for x in (420, 520, 620, 700):
            draw.ellipse((x - 60, 500, x + 60, 620), fill=GREEN)


def _wall(draw: ImageDraw.ImageDraw, after: bool) -> None:
    if not after:
        draw.polygon([(380, 90), (520, 100), (560, 210), (470, 260), (390, 200)], fill="#8D8477")
        for x in (360, 430, 500, 560):
            draw.polygon([(x, 470), (x + 40, 460), (x + 60, 490), (x + 10, 500)], fill="#B8AD99")


def _road(draw: ImageDraw.ImageDraw, after: bool) -> None:
    if after:
        draw.polygon([(330, 540), (660, 530), (700, 650), (300, 660)], fill="#8C908E")
        return
    draw.polygon([(340, 560), (480, 530), (650, 560), (690, 640), (500, 680), (330, 640)], fill=DARK)
    for x in (280, 730):
        draw.polygon([(x, 640), (x + 25, 560), (x + 50, 640)], fill=CONE)


def _bench(draw: ImageDraw.ImageDraw, after: bool) -> None:
    slope = 0 if after else 60
    draw.line([(300, 560), (680, 560 + slope)], fill="#8A6A45", width=26)
    draw.line([(300, 500), (680, 500 + slope)], fill="#8A6A45", width=20)
    for x, y in ((340, 560), (640, 560 + slope)):
        draw.line([(x, y), (x, y + 90 - slope // 2)], fill=DARK, width=14)


def _place(draw: ImageDraw.ImageDraw, after: bool) -> None:
    draw.rectangle((700, 250, 712, 480), fill=DARK)
    draw.line([(706, 255), (780, 240)], fill=DARK, width=8)
    draw.ellipse((765, 232, 805, 256), fill="#E9D9A0" if after else DARK)


_MATTER: Final[dict[Picture, Callable[[ImageDraw.ImageDraw, bool], None]]] = {
    Picture.DRAIN: _drain,
    Picture.BOXES: _boxes,
    Picture.WIRE: _wire,
    Picture.TREE: _tree,
    Picture.WALL: _wall,
    Picture.ROAD: _road,
    Picture.BENCH: _bench,
    Picture.PLACE: _place,
}
