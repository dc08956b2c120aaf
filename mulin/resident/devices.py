"""Which cameras and sensors stand where, what for, whose, how long recordings stay (摄像头公示)."""

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mulin.people.queries.days import day_of
from mulin.resident.door import page, render
from mulin.sensing.queries import events as lookup
from mulin.sensing.rules.events import DeviceKind

KINDS: Final = {DeviceKind.CAMERA: gettext_lazy("摄像头"), DeviceKind.SENSOR: gettext_lazy("传感器")}


@require_http_methods(["GET"])
@page
def devices(request: HttpRequest) -> HttpResponse:
    """Show the whole register: everybody may read it."""
    rows = lookup.devices(on=day_of(timezone.now()))
    context = {"rows": [{"row": row, "kind": KINDS[DeviceKind(row.kind)]} for row in rows]}
    return render(request, "devices.html", context)


@require_http_methods(["GET"])
@page
def on_map(request: HttpRequest) -> HttpResponse:
    """Give the register as GeoJSON, for anybody's map."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": {
                "code": row.code,
                "kind": row.kind,
                "place": row.place,
                "purpose": row.purpose,
                "operator": row.operator.short_name,
                "has_sign": row.has_sign,
                "retention_days": row.retention_days,
            },
        }
        for row in lookup.devices(on=day_of(timezone.now()))
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})
