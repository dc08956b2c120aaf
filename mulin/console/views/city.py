"""The map of the city: how things stand on a day by area, the same as a table, and one area by itself."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

from django.http import FileResponse, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mulin.cases.queries import on_map
from mulin.cases.queries.on_map import Shown
from mulin.console import area_faces, city_faces
from mulin.console.city_faces import KINDS, MEANS, RATES, ROWS, SHOWS, Line, Sheet, Show, Want
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.console.views.queue import XLSX
from mulin.console.views.rates import page_of, show_counted
from mulin.gateways import sheets
from mulin.kernel.errors import BadInput, NotFound
from mulin.places.queries import ground as places


@require_safe
@staff
def now(request: StaffRequest) -> HttpResponse:
    """Show how things stand on a day: the map, a list beside it, one area when it is chosen."""
    want = _asked(request)
    context = _context(request, want)
    if request.htmx:
        return show_part(request, "console/city/_now.html", context)
    if want.area:
        context |= _picked(request, want, context["sheet"])
    return show(request, "console/city/now.html", context)


def _asked(request: StaffRequest) -> Want:
    """Return what is asked for; words that are no name are an address and choose the area it lies in."""
    want = city_faces.asked(request)
    return city_faces.found(want) if want.text else want


def _context(request: StaffRequest, want: Want) -> dict[str, Any]:
    sheet = city_faces.sheet(request, want)
    return {
        **city_faces.tabs(request, "now"),
        "want": want,
        "sheet": sheet,
        "rows": [_row(line, sheet) for line in sheet.lines[:ROWS]],
        "bounds": city_faces.box_of([line.bounds for line in sheet.lines]),
        "tiles": city_faces.TILES,
        "kinds": KINDS.items(),
        "kind_word": KINDS[want.kind],
        "shows": SHOWS.items(),
        "show_word": SHOWS[want.show],
        "means": MEANS[want.show],
        "is_rate": want.show in RATES,
        "wholes": [_whole(sheet, each) for each in Shown],
        "slider": city_faces.days_face(want),
    }


def _row(line: Line, sheet: Sheet) -> tuple[Line, str, int, tuple[int, str]]:
    """Return a line, its rate, its colour, and the count behind it with the address of the cases."""
    show = sheet.want.show
    count = line.counts[0 if show in RATES else list(Show).index(show)]
    return line, line.said(show), sheet.class_of[line.code], count


def _whole(sheet: Sheet, each: Shown) -> dict[str, Any]:
    url = city_faces.cases_url(each, "", sheet.want.query)
    return {
        "word": SHOWS[Show(each.value)],
        "n": getattr(sheet.whole, each.value),
        "url": f"{url}&everywhere=1",
        "nowhere": getattr(sheet.nowhere, each.value),
        "nowhere_url": url,
    }


def _picked(request: StaffRequest, want: Want, sheet: Sheet) -> dict[str, Any]:
    line = next((each for each in sheet.lines if each.code == want.area), None)
    counts = zip(SHOWS.values(), line.counts, strict=False) if line else ()
    return {
        **area_faces.area_face(request, want.area, want.on),
        "want": want,
        "line": line,
        "counts": [(word, number, url) for word, (number, url) in counts],
    }


@require_safe
@staff
def area(request: StaffRequest, code: str) -> HttpResponse:
    """Show one area beside the map; opened by itself, with the whole page around it."""
    want = replace(city_faces.asked(request), area=code[:32], text="")
    there = places.atlas_on(want.on).areas.area_of.get(want.area)
    if there is None:
        raise NotFound("这一天没有这个区域")
    if there.kind in KINDS:
        want = replace(want, kind=there.kind)
    if not request.htmx:
        return HttpResponseRedirect(f"{reverse('console:city')}?area={want.area}&{want.query}")
    return show_part(
        request, "console/city/_area.html", _picked(request, want, city_faces.sheet(request, want))
    )


SORTS: Final[dict[str, Callable[[Line], Any]]] = {
    "code": lambda line: line.code,
    "name": lambda line: (line.parent, line.name),
    "open": lambda line: -line.numbers.open,
    "overdue": lambda line: -line.numbers.overdue,
    "received": lambda line: -line.numbers.received,
    "homes": lambda line: -line.homes,
    "per_homes": lambda line: -(line.value(Show.PER_HOMES) or 0),
    "late_share": lambda line: -(line.value(Show.LATE_SHARE) or 0),
}


@require_safe
@staff
def table(request: StaffRequest) -> HttpResponse:
    """Show every number of the map as a table: what a screen reader reads, and what is sorted."""
    sort = request.GET.get("sort") or "code"
    if sort not in SORTS:
        raise BadInput("不能按这一列排序", where="sort")
    want = _asked(request)
    sheet = city_faces.sheet(request, want)
    heads = [
        ("name", _("名称")),
        *((each.value, SHOWS[Show(each.value)]) for each in Shown),
        ("homes", _("登记的户数")),
        *((each.value, SHOWS[each]) for each in RATES),
    ]
    context = {
        **city_faces.tabs(request, "now"),
        "want": want,
        "sheet": sheet,
        "sort": sort,
        "heads": heads,
        "kinds": KINDS.items(),
        "kind_word": KINDS[want.kind],
        "lines": [
            (line, line.counts, [line.said(rate) for rate in RATES])
            for line in sorted(sheet.lines, key=SORTS[sort])
        ],
        "means": [(SHOWS[each], MEANS[each]) for each in Show],
    }
    return show(request, "console/city/table.html", context)


@require_safe
@staff
def table_sheet(request: StaffRequest) -> FileResponse:
    """Give the table as a workbook."""
    want = _asked(request)
    sheet = city_faces.sheet(request, want)
    titles = (
        ("code", _("编码"), 20), ("name", _("名称"), 28), ("parent", _("上级"), 24),
        *((each.value, str(SHOWS[Show(each.value)]), 14) for each in Shown),
        ("homes", _("登记的户数"), 12), *((each.value, str(SHOWS[each]), 14) for each in RATES),
    )  # fmt: skip
    columns = [sheets.Column(key, title, width=width) for key, title, width in titles]
    rows = (
        (line.code, line.name, line.parent, *(n for n, _url in line.counts), line.homes,
         *(line.said(rate) or _("不足 10 件，不显示") for rate in RATES))
        for line in sheet.lines
    )  # fmt: skip
    title = str(KINDS[want.kind])
    data = sheets.write_xlsx(columns, rows, sheet=title)
    name = f"{title}-{want.on:%Y%m%d}.xlsx"
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=XLSX)


@require_safe
@staff
def cases(request: StaffRequest) -> HttpResponse:
    """Show exactly the cases a number of the map counts."""
    want, name = city_faces.asked(request), request.GET.get("count", "")
    if name not in set(Shown):
        raise NotFound("没有这个数字")
    moment, page = city_faces.moment_of(want, request.now), page_of(request)
    within = None
    if "everywhere" not in request.GET:
        known = on_map.numbers(request.actor, moment=moment)
        within = city_faces.units_within(want, list(known), want.area)
    found = on_map.cases_shown(request.actor, Shown(name), units=within, moment=moment, page=page)
    there = places.atlas_on(want.on).areas.area_of.get(want.area)
    word = SHOWS[Show(name)]
    back = f"{reverse('console:city')}?{want.query}" + (f"&area={want.area}" if there else "")
    return show_counted(
        request, found, word=f"{there.name} · {word}" if there else word,
        page=page, back=back, back_word=_("地图"),
    )  # fmt: skip


@require_safe
@staff
def outlines(request: StaffRequest) -> HttpResponse:
    """Give the exact outlines of a day: of the areas named, or of all of a kind."""
    want = city_faces.asked(request)
    rows = places.outlines(want.kind, want.on, want.area or None)
    features = [row.as_feature() for row in rows]
    return JsonResponse({"type": "FeatureCollection", "features": features})
