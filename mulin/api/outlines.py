"""Outlines for other systems: files of areas in any coordinate system, the topology report, conversions."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.places.queries.outline_export import Form, export_outlines
from mulin.places.queries.topology import topology
from mulin.places.rules import coordinates
from mulin.places.rules.survey import TOLERANCE_METRES, Fault, Problem

POSITIONS_MAX: Final = 1_000
PROBLEMS_MAX: Final = 1_000
router = Router(tags=["places"])
Code = Annotated[str, Query(max_length=32), AfterValidator(said.storable)]
SystemName = Annotated[str, Field(max_length=40), AfterValidator(said.storable)]


class FaultShown(shown.Shown):
    """One fault of the ground: what, whose, where in degrees, how large; `other` is the second area."""

    code: str
    fault: Fault
    what: str
    lon: float | None = None
    lat: float | None = None
    hectares: float | None = None
    width_m: float | None = None
    other: str = ""


class TopologyShown(shown.Shown):
    """The faults of a day, by code, with the tolerance they were looked for with; at most a thousand."""

    on: date
    tolerance_m: float
    faults: list[FaultShown]
    has_more: bool


class PositionsSaid(said.Said):
    """Positions of one coordinate system to be had in another."""

    source: Annotated[SystemName, Field(alias="from", description="see docs/reference/coordinate-systems.md")]
    target: Annotated[SystemName, Field(alias="to")] = "wgs84"
    positions: Annotated[
        list[Annotated[list[float], Field(min_length=2, max_length=2)]],
        Field(min_length=1, max_length=POSITIONS_MAX, description="longitude or easting first"),
    ]


class PositionsShown(shown.Shown):
    """The same positions in the other system, and how far off each may be."""

    system: str
    epsg: int
    error_m: float
    positions: list[list[float]]


def _file(form: Form) -> dict[str, Any]:
    is_json = form is Form.GEOJSON
    schema = {"type": "object"} if is_json else {"type": "string", "format": "binary"}
    described = {"description": "The file.", "content": {form.media_type: {"schema": schema}}}
    return {"responses": {200: described}}


@router.get("/areas.geojson", operation_id="export_areas_geojson", openapi_extra=_file(Form.GEOJSON))
def areas_geojson(
    request: StaffRequest, kind: Code = "", on: date | None = None, system: Code = "wgs84"
) -> StreamingHttpResponse:
    """Fetch the areas of a kind as they stood on a day, as GeoJSON; `crs` names any system but WGS-84."""
    return _answer(Form.GEOJSON, kind, on, system)


@router.get("/areas.zip", operation_id="export_areas_shapefile", openapi_extra=_file(Form.SHAPEFILE))
def areas_shapefile(
    request: StaffRequest, kind: Code = "", on: date | None = None, system: Code = "wgs84"
) -> StreamingHttpResponse:
    """Fetch the areas of a kind as they stood on a day, as a zipped Shapefile in UTF-8 with its `.prj`."""
    return _answer(Form.SHAPEFILE, kind, on, system)


@router.get("/areas.xlsx", operation_id="export_areas_xlsx", openapi_extra=_file(Form.XLSX))
def areas_xlsx(
    request: StaffRequest, kind: Code = "", on: date | None = None, system: Code = "wgs84"
) -> StreamingHttpResponse:
    """Fetch the areas of a kind as they stood on a day, as a sheet with outlines as WKT."""
    return _answer(Form.XLSX, kind, on, system)


def _answer(form: Form, kind: str, on: date | None, system: str) -> StreamingHttpResponse:
    day, chosen = on or timezone.localdate(), coordinates.system_named(system)
    pieces = export_outlines(kind=kind, on=day, form=form, system=chosen)
    answer = StreamingHttpResponse(pieces, content_type=form.media_type)
    name = f"areas-{day.isoformat()}-{chosen.code}.{form.ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@router.get("/topology", response=TopologyShown, operation_id="read_topology")
def read_topology(
    request: StaffRequest,
    on: date | None = None,
    within: Code = "",
    tolerance: Annotated[float, Query(ge=0.01, le=100, allow_inf_nan=False)] = TOLERANCE_METRES,
) -> HttpResponse:
    """See every fault of the ground: overlaps, gaps, strays, borders that are not one line."""
    day = on or timezone.localdate()
    found = topology(day, within=within, tolerance=tolerance)
    return answers.answer(
        {
            "on": day,
            "tolerance_m": tolerance,
            "faults": [_fault(problem) for problem in found[:PROBLEMS_MAX]],
            "has_more": len(found) > PROBLEMS_MAX,
        }
    )


def _fault(problem: Problem) -> dict[str, object]:
    spot = asdict(problem.spot) if problem.spot else {"fault": Fault.OTHER}
    return {"code": problem.code, "what": _(problem.what) % problem.facts, **spot}


@router.post("/convert", response=PositionsShown, operation_id="convert_positions")
def convert_positions(request: StaffRequest, body: PositionsSaid) -> HttpResponse:
    """Convert positions from one coordinate system to another; nothing is written."""
    source, target = coordinates.system_named(body.source), coordinates.system_named(body.target)
    degrees = coordinates.pairs_to_wgs84(body.positions, source)
    return answers.answer(
        {
            "system": target.code,
            "epsg": target.epsg,
            "error_m": coordinates.conversion_error(source, target),
            "positions": coordinates.pairs_from_wgs84(degrees, target).tolist(),
        }
    )
