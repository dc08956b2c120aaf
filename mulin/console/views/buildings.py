"""Buildings (楼栋) by area: stairwells, stewards nobody holds, groups nobody has; one building; QR sheets."""

from tempfile import TemporaryFile
from typing import Any, Final

import segno
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mulin.cases.queries import at_places
from mulin.cases.queries.worklist import rows_of
from mulin.console import case_faces, thing_faces
from mulin.console.door import StaffRequest, show, staff
from mulin.console.thing_faces import Territory
from mulin.console.views.queue import XLSX
from mulin.console.views.rates import page_of
from mulin.console.views.units import asked_day
from mulin.gateways import sheets
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people.queries import staffing, units
from mulin.people.queries.days import day_of
from mulin.places.queries import buildings as lookup
from mulin.places.queries import ground
from mulin.places.queries import things as things_of
from mulin.places.queries.ground import BuildingRow

SECTION: Final = "city"
PAGE: Final = 100
CODES: Final = 60
STEWARDS: Final = frozenset({"building_steward", "stairwell_steward"})
SORTS: Final = ("stairwells", "buildings", "things")


@require_safe
@staff
def buildings(request: StaffRequest) -> HttpResponse:
    """Show the buildings of an area by grid, and what is missing: groups, stewards (S-007, S-008)."""
    on, page = asked_day(request), page_of(request)
    here, rows, vacant = _found(request)
    gaps = [row for row in rows if not row.group_code]
    shown = gaps if request.GET.get("only") == "gap" else rows
    context = {
        "section": SECTION,
        "tab": "buildings",
        "on": on,
        "here": here,
        "rows": _faces(shown[(page - 1) * PAGE : page * PAGE], vacant, on),
        "page": page,
        "has_more": len(shown) > page * PAGE,
        "sums": {
            "buildings": len(rows),
            "stairwells": sum(row.stairwells for row in rows),
            "dwellings": sum(row.dwellings for row in rows),
            "gaps": len(gaps),
            "vacant": None if vacant is None else len(vacant),
        },
        "only": request.GET.get("only", ""),
    }
    return show(request, "console/things/buildings.html", context)


def _found(request: StaffRequest) -> tuple[Territory, list[BuildingRow], frozenset[str] | None]:
    """Return the area, its buildings, and the units there whose steward nobody is, where one may see that."""
    on = asked_day(request)
    here = thing_faces.territory(request, on)
    rows = ground.buildings_of(here.grids, on=on)
    area = ground.atlas_on(on).areas.area_of.get(here.code)
    if area is None:
        return here, rows, None
    try:
        unit = units.unit_for(request.actor, area.unit_code)
        empty = staffing.staffing(request.actor, unit, on=on).vacant
    except (NotAllowed, NotFound):
        return here, rows, None
    return here, rows, frozenset(row.unit_code for row in empty if row.post in STEWARDS)


def _faces(rows: list[BuildingRow], vacant: frozenset[str] | None, on: Any) -> list[dict[str, Any]]:
    areas = ground.atlas_on(on).areas.area_of
    groups = units.names_of({row.group_code for row in rows if row.group_code})
    return [
        {
            "row": row,
            "grid": areas[row.grid_code].name if row.grid_code in areas else row.grid_code,
            "group": groups.get(row.group_code, row.group_code),
            "vacant": None
            if vacant is None
            else sum(code == row.code or code.startswith(f"{row.code}-") for code in vacant),
        }
        for row in rows
    ]


@require_safe
@staff
def buildings_sheet(request: StaffRequest) -> FileResponse:
    """Give the buildings of the area as a workbook."""
    on = asked_day(request)
    here, rows, vacant = _found(request)
    titles = (
        ("grid", _("网格"), 24), ("code", _("编码"), 16), ("compound", _("小区"), 20),
        ("name", _("楼栋"), 12),
        ("stairwells", _("单元"), 8), ("dwellings", _("户"), 8), ("group", _("楼院小组"), 26),
        ("vacant", _("缺楼长、单元长"), 16),
    )  # fmt: skip
    columns = [sheets.Column(key, title, width=width) for key, title, width in titles]
    lines = (
        (
            face["grid"], face["row"].code, face["row"].compound_name, face["row"].name,
            face["row"].stairwells, face["row"].dwellings, face["group"] or _("没有编组"), face["vacant"],
        )
        for face in _faces(rows, vacant, on)
    )  # fmt: skip
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it when it was sent
    sheets.write_xlsx_to(file, columns, lines, sheet=_("楼栋"))
    file.seek(0)
    name = f"buildings-{here.code}-{on:%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_safe
@staff
def building(request: StaffRequest, code: str) -> HttpResponse:
    """Show one building: its stairwells, dwellings and cases; never who lives there (S-008, S-009)."""
    on = day_of(request.now)
    one = lookup.building_page(code, on=on)
    areas = ground.atlas_on(on).areas
    try:
        unit = units.unit_for(request.actor, code)
        empty = {row.unit_code for row in staffing.staffing(request.actor, unit, on=on).vacant}
    except (NotAllowed, NotFound):
        empty = None
    cases = at_places.cases_of_building(request.actor, code, grid_codes=one.all_grids)
    context = {
        "section": SECTION,
        "tab": "buildings",
        "one": one,
        "chain": [step.name for step in reversed(areas.chain(one.grid_code)) if step.kind != "county"],
        "group": units.names_of([one.group_code]).get(one.group_code, one.group_code),
        "stairs": [
            {"stair": stair, "vacant": None if empty is None else stair.unit_code in empty}
            for stair in one.stairwells
        ],
        "cases": [
            case_faces.row_face(row, now=request.now)
            for row in rows_of(request.actor, cases, now=request.now)
        ],
    }
    return show(request, "console/things/building.html", context)


@require_safe
@staff
def codes(request: StaffRequest) -> HttpResponse:
    """Show codes to cut out and put up: each opens the residents' report page with its place told."""
    on, page = day_of(request.now), page_of(request)
    here = thing_faces.territory(request, on)
    what = request.GET.get("what", "")
    what = what if what in SORTS else SORTS[0]
    wanted = request.GET.get("code", "")[:32]
    if wanted:
        spot = things_of.spot_of(wanted, on=on)
        if spot is None:
            raise NotFound("没有编码为 %(code)s 的楼栋、单元或部件", code=wanted)
        spots, what = [spot], ""
    else:
        spots = lookup.spots(here.grids, what=what, on=on, first=(page - 1) * CODES, most=CODES + 1)
    context = {
        "section": SECTION,
        "tab": "things" if what == "things" else "buildings",
        "here": here,
        "what": what,
        "sorts": [
            ("stairwells", _("每个单元门一张")),
            ("buildings", _("每栋楼一张")),
            ("things", _("每个部件设施一张")),
        ],
        "cards": [{"spot": spot, "picture": _picture(request, spot.code)} for spot in spots[:CODES]],
        "page": page,
        "has_more": len(spots) > CODES,
        "code": wanted,
    }
    return show(request, "console/things/codes.html", context)


def _picture(request: StaffRequest, code: str) -> SafeString:
    link = request.build_absolute_uri(f"{reverse('resident:say')}?at={code}")
    drawn = segno.make(link, error="m").svg_inline(scale=4, border=1, dark="#1E2322", light="#FFFFFF")
    return mark_safe(drawn)  # noqa: S308 drawn here from an address of ours
