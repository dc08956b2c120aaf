"""Cases by area, as it was or by the boundaries of any day: by location where known, by share where not."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from mulin.boundaries.models import Succession
from mulin.boundaries.rules.shares import followed, shared_out
from mulin.cases import policy
from mulin.cases.models import Case
from mulin.cases.queries.handovers import place_then
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.people.models import Unit
from mulin.people.queries.units import Way, ancestors_in_time
from mulin.places.models import Area
from mulin.places.queries import ground as places
from mulin.places.rules.points import AreaIndex
from mulin.places.rules.regrid import grids_at

SEE: Final = "see_rates"
DAYS_MOST: Final = 366
PAGE: Final = 50


class Measure(StrEnum):
    """What is counted, by the day it happened."""

    REPORTED = "reported"
    CLOSED = "closed"


_MOMENT: Final = {Measure.REPORTED: "reported_at", Measure.CLOSED: "closed_at"}


@dataclass(frozen=True, slots=True)
class Row:
    """An area with its count, and how much of it was told in which way."""

    code: str  # of its unit; empty: no area of this kind
    name: str
    count: int
    same: int  # the boundary there is the one of then
    by_location: int
    by_share: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts by area that add up to the total, and how they were told."""

    kind: str
    measure: Measure
    since: date
    until: date
    by: date | None  # the boundaries of that day; none: of the day each case happened
    rows: tuple[Row, ...]
    total: int
    same: int
    by_location: int
    by_share: int


@dataclass(frozen=True, slots=True)
class CountedCase:
    """A case that a row counts, wholly or by a share of its area."""

    case_id: UUID
    number: str
    how: str  # same, location, share


def counts(
    actor: Actor,
    *,
    kind: str,
    since: date,
    until: date,
    by: date | None = None,
    measure: Measure = Measure.REPORTED,
) -> Counted:
    """Return how many cases each area of a kind has of a period ``[since, until)``.

    The parts add up to the whole whichever boundaries are asked for: the same cases, drawn otherwise.

    :raises NotAllowed: no post of the actor permits to see figures
    :raises BadInput: the period is empty or longer than a year
    """
    asked = _Asked(actor, kind, since, until, by, measure)
    groups = asked.groups()
    same: dict[str, int] = defaultdict(int)
    located: dict[str, int] = defaultdict(int)
    weights: dict[str, Fraction] = defaultdict(Fraction)
    changed = [group for group in groups if asked.has_changed(group[0], group[1])]
    for place, day, number in groups:
        if not asked.has_changed(place, day):
            same[asked.area(place, by or day)] += number
    whole = sum(number for *_, number in changed)
    found = asked.located({place for place, *_ in changed if place is not None})
    for spot in found:
        located[asked.area(spot.unit, by or spot.day)] += 1
    pinned: dict[tuple[int | None, date], int] = defaultdict(int)
    for spot in found:
        pinned[spot.place, spot.day] += 1
    for place, day, number in changed:
        for code, part in asked.shares(place, day, number - pinned[place, day]).items():
            weights[code] += part
    shared = dict(zip(weights, shared_out(whole - len(found), list(weights.values())), strict=True))
    return _counted(asked, same, located, shared)


def _counted(
    asked: "_Asked", same: Mapping[str, int], located: Mapping[str, int], shared: Mapping[str, int]
) -> Counted:
    codes = sorted({*same, *located, *shared})
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    rows = [
        Row(
            code,
            names.get(code, ""),
            same.get(code, 0) + located.get(code, 0) + shared.get(code, 0),
            same.get(code, 0),
            located.get(code, 0),
            shared.get(code, 0),
        )
        for code in codes
    ]
    return Counted(
        kind=asked.kind,
        measure=asked.measure,
        since=asked.since,
        until=asked.until,
        by=asked.by,
        rows=tuple(row for row in rows if row.count),
        total=sum(row.count for row in rows),
        same=sum(same.values()),
        by_location=sum(located.values()),
        by_share=sum(shared.values()),
    )


