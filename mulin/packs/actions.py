"""Adopting a pack: one act, one transaction, all of it or nothing; and the same tried out beforehand."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from mulin.boundaries.actions import adjusting
from mulin.cases.actions import escalating, timetables, wording
from mulin.cases.actions import setup as cases
from mulin.cases.models import DispatchTable
from mulin.cases.queries import clock, doors, routing, script
from mulin.cases.queries.regrounded import Moved, moved_cases
from mulin.cases.rules.rates import FormulaRow
from mulin.catalogue import actions as catalogue
from mulin.catalogue import queries as lists
from mulin.clocks import queries as published
from mulin.clocks.rules import specs
from mulin.judgement import actions as judgement
from mulin.kernel.actor import Actor
from mulin.ledger.actions import record
from mulin.ledger.queries import entries_of
from mulin.packs import policy
from mulin.packs.rules import after_tables
from mulin.packs.rules.history import History
from mulin.packs.rules.pack import Pack
from mulin.people.actions import setup, tables
from mulin.people.models import Appointment, Unit
from mulin.people.queries.days import in_force
from mulin.people.rules.rows import Imported
from mulin.places.actions import divisions, things
from mulin.places.actions import importing as places
from mulin.places.queries import ground
from mulin.places.rules.atlas import Atlas
from mulin.telling.actions import following
from mulin.worklog.actions import labels

_HELD = ("person__staff_no", "unit__code", "post__code")


@dataclass(frozen=True, slots=True)
class Adopted:
    """What adopting a pack did, or would do: counts by section; nothing at all when it was adopted before."""

    name: str
    version: str
    from_on: date
    replayed: bool
    sections: Mapping[str, Mapping[str, int]]
    moved: tuple[Moved, ...] = ()

    @property
    def cases_moved(self) -> int:
        """Return how many open cases would lie with another unit."""
        return sum(each.cases for each in self.moved)


@transaction.atomic
def adopt_pack(*, pack: Pack, from_on: date | None = None, actor: Actor, now: datetime) -> Adopted:
    """Make the city from a day on what the pack says; adopting the same content again changes nothing.

    The first time the pack's own day counts, later the day of ``now``, unless ``from_on`` says otherwise.

    :raises NotAllowed: no post of the actor permits it, or one of the acts it consists of
    :raises NotPossible: something of the pack cannot hold from that day on
    """
    as_unit = policy.require_adopt(actor)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('mulin.packs'))")  # one adoption at a time
    before = entries_of(f"pack:{pack.name}", limit=10_000)
    day = from_on or _first_day(pack, now)
    if before and before[-1].facts.get("digest") == pack.digest:
        return Adopted(pack.name, pack.version, day, True, {})
    if pack.history is not None and not before:
        _begin(pack, pack.history, actor, now)
    sections = _adopt(pack, day, actor, now)
    record(
        "pack.adopted",
        subject=f"pack:{pack.name}",
        actor=actor,
        at=now,
        as_unit=as_unit,
        version=pack.version,
        digest=pack.digest,
        from_on=day.isoformat(),
        sections=sections,
    )
    return Adopted(pack.name, pack.version, day, False, sections)


def preview_pack(*, pack: Pack, from_on: date | None = None, actor: Actor, now: datetime) -> Adopted:
    """Adopt the pack, look at what changed and which open cases would move, and take it all back.

    :raises NotAllowed: as for adopting
    :raises NotPossible: as for adopting
    """
    day = from_on or _first_day(pack, now)
    standing = Atlas(ground.ground_on(day), on=day)
    with transaction.atomic():
        adopted = adopt_pack(pack=pack, from_on=day, actor=actor, now=now)
        moved = () if adopted.replayed else moved_cases(standing, Atlas(ground.ground_on(day), on=day))
        transaction.set_rollback(True)
    ground.forget()
    return replace(adopted, moved=moved)


def _begin(pack: Pack, history: History, actor: Actor, now: datetime) -> None:
    """Draw the ground as it once stood and adjust it as it was adjusted: only before the city stands."""
    setup.import_unit_kinds(rows=pack.kinds.rows, actor=actor, now=now)
    units = history.first_units(pack.units.rows, pack.areas.rows)
    tables.import_units(rows=units, on=history.from_on, actor=actor, now=now)
    areas = history.first(pack.areas.rows)
    places.import_areas(areas=areas, from_on=history.from_on, actor=actor, now=now)
    for plan in history.plans:
        key = f"pack:{pack.name}:{plan.on.isoformat()}"
        adjusting.adjust_boundaries(plan=plan, key=key, actor=actor, now=now)


def _first_day(pack: Pack, now: datetime) -> date:
    """Return the pack's own day the first time it is adopted, the day of ``now`` later."""
    known = entries_of(f"pack:{pack.name}", limit=1)
    return timezone.localtime(now).date() if known else pack.from_on


