"""The city's map in words and numbers: what is asked of it, a line for each area, classes of colour, days."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from mulin.cases.queries import on_map
from mulin.cases.queries.on_map import Numbers, Shown
from mulin.console.door import StaffRequest
from mulin.console.words import Text
from mulin.kernel.errors import BadInput
from mulin.people.queries.days import day_of
from mulin.places.queries import editions
from mulin.places.queries import ground as places
from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import AreaEdition

ADJUST: Final = "adjust_boundaries"
LEAST: Final = 10  # a rate of fewer cases is not shown
ROWS: Final = 100  # the panel's list; the table has all
CLASSES: Final = 5
HIDDEN: Final = CLASSES + 1
KINDS: Final[Mapping[str, Text]] = {"grid": _("网格"), "community": _("社区"), "street": _("街道")}


class Show(StrEnum):
    """What the map is coloured by."""

    OPEN = "open"
    OVERDUE = "overdue"
    RECEIVED = "received"
    PER_HOMES = "per_homes"
    LATE_SHARE = "late_share"


SHOWS: Final[Mapping[Show, Text]] = {
    Show.OPEN: _("在办"),
    Show.OVERDUE: _("在办且超期"),
    Show.RECEIVED: _("近 30 天受理"),
    Show.PER_HOMES: _("每千户在办"),
    Show.LATE_SHARE: _("在办里超期的"),
}
MEANS: Final[Mapping[Show, Text]] = {
    Show.OPEN: _("已经反映、到这时还没有结束的事项"),
    Show.OVERDUE: _("在办里期限已过、到这时还没有办出结果的"),
    Show.RECEIVED: _("到这时为止三十天里反映、不是重复也没有不予受理的"),
    Show.PER_HOMES: _("在办件数 ÷ 登记的户数 × 1000；在办不足 10 件的不显示"),
    Show.LATE_SHARE: _("超期件数 ÷ 在办件数；在办不足 10 件的不显示"),
}
# Where the browser's map asks for its tiles: it fills in the numbers itself.
TILES: Final = {
    "areas": "/console/map/tiles/areas/{z}/{x}/{y}.mvt",
    "cases": "/console/map/tiles/cases/{z}/{x}/{y}.mvt",
}
RATES: Final = (Show.PER_HOMES, Show.LATE_SHARE)


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked of the map."""

    on: date
    today: date
    kind: str
    show: Show
    area: str
    text: str

    @property
    def query(self) -> str:
        """Return what keeps it in an address."""
        asked = {"kind": self.kind, "show": self.show.value}
        return urlencode(asked | ({} if self.on == self.today else {"on": self.on.isoformat()}))


def tabs(request: StaffRequest, tab: str) -> dict[str, object]:
    """Return what the tabs above every page of the map need."""
    return {"section": "city", "tab": tab, "may_redraw": request.actor.may(ADJUST)}


def asked(request: StaffRequest) -> Want:
    """Return what the address asks for.

    :raises BadInput: a day that is none, a kind or a number that does not exist
    """
    given, today = request.GET, day_of(request.now)
    kind, show = given.get("kind") or "grid", given.get("show") or Show.OPEN.value
    if kind not in KINDS:
        raise BadInput("没有这一层级", where="kind")
    if show not in set(Show):
        raise BadInput("没有这个数字", where="show")
    on = a_day(given.get("on", ""), today)
    return Want(on, today, kind, Show(show), given.get("area", "")[:32], given.get("q", "").strip()[:80])


def found(want: Want) -> Want:
    """Return what is asked for with its words taken as an address where no area bears them as a name."""
    named = places.atlas_on(want.on).areas.area_of.values()
    if any(want.text in area.name or want.text in area.code for area in named if area.kind == want.kind):
        return want
    area = places.locate_address(want.text, on=want.on).area_code
    return replace(want, area=area, text="") if area else want


def a_day(text: str, otherwise: date) -> date:
    """Return a day of an address, or ``otherwise`` where none is given.

    :raises BadInput: it is no day
    """
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("日期不对", where="on") from None


def moment_of(want: Want, now: datetime) -> datetime:
    """Return the moment cases are counted at: the end of the day asked about, never the future."""
    return min(now, timezone.make_aware(datetime.combine(want.on + timedelta(days=1), time())))


@dataclass(frozen=True, slots=True)
class Line:
    """One area with its numbers."""

    code: str
    name: str
    parent: str
    numbers: Numbers
    homes: int
    bounds: tuple[float, ...]
    query: str

    @property
    def counts(self) -> list[tuple[int, str]]:
        """Return each count with the address of its cases, in the order of the table's heads."""
        held = {each: int(getattr(self.numbers, each.value)) for each in Shown}
        return [(n, cases_url(each, self.code, self.query)) for each, n in held.items()]

    def value(self, show: Show) -> float | None:
        """Return the number the map is coloured by, or nothing where it may not be told or makes no sense."""
        if show not in RATES:
            return float(getattr(self.numbers, show.value))
        if self.numbers.open == 0:
            return 0.0
        if self.numbers.open < LEAST:
            return None
        if show is Show.LATE_SHARE:
            return round(self.numbers.overdue * 100 / self.numbers.open, 1)
        return round(self.numbers.open * 1000 / self.homes, 1) if self.homes else None

    def said(self, show: Show) -> str:
        """Return the number as it is written; empty where it is not told, a dash where nothing divides it."""
        value, under = self.value(show), {Show.LATE_SHARE: self.numbers.open, Show.PER_HOMES: self.homes}
        if value == 0 and not under.get(show, 1):
            return "—"
        if value is None:
            return ""
        return f"{value:g}%" if show is Show.LATE_SHARE else f"{value:g}"


