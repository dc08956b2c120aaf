"""Adjustments made, and in what two days' boundaries differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import shapely

from mulin.boundaries.models import Adjustment
from mulin.boundaries.rules.plan import Kind
from mulin.cases import policy as cases
from mulin.cases.models import Case, Handover
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.places.queries import ground as places
from mulin.places.rules.ground import AreaEdition, plane_of

PAGE: Final = 50
CASES_A_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Made:
    """An adjustment as a list shows it."""

    id: int
    on: date
    reason: str
    document: str
    at: datetime
    applied_at: datetime | None
    counts: Mapping[str, int]
    lines: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two days' boundaries differ; of an import there is no document."""

    number: int
    kind: str  # rules.plan.Kind
    before: tuple[tuple[str, str], ...]  # code and name
    after: tuple[tuple[str, str], ...]
    hectares: float
    buildings: int
    dwellings: int
    cases: int  # open cases that changed hands, or will
    on: date | None
    document: str = ""
    reason: str = ""
    adjustment: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """In what the boundaries of two days differ."""

    kind: str
    old: date
    new: date
    areas_before: int
    areas_after: int
    of_kind: Mapping[str, int]
    cases: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """An open case that changed hands: its number, whose it was and whose it is, and how that was told."""

    case_id: UUID
    number: str
    how: str
    place_was: str
    place: str
    desk_was: str
    desk: str


def adjustments(actor: Actor, *, page: int = 1) -> list[Made]:
    """Return the adjustments made, the latest day first: a page of them and one more.

    :raises NotAllowed: the actor is no member of staff
    """
    _require_staff(actor)
    first = (page - 1) * PAGE
    return [_made(row) for row in Adjustment.objects.order_by("-on", "-pk")[first : first + PAGE + 1]]


def adjustment(actor: Actor, adjustment_id: int) -> Made:
    """Return one adjustment.

    :raises NotFound: there is none of this number
    """
    _require_staff(actor)
    row = Adjustment.objects.filter(pk=adjustment_id).first()
    if row is None:
        raise NotFound("没有这次区划调整")
    return _made(row)


def handed_over(actor: Actor, adjustment_id: int, *, page: int = 1) -> list[HandedOver]:
    """Return the cases an adjustment handed over that ``actor`` may see, by number: a page and one more."""
    _require_staff(actor)
    first = (page - 1) * CASES_A_PAGE
    rows = Handover.objects.filter(
        adjustment=adjustment_id, case__in=Case.objects.filter(cases.seen_by(actor))
    )
    names = (
        "case_id", "case__number", "how", "place_was__short_name", "place__short_name",
        "desk_was__short_name", "desk__short_name",
    )  # fmt: skip
    found = rows.order_by("case__number").values_list(*names)[first : first + CASES_A_PAGE + 1]
    return [HandedOver(case_id, *(each or "" for each in rest)) for case_id, *rest in found]


def differences(actor: Actor, *, old: date, new: date, kind: str) -> Compared:
    """Return in what the boundaries of a kind differ between two days, adjustment by adjustment.

    What an import changed without an adjustment is told as well, by comparing the outlines.

    :raises NotAllowed: the actor is no member of staff
    """
    _require_staff(actor)
    before = {area.code: area for area in places.areas_on(old) if area.kind == kind}
    after = {area.code: area for area in places.areas_on(new) if area.kind == kind}
    made = Adjustment.objects.filter(on__gt=old, on__lte=new).order_by("on", "pk")
    told = [_told(row, line) for row in made for line in row.lines if line["area_kind"] == kind]
    named = {code for each in told for code, _ in (*each.before, *each.after)}
    found = [*told, *_untold(before, after, named)]
    numbered = tuple(_numbered(each, number) for number, each in enumerate(found, 1))
    return Compared(
        kind=kind,
        old=old,
        new=new,
        areas_before=len(before),
        areas_after=len(after),
        of_kind=dict(Counter(each.kind for each in found)),
        cases=sum(each.cases for each in found),
        differences=numbered,
    )


def _require_staff(actor: Actor) -> None:
    if actor != SYSTEM and not actor.is_staff:
        raise NotAllowed("请先登录")


def _made(row: Adjustment) -> Made:
    return Made(row.pk, row.on, row.reason, row.document, row.at, row.applied_at, row.counts, row.lines)


def _told(row: Adjustment, line: Mapping[str, Any]) -> Difference:
    return Difference(
        number=0,
        kind=line["kind"],
        before=tuple((area["code"], area["title"]) for area in line["before"]),
        after=tuple((area["code"], area["title"]) for area in line["after"]),
        hectares=line["hectares_moved"],
        buildings=line["buildings"],
        dwellings=line["dwellings"],
        cases=line["cases"],
        on=row.on,
        document=row.document,
        reason=row.reason,
        adjustment=row.pk,
        line=line["line"],
    )


def _untold(
    before: Mapping[str, AreaEdition], after: Mapping[str, AreaEdition], named: set[str]
) -> list[Difference]:
    """Return what changed although no adjustment says so."""
    found = []
    for code in sorted((before.keys() | after.keys()) - named):
        was, now = before.get(code), after.get(code)
        kind = _kind_of(was, now)
        if kind is not None:
            since = now.from_on if now else None
            found.append(
                Difference(
                    number=0,
                    kind=kind.value,
                    before=((was.code, was.name),) if was else (),
                    after=((now.code, now.name),) if now else (),
                    hectares=_hectares(was, now),
                    buildings=0,
                    dwellings=0,
                    cases=0,
                    on=since,
                )
            )
    return found


def _kind_of(was: AreaEdition | None, now: AreaEdition | None) -> Kind | None:
    if was is None:
        return Kind.FOUND
    if now is None:
        return Kind.END
    if was.outline != now.outline:
        return Kind.REDRAW
    return Kind.RENAME if was.name != now.name else None


def _hectares(was: AreaEdition | None, now: AreaEdition | None) -> float:
    """Return how much ground came or went."""
    shapes = [shapely.from_wkb(area.outline) for area in (was, now) if area is not None]
    flat = plane_of(shapes).flatten(shapes)
    moved = flat[0] if len(flat) == 1 else flat[0].symmetric_difference(flat[1])
    return round(float(moved.area) / 10_000, 4)


def _numbered(each: Difference, number: int) -> Difference:
    return Difference(number, *(getattr(each, name) for name in Difference.__slots__[1:]))
