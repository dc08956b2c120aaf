"""Who may do what to a case: one table of relations, read as a predicate and as a filter.

``seen_by`` and ``relations_of`` say the same thing twice, once to the database and once to one case in hand;
tests hold them together over every relation.
"""

from collections.abc import Callable, Mapping
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from mulin.cases.models import Assignment, Case, Report
from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation, require_post
from mulin.kernel.errors import NotAllowed
from mulin.people.models import Unit

SEE: Final = "see_case"


def _path_of(case: Case, role: str) -> str:
    unit = getattr(case, role)
    return unit.path if unit is not None else ""


def _below(path: str, grant: Grant) -> bool:
    return bool(path) and path.startswith(grant.unit_path)


def _assists(case: Case, grant: Grant) -> bool:
    return Assignment.objects.filter(case=case, unit_id=grant.unit_id).exists()


def _filed(case: Case, grant: Grant) -> bool:
    return Report.objects.filter(case=case, filed_unit_id=grant.unit_id).exists()


def _units_below(grant: Grant) -> QuerySet[Unit, int]:
    return Unit.objects.filter(path__startswith=grant.unit_path).values_list("pk", flat=True)


# Cheapest first: a case in hand is asked in this order and the first relation that holds is enough.
PREDICATES: Final[Mapping[Relation, Callable[[Case, Grant], bool]]] = {
    Relation.ANY: lambda case, grant: True,
    Relation.DESK: lambda case, grant: case.desk_id == grant.unit_id,
    Relation.LEAD: lambda case, grant: case.lead_id == grant.unit_id,
    Relation.PLACE: lambda case, grant: _below(_path_of(case, "place_unit"), grant),
    Relation.BRANCH: lambda case, grant: (
        _below(_path_of(case, "desk"), grant) or _below(_path_of(case, "lead"), grant)
    ),
    Relation.ASSIST: _assists,
    Relation.FILED: _filed,
}

FILTERS: Final[Mapping[Relation, Callable[[Grant], Q]]] = {
    Relation.ANY: lambda grant: Q(pk__isnull=False),
    Relation.DESK: lambda grant: Q(desk_id=grant.unit_id),
    Relation.LEAD: lambda grant: Q(lead_id=grant.unit_id),
    # Sets of units, not joins: planning a join of five tables takes longer than answering the question.
    Relation.PLACE: lambda grant: Q(place_unit__in=_units_below(grant)),
    Relation.BRANCH: lambda grant: Q(desk__in=_units_below(grant)) | Q(lead__in=_units_below(grant)),
    Relation.ASSIST: lambda grant: Q(
        Exists(Assignment.objects.filter(case=OuterRef("pk"), unit_id=grant.unit_id))
    ),
    Relation.FILED: lambda grant: Q(
        Exists(Report.objects.filter(case=OuterRef("pk"), filed_unit_id=grant.unit_id))
    ),
}


def seen_by(actor: Actor) -> Q:
    """Return the filter of the cases ``actor`` may see."""
    if actor == SYSTEM:
        return Q(pk__isnull=False)
    seen = Q(pk__isnull=True)
    for grant in actor.grants:
        for relation in grant.relations(SEE):
            if relation is Relation.ANY:
                return Q(pk__isnull=False)  # one OR less for the planner: the whole city is the whole table
            seen |= FILTERS[relation](grant)
    return seen


def grant_for(actor: Actor, act: str, case: Case) -> Grant | None:
    """Return the first post of ``actor`` that permits ``act`` on ``case``, or nothing."""
    for grant in actor.grants:
        relations = grant.relations(act)
        if any(holds(case, grant) for relation, holds in PREDICATES.items() if relation in relations):
            return grant
    return None


def may(actor: Actor, act: str, case: Case) -> bool:
    """Return whether ``actor`` may do ``act`` to ``case``."""
    return actor == SYSTEM or grant_for(actor, act, case) is not None


def require(actor: Actor, act: str, case: Case) -> int | None:
    """Return the unit in whose name ``actor`` does ``act``; the system acts in nobody's.

    :raises NotAllowed: no post of the actor permits it on this case
    """
    if actor == SYSTEM:
        return None
    grant = grant_for(actor, act, case)
    if grant is None:
        raise NotAllowed("您的岗位不能对这件事项做这一步")
    return grant.unit_id


def require_as(actor: Actor, act: str, case: Case, fits: Callable[[Grant], bool]) -> int | None:
    """Return the unit in whose name ``actor`` does ``act``, among those posts that ``fits`` holds for.

    :raises NotAllowed: no such post of the actor permits it on this case
    """
    if actor == SYSTEM:
        return None
    fitting = Actor(actor.account_id, actor.name, tuple(grant for grant in actor.grants if fits(grant)))
    return require(fitting, act, case)


def require_at(actor: Actor, act: str, spot: Callable[[], str]) -> int | None:
    """Return the unit in whose name ``actor`` does an act at a place that concerns no case yet.

    ``spot`` tells the path of the place; it is asked only if no post permits the act everywhere.

    :raises NotAllowed: no post of the actor permits it there
    """
    if actor == SYSTEM:
        return None
    for grant in actor.grants:
        if Relation.ANY in grant.relations(act):
            return grant.unit_id
    near = [grant for grant in actor.grants if Relation.PLACE in grant.relations(act)]
    path = spot() if near else ""
    for grant in near:
        if _below(path, grant):
            return grant.unit_id
    if near:
        raise NotAllowed("您只能登记自己负责范围内的问题，请写明楼栋或位置")
    raise NotAllowed("您的岗位不能做这一步")


def require_anywhere(actor: Actor, act: str) -> int | None:
    """Return the unit in whose name ``actor`` does an act that concerns no case yet.

    :raises NotAllowed: no post of the actor permits it
    """
    return require_post(actor, act, NotAllowed("您的岗位不能做这一步"))