def cases_counted(
    actor: Actor,
    *,
    kind: str,
    code: str,
    since: date,
    until: date,
    by: date | None = None,
    measure: Measure = Measure.REPORTED,
    page: int = 1,
) -> tuple[CountedCase, ...]:
    """Return a page of the cases a row counts and one more; of an area that is shared out every case of it.

    :raises NotAllowed: no post of the actor permits to see figures
    :raises BadInput: the period is empty or longer than a year
    """
    asked = _Asked(actor, kind, since, until, by, measure)
    groups = asked.groups()
    changed = {place for place, day, _ in groups if place is not None and asked.has_changed(place, day)}
    mine = {spot.case_id: spot for spot in asked.located(changed)}
    found: list[CountedCase] = []
    for case_id, number, place, day in asked.every():
        if (spot := mine.get(case_id)) is not None:
            if asked.area(spot.unit, by or day) == code:
                found.append(CountedCase(case_id, number, "location"))
        elif asked.has_changed(place, day):
            if asked.shares(place, day, 1).get(code):
                found.append(CountedCase(case_id, number, "share"))
        elif asked.area(place, by or day) == code:
            found.append(CountedCase(case_id, number, "same"))
        if len(found) > page * PAGE:
            break
    return tuple(found[(page - 1) * PAGE : page * PAGE + 1])


@dataclass(frozen=True, slots=True)
class _Spot:
    """A case that is placed anew by its point."""

    case_id: UUID
    place: int | None
    day: date
    unit: int


class _Asked:
    """One question: its cases, the tree of units in time, and what changed between the days."""

    def __init__(
        self, actor: Actor, kind: str, since: date, until: date, by: date | None, measure: Measure
    ) -> None:
        policy.require_anywhere(actor, SEE)
        if not 0 < (until - since).days <= DAYS_MOST:
            raise BadInput("统计期间应为 1 到 %(most)s 天", where="until", most=DAYS_MOST)
        self.actor, self.kind, self.since, self.until = actor, kind, since, until
        self.by, self.measure = by, measure
        moment = _MOMENT[measure]
        self._cases = _then(moment).filter(
            policy.seen_by(actor), **{f"{moment}__gte": _start(since), f"{moment}__lt": _start(until)}
        )
        self._ways = ancestors_in_time(kind)
        units = list(Unit.objects.values_list("pk", "code"))
        self._codes, self._ids = dict(units), {code: pk for pk, code in units}
        self._outlines = _outlines_of_units() if by else {}
        self._steps = _steps() if by else []
        self._days = [day for day, *_ in self._steps]
        self._changed: dict[tuple[int | None, date], bool] = {}

    def groups(self) -> list[tuple[int | None, date, int]]:
        """Return how many cases happened in each unit on each day."""
        counted = self._cases.values("then", "day").annotate(number=Count("pk")).order_by("then", "day")
        return list(counted.values_list("then", "day", "number"))

    def every(self) -> list[tuple[UUID, str, int | None, date]]:
        """Return every case, newest first."""
        return list(self._cases.order_by("-pk").values_list("pk", "number", "then", "day"))

    def has_changed(self, place: int | None, day: date) -> bool:
        """Return whether the boundary of a unit is another on the day asked for than it was."""
        if self.by is None or place is None:
            return False
        key = (place, day)
        if key not in self._changed:
            code = self._codes[place]
            day = self._last_day(code, day)
            then, asked = self._outline(code, day), self._outline(code, self.by)
            self._changed[key] = then != asked or (then is None and bool(self._steps_between(day)))
        return self._changed[key]

    def located(self, places_changed: set[int]) -> list[_Spot]:
        """Return the cases of units that changed whose point tells where they lie on the day asked for."""
        if not places_changed or self.by is None:
            return []
        pinned = self._cases.filter(lon__isnull=False, lat__isnull=False, then__in=sorted(places_changed))
        rows = list(pinned.order_by("pk").values_list("pk", "then", "day", "lon", "lat"))
        rows = [row for row in rows if self.has_changed(row[1], row[2])]
        areas = places.areas_on(self.by)
        unit_of = {area.code: area.unit_code for area in areas}
        grids = grids_at(AreaIndex(areas), [row[3] for row in rows], [row[4] for row in rows])
        return [
            _Spot(row[0], row[1], row[2], self._ids[unit_of[grid]])
            for row, grid in zip(rows, grids, strict=True)
            if grid and unit_of[grid] in self._ids
        ]

    def shares(self, place: int | None, day: date, number: int) -> dict[str, Fraction]:
        """Return how ``number`` cases of a unit are shared out over the areas of the day asked for."""
        if not number or place is None:
            return {}
        code = self._codes[place]
        steps = self._steps_between(self._last_day(code, day))
        spread = followed({code: Fraction(number)}, steps)
        found: dict[str, Fraction] = defaultdict(Fraction)
        for unit, weight in spread.items():
            found[self.area(self._ids.get(unit), self.by or day)] += weight
        return found

    def area(self, place: int | None, day: date) -> str:
        """Return the code of the unit of the kind asked for around a unit on a day; empty without one."""
        ways: Sequence[Way] = self._ways.get(place, ()) if place is not None else ()
        way = next((way for way in ways if way.from_on <= day), None)
        return self._codes.get(way.ancestor_id, "") if way else ""

    def _steps_between(self, day: date) -> list[Mapping[str, Mapping[str, int]]]:
        """Return the successions from a day to the one asked for: forwards, or back into the past."""
        assert self.by is not None  # noqa: S101 - only asked then
        first, last = bisect_right(self._days, day), bisect_right(self._days, self.by)
        if first <= last:
            return [forward for _, forward, _ in self._steps[first:last]]
        return [backward for _, _, backward in reversed(self._steps[last:first])]

    def _last_day(self, code: str, day: date) -> date:
        """Return the day, or the last of a unit that had ended by then: filed before somebody adjusted."""
        editions = self._outlines.get(code, ())
        if not editions or editions[-1][1] > day:
            return day
        return editions[-1][1] - timedelta(days=1)

    def _outline(self, code: str, day: date) -> int | None:
        editions = self._outlines.get(code, ())
        return next((drawn for since, until, drawn in editions if since <= day < until), None)


