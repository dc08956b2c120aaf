"""Scene events waiting for somebody's eyes, those decided, and the registers everybody may read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound
from mulin.people.models import Unit
from mulin.sensing import policy
from mulin.sensing.models import DetectionModel, Device, RefusedMessages, SceneEvent, Still
from mulin.sensing.rules.events import Act, AlreadyDecided, EventState, Sight, grouped

WAITING_MOST: Final = 500
PAGE: Final = 50
DEVICES_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class SightRow:
    """One sight: the events of one type at one spot within half an hour, the surest first told."""

    ids: tuple[UUID, ...]
    type: str
    place: str
    unit: str
    first_at: datetime
    last_at: datetime
    lon: float
    lat: float
    confidence: float
    model: str
    error_rate: float
    still: UUID | None


def in_force(on: date) -> Q:
    """Return the filter of devices and models that stand on a day."""
    return Q(from_on__lte=on) & (Q(until_on__isnull=True) | Q(until_on__gt=on))


def waiting(actor: Actor, *, now: datetime) -> list[SightRow]:
    """Return the sights nobody has decided yet, the latest first, as far as the actor sees their ground."""
    found = list(_seen(actor).filter(state=EventState.NEW.value).order_by("-at", "pk")[:WAITING_MOST])
    stills = Still.objects.filter(event__in=found, until__gt=now).values_list("event_id", flat=True)
    shown = set(stills)
    pairs = [(event, Sight(event.type, event.at, event.lon, event.lat)) for event in found]
    return [_row(group, shown) for group in grouped(pairs)]


def _row(events: list[SceneEvent], shown: set[UUID]) -> SightRow:
    surest = max(events, key=lambda event: (event.confidence, str(event.pk)))
    still = next((event.pk for event in (surest, *events) if event.pk in shown), None)
    return SightRow(
        ids=tuple(event.pk for event in events),
        type=surest.type,
        place=surest.device.place,
        unit=surest.unit.short_name,
        first_at=min(event.at for event in events),
        last_at=max(event.at for event in events),
        lon=surest.lon,
        lat=surest.lat,
        confidence=surest.confidence,
        model=surest.model.title,
        error_rate=surest.model.error_rate,
        still=still,
    )


def decided(actor: Actor) -> list[SceneEvent]:
    """Return the events decided last, as far as the actor sees their ground."""
    found = _seen(actor).exclude(state=EventState.NEW.value).exclude(decided_at=None)
    return list(found.order_by("-decided_at", "pk")[:PAGE])


def _seen(actor: Actor) -> QuerySet[SceneEvent]:
    policy.require(actor, Act.SEE)
    units = Unit.objects.filter(policy.units_seen(actor))
    return SceneEvent.objects.filter(unit__in=units).select_related("device", "unit", "model", "case")


def still_of(actor: Actor, event_id: UUID, *, now: datetime) -> bytes:
    """Return the blurred picture of an event that waits.

    :raises NotFound: there is none, no more, or not for this actor
    """
    found = Still.objects.filter(event__in=_seen(actor), event_id=event_id, until__gt=now).first()
    if found is None:
        raise NotFound("没有这张图片，或已到期删除")
    return bytes(found.jpeg)


def events_to_decide(actor: Actor, ids: list[UUID]) -> list[SceneEvent]:
    """Return the events of a sight with their rows locked, in the order of their keys.

    :raises BadInput: none is named
    :raises NotFound: one is not there, or not for this actor
    :raises AlreadyDecided: one was decided before
    """
    if not ids:
        raise BadInput("请选一条现场事件", where="events")
    seen = Unit.objects.filter(policy.units_seen(actor))
    locked = SceneEvent.objects.select_for_update(of=("self",)).select_related("device", "unit")
    found = list(locked.filter(pk__in=ids, unit__in=seen).order_by("pk"))
    if len(found) != len(set(ids)):
        raise NotFound("没有这条现场事件")
    if any(event.state != EventState.NEW for event in found):
        raise AlreadyDecided
    return found


def device_in_force(code: str, *, on: date) -> Device:
    """Return a device that stands on a day.

    :raises BadInput: there is none of that code
    """
    found = Device.objects.filter(in_force(on), code=code).select_related("operator").first()
    if found is None:
        raise BadInput("没有登记编码为 %(code)s 的设备", where="device", code=code)
    return found


def model_in_force(code: str, *, on: date) -> DetectionModel:
    """Return a registered model that is in use on a day.

    :raises BadInput: there is none of that code
    """
    found = DetectionModel.objects.filter(in_force(on), code=code).first()
    if found is None:
        raise BadInput("没有登记编码为 %(code)s 的识别模型", where="model", code=code)
    return found


def device_to_change(code: str) -> Device:
    """Return a device that has not ended, with its row locked.

    :raises NotFound: there is none of that code
    """
    found = Device.objects.select_for_update(of=("self",)).filter(code=code, until_on=None).first()
    if found is None:
        raise NotFound("没有登记编码为 %(code)s 的设备", code=code)
    return found


def devices(*, on: date) -> list[Device]:
    """Return the public register: every device of a day, by place."""
    return list(
        Device.objects.filter(in_force(on)).select_related("operator").order_by("place", "code")[:2_000]
    )


def models(*, on: date) -> list[DetectionModel]:
    """Return the models in use on a day."""
    return list(DetectionModel.objects.filter(in_force(on)).order_by("code")[:200])


def refused_since(on: date) -> dict[str, int]:
    """Return how many messages were refused from a day on, by cause."""
    found = RefusedMessages.objects.filter(on__gte=on).values("cause").annotate(total=Sum("n"))
    return {row["cause"]: row["total"] for row in found}
