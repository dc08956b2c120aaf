"""Whom a whistle's forms offer: units that may be called, units a refusal may name, the other side."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from mulin.cases.models import Case, Whistle
from mulin.cases.queries import calls, grades, whistle_offers
from mulin.cases.queries.grades import Graded
from mulin.cases.queries.whistle_shapes import WhistlePage
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import LIVE, above
from mulin.kernel.actor import Actor
from mulin.people.models import Unit

Choices: TypeAlias = list[tuple[str, str]]  # code and name
MOST: Final = 400
FAMILIES: Final = ("department", "firm", "territory")
NAMED_RANK: Final = 4  # down to communities and firms: nobody hands a matter up to a grid


def to_call(actor: Actor, case: Case, *, now: datetime) -> Choices:
    """Return the units the actor's unit may call on ``case``; nobody if its level has no row."""
    for caller in _callers(actor, case):
        units = calls.callable_units(caller, on=calls.today(now))
        if units:
            return _choices(units)
    return []


def graded(actor: Actor, case: Case, *, item: str, now: datetime) -> tuple[Graded, ...]:
    """Return the grades the actor's unit may whistle by for ``case``; none if its level has no row."""
    for caller in _callers(actor, case):
        found = grades.ladder(caller, case, item=item, now=now)
        if found:
            return tuple(each for each in found if each.units)
    return ()


def _callers(actor: Actor, case: Case) -> Iterator[Unit]:
    """Yield the units in whose name the actor may whistle, in the order of their posts."""
    able = whistle_offers.units_that_may(actor, Act.WHISTLE, case)
    for grant in actor.grants:
        if grant.unit_id in able:
            yield calls.unit_of(grant.unit_id)


def to_add(whistle_id: UUID, *, now: datetime) -> Choices:
    """Return the units that may still be called to a running whistle."""
    whistle = Whistle.objects.select_related("caller__kind").get(pk=whistle_id)
    there = {call.unit_id for call in calls.calls_of(whistle) if call.state in LIVE}
    units = calls.callable_units(whistle.caller, on=calls.today(now))
    return _choices(unit for unit in units if unit.pk not in there)


def to_name(whistle_id: UUID) -> Choices:
    """Return the units a refusal or a ruling may name: offices, firms and communities around the caller."""
    whistle = Whistle.objects.select_related("caller").get(pk=whistle_id)
    there = {call.unit_id for call in calls.calls_of(whistle) if call.state in LIVE} | {whistle.caller_id}
    return _around(whistle.caller, without=there)


def to_return(case: Case) -> Choices:
    """Return the units that who returns ``case`` may name as the better one."""
    giver = case.dispatcher or case.first_unit
    return _around(giver, without={giver.pk, case.lead_id or giver.pk})


def _around(unit: Unit, *, without: Collection[int]) -> Choices:
    near = Unit.objects.filter(path__startswith=above(unit.path), until_on__isnull=True)
    kinds = {"kind__family__in": FAMILIES, "kind__rank__lte": NAMED_RANK}
    return _choices(near.filter(**kinds).exclude(pk__in=without).order_by("kind__rank", "code")[:MOST])


def to_judge(page: WhistlePage) -> Choices:
    """Return the units the reader may judge now."""
    return _named(slot.judged_id for call in page.columns for slot in call.slots if slot.may_give)


def to_answer(page: WhistlePage) -> Choices:
    """Return the units whose opened judgement the reader may object to."""
    columns = (*page.columns, *page.released)
    return _named(slot.judge_id for call in columns for slot in call.slots if slot.may_object)


def _named(ids: Iterable[int]) -> Choices:
    order = list(dict.fromkeys(ids))
    found = Unit.objects.in_bulk(order)
    return _choices(found[pk] for pk in order)


def _choices(units: Iterable[Unit]) -> Choices:
    return [(unit.code, unit.name) for unit in units]
