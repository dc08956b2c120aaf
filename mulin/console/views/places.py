"""Small maps and the live answer to "which grid is this?"."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from mulin.console import map_faces
from mulin.console.door import StaffRequest, show_part, staff
from mulin.people.queries.days import day_of
from mulin.places.queries import ground as places
from mulin.places.rules.located import Located, Outcome

CHOICES_MOST: Final = 6
TONES: Final = {
    Outcome.INSIDE: "ok",
    Outcome.BORDER: "warn",
    Outcome.AMBIGUOUS: "warn",
    Outcome.OUTSIDE: "bad",
}


def number(request: HttpRequest, name: str) -> float | None:
    """Return a number of the query string, or nothing where there is none."""
    try:
        value = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return value if -180 <= value <= 180 else None


@require_safe
@staff
def small_map(request: StaffRequest) -> HttpResponse:
    """Draw a grid with its neighbours."""
    drawn = map_faces.small_map(
        area_code=request.GET.get("area", "")[:32],
        lon=number(request, "lon"),
        lat=number(request, "lat"),
        on=day_of(request.now),
    )
    response = show_part(request, "console/place/_map.html", {"map": drawn})
    response["Cache-Control"] = "private, max-age=300"
    return response


@require_safe
@staff
def located(request: StaffRequest) -> HttpResponse:
    """Say which grid a point or an address lies in, as it is typed."""
    lon, lat, address = number(request, "lon"), number(request, "lat"), request.GET.get("address", "")[:200]
    on = day_of(request.now)
    if lon is not None and lat is not None and abs(lat) <= 90:
        answer = places.locate_point(lon=lon, lat=lat, on=on)
    elif address.strip():
        answer = places.locate_address(address, on=on)
    else:
        return show_part(request, "console/place/_located.html", {})
    drawn = map_faces.small_map(
        area_code=answer.grid_code,
        lon=lon if lon is not None else answer.lon,
        lat=lat if lat is not None else answer.lat,
        on=on,
    )
    atlas = places.atlas_on(on)
    choices = [
        {
            "name": each.name,
            "around": atlas.around(each.code) or "",
            "address": atlas.chosen(address, each.code),
        }
        for each in answer.candidates[:CHOICES_MOST]
        if answer.outcome is Outcome.AMBIGUOUS and address not in ("", atlas.chosen(address, each.code))
    ]
    context = {"map": drawn, "pickable": True, "choices": choices, **located_words(answer)}
    return show_part(request, "console/place/_located.html", context)


def located_words(answer: Located) -> dict[str, object]:
    """Return an answer of places in words."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return {
        "answer": answer,
        "tone": TONES.get(answer.outcome, ""),
        "chain": " › ".join(step.name for step in reversed(answer.chain) if step.kind != "county"),
        "words": answer.reason.words(language),
        "because": [each.words(language) for each in answer.because if each.code != "corrected"],
        "percent": None if answer.confidence is None else round(answer.confidence * 100),
    }


@require_safe
@staff
def picker(request: StaffRequest) -> HttpResponse:
    """Draw all grids, to click on."""
    drawn = map_faces.picker_map(
        within=None, lon=number(request, "lon"), lat=number(request, "lat"), on=day_of(request.now)
    )
    return show_part(request, "console/place/_picker_map.html", {"map": drawn})
