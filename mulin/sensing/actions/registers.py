"""Register devices and models, and end a device."""

from collections.abc import Sequence
from datetime import date, datetime

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.kernel.wording import written
from mulin.ledger.actions import record, whole
from mulin.people.queries.days import day_of
from mulin.people.queries.units import unit_by_code
from mulin.places.rules.ground import require_position
from mulin.sensing import policy
from mulin.sensing.models import DetectionModel, Device
from mulin.sensing.queries import events as queries
from mulin.sensing.rules.events import Act, DeviceKind, SceneType, check_retention


@whole
def register_device(
    *,
    code: str,
    kind: DeviceKind,
    place: str,
    lon: float,
    lat: float,
    purpose: str,
    operator: str,
    has_sign: bool,
    retention_days: int,
    actor: Actor,
    now: datetime,
) -> Device:
    """Put a device into the public register: where, what for, whose, how long recordings are kept (S-228).

    :raises NotAllowed: no post of the actor permits it
    :raises NotFound: there is no such operator
    :raises BadInput: a camera without a sign, recordings kept too long, a code used before
    """
    as_unit = policy.require(actor, Act.REGISTER)
    check_retention(retention_days, has_sign=has_sign, kind=kind)
    require_position(lon, lat)
    given = written(code, where="code", most=32)
    if Device.objects.filter(code=given).exists():
        raise BadInput("编码 %(code)s 已经登记过", where="code", code=given)
    device = Device.objects.create(
        code=given,
        kind=kind.value,
        place=written(place, where="place", most=120),
        lon=lon,
        lat=lat,
        purpose=written(purpose, where="purpose", most=120),
        operator=unit_by_code(operator),
        has_sign=has_sign,
        retention_days=retention_days,
        from_on=day_of(now),
    )
    record(
        "sensing.device_registered",
        subject=f"device:{device.pk}",
        actor=actor,
        at=now,
        as_unit=as_unit,
        device_kind=kind.value,
        retention_days=retention_days,
    )
    return device


@whole
def end_device(*, code: str, actor: Actor, now: datetime) -> Device:
    """Say that a device is gone or switched off from today on; nothing it tells is taken any more.

    :raises NotAllowed: no post of the actor permits it
    :raises NotFound: there is no such device
    """
    as_unit = policy.require(actor, Act.END)
    device = queries.device_to_change(code)
    device.until_on = day_of(now)
    device.save(update_fields=["until_on"])
    record("sensing.device_ended", subject=f"device:{device.pk}", actor=actor, at=now, as_unit=as_unit)
    return device


@whole
def register_model(
    *,
    code: str,
    title: str,
    detects: Sequence[SceneType],
    error_rate: float,
    tested_on: date,
    actor: Actor,
    now: datetime,
) -> DetectionModel:
    """Put a model into the register: what it detects, and how often it was wrong when tested (S-227).

    :raises NotAllowed: no post of the actor permits it
    :raises BadInput: it detects nothing, its rate is no share, it is tested in the future, a code used before
    """
    as_unit = policy.require(actor, Act.REGISTER_MODEL)
    given = written(code, where="code", most=32)
    if not detects:
        raise BadInput("请选它识别哪几类", where="detects")
    if not 0 <= error_rate <= 1:
        raise BadInput("误报率应在 0 到 1 之间", where="error_rate")
    if tested_on > day_of(now):
        raise BadInput("测试日期在将来", where="tested_on")
    if DetectionModel.objects.filter(code=given).exists():
        raise BadInput("编码 %(code)s 已经登记过", where="code", code=given)
    model = DetectionModel.objects.create(
        code=given,
        title=written(title, where="title", most=80),
        detects=sorted({one.value for one in detects}),
        error_rate=error_rate,
        tested_on=tested_on,
        from_on=day_of(now),
    )
    record(
        "sensing.model_registered",
        subject=f"model:{model.pk}",
        actor=actor,
        at=now,
        as_unit=as_unit,
        error_rate=error_rate,
    )
    return model
