"""How boundaries changed between two days: every difference, its document, the cases that went along."""

import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any, Final

from django.http import FileResponse, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mulin.boundaries.queries import editions as boundaries
from mulin.boundaries.queries.editions import CASES_A_PAGE, Compared, Difference
from mulin.console import city_faces
from mulin.console.city_faces import KINDS
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.console.redraw_said import KINDS as WAYS
from mulin.console.views.queue import XLSX
from mulin.console.views.rates import page_of
from mulin.console.words import Text
from mulin.gateways import sheets
from mulin.kernel.errors import BadInput
from mulin.people.queries.days import day_of
from mulin.places.queries import editions
from mulin.places.queries import ground as places

VIEWS: Final[Mapping[str, Text]] = {
    "over": gettext_lazy("两版叠看"),
    "side": gettext_lazy("左右对看"),
    "new": gettext_lazy("只看新版"),
}


def _compared(request: StaffRequest) -> Compared:
    """Return the two days and the level asked for: by default the last two editions.

    :raises BadInput: a day that is none, or the old one after the new one
    """
    kind = request.GET.get("kind") or "grid"
    if kind not in KINDS:
        raise BadInput("没有这一层级", where="kind")
    today = day_of(request.now)
    days = [each.on for each in editions.editions(kind)] or [today]
    new = city_faces.a_day(request.GET.get("new", ""), days[-1])
    before = [day for day in days if day < new]
    old = city_faces.a_day(request.GET.get("old", ""), before[-1] if before else new)
    if old > new:
        raise BadInput("旧的一天要在新的一天之前", where="old")
    return boundaries.differences(request.actor, old=old, new=new, kind=kind)


@require_safe
@staff
def changes(request: StaffRequest) -> HttpResponse:
    """Show what differs between the boundaries of two days, on the map and as a list."""
    found = _compared(request)
    view = request.GET.get("view") or "over"
    if view not in VIEWS:
        raise BadInput("没有这种看法", where="view")
    asked = {"old": found.old.isoformat(), "new": found.new.isoformat(), "kind": found.kind, "view": view}
    picked = next((each for each in found.differences if str(each.number) == request.GET.get("pick")), None)
    facts = {"picked": picked, "bounds_picked": _bounds(found, picked), "words": WAYS}
    if request.htmx and "pick" in request.GET:
        return show_part(request, "console/city/_difference.html", facts)
    today = day_of(request.now)
    areas = [*_areas(found.old, found.kind), *_areas(found.new, found.kind)]
    days = editions.editions(found.kind)
    context = {
        **city_faces.tabs(request, "changes"),
        **facts,
        "found": found,
        "query": urlencode(asked),
        "asked": asked,
        "view": view,
        "views": VIEWS.items(),
        "kinds": KINDS.items(),
        "kind_word": KINDS[found.kind],
        "of_kind": [(WAYS[kind], number) for kind, number in found.of_kind.items()],
        "documents": {each.adjustment: each.document for each in found.differences if each.adjustment},
        "drawn": json.dumps([_drawn(found, each) for each in found.differences], ensure_ascii=False),
        "bounds": city_faces.box_of([shape.bounds for _area, shape in areas]),
        "synthetic": any(area.synthetic for area, _shape in areas),
        "tiles": city_faces.TILES,
        "slider": {
            "days": days,
            "first": min([each.on for each in days] + [found.old]),
            "last": max([each.on for each in days] + [found.new, today]),
            "today": today,
        },
    }
    return show(request, "console/city/changes.html", context)


def _areas(on: date, kind: str) -> list[Any]:
    index = places.atlas_on(on).areas
    return [(area, index.shape_of[area.code]) for area in index.area_of.values() if area.kind == kind]


def _shapes(found: Compared, each: Difference) -> list[Any]:
    """Return the outlines a difference is about, the new ones first."""
    old, new = places.atlas_on(found.old).areas.shape_of, places.atlas_on(found.new).areas.shape_of
    after = [new[code] for code, _name in each.after if code in new]
    return after + [old[code] for code, _name in each.before if code in old]


def _bounds(found: Compared, each: Difference | None) -> str:
    return city_faces.box_of([shape.bounds for shape in _shapes(found, each)]) if each else ""


def _drawn(found: Compared, each: Difference) -> dict[str, Any]:
    """Return what the map needs of a difference: its codes on both days, and where its number stands."""
    shapes = _shapes(found, each)
    spot = shapes[0].representative_point() if shapes else None
    return {
        "number": each.number,
        "kind": each.kind,
        "before": [code for code, _name in each.before],
        "after": [code for code, _name in each.after],
        "at": [round(spot.x, 6), round(spot.y, 6)] if spot is not None else None,
    }


@require_safe
@staff
def changes_sheet(request: StaffRequest) -> FileResponse:
    """Give the differences as a workbook."""
    found = _compared(request)
    titles = (
        ("number", _("序号"), 8), ("kind", _("怎么调整"), 12), ("before", _("原来"), 36),
        ("after", _("调整后"), 36), ("hectares", _("换手的公顷"), 12), ("buildings", _("楼栋"), 8),
        ("dwellings", _("户"), 8), ("cases", _("涉及的在办"), 12), ("on", _("从哪天起"), 14),
        ("document", _("文号"), 30), ("reason", _("为什么"), 40),
    )  # fmt: skip
    columns = [sheets.Column(key, title, width=width) for key, title, width in titles]
    rows = (
        (
            each.number,
            str(WAYS[each.kind]),
            "、".join(name for _code, name in each.before),
            "、".join(name for _code, name in each.after),
            each.hectares,
            each.buildings,
            each.dwellings,
            each.cases,
            each.on,
            each.document,
            each.reason,
        )
        for each in found.differences
    )
    data = sheets.write_xlsx(columns, rows, sheet=_("边界变化"))
    name = f"{_('边界变化')}-{found.old:%Y%m%d}-{found.new:%Y%m%d}.xlsx"
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=XLSX)


@require_safe
@staff
def moved(request: StaffRequest, adjustment_id: int) -> HttpResponse:
    """Show the cases an adjustment handed over: whose they were, whose they are, how that was told."""
    made, page = boundaries.adjustment(request.actor, adjustment_id), page_of(request)
    rows = boundaries.handed_over(request.actor, adjustment_id, page=page)
    context = {
        **city_faces.tabs(request, "changes"),
        "made": made,
        "rows": rows[:CASES_A_PAGE],
        "page": page,
        "has_more": len(rows) > CASES_A_PAGE,
    }
    return show(request, "console/city/moved.html", context)
