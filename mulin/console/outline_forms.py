"""The form that brings a file of outlines in, and what it holds between checking and drawing."""

import base64
import binascii
import zlib
from datetime import date
from typing import Final

from django import forms
from django.utils.translation import get_language, gettext_lazy, gettext_noop

from mulin.console import fields
from mulin.kernel.errors import BadInput
from mulin.places.rules import coordinates
from mulin.places.rules.coordinates import System
from mulin.places.rules.points import AreaIndex

MOST_BYTES: Final = 6_000_000  # what is larger is imported from the command line
HELD_BYTES: Final = 1_800_000  # a request may say no more than two million beside its files
KINDS: Final = (
    ("grid", gettext_lazy("网格")), ("community", gettext_lazy("社区")), ("street", gettext_lazy("街道")),
    ("county", gettext_lazy("区县")), ("", gettext_lazy("全部")),
)  # fmt: skip


class OutlineForm(forms.Form):
    """A file of outlines, its system, from when it holds, and how it is to be drawn."""

    file = forms.FileField(
        label=gettext_lazy("边界文件"), required=False,
        widget=forms.FileInput({"class": "field", "accept": ".geojson,.json,.zip,.xlsx,.csv"}),
        help_text=gettext_lazy("GeoJSON、Shapefile（压成 zip）、xlsx 或 csv，最多 20,000 个图形。"),
    )  # fmt: skip
    file.widget.needed = True  # the second time the file comes back by itself
    system = fields.choice(gettext_lazy("坐标系"), required=False)
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=forms.DateInput({"class": "field", "type": "date"})
    )
    snap = fields.tick(gettext_lazy("捕捉边界"), gettext_lazy("相邻区域的边界对成一条线，移动不超过 2 米。"))
    complete = fields.tick(
        gettext_lazy("文件是全部"), gettext_lazy("同一级里文件没有的区域，从这一天起终止。")
    )
    mapping = fields.words(
        gettext_lazy("列名对照"), most=300, required=False, one_line=True,
        hint=gettext_lazy("列名不同才填，例如：code=网格号,name=网格名"),
    )  # fmt: skip
    reason = fields.words(
        gettext_lazy("调整依据"), most=200, required=False, one_line=True,
        hint=gettext_lazy("有未结事项会换单位时必填；填了就按区划调整办理，事项随边界走。"),
    )  # fmt: skip
    document = fields.words(gettext_lazy("文号"), most=200, required=False, one_line=True)
    held = forms.CharField(widget=forms.HiddenInput, required=False)
    held_name = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)


def systems_for(index: AreaIndex) -> list[tuple[str, str]]:
    """Return the systems to choose from: the usual ones and the zones around the city."""
    lons = [shape.bounds[0] for shape in index.shape_of.values()][:1]
    zones = {round(lon / 3) + step for lon in lons for step in (-1, 0, 1)}
    near = [s for s in coordinates.SYSTEMS.values() if not s.is_metric or round(s.meridian / 3) in zones]
    return [(system.code, named(system)) for system in near]


def named(system: System) -> str:
    """Return a system's name in the reader's language, with its number."""
    name = system.en if (get_language() or "").startswith("en") else system.zh
    return f"{name} · EPSG:{system.epsg}" if system.epsg else name


def uploaded(form: OutlineForm) -> tuple[bytes, str]:
    """Return the file: the one just sent, or the one that was checked a moment ago.

    :raises BadInput: there is none, or it is too large for a page
    """
    upload = form.cleaned_data["file"]
    if upload is not None:
        if upload.size > MOST_BYTES:
            raise BadInput(gettext_noop("文件太大，请用命令行 mulin places import 导入"), where="file")
        return upload.read(), upload.name
    try:
        packed = base64.b64decode(form.cleaned_data["held"], validate=True)
        data = zlib.decompressobj().decompress(packed, MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        data = b""
    if not data:
        raise BadInput(gettext_noop("请选择边界文件"), where="file")
    return data, form.cleaned_data["held_name"] or "areas.geojson"


def held(data: bytes) -> str:
    """Return the file as the page keeps it for the next press.

    :raises BadInput: it is too large for a page
    """
    packed = base64.b64encode(zlib.compress(data, 6)).decode()
    if len(packed) > HELD_BYTES:
        raise BadInput(gettext_noop("文件太大，请用命令行 mulin places import 导入"), where="file")
    return packed


def pairs_of(text: str) -> dict[str, str]:
    """Return which column is what: ``code=网格号,name=网格名``."""
    parts = [part.partition("=") for part in text.replace("，", ",").split(",") if part.strip()]
    return {key.strip(): header.strip() for key, _sign, header in parts}


def tomorrow(today: date) -> str:
    """Return the day after, as a date field wants it."""
    return date.fromordinal(today.toordinal() + 1).isoformat()
