"""What the common superior reads before it rules: the queue of its rulings, and both sides of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F

from mulin.cases.models import Ruling
from mulin.cases.queries import calls, doors, whistles
from mulin.cases.queries.calls import Precedent
from mulin.cases.queries.whistle_shapes import CallColumn, RulingView, WhistlePage
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import RulingOutcome
from mulin.catalogue.models import Item
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound

MOST: Final = 100
DONE_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class RulingRow:
    """One line of a superior's queue."""

    id: int
    case_id: UUID
    number: str
    case: str
    is_example: bool
    is_return: bool  # a case returned twice between two bodies: whoever rules dispatches it (S-099)
    asker: str
    refuser: str
    better: str
    item_code: str
    asked_at: datetime
    due_at: datetime | None
    ruled_at: datetime | None
    outcome: RulingOutcome | None
    unit: str


@dataclass(frozen=True, slots=True)
class RulingPage:
    """Both sides of a refusal with all that bears on it."""

    page: WhistlePage
    call: CallColumn
    ruling: RulingView
    item: Item | None
    precedents: tuple[Precedent, ...]


def rulings_of(actor: Actor) -> tuple[RulingRow, ...]:
    """Return what the actor's units have to rule, the nearest deadline first, then what they ruled last.

    Refused calls, and cases that were returned twice between two bodies.
    """
    units = [grant.unit_id for grant in actor.grants if grant.relations(Act.RULE)]
    related = ("case", "asker", "refuser", "better_unit", "unit")
    mine = Ruling.objects.filter(superior__in=units).select_related(*related)
    waiting = mine.filter(ruled_at__isnull=True).order_by(F("due_at").asc(nulls_last=True), "pk")
    given = mine.filter(ruled_at__isnull=False).order_by("-ruled_at")
    return tuple(_row(ruling) for ruling in (*waiting[:MOST], *given[:DONE_MOST]))


_OWED: Final = """
select (select count(*) from (select from cases_call
          where unit_id = any(%s) and state in ('calling', 'reported_in') limit %s) as called)
     + (select count(*) from (select from cases_ruling
          where superior_id = any(%s) and ruled_at is null limit %s) as asked)
"""


def owed_by(actor: Actor) -> int:
    """Return how many answers to whistles the actor's units owe: reports, results, rulings; capped each."""
    called = [grant.unit_id for grant in actor.grants if grant.relations(Act.REPORT_IN)]
    above = [grant.unit_id for grant in actor.grants if grant.relations(Act.RULE)]
    if not called and not above:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [called, MOST, above, MOST])
        (owed,) = cursor.fetchone()
    return int(owed)


def _row(ruling: Ruling) -> RulingRow:
    return RulingRow(
        id=ruling.pk,
        case_id=ruling.case_id,
        number=ruling.case.number,
        case=ruling.case.title,
        is_example=ruling.case.is_example,
        is_return=ruling.call_id is None,
        asker=ruling.asker.short_name,
        refuser=ruling.refuser.short_name,
        better=ruling.better_unit.short_name if ruling.better_unit else "",
        item_code=ruling.item_code,
        asked_at=ruling.asked_at,
        due_at=ruling.due_at,
        ruled_at=ruling.ruled_at,
        outcome=RulingOutcome(ruling.outcome) if ruling.outcome else None,
        unit=ruling.unit.short_name if ruling.unit else "",
    )


def ruling_page(actor: Actor, ruling_id: int, *, now: datetime) -> RulingPage:
    """Return one ruling with both sides, what the list says of the matter, and earlier rulings of the like.

    :raises NotFound: there is no such ruling for this actor
    """
    found = Ruling.objects.filter(pk=ruling_id).select_related("call__whistle__item__edition").first()
    if found is None or found.call is None:
        raise NotFound("没有这件裁定")
    doors.case_to_see(actor, found.case_id)
    whistle = found.call.whistle
    page = whistles.whistle_page(actor, whistle.pk, now=now)
    call = next(one for one in (*page.columns, *page.released) if one.id == found.call_id)
    ruling = next(one for one in call.rulings if one.id == ruling_id)
    cited = calls.precedents_for(item=found.item_code, units=[found.refuser_id], most=6)
    return RulingPage(
        page, call, ruling, whistle.item, tuple(one for one in cited if one.id != ruling_id)[:5]
    )
