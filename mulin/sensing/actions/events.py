"""Take in what devices saw, refuse what they may not tell, let a person decide: no case opens by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F

from mulin.cases.actions import intake
from mulin.cases.models import Case
from mulin.cases.queries import routing
from mulin.cases.rules.intake import Channel, Filing
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.kernel.ids import new_id
from mulin.kernel.wording import written
from mulin.ledger.actions import record, whole
from mulin.people.queries.days import day_of
from mulin.sensing import policy
from mulin.sensing.models import RefusedMessages, SceneEvent, Still
from mulin.sensing.queries import events as queries
from mulin.sensing.rules.events import (
    BATCH_MOST,
    OLDEST,
    STILL_DAYS,
    Act,
    Dismissal,
    EventGiven,
    EventState,
    check_event,
)

WORDS_MOST: Final = 500
PERSON_DATA: Final = "person_data"


@whole
def receive_events(
    *, events: Sequence[EventGiven], actor: Actor, now: datetime
) -> list[tuple[SceneEvent, bool]]:
    """Keep what devices saw until somebody looks; return each with whether it had come before.

    :raises NotAllowed: no post of the actor permits it
    :raises BadInput: a device or model is not registered, or an event cannot be; nothing of the batch is kept
    """
    as_unit = policy.require(actor, Act.RECEIVE)
    if not 0 < len(events) <= BATCH_MOST:
        raise BadInput("一次最多 %(most)s 条", where="events", most=BATCH_MOST)
    taken = [_taken(event, number, now) for number, event in enumerate(events)]
    fresh = sum(not replayed for _, replayed in taken)
    if fresh:
        record(
            "sensing.events_received", subject="events", actor=actor, at=now, as_unit=as_unit, events=fresh
        )
    return taken


def _taken(event: EventGiven, number: int, now: datetime) -> tuple[SceneEvent, bool]:
    try:
        return _kept(event, now)
    except BadInput as refusal:
        raise BadInput(refusal.why, where=f"events.{number}.{refusal.where}", **refusal.facts) from None


def _kept(event: EventGiven, now: datetime) -> tuple[SceneEvent, bool]:
    device = queries.device_in_force(event.device, on=day_of(now))
    before = SceneEvent.objects.filter(device=device, source_no=event.source_no).first()
    if before is not None:
        if before.digest != event.digest():
            raise BadInput(
                "编号 %(source_no)s 已经用过，内容不同", where="source_no", source_no=event.source_no
            )
        return before, True
    model = queries.model_in_force(event.model, on=day_of(now))
    if event.type not in model.detects:
        raise BadInput("这个模型没有登记识别这一类", where="type")
    check_event(event, device=(device.lon, device.lat), now=now)
    lon = device.lon if event.lon is None else event.lon
    lat = device.lat if event.lat is None else event.lat
    chain = routing.chain_at(routing.locate(lon=lon, lat=lat, address="", now=now))
    made = SceneEvent.objects.create(
        id=new_id(),
        device=device,
        model=model,
        source_no=event.source_no,
        digest=event.digest(),
        type=event.type.value,
        at=event.at,
        lon=lon,
        lat=lat,
        confidence=event.confidence,
        unit=chain[0] if chain else device.operator,
        state=EventState.NEW.value,
        received_at=now,
    )
    if event.still is not None:
        Still.objects.create(event=made, jpeg=event.still, until=now + timedelta(days=STILL_DAYS))
    return made, False


@whole
def refuse_message(*, cause: str, actor: Actor, now: datetime) -> None:
    """Count a message that was refused, and nothing of what it said (S-229).

    :raises NotAllowed: no post of the actor permits to send any
    """
    as_unit = policy.require(actor, Act.RECEIVE)
    on = day_of(now)
    RefusedMessages.objects.get_or_create(on=on, cause=cause)
    RefusedMessages.objects.filter(on=on, cause=cause).update(n=F("n") + 1)
    record("sensing.message_refused", subject="events", actor=actor, at=now, as_unit=as_unit, cause=cause)


@whole
def confirm_events(*, event_ids: Sequence[UUID], text: str, actor: Actor, now: datetime) -> Case:
    """Say that a sight is so: it becomes one report through the ordinary intake; its stills go.

    :raises NotFound: an event is not there, or not for this actor
    :raises NotAllowed: no post of the actor permits it there
    :raises AlreadyDecided: somebody was faster
    """
    events = queries.events_to_decide(actor, list(event_ids))
    as_unit = policy.require_at(actor, Act.CONFIRM, events[0].unit)
    first = events[0]
    filing = Filing(
        text=written(text, where="text", most=WORDS_MOST),
        channel=Channel.DEVICE,
        source="device",
        source_no=str(first.pk),
        lon=first.lon,
        lat=first.lat,
        address=first.device.place,
        anonymous=True,
    )
    case = intake.file_report(filing=filing, actor=actor, now=now).case
    _decide(events, EventState.CONFIRMED, now, case=case)
    record(
        "sensing.events_confirmed",
        subject=first.pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        case=str(case.pk),
        events=len(events),
    )
    return case


@whole
def dismiss_events(*, event_ids: Sequence[UUID], reason: Dismissal, actor: Actor, now: datetime) -> int:
    """Say that nothing is to be done about a sight, and why; its stills go.

    :raises NotFound: an event is not there, or not for this actor
    :raises NotAllowed: no post of the actor permits it there
    :raises AlreadyDecided: somebody was faster
    """
    events = queries.events_to_decide(actor, list(event_ids))
    as_unit = policy.require_at(actor, Act.DISMISS, events[0].unit)
    _decide(events, EventState.DISMISSED, now, dismissal=reason.value)
    record(
        "sensing.events_dismissed",
        subject=events[0].pk,
        actor=actor,
        at=now,
        as_unit=as_unit,
        cause=reason.value,
        events=len(events),
    )
    return len(events)


@whole
def forget_stills(*, actor: Actor, now: datetime) -> int:
    """Delete stills whose seven days are over, and let events nobody looked at run out; return how many."""
    gone, _ = Still.objects.filter(until__lte=now).delete()
    old = SceneEvent.objects.filter(state=EventState.NEW.value, received_at__lte=now - OLDEST)
    expired = old.update(state=EventState.EXPIRED.value)
    if gone or expired:
        record("sensing.stills_forgotten", subject="stills", actor=actor, at=now, stills=gone, events=expired)
    return gone


def _decide(
    events: Sequence[SceneEvent],
    state: EventState,
    now: datetime,
    *,
    case: Case | None = None,
    dismissal: str = "",
) -> None:
    keys = [event.pk for event in events]
    Still.objects.filter(event__in=keys).delete()
    SceneEvent.objects.filter(pk__in=keys).update(
        state=state.value, case=case, dismissal=dismissal, decided_at=now
    )
