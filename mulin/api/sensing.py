"""Scene events from systems of devices: closed shapes, screened for anything of a person before all else."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import BearerToken, StaffRequest
from mulin.gateways import photos
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.sensing.actions import events as acts
from mulin.sensing.queries import events as lookup
from mulin.sensing.rules.events import (
    BATCH_MOST,
    STILL_BYTES,
    STILLS_MOST,
    Act,
    Dismissal,
    EventGiven,
    SceneType,
)
from mulin.sensing.rules.screening import PersonData, denied_field

router = Router(tags=["sensing"])
public = Router(tags=["sensing"])
Code = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(said.storable)]


class Screened(BearerToken):
    """A token whose message is looked through first: anything of a person and it is refused and counted."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return the actor behind ``token``.

        :raises PersonData: the message names something of a person
        """
        actor = super().authenticate(request, token)
        if actor is not None and actor.may(Act.RECEIVE):
            try:
                found = denied_field(orjson.loads(request.body))
            except orjson.JSONDecodeError:  # what cannot be read is refused for that
                return actor
            if found:
                acts.refuse_message(cause=acts.PERSON_DATA, actor=actor, now=timezone.now())
                raise PersonData(found)
        return actor


class EventSaid(said.Said):
    """What a device saw of a thing or scene; no field is for anything of a person, and none is taken."""

    device: Code
    model: Code
    source_no: Annotated[str, Field(min_length=1, max_length=80), AfterValidator(said.storable)]
    type: SceneType = Field(strict=False)
    at: Annotated[datetime, Field(strict=False)]
    confidence: Annotated[float, Field(ge=0, le=1)]
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    still: Annotated[str, Field(max_length=STILL_BYTES * 4 // 3 + 4)] = Field(
        "", description="a JPEG in base64; only one that was blurred"
    )
    blurred: bool = Field(False, description="the sender's word that the still shows nobody and no plate")


class EventsSaid(said.Said):
    """What was seen, at most a hundred at a time."""

    events: list[EventSaid] = Field(min_length=1, max_length=BATCH_MOST)


class EventTaken(shown.Shown):
    """An event that was kept until somebody looks."""

    id: UUID
    source_no: str
    state: str
    replayed: bool


class EventsTaken(shown.Shown):
    """The events of a batch in their order."""

    events: list[EventTaken]


class SightShown(shown.Shown):
    """One sight that waits: its events, what and where."""

    ids: list[UUID]
    type: str
    place: str
    unit: str
    first_at: datetime
    last_at: datetime
    lon: float
    lat: float
    confidence: float


class SightsShown(shown.Shown):
    """The sights that wait."""

    sights: list[SightShown]


class SightConfirmed(said.Said):
    """It is so: in whose words the report begins."""

    events: list[Annotated[UUID, Field(strict=False)]] = Field(min_length=1, max_length=BATCH_MOST)
    text: said.Reason


class SightDismissed(said.Said):
    """It is not, and why."""

    events: list[Annotated[UUID, Field(strict=False)]] = Field(min_length=1, max_length=BATCH_MOST)
    reason: Dismissal = Field(strict=False)


class SightCase(shown.Shown):
    """The case it became."""

    case_id: UUID
    number: str


class EventsDismissed(shown.Shown):
    """How many events that was."""

    events: int


class DeviceShown(shown.Shown):
    """A device as everybody may read of it."""

    code: str
    kind: str
    place: str
    lon: float
    lat: float
    purpose: str
    operator: str
    has_sign: bool
    retention_days: int


class DevicesShown(shown.Shown):
    """The public register of devices."""

    devices: list[DeviceShown]


@router.post("/sensing/events", response={201: EventsTaken}, operation_id="receive_events", auth=Screened())
def receive_events(request: StaffRequest, body: EventsSaid) -> HttpResponse:
    """Send what devices saw; all of a batch is kept or nothing. No case opens before a person confirms it."""

    def done() -> dict[str, object]:
        given = [_given(one, number) for number, one in enumerate(body.events)]
        taken = acts.receive_events(events=given, actor=request.auth, now=timezone.now())
        return {
            "events": [
                {"id": one.pk, "source_no": one.source_no, "state": one.state, "replayed": replayed}
                for one, replayed in taken
            ]
        }

    if sum(bool(one.still) for one in body.events) > STILLS_MOST:
        raise BadInput("一次最多 %(most)s 张图片", where="events", most=STILLS_MOST)
    return answers.answer_once(request, done, who=request.auth.account_id, status=201)


def _given(one: EventSaid, number: int) -> EventGiven:
    if one.at.tzinfo is None:
        raise BadInput("时间要带时区，例如 2026-05-12T08:30:00+08:00", where=f"events.{number}.at")
    return EventGiven(
        device=one.device,
        model=one.model,
        source_no=one.source_no,
        type=one.type,
        at=one.at,
        confidence=one.confidence,
        lon=one.longitude,
        lat=one.latitude,
        still=_still(one, f"events.{number}.still") if one.still else None,
    )


def _still(one: EventSaid, where: str) -> bytes:
    if not one.blurred:
        raise BadInput("图片要先模糊处理，并写明 blurred", where=where)
    try:
        return photos.clean(base64.b64decode(one.still, validate=True)).jpeg
    except (binascii.Error, BadInput):
        raise BadInput("图片读不出来，应为 base64 的 JPEG", where=where) from None


@router.get("/sensing/events", response=SightsShown, operation_id="list_sights")
def list_sights(request: StaffRequest) -> HttpResponse:
    """Read the sights that wait for somebody on your ground."""
    rows = lookup.waiting(request.auth, now=timezone.now())
    return answers.answer(
        {"sights": [{name: getattr(row, name) for name in SightShown.model_fields} for row in rows]}
    )


@router.post("/sensing/events/confirm_events", response=SightCase, operation_id="confirm_events")
def confirm_events(request: StaffRequest, body: SightConfirmed) -> HttpResponse:
    """Say that a sight is so: it becomes a report."""

    def done() -> dict[str, object]:
        case = acts.confirm_events(
            event_ids=body.events, text=body.text, actor=request.auth, now=timezone.now()
        )
        return {"case_id": case.pk, "number": case.number}

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/sensing/events/dismiss_events", response=EventsDismissed, operation_id="dismiss_events")
def dismiss_events(request: StaffRequest, body: SightDismissed) -> HttpResponse:
    """Say that nothing is to be done about a sight."""

    def done() -> dict[str, object]:
        count = acts.dismiss_events(
            event_ids=body.events, reason=body.reason, actor=request.auth, now=timezone.now()
        )
        return {"events": count}

    return answers.answer_once(request, done, who=request.auth.account_id)


@public.get("/devices", response=DevicesShown, operation_id="list_devices", auth=None)
def list_devices(request: HttpRequest) -> HttpResponse:
    """Read the public register of cameras and sensors: where, what for, whose, how long recordings stay."""
    rows = lookup.devices(on=timezone.localdate())
    names = DeviceShown.model_fields.keys() - {"operator"}
    return answers.answer(
        {
            "devices": [
                {**{name: getattr(row, name) for name in names}, "operator": row.operator.short_name}
                for row in rows
            ]
        }
    )
