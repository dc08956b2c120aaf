"""Publishing a calendar as a dated edition."""

from datetime import date, datetime

from mulin.clocks import policy
from mulin.clocks.models import CalendarEdition
from mulin.clocks.rules import specs
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotPossible
from mulin.ledger.actions import record, whole


@whole
def begin_calendars(*, on: date, actor: Actor, now: datetime) -> int:
    """Note that running clocks go by every edition whose day has come; return how many had not begun yet.

    :raises NotAllowed: no post of the actor permits it
    """
    policy.require(actor)
    return CalendarEdition.objects.filter(from_on__lte=on, begun_at__isnull=True).update(begun_at=now)


@whole
def publish_calendar(*, drawn: specs.Drawn, from_on: date, actor: Actor, now: datetime) -> CalendarEdition:
    """Publish an edition of a calendar, in force from a day on; earlier ones stay.

    What deadlines it moves is the business of ``cases``: ask for the preview there and change them there.

    :raises NotAllowed: no post of the actor permits it
    :raises NotPossible: an edition of that day exists
    """
    unit_id = policy.require(actor)
    specs.build(drawn.code, drawn.name, drawn.spec)
    if CalendarEdition.objects.filter(code=drawn.code, from_on=from_on).exists():
        raise NotPossible(
            "日历“%(name)s”从 %(day)s 起的版本已经有了", name=drawn.name, day=from_on.isoformat()
        )
    edition = CalendarEdition.objects.create(
        code=drawn.code,
        name=drawn.name,
        region=drawn.region,
        from_on=from_on,
        spec=drawn.spec,
        published_at=now,
    )
    record(
        "calendar.published",
        subject=edition.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        code=drawn.code,
        region=drawn.region,
        from_on=from_on.isoformat(),
        days=len(drawn.spec.get("days", {})),
    )
    return edition
