"""Acts on components and facilities: import, record, say what they are like, end, and survey a grid."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.kernel.wording import written
from mulin.ledger.actions import record, whole
from mulin.places import policy
from mulin.places.actions.thing_grids import regrid_things
from mulin.places.models import GridSurvey, Thing, ThingGrid, ThingKind, ThingPast
from mulin.places.queries import ground
from mulin.places.queries import things as queries
from mulin.places.rules.acts import Act
from mulin.places.rules.changes import Changes, compare
from mulin.places.rules.survey import Problem
from mulin.places.rules.thing_codes import DIVISION, next_code
from mulin.places.rules.things import (
    CONDITION_MAX,
    BadThings,
    ThingKindRow,
    ThingState,
    ThingThere,
    check_kinds,
    check_things,
)

BATCH: Final = 1_000
CHANGING: Final = (
    "kind", "name", "lon", "lat", "accuracy_m", "owner_code", "state", "condition", "hours", "surveyed_on",
    "source", "until_on",
)  # fmt: skip


@whole
def adopt_thing_kinds(*, rows: Sequence[ThingKindRow], actor: Actor, now: datetime) -> int:
    """Put a city's classes of things in place of those before; return how many changed.

    :raises NotAllowed: no post of the actor permits it
    :raises BadThings: a row breaks a rule
    """
    as_unit = policy.require(actor, Act.IMPORT_THINGS)
    problems = list(check_kinds(rows))
    if problems:
        raise BadThings(_numbered(rows, problems))
    standing = queries.kind_rows()
    if standing == list(rows):
        return 0
    ThingKind.objects.update(in_use=False)
    for line, row in enumerate(rows):
        said = {
            "group": row.group,
            "name": row.name,
            "name_en": row.name_en,
            "owner_code": row.owner_code,
            "is_facility": row.is_facility,
            "is_example": row.is_example,
            "line": line,
            "in_use": True,
        }
        ThingKind.objects.update_or_create(code=row.code, defaults=said)
    record(
        "places.thing_kinds_adopted", subject="kinds", actor=actor, at=now, as_unit=as_unit, kinds=len(rows)
    )
    return max(len(set(standing) ^ set(rows)), 1)


def _numbered(rows: Sequence[ThingKindRow], problems: Sequence[Problem]) -> list[tuple[int, Problem]]:
    first = {row.code: number for number, row in reversed(list(enumerate(rows)))}
    return [(first[problem.code], problem) for problem in problems]


@whole
def import_things(
    *, things: Sequence[ThingThere], from_on: date, complete: bool = False, actor: Actor, now: datetime
) -> Changes[ThingThere]:
    """Record things as they stand from a day on; one without a code gets the next of its class.

    With ``complete``, things not given end on that day.

    :raises NotAllowed: no post of the actor permits it
    :raises BadThings: naming every row that does not fit
    """
    as_unit = policy.require(actor, Act.IMPORT_THINGS)
    _one_at_a_time()
    changes = _put(things, from_on=from_on, complete=complete, now=now)
    if not changes.is_empty:
        record(
            "places.things_imported",
            subject="things",
            actor=actor,
            at=now,
            as_unit=as_unit,
            from_on=from_on.isoformat(),
            **changes.counts(),
        )
    return changes


def preview_things(
    *, things: Sequence[ThingThere], from_on: date, actor: Actor, now: datetime
) -> Changes[ThingThere]:
    """Import things, look at what changed, and take it all back.

    :raises NotAllowed: as for importing
    :raises BadThings: as for importing
    """
    with transaction.atomic():
        changes = import_things(things=things, from_on=from_on, actor=actor, now=now)
        transaction.set_rollback(True)
    return changes


@whole
def record_thing(*, thing: ThingThere, from_on: date, actor: Actor, now: datetime) -> Thing:
    """Record one thing somebody found; without a code it gets the next of its class and division.

    :raises NotAllowed: no post of the actor permits it
    :raises BadThings: something of it does not fit
    :raises BadInput: a thing of its code is recorded already
    """
    as_unit = policy.require(actor, Act.RECORD_THING)
    _one_at_a_time()
    if thing.code and Thing.objects.filter(code=thing.code).exists():
        raise BadInput("编码 %(code)s 已经登记过", where="code", code=thing.code)
    changes = _put([thing], from_on=from_on, complete=False, now=now)
    (code,) = changes.new
    made = queries.thing(code)
    record(
        "places.thing_recorded",
        subject=f"thing:{code}",
        actor=actor,
        at=now,
        as_unit=as_unit,
        thing_kind=thing.kind,
        from_on=from_on.isoformat(),
    )
    return made


@whole
def change_thing_state(*, code: str, state: str, condition: str, actor: Actor, now: datetime) -> Thing:
    """Say what a thing is like now: normal, damaged or missing; what it was like before stays readable.

    :raises NotFound: there is no thing of that code
    :raises NotAllowed: no post of the actor permits it
    :raises BadInput: it is no such state, it ended already, or the words are too long
    """
    as_unit = policy.require(actor, Act.CHANGE_THING_STATE)
    thing = queries.thing_to_change(code)
    if state not in {each.value for each in ThingState if each is not ThingState.REMOVED}:
        raise BadInput("可填：正常、破损、丢失；移除请用「注销」", where="state")
    said = written(condition, where="condition", most=CONDITION_MAX) if condition.strip() else ""
    before = thing.state
    thing.state, thing.condition = state, said
    thing.save(update_fields=["state", "condition"])
    ThingPast.objects.create(thing=thing, state=state, condition=said, at=now)
    record(
        "places.thing_state_changed",
        subject=f"thing:{code}",
        actor=actor,
        at=now,
        as_unit=as_unit,
        before=before,
        after=state,
    )
    return thing


@whole
def end_thing(*, code: str, reason: str, on: date, actor: Actor, now: datetime) -> Thing:
    """Say that a thing is no longer there from a day on, and why; its past and its cases stay.

    :raises NotFound: there is no thing of that code
    :raises NotAllowed: no post of the actor permits it
    :raises BadInput: it ended already, begins after that day, or no reason is given
    """
    as_unit = policy.require(actor, Act.END_THING)
    thing = queries.thing_to_change(code)
    said = written(reason, where="reason", most=CONDITION_MAX)
    if thing.from_on > on:
        raise BadInput("这一天它还没有登记", where="on")
    thing.state, thing.condition, thing.until_on = ThingState.REMOVED.value, said, on
    thing.save(update_fields=["state", "condition", "until_on"])
    _leave_grids([thing.pk], on)
    ThingPast.objects.create(thing=thing, state=thing.state, condition=said, at=now)
    record(
        "places.thing_ended", subject=f"thing:{code}", actor=actor, at=now, as_unit=as_unit, on=on.isoformat()
    )
    return thing


@whole
def survey_grid(*, grid_code: str, on: date, actor: Actor, now: datetime) -> GridSurvey:
    """Say that the things of a grid were all compared on a day; a grid never surveyed is in the gap report.

    :raises NotAllowed: no post of the actor permits it
    :raises BadInput: there is no such grid on that day, or the day is still to come
    """
    as_unit = policy.require(actor, Act.SURVEY_GRID)
    area = ground.atlas_on(on).areas.area_of.get(grid_code)
    if area is None or area.kind != "grid":
        raise BadInput("没有编码为 %(code)s 的网格", where="grid_code", code=grid_code)
    if on > queries.day_of(now):
        raise BadInput("不能记还没到的日子", where="on")
    known = ThingGrid.objects.filter(queries.in_force(on), grid_code=grid_code).count()
    survey, _ = GridSurvey.objects.update_or_create(grid_code=grid_code, on=on, defaults={"things": known})
    record(
        "places.grid_surveyed",
        subject=f"grid:{grid_code}",
        actor=actor,
        at=now,
        as_unit=as_unit,
        on=on.isoformat(),
        things=known,
    )
    return survey


def _one_at_a_time() -> None:
    """Queue up whoever gives numbers: two at once would give the same."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('mulin.places.things'))")


