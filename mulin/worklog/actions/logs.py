"""Write an entry of the grid log, and correct one: the old words stay, the new ones count."""

from datetime import date, datetime
from uuid import UUID

from mulin.cases.queries import doors
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.kernel.ids import new_id
from mulin.kernel.wording import written
from mulin.ledger.actions import record, whole
from mulin.people.queries.days import day_of
from mulin.people.queries.units import unit_for
from mulin.worklog import policy
from mulin.worklog.models import Label, LogEntry
from mulin.worklog.queries import logs
from mulin.worklog.rules.labels import Family
from mulin.worklog.rules.logs import TEXT_MOST, Act, check_day


@whole
def write_log(
    *,
    unit: str,
    kind: str,
    text: str,
    on: date,
    case_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> LogEntry:
    """Write down what was done on a day in a unit (五小 and the like); never who a resident is.

    :raises NotFound: the actor sees no such unit or case
    :raises NotAllowed: no post of the actor permits it there
    :raises BadInput: the type is unknown, nothing is said, or the day is not near
    """
    place = unit_for(actor, unit)
    as_unit = policy.require(actor, Act.WRITE, place)
    check_day(on, today=day_of(now))
    if case_id is not None:
        doors.case_to_see(actor, case_id)
    entry = LogEntry.objects.create(
        id=new_id(),
        kind=_kind(kind),
        unit=place,
        text=written(text, where="text", most=TEXT_MOST),
        case_id=case_id,
        on=on,
        account_id=actor.staff_id,
        written_at=now,
    )
    _note("log.written", entry, actor=actor, as_unit=as_unit, now=now)
    return entry


@whole
def correct_log(*, entry_id: UUID, kind: str, text: str, on: date, actor: Actor, now: datetime) -> LogEntry:
    """Put an entry in the place of one that was wrong; both stay, the new one counts.

    :raises NotFound: the actor sees no such entry
    :raises NotAllowed: no post of the actor permits it there
    :raises AlreadyCorrected: another has taken its place
    :raises BadInput: as for writing
    """
    before = logs.entry_to_change(actor, entry_id)
    as_unit = policy.require(actor, Act.CORRECT, before.unit)
    logs.require_last(before)
    check_day(on, today=day_of(now))
    entry = LogEntry.objects.create(
        id=new_id(),
        kind=_kind(kind),
        unit=before.unit,
        text=written(text, where="text", most=TEXT_MOST),
        case_id=before.case_id,
        on=on,
        account_id=actor.staff_id,
        written_at=now,
        replaces=before,
    )
    _note("log.corrected", entry, actor=actor, as_unit=as_unit, now=now, replaces=str(before.pk))
    return entry


def _kind(code: str) -> Label:
    try:
        return Label.objects.get(family=Family.GRID_LOG.value, code=code, in_use=True)
    except Label.DoesNotExist:
        raise BadInput("没有这类日志：%(kind)s", where="kind", kind=code[:32]) from None


def _note(
    kind: str, entry: LogEntry, *, actor: Actor, as_unit: int | None, now: datetime, **more: str
) -> None:
    record(
        kind,
        subject=entry.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        unit=entry.unit_id,
        log=entry.kind.code,
        on=entry.on.isoformat(),
        case=str(entry.case_id) if entry.case_id else None,
        **more,
    )
