"""Whom a whistle's forms offer: units that may be called, units a refusal may name."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from mulin.cases.models import Case, Whistle
from mulin.cases.queries import calls, whistle_offers
from mulin.cases.queries.whistle_shapes import WhistlePage
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import LIVE
from mulin.kernel.actor import Actor
from mulin.people.models import Unit


def to_call(actor: Actor, case: Case, *, now: datetime) -> tuple[Unit, ...]:
    """Return the units the actor's unit may call on ``case``; nobody if its level has no row."""
    able = whistle_offers.units_that_may(actor, Act.WHISTLE, case)
    for grant in actor.grants:
        if grant.unit_id in able:
            units = calls.callable_units(calls.unit_of(grant.unit_id), on=calls.today(now))
            if units:
                return units
    return ()


def to_add(whistle_id: UUID, *, now: datetime) -> tuple[Unit, ...]:
    """Return the units that may still be called to a running whistle: also what a refusal may name."""
    whistle = Whistle.objects.select_related("caller__kind").get(pk=whistle_id)
    there = {call.unit_id for call in calls.calls_of(whistle) if call.state in LIVE}
    units = calls.callable_units(whistle.caller, on=calls.today(now))
    return tuple(unit for unit in units if unit.pk not in there)


def to_judge(page: WhistlePage) -> tuple[Unit, ...]:
    """Return the units the reader may judge now."""
    return _units(slot.judged_id for call in page.columns for slot in call.slots if slot.may_give)


def to_answer(page: WhistlePage) -> tuple[Unit, ...]:
    """Return the units whose opened judgement the reader may object to."""
    calls_of = (*page.columns, *page.released)
    return _units(slot.judge_id for call in calls_of for slot in call.slots if slot.may_object)


def _units(ids: Iterable[int]) -> tuple[Unit, ...]:
    order = list(dict.fromkeys(ids))
    found = Unit.objects.in_bulk(order)
    return tuple(found[pk] for pk in order)
