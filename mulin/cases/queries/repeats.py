"""Repeat complaints: one matter again and again at one place (S-071); never a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from mulin.cases.models import Case, Settings
from mulin.cases.queries import doors
from mulin.cases.queries.doors import cases_for
from mulin.cases.rules.lifecycle import State
from mulin.kernel.actor import Actor
from mulin.people.models import Unit

_METRES_A_DEGREE: Final = 111_320
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """One matter at one place: a compound, or a square as wide as the city has set."""

    item_code: str
    item_name: str
    compound_code: str
    place: str
    cases: int
    newest: tuple[UUID, ...]
    last_at: datetime


def repeats_of(case: Case, *, now: datetime, within: Actor | None = None) -> tuple[Case, ...]:
    """Return the other cases of the same matter at the same place within the days set, newest first.

    Nothing while they are fewer than the city has set: one neighbour who reports twice is no hot spot.
    """
    settings = doors.settings()
    if case.item_id is None or not (case.compound_code or case.lat is not None):
        return ()
    near = Q(compound_code=case.compound_code) if case.compound_code else _beside(case, settings)
    since = case.reported_at - timedelta(days=settings.repeat_days)
    all_of_them = cases_for(within) if within is not None else Case.objects.all()
    found = all_of_them.filter(near, item_id=case.item_id, reported_at__gte=since, reported_at__lte=now)
    others = list(found.exclude(pk=case.pk).exclude(state=State.MERGED.value).order_by("-reported_at")[:MOST])
    return tuple(others) if len(others) + 1 >= settings.repeat_count else ()


def _beside(case: Case, settings: Settings) -> Q:
    lon, lat = case.lon or 0.0, case.lat or 0.0
    high = settings.repeat_metres / _METRES_A_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    return Q(lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide))


_SPOTS: Final = """
select item.code, item.name, c.compound_code, min(c.place_unit_id), count(*), max(c.reported_at),
       (array_agg(c.id order by c.reported_at desc))[:20]
from ({seen}) c join catalogue_item item on item.id = c.item_id
group by item.code, item.name, c.compound_code,
         case when c.compound_code = '' then floor(c.lat / %(high)s) end,
         case when c.compound_code = '' then floor(c.lon / %(high)s) end
having count(*) >= %(least)s
order by count(*) desc, max(c.reported_at) desc limit %(most)s
"""


def spots(actor: Actor, *, now: datetime) -> tuple[Spot, ...]:
    """Return the matters that came back at one place as often as the city has set, most frequent first."""
    settings = doors.settings()
    since = now - timedelta(days=settings.repeat_days)
    seen = (
        cases_for(actor)
        .select_related(None)
        .filter(reported_at__gte=since, item__isnull=False)
        .exclude(state=State.MERGED.value)
        .exclude(compound_code="", lat__isnull=True)
        .values("id", "item_id", "compound_code", "place_unit_id", "lat", "lon", "reported_at")
    )
    sql, values = seen.query.sql_with_params()
    named = {f"p{number}": value for number, value in enumerate(values)}
    inner = sql % tuple(f"%(p{number})s" for number in range(len(values)))
    high = settings.repeat_metres / _METRES_A_DEGREE
    asked = {
        **named,
        "high": high,
        "least": settings.repeat_count,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPOTS.replace("{seen}", inner), asked)
        rows = cursor.fetchall()
    places = dict(Unit.objects.filter(pk__in={row[3] for row in rows}).values_list("pk", "name"))
    return tuple(
        Spot(code, name, compound, places.get(place, ""), count, tuple(newest), last)
        for code, name, compound, place, count, last, newest in rows
    )
