"""How far services reach, the ledger of grids and the city's scenes, on screen and as a workbook."""

from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any, Final

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mulin.console import door
from mulin.console.door import StaffRequest, show, staff
from mulin.console.insight_faces import LEDGER, SHOWS, Cell, grid_cells
from mulin.console.log_faces import worded
from mulin.console.views.insight import asked_area, cases_url, page_context
from mulin.console.views.queue import XLSX
from mulin.console.views.rates import page_of
from mulin.console.views.units import asked_day
from mulin.gateways import sheets
from mulin.insight.queries import ledgers, reaching, scenes
from mulin.insight.queries.matters import What
from mulin.insight.rules.coverage import METRES
from mulin.kernel.errors import BadInput, NotFound, Refusal

PAGE: Final = 50


@require_safe
@staff
def coverage(request: StaffRequest) -> HttpResponse:
    """Show the share of buildings near a kind of facility, those left out, and the best next sites."""
    on = asked_day(request)
    kinds = reaching.facility_kinds()
    kind = request.GET.get("kind", "")[:8].replace("\x00", "") or (kinds[0].code if kinds else "")
    area, offered = asked_area(request, on)
    context: dict[str, Any] = {
        **page_context(request, "coverage", on),
        "kinds": [(one.code, worded(one.name, one.name_en)) for one in kinds],
        "kind": kind,
        "area": area,
        "offered": offered,
        "metres": METRES,
    }
    status = 200
    if kind:
        try:
            context["metres"] = metres = _metres(request)
            context["told"] = told = reaching.coverage(
                request.actor, kind=kind, on=on, metres=metres, area=area
            )
            context["kind_word"] = worded(told.kind.name, told.kind.name_en)
        except Refusal as refusal:
            context["refused"], status = door.worded(refusal), door.status_of(refusal)
    return show(request, "console/insight/coverage.html", context, status=status)


def _metres(request: StaffRequest) -> int:
    asked = request.GET.get("metres", str(METRES))
    if not asked.isdecimal() or len(asked) > 5:
        raise BadInput("距离应为整数米", where="metres")
    return int(asked)


@require_safe
@staff
def ledger(request: StaffRequest) -> HttpResponse:
    """Show the ledger of grids: a row a grid, every number of the same records as map and pages."""
    on, page = asked_day(request), page_of(request)
    area, offered = asked_area(request, on)
    context = {**page_context(request, "ledger", on), "area": area, "offered": offered}
    try:
        found = ledgers.ledger(request.actor, on=on, area=area)
    except NotFound as refusal:
        context |= {"refused": door.worded(refusal)}
        return show(request, "console/insight/ledger.html", context, status=404)
    sheet_url = reverse("console:grid_ledger_sheet")
    rows = found.rows[(page - 1) * PAGE : page * PAGE]
    context |= {
        "heads": [word for _key, word, _width in LEDGER],
        "rows": [(row, grid_cells(row, on)) for row in rows],
        "total": len(found.rows),
        "page": page,
        "has_more": len(found.rows) > page * PAGE,
        "export_url": f"{sheet_url}?{urlencode({'on': on.isoformat(), 'area': area})}",
        "is_synthetic": any(row.synthetic for row in rows),
    }
    return show(request, "console/insight/ledger.html", context)


@require_safe
@staff
def ledger_sheet(request: StaffRequest) -> FileResponse:
    """Give the ledger of grids as a workbook."""
    on = asked_day(request)
    area, _offered = asked_area(request, on)
    found = ledgers.ledger(request.actor, on=on, area=area)
    heads = (
        ("code", _("编码"), 18),
        ("name", _("网格"), 24),
        ("community", _("社区"), 16),
        ("street", _("街道"), 16),
    )
    columns = [
        *(sheets.Column(key, title, width=width) for key, title, width in heads),
        *(sheets.Column(key, str(word), width=width) for key, word, width in LEDGER),
    ]
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it when it was sent
    lines = (
        (row.code, row.name, row.community, row.street, *(cell.value for cell in grid_cells(row, on)))
        for row in found.rows
    )
    sheets.write_xlsx_to(file, columns, lines, sheet=_("网格台账"))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"grids-{on:%Y%m%d}.xlsx", content_type=XLSX)


@require_safe
@staff
def scene(request: StaffRequest, code: str = "") -> HttpResponse:
    """Show a scene of the city: the numbers its pack names, of an area on a day, each with its way out."""
    on = asked_day(request)
    area, offered = asked_area(request, on)
    labels = scenes.scenes()
    context: dict[str, Any] = {
        **page_context(request, "scenes", on),
        "area": area,
        "offered": offered,
        "scenes": [(one.code, worded(one.name, one.name_en)) for one in labels],
    }
    if not labels or not area:
        return show(request, "console/insight/scene.html", context)
    found = scenes.scene(request.actor, code or labels[0].code, area=area, on=on)
    context |= {
        "scene": found,
        "word": worded(found.label.name, found.label.name_en),
        "numbers": [_number(show_, n, area, on.isoformat()) for show_, n in found.numbers],
    }
    return show(request, "console/insight/scene.html", context)


def _number(name: str, value: int | None, area: str, on: str) -> Cell:
    asked: Mapping[str, str] = {"area": area, "on": on}
    if name in set(What):
        url = cases_url({"of": "state", "what": name, **asked})
    elif name == "border":
        url = cases_url({"of": "border", **asked})
    elif name in {"posts", "vacant"}:
        url = f"{reverse('console:units')}?{urlencode({'on': on})}"
    else:
        url = f"{reverse('console:grid_ledger')}?{urlencode(asked)}"
    return Cell(SHOWS[name], value, url)
