"""The state of an area on a day (S-040): its edition, what stood in it, who answered for it, its cases.

What was written with a period is told as it was; what has none is told as it is recorded now, and named so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from mulin.boundaries.models import Succession
from mulin.insight.queries import matters
from mulin.insight.queries.grounds import area_seen, days_of_change, dwellings_of, unit_ids
from mulin.insight.queries.matters import What
from mulin.insight.rules.asked import Span
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotAllowed
from mulin.people.models import Unit
from mulin.people.queries import staffing, units

# What cannot be told as it was on the day, and why.
NOT_AS_OF: Final = ("dwellings", "reopened")


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area by code and name."""

    kind: str
    code: str
    name: str
    unit_code: str


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post of an area's units: how many units have it, how many of them somebody holds it in."""

    post: str
    name: str
    units: int
    held: int
    holders: int
    leads: bool

    @property
    def vacant(self) -> int:
        """Return in how many units nobody holds it."""
        return self.units - self.held


@dataclass(frozen=True, slots=True)
class AreaState:
    """Everything about an area on a day; ``posts`` is empty for who may not see who serves."""

    on: date
    area: AreaLine
    from_on: date
    until_on: date | None
    editions: int
    source: str
    source_system: str
    accuracy_m: float | None
    document: str
    reason: str
    synthetic: bool
    hectares: float
    bounds: tuple[float, ...]
    chain: tuple[AreaLine, ...]
    children: tuple[AreaLine, ...]
    unit_name: str
    phone: str
    grids: int
    compounds: int
    firms: int
    groups: int
    buildings: int
    without_group: int
    stairwells: int
    dwellings: int
    posts: tuple[PostLine, ...] | None
    cases: Mapping[What, int]
    month: Span
    not_as_of: tuple[str, ...] = NOT_AS_OF

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        told = asdict(self)
        told["cases"] = {what.value: number for what, number in self.cases.items()}
        return told


def end_of(on: date) -> datetime:
    """Return the end of a day in the city."""
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time()))


def month_of(on: date) -> Span:
    """Return from the first of a day's month until the end of that day."""
    return Span(timezone.make_aware(datetime.combine(on.replace(day=1), time())), end_of(on))


def state_of(actor: Actor, code: str, *, on: date) -> AreaState:
    """Return the state of an area on a day.

    :raises NotFound: there was none of that code, or not for this actor
    """
    held, unit = area_seen(actor, code, on=on)
    area = held.area
    names = units.names_on([unit.pk], on=on)
    month = month_of(on)
    mine = matters.seen(actor).filter(matters.lying_in(unit_ids(unit, on=on), month.until))
    change = (
        Succession.objects.filter(to_code=code, adjustment__on=area.from_on)
        .select_related("adjustment")
        .first()
    )
    return AreaState(
        on=on,
        area=AreaLine(area.kind, area.code, area.name, area.unit_code),
        from_on=area.from_on,
        until_on=area.until_on,
        editions=sum(day <= on for day in days_of_change(code)),
        source=area.source,
        source_system=area.source_system,
        accuracy_m=area.accuracy_m,
        document=change.adjustment.document if change else "",
        reason=change.adjustment.reason if change else "",
        synthetic=area.synthetic,
        hectares=held.hectares,
        bounds=tuple(round(bound, 6) for bound in held.shape.bounds),
        chain=tuple(AreaLine(one.kind, one.code, one.name, one.unit_code) for one in held.chain[1:]),
        children=tuple(AreaLine(one.kind, one.code, one.name, one.unit_code) for one in held.children),
        unit_name=names.get(unit.pk, unit.short_name),
        phone=unit.phone,
        grids=len(held.grids),
        compounds=len(held.compounds),
        firms=len({one.firm_code for one in held.compounds if one.firm_code}),
        groups=len({one.group_code for one in held.buildings if one.group_code}),
        buildings=len(held.buildings),
        without_group=sum(not one.group_code for one in held.buildings),
        stairwells=sum(len(one.stairwells) for one in held.buildings),
        dwellings=sum(dwellings_of(one.code for one in held.buildings).values()),
        posts=_posts(actor, unit, on),
        cases=matters.counts(mine, month),
        month=month,
    )


def cases_of(actor: Actor, code: str, what: What, *, on: date, after: UUID | None = None) -> Sequence[UUID]:
    """Return exactly the cases a number of the state counts, newest first, a page and one more.

    :raises NotFound: there was no area of that code, or not for this actor
    """
    _, unit = area_seen(actor, code, on=on)
    cases = matters.seen(actor).filter(matters.lying_in(unit_ids(unit, on=on), end_of(on)))
    return matters.page_of(cases.filter(matters.filter_of(what, month_of(on))), after=after)


def _posts(actor: Actor, unit: Unit, on: date) -> tuple[PostLine, ...] | None:
    """Return the posts of an area's units by their post, or nothing for who may not see who serves."""
    try:
        rows = staffing.staffing(actor, unit, on=on).posts
    except NotAllowed:
        return None
    by_post: dict[str, list[staffing.PostRow]] = {}
    for row in rows:
        by_post.setdefault(row.post, []).append(row)
    return tuple(
        PostLine(
            post=post,
            name=those[0].post_name,
            units=len(those),
            held=sum(row.holders > 0 for row in those),
            holders=sum(row.holders for row in those),
            leads=those[0].leads,
        )
        for post, those in by_post.items()
    )