def _put(
    things: Sequence[ThingThere], *, from_on: date, complete: bool, now: datetime
) -> Changes[ThingThere]:
    """Bring the tables to what is given, and give numbers to those that have none."""
    kinds = {kind.code: kind for kind in queries.kinds()}
    problems = list(check_things(things, kinds, coded=False))
    if problems:
        raise BadThings(problems)
    coded = _coded(things, from_on)
    owned = [replace(row, owner_code=row.owner_code or kinds[row.kind].owner_code) for row in coded]
    given = {row.code: row for row in owned}
    standing = queries.things_there() if complete else queries.things_there(list(given))
    changes = compare(standing, given, essence=lambda row: row, complete=complete)
    arriving = [*changes.new.values(), *changes.changed.values()]
    Thing.objects.bulk_create(
        [_row(row, kinds, from_on) for row in arriving],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=CHANGING,
    )
    rows = list(Thing.objects.filter(code__in=[row.code for row in arriving]))
    said = {code: (row.state, row.condition) for code, row in standing.items()}
    ThingPast.objects.bulk_create(
        [
            ThingPast(thing=row, state=row.state, condition=row.condition, at=now)
            for row in rows
            if said.get(row.code) != (row.state, row.condition)
        ],
        batch_size=BATCH,
    )
    regrid_things(from_on, rows)
    if changes.ended:
        ending = Thing.objects.filter(code__in=list(changes.ended))
        _leave_grids(list(ending.values_list("pk", flat=True)), from_on)
        ending.update(until_on=from_on, state=ThingState.REMOVED.value)
    return changes


def _leave_grids(keys: Sequence[int], on: date) -> None:
    running = ThingGrid.objects.filter(thing__in=keys, until_on=None)
    running.filter(from_on__gte=on).delete()
    running.update(until_on=on)


def _coded(things: Sequence[ThingThere], on: date) -> list[ThingThere]:
    """Give the next number of their class and division to those that have none."""
    fresh = [row for row in things if not row.code]
    last = queries.highest_codes() if fresh else {}
    for row in things:
        if row.code:
            prefix = row.code[: DIVISION + len(row.kind)]
            last[prefix] = max(last.get(prefix, ""), row.code)
    found = []
    for row in things:
        if not row.code:
            division = queries.division_at(row.lon, row.lat, on=on)
            prefix = division + row.kind
            last[prefix] = next_code(division, row.kind, last.get(prefix, ""))
            row = replace(row, code=last[prefix])
        found.append(row)
    return found


def _row(there: ThingThere, kinds: dict[str, ThingKind], from_on: date) -> Thing:
    return Thing(
        code=there.code,
        kind=kinds[there.kind],
        name=there.name,
        lon=there.lon,
        lat=there.lat,
        accuracy_m=there.accuracy_m,
        owner_code=there.owner_code,
        state=there.state,
        condition=there.condition,
        hours=there.hours,
        surveyed_on=there.surveyed_on,
        source=there.source,
        from_on=from_on,
        until_on=None,
    )
