"""The act on the division table: a dated import."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from mulin.kernel.actor import Actor
from mulin.ledger.actions import record
from mulin.places import models, policy
from mulin.places.actions.writing import BATCH, open_edition
from mulin.places.queries.divisions import divisions_on
from mulin.places.queries.ground import LaterChange
from mulin.places.rules.acts import Act
from mulin.places.rules.changes import Changes, compare
from mulin.places.rules.division_survey import check_divisions
from mulin.places.rules.divisions import Division
from mulin.places.rules.imports import BadGround


@transaction.atomic
def import_divisions(
    *, divisions: Sequence[Division], from_on: date, complete: bool = False, actor: Actor, now: datetime
) -> Changes[Division]:
    """Record divisions as they stand from a day on; one that changes ends its edition and begins a new one.

    :raises NotAllowed: no post of the actor permits it
    :raises LaterChange: something of the table already changes on a later day
    :raises BadGround: naming every row that is none
    """
    unit_id = policy.require(actor, Act.IMPORT_DIVISIONS)
    open_edition()
    rows = models.Division.objects
    later = rows.filter(Q(from_on__gt=from_on) | Q(until_on__gt=from_on)).order_by("from_on").first()
    if later is not None:
        raise LaterChange("已有更晚生效的变动，不能从 %(day)s 起改动", day=from_on.isoformat())
    problems = [problem for _, _, problem in check_divisions(divisions)]
    if problems:
        raise BadGround(problems)
    standing = {division.code: division for division in divisions_on(from_on)}
    given = {division.code: division for division in divisions}
    changes = compare(standing, given, essence=_timeless, complete=complete)
    running = rows.filter(code__in=[*changes.changed, *changes.ended], until_on=None)
    running.filter(from_on=from_on).delete()  # begun that very day: it never came to count
    running.update(until_on=from_on)
    arriving = [*changes.new.values(), *changes.changed.values()]
    rows.bulk_create([_row(division, from_on) for division in arriving], batch_size=BATCH)
    if not changes.is_empty:
        record(
            "places.divisions_imported",
            subject="divisions",
            actor=actor,
            at=now,
            as_unit=unit_id,
            from_on=from_on.isoformat(),
            **changes.counts(),
        )
    return changes


def _timeless(division: Division) -> Division:
    return replace(division, from_on=date.min, until_on=None)


def _row(division: Division, from_on: date) -> models.Division:
    return models.Division(
        code=division.code,
        level=division.level,
        name=division.name,
        short_name=division.short_name,
        parent_code=division.parent_code,
        source=division.source,
        from_on=from_on,
        until_on=None,
    )