def _then(moment: str) -> QuerySet[Any]:
    """Return the cases with the day something happened to them and the unit they lay in at that moment."""
    return Case.objects.annotate(
        day=TruncDate(moment, tzinfo=timezone.get_default_timezone()), then=place_then(moment)
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def _outlines_of_units() -> dict[str, list[tuple[date, date, int]]]:
    """Return when each unit's area was drawn how: from, until, a fingerprint of the outline."""
    found: dict[str, list[tuple[date, date, int]]] = defaultdict(list)
    rows = Area.objects.order_by("from_on").values_list("unit_code", "from_on", "until_on", "outline")
    for unit, since, until, outline in rows:
        found[unit].append((since, until or date.max, hash(bytes(outline))))
    return found


Shares = dict[str, dict[str, int]]


def _steps() -> list[tuple[date, Shares, Shares]]:
    """Return the days of adjustments with what became of each unit, and of what each was made."""
    found: list[tuple[date, Shares, Shares]] = []
    last = 0
    for row in Succession.objects.select_related("adjustment").order_by("adjustment__on", "adjustment", "pk"):
        if row.adjustment_id != last:
            found.append((row.adjustment.on, {}, {}))
            last = row.adjustment_id
        _, forward, backward = found[-1]
        _add(forward, row.from_unit, row.to_unit, row.share)
        _add(backward, row.to_unit, row.from_unit, row.back)
    return found


def _add(shares: Shares, unit: str, heir: str, share: int) -> None:
    mine = shares.setdefault(unit, {})
    mine[heir] = mine.get(heir, 0) + share
