"""Units through time: the tree of a day, staffing alerts, the page of one unit (a community above all)."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mulin.console.door import StaffRequest, show, staff
from mulin.kernel.errors import NotAllowed
from mulin.people.queries import bodies, staffing, units
from mulin.people.queries.days import day_of
from mulin.people.queries.staffing import PostRow
from mulin.people.queries.units import UnitNode

if TYPE_CHECKING:
    from mulin.people.models import Unit

# Buildings and stairwells are thousands: they are counted here and listed on the grid's own page.
DEEPEST_RANK: Final = 5


@dataclass(slots=True)
class Branch:
    """A unit with what lies below it."""

    node: UnitNode
    below: list["Branch"] = field(default_factory=list)
    counted: int = 0


def asked_day(request: StaffRequest) -> date:
    """Return the day the page is about: the one asked for, else today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return day_of(request.now)


def grown(nodes: list[UnitNode]) -> list[Branch]:
    """Return the nodes as trees; what lies deeper than a grid is only counted."""
    branches = {node.id: Branch(node) for node in nodes}
    roots = []
    for node in nodes:
        above = branches.get(node.parent_id) if node.parent_id is not None else None
        if above is None:
            roots.append(branches[node.id])
        elif node.rank > DEEPEST_RANK:
            above.counted += 1
        else:
            above.below.append(branches[node.id])
    return roots


@require_safe
@staff
def tree(request: StaffRequest) -> HttpResponse:
    """Show the tree of a day below the actor's own units."""
    on = asked_day(request)
    roots = units.roots_for(request.actor)
    trees = [branch for root in roots for branch in grown(units.tree_on(on=on, root=root))]
    context = {
        "section": "units",
        "on": on,
        "is_today": on == day_of(request.now),
        "trees": trees,
        "alerts": _alerts(request, roots, on),
        "totals": _totals(trees),
    }
    return show(request, "console/units/tree.html", context)


def _alerts(request: StaffRequest, roots: "list[Unit]", on: date) -> dict[str, object] | None:
    """Return what is wrong with the staffing, or nothing for somebody who may not see it."""
    found = []
    for root in roots:
        try:
            found.append(staffing.staffing(request.actor, root, on=on))
        except NotAllowed:
            return None
    rows = [row for one in found for row in one.leaderless]
    return {
        "leaderless": _by_post(rows),
        "nobody": len(rows),
        "incomplete": [row for one in found for row in one.incomplete],
        "below": [row for one in found for row in one.below if not row.leads],
        "above": [row for one in found for row in one.above],
    }


def _by_post(rows: list[PostRow]) -> list[tuple[str, list[PostRow]]]:
    """Return the units without somebody who answers for them, by post, the fewest (the gravest) first."""
    by_post: dict[str, list[PostRow]] = {}
    for row in rows:
        by_post.setdefault(row.post_name, []).append(row)
    return sorted(by_post.items(), key=lambda pair: len(pair[1]))


def _totals(trees: list[Branch]) -> list[tuple[str, int]]:
    totals: dict[str, int] = {}
    pile = list(trees)
    while pile:
        branch = pile.pop()
        totals[branch.node.kind_name] = totals.get(branch.node.kind_name, 0) + 1
        pile.extend(branch.below)
    return sorted(totals.items(), key=lambda pair: pair[1])


@require_safe
@staff
def unit(request: StaffRequest, code: str) -> HttpResponse:
    """Show one unit on a day: where it belongs, what lies below, who serves and works there (S-003)."""
    on = asked_day(request)
    one = units.unit_for(request.actor, code)
    try:
        members = bodies.members_of(request.actor, one, on=on)
        answerable = bodies.answerable(request.actor, one, kind="grid", on=on)
    except NotAllowed:
        members, answerable = None, []
    context = {
        "section": "units",
        "on": on,
        "is_today": on == day_of(request.now),
        "unit": one,
        "chain": list(reversed(units.ancestors(one))),
        "parent": units.parent_on(one, on=on),
        "below": grown(units.tree_on(on=on, root=one)),
        "serving": units.serving(one, on=on),
        "covers": units.covered_by(one, on=on),
        "members": members,
        "answerable": {row.unit_code: row for row in answerable},
        "contacts": bodies.contact_points(one, on=on),
    }
    return show(request, "console/units/unit.html", context)
