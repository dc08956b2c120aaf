"""The part of an adjustment of boundaries in the tree of units: some end, others follow with their staff."""

from datetime import date, datetime

from mulin.kernel.actor import Actor
from mulin.ledger.actions import record, whole
from mulin.people import policy
from mulin.people.actions import trees
from mulin.people.actions.carrying import carry_out
from mulin.people.models import Appointment, Unit
from mulin.people.queries import successions
from mulin.people.queries.days import day_of
from mulin.people.queries.successions import UnitsAfter
from mulin.people.rules.successions import Changed, Fate
from mulin.places.rules.acts import Act


@whole
def succeed_units(*, changed: Changed, on: date, actor: Actor, now: datetime) -> UnitsAfter:
    """Found, rename, move and dissolve units from a day on; terms of those that end go on in their heirs.

    :raises NotAllowed: no post of the actor permits it everywhere
    :raises BadRows: a unit would stand where it cannot
    """
    as_unit = policy.require_everywhere(actor, Act.ADJUST_BOUNDARIES)
    trees.take()
    found = successions.succession(changed, on=on)
    follows = {moved.term.id: moved.to for moved in found.terms if moved.fate is Fate.FOLLOWS}
    terms = list(Appointment.objects.filter(pk__in=follows).select_related("post"))
    carry_out(found.plan, on=on, now=now)
    heirs = dict(Unit.objects.filter(code__in=set(follows.values())).values_list("code", "pk"))
    Appointment.objects.bulk_create(
        Appointment(
            person_id=term.person_id,
            unit_id=heirs[follows[term.pk]],
            post_id=term.post_id,
            from_on=max(term.from_on, on),
            until_on=term.until_on,
            full_time=term.full_time,
            source=term.source,
            source_unit_id=term.source_unit_id,
            sole=term.post.seats_max == 1,
        )
        for term in terms
    )
    trees.work_out(day_of(now))
    counts = found.plan.counts()
    record(
        "people.succeeded",
        subject="units",
        actor=actor,
        at=now,
        as_unit=as_unit,
        on=on.isoformat(),
        added=counts.added,
        changed=counts.changed,
        ended=counts.ended,
        terms=len(found.terms),
        followed=len(terms),
    )
    return found
