"""Vector tiles of the console's map: the ground of a day, and the cases on it that the reader may see."""

from datetime import date
from math import floor
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from mulin.cases.queries import clusters
from mulin.cases.queries.clusters import Found, Look, Which
from mulin.console.door import StaffRequest, staff
from mulin.kernel.errors import BadInput
from mulin.people.queries.days import day_of
from mulin.places.queries import tiles
from mulin.places.queries.tiles import Tile
from mulin.places.rules.tiles import EXTENT, encoded


def day(request: HttpRequest, name: str) -> date | None:
    """Return a day of the query string, or nothing where none is given.

    :raises BadInput: it is no day
    """
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("日期请写成 2026-05-11 的样子", where=name) from None


def look_of(request: StaffRequest) -> Look:
    """Return which cases of which days the map is to show.

    :raises BadInput: a day or the word for open or all is wrong
    """
    which = request.GET.get("state", Which.OPEN)
    if which not in list(Which):
        raise BadInput("只能看 open 或 all", where="state")
    on = day(request, "on") or day_of(request.now)
    return Look(on, Which(which), day(request, "from"), day(request, "until"))


@require_safe
@staff
def areas(request: StaffRequest, z: int, x: int, y: int) -> HttpResponse:
    """A tile of the ground as it stood on a day."""
    on = day(request, "on") or day_of(request.now)
    return _sent(request, tiles.area_tile(z, x, y, on=on), seconds=300)


@require_safe
@staff
def cases(request: StaffRequest, z: int, x: int, y: int) -> HttpResponse:
    """A tile of the cases that the reader may see, those that lie close together as one."""
    tiles.spot_of(z, x, y)
    found = clusters.found_in(request.actor, z, x, y, look=look_of(request), now=request.now)
    layers = [{"name": "cases", "features": [_feature(each) for each in found]}] if found else []
    return _sent(request, tiles.packed(encoded(layers)), seconds=30)


@require_safe
@staff
def listed(request: StaffRequest, z: int, x: int, y: int) -> HttpResponse:
    """The cases behind a tile or a cluster (a tile three zooms deeper), newest first, a page at a time."""
    tiles.spot_of(z, x, y)
    look, after = look_of(request), request.GET.get("after", "")
    page = clusters.cases_in(request.actor, z, x, y, look=look, now=request.now, after=after)
    rows = [
        {
            "id": str(row.id),
            "number": row.number,
            "title": row.title,
            "state": row.state,
            "place": list(row.place),
            "reported_at": row.reported_at.isoformat(),
            "url": reverse("console:case", args=[row.id]),
        }
        for row in page.rows
    ]
    return JsonResponse({"rows": rows, "next": page.next}, headers={"Cache-Control": "no-store"})


def _feature(found: Found) -> dict[str, Any]:
    at = found.cluster
    told: dict[str, Any] = {"count": at.count}
    if found.id is not None:
        told |= {"id": str(found.id), "number": found.number, "state": found.state, "tone": found.tone}
    return {"geometry": f"POINT({floor(at.x * EXTENT)} {floor(at.y * EXTENT)})", "properties": told}


def _sent(request: StaffRequest, tile: Tile, *, seconds: int) -> HttpResponse:
    kept = {"Cache-Control": f"private, max-age={seconds}"}
    if not tile.packed:
        return HttpResponse(status=204, headers=kept)
    headers = {**kept, "ETag": tile.etag}
    if request.headers.get("If-None-Match") == tile.etag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(
        tile.packed, content_type=tiles.CONTENT_TYPE, headers={**headers, "Content-Encoding": "gzip"}
    )
