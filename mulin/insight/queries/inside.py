"""What was inside an outline between two moments (S-040): cases in the actor's sight, buildings, compounds.

The database compares positions itself: first by map cells and the box around the outline, then the
outline, to a tenth of a metre.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
import shapely
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from psycopg.errors import QueryCanceled
from shapely.geometry.base import BaseGeometry

from mulin.cases.queries.completion import said_out
from mulin.insight import policy
from mulin.insight.queries import matters
from mulin.insight.queries.matters import PAGE, What
from mulin.insight.rules.asked import Span, as_polygons, cells_over
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.people.queries.days import day_of
from mulin.places.queries import ground as places

SECONDS_MOST: Final = 5
NAMED_MOST: Final = 200  # buildings and compounds are named up to so many; their number is always whole


@dataclass(frozen=True, slots=True)
class Named:
    """A building or compound by code and name."""

    code: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Inside:
    """What was inside: numbers of cases, a page of them, and what stood there on the last day."""

    counts: Mapping[What, int]
    what: What
    cases: tuple[UUID, ...]
    more: bool
    buildings: int
    compounds: int
    stairwells: int
    named: tuple[Named, ...]
    hectares: float


def inside(
    actor: Actor, outline: BaseGeometry, span: Span, *, what: What = What.REPORTED, after: UUID | None = None
) -> Inside:
    """Return what was inside ``outline`` between two moments; a page of fifty cases, from ``after`` on.

    :raises BadInput: counting takes too long: the outline or the span is too large
    """
    policy.require_reader(actor)
    counts, found = _cases(actor, outline, span, what, after)
    atlas = places.atlas_on(day_of(span.until - timedelta(microseconds=1)))
    buildings, compounds = atlas.ground.buildings, atlas.ground.compounds
    shapely.prepare(outline)
    there = [b for b, is_in in zip(buildings, _within(outline, buildings), strict=True) if is_in]
    lived = [c for c, is_in in zip(compounds, _within(outline, compounds), strict=True) if is_in]
    flat = atlas.areas.plane.flatten([outline])[0]
    return Inside(
        counts=counts,
        what=what,
        cases=tuple(found[:PAGE]),
        more=len(found) > PAGE,
        buildings=len(there),
        compounds=len(lived),
        stairwells=sum(len(b.stairwells) for b in there),
        named=tuple(
            [Named(c.code, c.name, c.lon, c.lat) for c in lived]
            + [Named(b.code, b.name, b.lon, b.lat) for b in there]
        )[:NAMED_MOST],
        hectares=round(float(flat.area) / 10_000, 2),
    )


def _within(outline: BaseGeometry, things: Any) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    at = np.array([(one.lon, one.lat) for one in things], dtype=float).reshape(-1, 2)
    return shapely.intersects_xy(outline, at[:, 0], at[:, 1])


def _cases(
    actor: Actor, outline: BaseGeometry, span: Span, what: What, after: UUID | None
) -> tuple[Mapping[What, int], list[UUID]]:
    """Return the three numbers and a page of ids and one more, each in one statement."""
    west, south, east, north = outline.bounds
    within, named = _exactly(outline)
    ranges = cells_over(outline.bounds)
    near = " or ".join(["cases_case.cell >= %s and cases_case.cell < %s"] * len(ranges))  # see clusters.py
    boxed = matters.seen(actor).filter(
        RawSQL(near, [bound for pair in ranges for bound in pair], BooleanField()),  # noqa: S611 - our own words
        lat__range=(south, north),
        lon__range=(west, east),
    )
    any_time = boxed.filter(
        matters.filter_of(What.REPORTED, span)
        | matters.filter_of(What.CLOSED, span)
        | matters.filter_of(What.OPEN, span)
    )
    asked, values = said_out(any_time.values_list("lon", "lat", "reported_at", "closed_at", "state"))
    numbers = (
        f"with boxed (lon, lat, reported_at, closed_at, state) as ({asked}) "  # noqa: S608 - our own words
        "select count(*) filter (where reported_at >= %(since)s and reported_at < %(until)s), "
        "count(*) filter (where state = 'closed' and closed_at >= %(since)s and closed_at < %(until)s), "
        "count(*) filter (where reported_at < %(until)s and (closed_at is null or closed_at >= %(until)s)) "
        f"from boxed where {within}"
    )
    wanted = boxed.filter(matters.filter_of(what, span))
    wanted = wanted.filter(pk__lt=after) if after else wanted
    page, paged = said_out(wanted.values_list("pk", "lon", "lat"))
    listed = (
        f"with boxed (id, lon, lat) as ({page}) "  # noqa: S608 - our own words
        f"select id from boxed where {within} order by id desc limit {PAGE + 1}"
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"set local statement_timeout = '{SECONDS_MOST}s'")
            cursor.execute(numbers, {**values, **named, "since": span.since, "until": span.until})
            counted = dict(zip(What, cursor.fetchone() or (), strict=True))
            cursor.execute(listed, {**paged, **named})
            return counted, [row[0] for row in cursor.fetchall()]
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise BadInput("范围太大或时间太长，请缩小后再问", where="polygon") from None
        raise


def _exactly(outline: BaseGeometry) -> tuple[str, dict[str, str]]:
    """Return the condition that a row's position lies in the outline, with the values it names."""
    parts, named = [], {}
    for number, (border, holes) in enumerate(as_polygons(outline)):
        named[f"in{number}"] = border
        condition = f"point(lon, lat) <@ %(in{number})s::polygon"
        for hole, border_of_hole in enumerate(holes):
            named[f"out{number}_{hole}"] = border_of_hole
            condition += f" and not point(lon, lat) <@ %(out{number}_{hole})s::polygon"
        parts.append(f"({condition})")
    return "(" + " or ".join(parts) + ")", named
