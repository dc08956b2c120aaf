"""Scenes (一图两库三场景, S-216): dashboards a city composes of map, components and dwellings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mulin.insight.queries import gaps
from mulin.insight.queries.grounds import area_seen
from mulin.insight.queries.states import AreaState, state_of
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound
from mulin.places.queries import things as things_of
from mulin.worklog.models import Label
from mulin.worklog.queries.labels import labels
from mulin.worklog.rules.labels import Family

# Which of the two databases, or the cases, a number comes from.
SOURCES: Mapping[str, frozenset[str]] = {
    "things": frozenset({"things", "damaged", "unowned", "unsurveyed"}),
    "dwellings": frozenset(
        {"compounds", "buildings", "stairwells", "dwellings", "firms", "groups", "without_group", "grids"}
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of an area on a day: its numbers in the city's order; nothing for who may not see one."""

    label: Label
    state: AreaState
    numbers: tuple[tuple[str, int | None], ...]


def scenes() -> list[Label]:
    """Return the scenes of the city in their order."""
    return labels(Family.SCENE)


def scene(actor: Actor, code: str, *, area: str, on: date) -> Scene:
    """Return a scene of an area on a day.

    :raises NotFound: there is no such scene or no such area, or not for this actor
    """
    label = next((one for one in scenes() if one.code == code), None)
    if label is None:
        raise NotFound("没有这个场景")
    state = state_of(actor, area, on=on)
    held, _unit = area_seen(actor, area, on=on)
    known = things_of.completeness(sorted(held.grids), on=on)
    told = {
        **{name: getattr(state, name) for name in SOURCES["dwellings"]},
        **{what.value: number for what, number in state.cases.items()},
        "things": sum(row.things for row in known),
        "damaged": sum(row.states.get("damaged", 0) + row.states.get("missing", 0) for row in known),
        "unowned": sum(row.unowned for row in known),
        "unsurveyed": sum(not row.is_surveyed for row in known),
        "posts": None if state.posts is None else sum(post.held for post in state.posts),
        "vacant": None if state.posts is None else sum(post.units - post.held for post in state.posts),
    }
    if "border" in label.maps_to:
        told["border"] = gaps.border_count(actor, area, on=on)
    return Scene(label, state, tuple((show, told.get(show)) for show in label.maps_to))