def cases_url(shown: Shown, area: str, query: str) -> str:
    """Return the address of exactly the cases a number counts."""
    return f"{reverse('console:city_cases')}?count={shown.value}&area={area}&{query}"


@dataclass(frozen=True, slots=True)
class Class:
    """One colour of the legend: from, to, how many areas."""

    number: int
    low: str
    high: str
    areas: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """All areas of a kind with their numbers, the whole, and what lies in none of them."""

    want: Want
    lines: tuple[Line, ...]
    whole: Numbers
    nowhere: Numbers
    classes: tuple[Class, ...]
    class_of: Mapping[str, int]
    synthetic: bool
    moment: datetime

    @property
    def classes_json(self) -> str:
        """Return the class of each area, for the map."""
        return json.dumps({code: number for code, number in self.class_of.items() if number})

    @property
    def hidden(self) -> int:
        """Return how many areas may not tell their number."""
        return sum(number == HIDDEN for number in self.class_of.values())

    @property
    def empty(self) -> int:
        """Return how many areas have nothing."""
        return sum(number == 0 for number in self.class_of.values())


def sheet(request: StaffRequest, want: Want) -> Sheet:
    """Count the cases the actor may see by the areas of a day."""
    moment = moment_of(want, request.now)
    found = on_map.numbers(request.actor, moment=moment)
    atlas = places.atlas_on(want.on)
    sums, whole = _rolled_up(found, atlas, want.kind)
    homes = editions.homes(want.on)
    areas = [area for area in atlas.areas.area_of.values() if area.kind == want.kind]
    lines = [
        _line(area, atlas, sums.get(area.code, Numbers()), homes.get(area.code, 0), want) for area in areas
    ]
    if want.text:
        lines = [line for line in lines if want.text in line.name or want.text in line.code]
    lines.sort(key=lambda line: (-(line.value(want.show) or 0), line.code))
    classes, class_of = classed(lines, want.show)
    synthetic = any(area.synthetic for area in areas)
    return Sheet(want, tuple(lines), whole, sums.get("", Numbers()), classes, class_of, synthetic, moment)


def _rolled_up(found: Mapping[str, Numbers], atlas: Atlas, kind: str) -> tuple[dict[str, Numbers], Numbers]:
    """Return the sums by area of a kind, what lies in none under the empty code, and the whole."""
    area_of_unit = {area.unit_code: area.code for area in atlas.areas.area_of.values()}
    sums: dict[str, Numbers] = {}
    for unit, held in found.items():
        steps = atlas.areas.chain(area_of_unit.get(unit, ""))
        code = next((step.code for step in steps if step.kind == kind), "")
        sums[code] = sums.get(code, Numbers()) + held
    return sums, reduce(Numbers.__add__, sums.values(), Numbers())


def box_of(boxes: Sequence[tuple[float, ...]]) -> str:
    """Return the box around all ``boxes``: west, south, east, north; nothing where there is none."""
    if not boxes:
        return ""
    sides = (reach(side) for reach, side in zip((min, min, max, max), zip(*boxes, strict=True), strict=True))
    return ",".join(f"{side:.6f}" for side in sides)


def units_within(want: Want, units: Sequence[str], area: str) -> list[str]:
    """Return those of ``units`` whose cases count for an area; no code: those in no area of the kind."""
    atlas = places.atlas_on(want.on)
    area_of_unit = {each.unit_code: each.code for each in atlas.areas.area_of.values()}
    kept = []
    for unit in units:
        steps = atlas.areas.chain(area_of_unit.get(unit, ""))
        there = next((step.code for step in steps if step.kind == want.kind), "")
        if there == area:
            kept.append(unit)
    return kept


def _line(area: AreaEdition, atlas: Atlas, numbers: Numbers, homes: int, want: Want) -> Line:
    parent = atlas.areas.area_of.get(area.parent_code)
    bounds = tuple(round(float(side), 6) for side in atlas.areas.shape_of[area.code].bounds)
    return Line(area.code, area.name, parent.name if parent else "", numbers, homes, bounds, want.query)


def classed(lines: Sequence[Line], show: Show) -> tuple[tuple[Class, ...], dict[str, int]]:
    """Return up to five classes of about as many areas each, and the class of each area; 0 has nothing."""
    values = {line.code: line.value(show) for line in lines}
    some = sorted(value for value in values.values() if value)
    unlike = sorted(set(some))
    if len(unlike) > CLASSES:
        tops = sorted({some[max(0, len(some) * part // CLASSES - 1)] for part in range(1, CLASSES + 1)})
    else:
        tops = unlike
    class_of = {
        code: HIDDEN if value is None else 0 if not value else 1 + sum(value > top for top in tops)
        for code, value in values.items()
    }
    classes = []
    for number in range(1, len(tops) + 1):
        within = [value for code, value in values.items() if class_of[code] == number and value]
        classes.append(Class(number, f"{min(within):g}", f"{max(within):g}", len(within)))
    return tuple(classes), class_of


def days_face(want: Want) -> dict[str, object]:
    """Return the time slider: its ends and the days on which the areas of the kind change."""
    found = editions.editions(want.kind)
    first = min((each.on for each in found), default=want.today)
    last = max(want.today, *(each.on for each in found), want.on) if found else want.today
    return {"first": first, "last": last, "days": found, "today": want.today, "on": want.on}
