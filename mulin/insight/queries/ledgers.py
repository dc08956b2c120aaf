"""The ledger of grids (一表, S-215): one row a grid, from the records that map and pages show."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from mulin.cases.models import Case
from mulin.insight import policy
from mulin.insight.queries import gaps, matters
from mulin.insight.queries.grounds import dwellings_of, held_by
from mulin.insight.queries.matters import What
from mulin.insight.queries.states import month_of
from mulin.insight.rules.asked import Span
from mulin.kernel.actor import Actor
from mulin.people.models import Unit
from mulin.places.queries import ground as places
from mulin.places.queries import things as things_of
from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import AreaEdition, BuildingThere
from mulin.places.rules.points import GRID


@dataclass(frozen=True, slots=True)
class GridRow:
    """Everything of a grid on a day, in numbers."""

    code: str
    name: str
    unit_code: str
    community: str
    street: str
    grid_type: str
    hectares: float
    synthetic: bool
    from_on: date
    compounds: int
    firms: int
    buildings: int
    stairwells: int
    dwellings: int
    groups: int
    without_group: int
    posts: int | None  # nothing for who may not see who serves
    vacant: int | None
    things: int
    damaged: int
    surveyed_on: date | None
    cases: Mapping[What, int]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The rows of an area, by code."""

    on: date
    area: str
    rows: tuple[GridRow, ...]


def ledger(actor: Actor, *, on: date, area: str = "") -> Ledger:
    """Return the ledger of the grids of an area, or of all the actor sees; its statements do not grow.

    :raises NotFound: there was no such area then, or not for this actor
    """
    atlas = places.atlas_on(on)
    index = atlas.areas
    grids = _grids(actor, atlas, area)
    codes = [one.code for one in grids]
    flat = dict(zip(codes, index.plane.flatten([index.shape_of[code] for code in codes]), strict=True))
    buildings: dict[str, list[BuildingThere]] = defaultdict(list)
    for there in atlas.ground.buildings:
        buildings[there.grid_code].append(there)
    compounds: Counter[str] = Counter()
    firms: dict[str, set[str]] = defaultdict(set)
    for compound in atlas.ground.compounds:
        compounds.update(compound.grid_codes)
        for grid in compound.grid_codes if compound.firm_code else ():
            firms[grid].add(compound.firm_code)
    homes = dwellings_of(there.code for code in codes for there in buildings[code])
    known = {row.grid_code: row for row in things_of.completeness(codes, on=on)}
    posts, vacant = _posts(actor, on)
    cases = _cases(actor, [one.unit_code for one in grids], on)
    rows = []
    for one in grids:
        chain = {step.kind: step.name for step in index.chain(one.code)}
        there_are, thing = buildings[one.code], known[one.code]
        rows.append(
            GridRow(
                code=one.code,
                name=one.name,
                unit_code=one.unit_code,
                community=chain.get("community", ""),
                street=chain.get("street", ""),
                grid_type=one.grid_type,
                hectares=round(float(flat[one.code].area) / 10_000, 2),
                synthetic=one.synthetic,
                from_on=one.from_on,
                compounds=compounds[one.code],
                firms=len(firms[one.code]),
                buildings=len(there_are),
                stairwells=sum(len(b.stairwells) for b in there_are),
                dwellings=sum(homes.get(b.code, 0) for b in there_are),
                groups=len({b.group_code for b in there_are if b.group_code}),
                without_group=sum(not b.group_code for b in there_are),
                posts=posts[one.unit_code] if posts is not None else None,
                vacant=vacant[one.unit_code] if vacant is not None else None,
                things=thing.things,
                damaged=thing.things - thing.states.get("normal", 0) - thing.states.get("removed", 0),
                surveyed_on=thing.surveyed_on,
                cases={what: cases[what][one.unit_code] for what in What},
            )
        )
    return Ledger(on, area, tuple(rows))


def _grids(actor: Actor, atlas: Atlas, area: str) -> list[AreaEdition]:
    """Return the grids of an area that the actor sees, or all of them, by code."""
    seen = policy.codes_seen(actor)
    within: frozenset[str] | None = None
    if area:
        held = held_by(atlas, area)
        policy.unit_of(actor, held.area.unit_code)
        within = held.grids
    return [
        one
        for one in atlas.areas.area_of.values()
        if one.kind == GRID
        and (seen is None or one.unit_code in seen)
        and (within is None or one.code in within)
    ]


def _posts(actor: Actor, on: date) -> tuple[Counter[str] | None, Counter[str] | None]:
    """Return how many posts of each unit somebody holds and nobody holds."""
    rows = gaps.posts_seen(actor, on)
    if rows is None:
        return None, None
    held: Counter[str] = Counter()
    vacant: Counter[str] = Counter()
    for row in rows:
        (held if row.holders else vacant)[row.unit_code] += 1
    return held, vacant


def _cases(actor: Actor, unit_codes: list[str], on: date) -> Mapping[What, Counter[str]]:
    """Return the three numbers of each unit: of what still lies there, and of what boundaries moved since."""
    ids = dict(Unit.objects.filter(code__in=unit_codes).values_list("pk", "code"))
    span = month_of(on)
    later = matters.handed_over_after(span.until)
    stayed = matters.seen(actor).filter(place_unit__in=ids).exclude(pk__in=later.values("case"))
    taken = matters.seen(actor).filter(handovers__in=later.filter(place_was__in=ids))
    counts: dict[What, Counter[str]] = {what: Counter() for what in What}
    for cases, place in ((stayed, "place_unit"), (taken, "handovers__place_was")):
        for unit, *numbers in _grouped(cases, place, span):
            for what, number in zip(What, numbers, strict=True):
                counts[what][ids[unit]] += number
    return counts


def _grouped(cases: QuerySet[Case], place: str, span: Span) -> Iterable[tuple[int, ...]]:
    open_then = matters.filter_of(What.OPEN, span)
    found: Iterable[tuple[int, ...]] = (
        cases.order_by()
        .filter(matters.filter_of(What.REPORTED, span) | matters.filter_of(What.CLOSED, span) | open_then)
        .values(place)
        .annotate(**{what.value: Count("pk", filter=matters.filter_of(what, span)) for what in What})
        .values_list(place, *(what.value for what in What))
    )
    return found
