"""What a pack sets: the dispatch table's editions and the heart's settings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from mulin.cases import policy
from mulin.cases.models import DispatchRule, DispatchTable, Settings, Whistle, WhistleGrade, WhistleStep
from mulin.cases.queries import calls, doors, grades
from mulin.cases.rules import dispatch
from mulin.cases.rules import grades as grade_rules
from mulin.cases.rules.dispatch import Row
from mulin.cases.rules.grades import GradeRow
from mulin.cases.rules.whistles import StepRow
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.ledger.actions import record, whole

PUBLISH = "publish_dispatch"
ADOPT = "adopt_pack"


@whole
def publish_dispatch_table(
    *, rows: Sequence[Row], name: str, from_on: date, actor: Actor, now: datetime
) -> DispatchTable:
    """Publish an edition of the dispatch table, in force from a day on; earlier ones stay.

    :raises BadInput: naming the first line that cannot be read or ties with another
    :raises NotPossible: an edition of that day exists
    """
    unit_id = policy.require_anywhere(actor, PUBLISH)
    for row in rows:
        _checked(row)
    for first, second in dispatch.ties(rows):
        raise BadInput("和第 %(first)d 行条件相同，分不出先后", where=f"line {second}", first=first)
    if DispatchTable.objects.filter(from_on=from_on).exists():
        raise NotPossible("%(day)s 起的派遣表已经有了", day=from_on.isoformat())
    table = DispatchTable.objects.create(name=name, from_on=from_on, published_at=now)
    DispatchRule.objects.bulk_create(
        DispatchRule(
            table=table,
            line=row.line,
            item=row.item,
            area=row.area,
            compound=row.compound,
            hours=row.hours,
            lead=row.lead,
            assist=list(row.assist),
            notify=list(row.notify),
        )
        for row in rows
    )
    record(
        "dispatch_table.published",
        subject=table.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        rows=len(rows),
        shadowed=dispatch.shadowed(rows),
        from_on=from_on.isoformat(),
    )
    return table


def _checked(row: Row) -> None:
    where = f"line {row.line}"
    if row.compound not in dispatch.COMPOUND:
        raise BadInput("「%(cell)s」不是 inside 或 outside", where=where, cell=row.compound)
    if row.hours not in dispatch.HOURS:
        raise BadInput("「%(cell)s」不是 working 或 off", where=where, cell=row.hours)
    for cell in (row.lead, *row.assist, *row.notify):
        dispatch.parse_target(cell)


@whole
def adopt_whistle_table(*, rows: Sequence[StepRow], from_on: date, actor: Actor, now: datetime) -> int:
    """Put a table of whistles in force from a day on, unless it stands; return how many rows changed.

    Whistles raised by an earlier table keep its limits.

    :raises NotPossible: another table of that day is in use
    """
    unit_id = policy.require_anywhere(actor, ADOPT)
    standing = {replace(row, line=0) for row in calls.step_rows(from_on)}
    fresh = {replace(row, line=0) for row in rows}
    if standing == fresh:
        return 0
    if Whistle.objects.filter(step__from_on=from_on).exists():
        raise NotPossible("%(day)s 起的吹哨规则已经用过", day=from_on.isoformat())
    WhistleStep.objects.filter(from_on=from_on).delete()
    WhistleStep.objects.bulk_create(
        WhistleStep(from_on=from_on, **asdict(row) | {"called_kinds": list(row.called_kinds)}) for row in rows
    )
    record(
        "whistle_table.adopted",
        subject=from_on.isoformat(),
        actor=actor,
        at=now,
        as_unit=unit_id,
        rows=len(rows),
        from_on=from_on.isoformat(),
    )
    return len(standing ^ fresh)


@whole
def adopt_grades(*, rows: Sequence[GradeRow], from_on: date, actor: Actor, now: datetime) -> int:
    """Put a table of grades in force from a day on, unless it stands; return how many rows changed.

    Whistles raised before keep the grade they were raised by.

    :raises BadInput: naming the first line that cannot be
    """
    unit_id = policy.require_anywhere(actor, ADOPT)
    grade_rules.check(rows)
    standing = {replace(row, line=0) for row in grades.rows_in_force(from_on)}
    fresh = {replace(row, line=0) for row in rows}
    if standing == fresh:
        return 0
    WhistleGrade.objects.filter(from_on=from_on).delete()
    WhistleGrade.objects.bulk_create(
        WhistleGrade(from_on=from_on, **asdict(row) | {"items": list(row.items), "call": list(row.call)})
        for row in rows
    )
    record(
        "grades.adopted",
        subject=from_on.isoformat(),
        actor=actor,
        at=now,
        as_unit=unit_id,
        rows=len(rows),
        from_on=from_on.isoformat(),
    )
    return len(standing ^ fresh)


@whole
def adopt_settings(*, values: Mapping[str, object], actor: Actor, now: datetime) -> Settings:
    """Set what the heart takes from a pack: prefix, desks, windows, brand.

    :raises BadInput: a value is not known or not of its kind
    """
    unit_id = policy.require_anywhere(actor, ADOPT)
    known = {field.name: field for field in Settings._meta.fields if field.name not in ("id", "clocks")}
    for name, value in values.items():
        if name not in known:
            raise BadInput("没有这一项设定", where=name)
        wanted = type(known[name].get_default())
        if type(value) is not wanted:
            raise BadInput("要填 %(wanted)s", where=name, wanted=wanted.__name__)
    settings, _ = Settings.objects.update_or_create(id=1, defaults=dict(values))
    doors.forget_settings()
    record("settings.adopted", subject=1, actor=actor, at=now, as_unit=unit_id, names=sorted(values))
    return settings
