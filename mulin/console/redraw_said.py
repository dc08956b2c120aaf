"""What a clerk says of new boundaries, by hand, by drawing or by file, as plan JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import shapely
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mulin.console.words import Text
from mulin.kernel.errors import BadInput
from mulin.places.queries import ground as places
from mulin.places.rules.cutting import cut_in_two, points_of

FILE_MOST: Final = 20_000_000
KINDS: Final[Mapping[str, Text]] = {
    "merge": _("合并"),
    "split": _("拆分"),
    "redraw": _("边界移动"),
    "rename": _("改名"),
    "convert": _("改制"),
    "found": _("新设"),
    "end": _("撤销"),
}
BY_HAND: Final = ("merge", "split", "redraw", "rename")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A plan as far as it was said; what is missing is empty."""

    on: str = ""
    reason: str = ""
    document: str = ""
    lines: tuple[Json, ...] = ()

    @property
    def plan(self) -> Json:
        """Return it as the plan JSON."""
        return {"on": self.on, "reason": self.reason, "document": self.document, "lines": list(self.lines)}

    @property
    def lines_json(self) -> str:
        """Return its lines as text for a form."""
        return json.dumps(list(self.lines), ensure_ascii=False, separators=(",", ":"))


def said(request: HttpRequest, *, today: date) -> Said:
    """Return the plan a form says: lines gathered so far, a file, and the line its fields make.

    :raises BadInput: a part of it cannot be read
    """
    post = request.POST
    on, reason, document = (post.get(name, "").strip()[:400] for name in ("on", "reason", "document"))
    plan = Said(on, reason, document, tuple(_lines(parsed(post.get("lines") or "[]", "lines"))))
    if upload := request.FILES.get("file"):
        if upload.size is None or upload.size > FILE_MOST:
            raise BadInput("文件最大 20 兆", where="file")
        plan = with_file(plan, parsed(upload.read(), "file"))
    picks = post.getlist("pick")
    if picks:
        day = _day(plan.on) or today
        fields = {name: post.get(name, "").strip()[:4_000] for name in ("kind", "code", "name", "cut")}
        plan = replace(plan, lines=(*plan.lines, line_of(picks, fields, on=day)))
    return plan


def with_file(plan: Said, given: object) -> Said:
    """Return the plan with what a file says: a plan of its own, or outlines to draw areas by.

    :raises BadInput: it is neither
    """
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        return replace(plan, lines=(*plan.lines, _redrawn(given.get("features"))))
    if not isinstance(given, dict) or "lines" not in given:
        raise BadInput("文件应是方案 JSON，或带 code 的 GeoJSON 边界", where="file")
    return Said(
        plan.on or str(given.get("on") or ""),
        plan.reason or str(given.get("reason") or ""),
        plan.document or str(given.get("document") or ""),
        (*plan.lines, *_lines(given["lines"])),
    )


def _redrawn(features: object) -> Json:
    into = []
    for number, each in enumerate(features if isinstance(features, list) else [], 1):
        code = each.get("properties", {}).get("code") if isinstance(each, dict) else None
        if not code or not isinstance(each.get("geometry"), dict):
            raise BadInput("第 %(n)d 个图形没有 code 或没有边界", where="file", n=number)
        into.append({"code": str(code), "outline": each["geometry"]})
    return {"kind": "redraw", "from": [each["code"] for each in into], "into": into}


def line_of(picks: Sequence[str], fields: Mapping[str, str], *, on: date) -> Json:
    """Return the line that chosen areas and a few fields make.

    :raises BadInput: something it needs is missing
    """
    kind, code, name = fields["kind"], fields["code"], fields["name"]
    if kind == "merge":
        if len(picks) < 2:
            raise BadInput("合并至少要选两个", where="pick")
        return {"kind": kind, "from": list(picks), "into": [_named(code or picks[0], name)]}
    if len(picks) != 1:
        raise BadInput("这一步一次只对一个区域", where="pick")
    if kind == "rename":
        if not name:
            raise BadInput("请写新名称", where="name")
        return {"kind": kind, "from": list(picks), "into": [_named(picks[0], name)]}
    if kind == "split":
        return _split(picks[0], code, name, fields["cut"], on=on)
    raise BadInput("移动界线请在图上拖，或上传新的边界文件", where="kind")


def _named(code: str, name: str) -> Json:
    return {"code": code} | ({"name": name} if name else {})


def _split(source: str, code: str, name: str, cut: str, *, on: date) -> Json:
    if not code or not name:
        raise BadInput("请写切出来那一块的编码和名称", where="code")
    large, small = pieces(source, cut, on=on)
    return {
        "kind": "split",
        "from": [source],
        "into": [{"code": source, "outline": large}, {"code": code, "name": name, "outline": small}],
    }


def pieces(source: str, cut: str, *, on: date) -> tuple[Json, Json]:
    """Return the two outlines a line cuts an area into, the larger first.

    :raises BadInput: there is no such area on the day, or the line does not cut it in two
    """
    outline = places.atlas_on(on).areas.shape_of.get(source)
    if outline is None:
        raise BadInput("这一天没有 %(code)s", where="pick", code=source[:32])
    large, small = cut_in_two(outline, points_of(cut))
    return json.loads(shapely.to_geojson(large)), json.loads(shapely.to_geojson(small))


def described(lines: Sequence[Json], *, on: date) -> list[Json]:
    """Return each line in words: what it does, to which areas, and what comes of them."""
    areas = places.atlas_on(on).areas.area_of
    name = {code: area.name for code, area in areas.items()}

    def title(each: object) -> str:
        if isinstance(each, str):
            return name.get(each, each)
        told = each if isinstance(each, dict) else {}
        code = str(told.get("code", ""))
        return str(told.get("name") or name.get(code, code))

    return [
        {
            "kind": KINDS.get(str(line.get("kind")), str(line.get("kind"))),
            "sources": [title(each) for each in line.get("from") or []],
            "targets": [title(each) for each in line.get("into") or []],
        }
        for line in lines
    ]


def _lines(given: object) -> list[Json]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise BadInput("方案的 lines 应是一个列表", where="lines")
    return given


def parsed(text: str | bytes, where: str) -> object:
    """Return what JSON text says.

    :raises BadInput: it is too long or no JSON
    """
    if len(text) > FILE_MOST:
        raise BadInput("文件最大 20 兆", where=where)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("不是 JSON，读不出来", where=where) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
