"""One area beside the map: chain, ground, posts (never who holds them), how it was drawn before."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from mulin.console.city_faces import KINDS
from mulin.console.door import StaffRequest
from mulin.kernel.errors import Refusal
from mulin.people.queries import bodies, units
from mulin.places.queries import editions
from mulin.places.queries import ground as places


def area_face(request: StaffRequest, code: str, on: date) -> dict[str, Any]:
    """Return the facts of an area on a day; nothing where there is none of that code."""
    atlas = places.atlas_on(on)
    area = atlas.areas.area_of.get(code)
    if area is None:
        return {}
    inside = {each for each in atlas.areas.area_of if any(s.code == code for s in atlas.areas.chain(each))}
    bounds = atlas.areas.shape_of[code].bounds
    return {
        "area": area,
        "area_kind": KINDS.get(area.kind, ""),
        "area_bounds": ",".join(f"{side:.6f}" for side in bounds),
        "chain": [step for step in reversed(atlas.areas.chain(code)) if step.code != code],
        "buildings": sum(building.grid_code in inside for building in atlas.ground.buildings),
        "compounds": [each for each in atlas.ground.compounds if inside & set(each.grid_codes)],
        "homes": editions.homes(on).get(code, 0),
        "posts": _posts(request, area.unit_code, on),
        "drawn": places.area_history(code),
    }


def _posts(request: StaffRequest, unit_code: str, on: date) -> Mapping[str, int] | None:
    """Return how often each post is filled there; nothing for who may not see it."""
    try:
        unit = units.unit_for(request.actor, unit_code)
        return dict(Counter(member.post_name for member in bodies.members_of(request.actor, unit, on=on)))
    except Refusal:
        return None