def _adopt(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, dict[str, int]]:
    """Do the acts a pack consists of, in the order they lean on one another."""
    sections = {
        "unit_kinds": setup.import_unit_kinds(rows=pack.kinds.rows, actor=actor, now=now),
        "roles": setup.import_roles(rows=pack.roles.rows, actor=actor, now=now),
        "posts": setup.import_posts(rows=pack.posts.rows, actor=actor, now=now),
        "units": tables.import_units(
            rows=pack.all_units().rows, ends=_ending_units(pack, day), on=day, actor=actor, now=now
        ),
    }
    counts = {name: _counts(imported) for name, imported in sections.items()}
    if pack.divisions.rows:
        counts["divisions"] = divisions.import_divisions(
            divisions=pack.divisions.rows, from_on=day, complete=True, actor=actor, now=now
        ).counts()
    counts["areas"] = places.import_areas(
        areas=pack.areas.rows,
        from_on=day,
        complete_kinds=frozenset(area.kind for area in pack.areas.rows),
        actor=actor,
        now=now,
    ).counts()
    counts["compounds"] = places.import_compounds(
        compounds=pack.compounds.rows, from_on=day, complete=True, actor=actor, now=now
    ).counts()
    counts["buildings"] = places.import_buildings(
        buildings=pack.buildings.rows, from_on=day, complete=True, actor=actor, now=now
    ).counts()
    if pack.thing_kinds.rows:
        counts["things"] = _things(pack, day, actor, now)
    counts["staff"] = _staff(pack, day, actor, now)
    return counts | _lists(pack, day, actor, now)


def _things(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, int]:
    """Adopt the classes of things and the things listed; those recorded otherwise stay."""
    things.adopt_thing_kinds(rows=pack.thing_kinds.rows, actor=actor, now=now)
    return things.import_things(things=pack.things.rows, from_on=day, actor=actor, now=now).counts()


def _counts(imported: Imported) -> dict[str, int]:
    return {
        "new": imported.added,
        "changed": imported.changed,
        "ended": imported.ended,
        "same": imported.same,
    }


def _staff(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, int]:
    """Appoint who does not hold the post yet; whoever the pack leaves out keeps theirs.

    A line with days of its own is that term, unless an act has ended it since.
    """
    held = set(Appointment.objects.filter(in_force(day)).values_list(*_HELD))
    ended = set(Appointment.objects.filter(ended_at__isnull=False).values_list(*_HELD, "from_on"))
    rows = []
    for term in pack.staff.rows:
        seat = (term.staff_no, term.unit, term.post)
        if term.until_on is not None or term.from_on != pack.from_on:
            rows += [] if (*seat, term.from_on) in ended else [term]
        elif seat not in held:
            rows.append(replace(term, from_on=day))
    counts = _counts(tables.import_appointments(rows=rows, actor=actor, now=now))
    return counts | {"same": len(pack.staff.rows) - counts["new"] - counts["changed"]}


def _ending_units(pack: Pack, day: date) -> list[str]:
    """Return the units of areas that the pack draws no more: a grid that is merged ends with its ground."""
    kinds = {area.kind for area in pack.areas.rows}
    kept = {unit.code for unit in pack.all_units().rows}
    gone = {area.unit_code for area in ground.areas_on(day) if area.kind in kinds} - kept
    return sorted(Unit.objects.filter(code__in=gone, until_on=None).values_list("code", flat=True))


