"""How components, facilities and buildings are shown: words of their states, areas to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from mulin.console.door import StaffRequest
from mulin.console.log_faces import worded
from mulin.console.words import Text
from mulin.people.queries import units
from mulin.places.queries import ground
from mulin.places.queries.things import GridThings, ThingLine
from mulin.places.rules.points import GRID
from mulin.places.rules.things import ThingState

STATES: Final[Mapping[str, Text]] = {
    ThingState.NORMAL: _("正常"),
    ThingState.DAMAGED: _("破损"),
    ThingState.MISSING: _("丢失"),
    ThingState.REMOVED: _("移除"),
}
TONES: Final[Mapping[str, str]] = {
    ThingState.NORMAL: "ok",
    ThingState.DAMAGED: "warn",
    ThingState.MISSING: "bad",
    ThingState.REMOVED: "plain",
}
CHOICE_KINDS: Final = ("street", "community")


@dataclass(frozen=True, slots=True)
class Territory:
    """The area a page is about, the grids in it, and the areas one may choose instead."""

    code: str
    name: str
    grids: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ThingFace:
    """A line of the list."""

    line: ThingLine
    kind: str
    state: Text
    tone: str
    grid: str
    owner: str


def territory(request: StaffRequest, on: date) -> Territory:
    """Return the area asked for; without one the actor's own, where it is an area, else the first street."""
    areas = ground.atlas_on(on).areas
    wanted = request.GET.get("area", "")[:32]
    own = [unit.code for unit in units.roots_for(request.actor)] if not wanted else []
    known = [code for code in (wanted, *own) if code in areas.area_of]
    chosen = [
        (area.code, area.name)
        for kind in CHOICE_KINDS
        for area in sorted(areas.area_of.values(), key=lambda one: one.code)
        if area.kind == kind
    ]
    code = known[0] if known else (chosen[0][0] if chosen else "")
    area = areas.area_of.get(code)
    if area is not None and code not in {one for one, _name in chosen}:
        chosen.insert(0, (area.code, area.name))
    grids = tuple(
        sorted(
            one.code
            for one in areas.area_of.values()
            if one.kind == GRID and any(step.code == code for step in areas.chain(one.code))
        )
    )
    return Territory(code, area.name if area else "", grids, tuple(chosen))


def line_faces(rows: Sequence[ThingLine], on: date) -> list[ThingFace]:
    """Return the lines as the page shows them; owners by name, asked for once."""
    areas = ground.atlas_on(on).areas.area_of
    names = units.names_of({row.owner_code for row in rows})
    return [
        ThingFace(
            line=row,
            kind=worded(row.kind_name, row.kind_name_en),
            state=STATES.get(row.state, row.state),
            tone=TONES.get(row.state, ""),
            grid=areas[row.grid_code].name if row.grid_code in areas else "",
            owner=names.get(row.owner_code, row.owner_code),
        )
        for row in rows
    ]


def summed(rows: Sequence[GridThings]) -> dict[str, int]:
    """Return what the grids have together."""
    return {
        "things": sum(row.things for row in rows),
        "damaged": sum(row.states[ThingState.DAMAGED] for row in rows),
        "missing": sum(row.states[ThingState.MISSING] for row in rows),
        "unowned": sum(row.unowned for row in rows),
        "surveyed": sum(row.is_surveyed for row in rows),
        "grids": len(rows),
    }