def _lists(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, dict[str, int]]:
    """Publish the list, the dispatch table and the settings, each only when it says something new."""
    counts: dict[str, dict[str, int]] = {}
    if pack.items:
        effect = lists.preview(pack.list_code, pack.items, on=day)
        counts["list"] = {
            "new": len(effect.added),
            "changed": len(effect.changed),
            "ended": len(effect.gone),
            "same": effect.unchanged,
        }
        if effect.added or effect.changed or effect.gone:
            catalogue.publish_edition(
                list_code=pack.list_code,
                list_name=pack.list_name,
                name=pack.edition,
                from_on=day,
                items=pack.items,
                digest=pack.list_digest,
                actor=actor,
                now=now,
            )
    if pack.dispatch.rows:
        counts["dispatch"] = _dispatch(pack, day, actor, now)
    if pack.calendars.rows:
        counts["calendars"] = _calendars(pack, day, actor, now)
    if pack.profiles.rows:
        counts["profiles"] = _profiles(pack, day, actor, now)
    if pack.ladder.rows:
        counts["escalation"] = _replaced(
            escalating.adopt_ladder(rungs=pack.ladder.rows, actor=actor, now=now), len(pack.ladder.rows)
        )
    if pack.routes.rows:
        counts["notices"] = _replaced(
            following.adopt_routes(routes=pack.routes.rows, actor=actor, now=now), len(pack.routes.rows)
        )
    if pack.script.rows or pack.formula.rows:
        counts["aftercare"] = _aftercare(pack, day, actor, now)
    if pack.labels.rows:
        changed = labels.adopt_labels(rows=pack.labels.rows, actor=actor, now=now)
        counts["labels"] = _replaced(changed, len(pack.labels.rows))
    if pack.whistles.rows:
        rows = pack.whistles.rows
        changed = cases.adopt_whistle_table(rows=rows, from_on=day, actor=actor, now=now)
        counts["whistles"] = {"new": 0, "changed": changed, "ended": 0, "same": max(len(rows) - changed, 0)}
    if pack.grades.rows:
        changed = cases.adopt_grades(rows=pack.grades.rows, from_on=day, actor=actor, now=now)
        counts["grades"] = _replaced(changed, len(pack.grades.rows))
    if pack.reviews.rows:
        rules = pack.reviews.rows
        counts["reviews"] = _replaced(
            judgement.adopt_review_rules(rows=rules, actor=actor, now=now), len(rules)
        )
    if pack.settings:
        cases.adopt_settings(values=pack.settings, actor=actor, now=now)
        counts["settings"] = {"new": 0, "changed": len(pack.settings), "ended": 0, "same": 0}
    return counts


def _calendars(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, int]:
    """Publish the calendars that say something new; running clocks move in the same act."""
    drawn = specs.draw(pack.calendars.rows)
    fresh = [
        each
        for each in drawn
        if published.spec_in_force(each.code, on=day) != (each.name, each.region, each.spec)
    ]
    for each in fresh:
        timetables.change_calendar(drawn=each, from_on=day, actor=actor, now=now)
    return {"new": 0, "changed": len(fresh), "ended": 0, "same": len(drawn) - len(fresh)}


def _profiles(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, int]:
    rows = pack.profiles.rows
    standing = next((steps for since, steps in clock.shelf(doors.settings()).tables if since <= day), ())
    if set(standing) == set(rows):
        return _replaced(0, len(rows))
    timetables.publish_profiles(steps=rows, name=pack.edition, from_on=day, actor=actor, now=now)
    return _replaced(len(rows), len(rows))


def _replaced(changed: int, rows: int) -> dict[str, int]:
    """Return the counts of a table that is put in place of the one before as a whole."""
    return {"new": 0, "changed": changed, "ended": 0, "same": 0 if changed else rows}


def _aftercare(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, int]:
    """Word the visit script and the reasons to exclude; publish the formula if it says something new."""
    lines = pack.script.rows
    questions = [line.question() for line in lines if line.use == after_tables.QUESTION]
    reasons = [line.question() for line in lines if line.use == after_tables.EXCLUSION]
    same = (script.questions(), script.reasons()) == (tuple(questions), tuple(reasons))
    wording.adopt_script(questions=questions, reasons=reasons, actor=actor, now=now)
    fresh = [FormulaRow(from_on=day, **asdict(line)) for line in pack.formula.rows]
    standing = next((row for row in script.formulas() if row.from_on <= day), None)
    fresh = [row for row in fresh if standing is None or replace(standing, from_on=day) != row]
    for row in fresh:
        wording.publish_formula(row=row, actor=actor, now=now)
    changed = 0 if same else len(lines)
    return {"new": len(fresh), "changed": changed, "ended": 0, "same": len(lines) - changed}


def _dispatch(pack: Pack, day: date, actor: Actor, now: datetime) -> dict[str, int]:
    rows = pack.dispatch.rows
    table: DispatchTable | None = routing.table_in_force(day)
    standing = set(routing.rows_of(table.pk)) if table else set()
    if standing == set(rows):
        return {"new": 0, "changed": 0, "ended": 0, "same": len(rows)}
    cases.publish_dispatch_table(rows=rows, name=pack.edition, from_on=day, actor=actor, now=now)
    same = len(standing & set(rows))
    return {"new": len(rows) - same, "changed": 0, "ended": len(standing) - same, "same": same}
