"""A registered camera of the demo city, what it looks for, and what it sees."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from mulin.kernel.actor import SYSTEM, Actor
from mulin.sensing.actions import events, registers
from mulin.sensing.models import SceneEvent
from mulin.sensing.rules.events import DeviceKind, EventGiven, SceneType

SPOT = (118.0035, 34.0072)  # in the first grid of the demo city


def camera(code: str = "CAM-1", *, has_sign: bool = True) -> None:
    """Register a camera."""
    registers.register_device(
        code=code, kind=DeviceKind.CAMERA, place="东苑小区北门（示例）", lon=SPOT[0], lat=SPOT[1],
        purpose="看垃圾投放点和消防通道", operator="990101-CG", has_sign=has_sign, retention_days=7,
        actor=SYSTEM, now=timezone.now(),
    )  # fmt: skip


def model(code: str = "M-1") -> None:
    """Register what looks at its pictures."""
    registers.register_model(
        code=code, title="场景识别（示例）", detects=[SceneType.RUBBISH, SceneType.BLOCKED_FIRE_LANE],
        error_rate=0.12, tested_on=timezone.localdate(), actor=SYSTEM, now=timezone.now(),
    )  # fmt: skip


def seen(number: str = "1", *, at: datetime | None = None, **more: object) -> EventGiven:
    """Return one sight of rubbish."""
    given = EventGiven("CAM-1", "M-1", number, SceneType.RUBBISH, at or timezone.now(), 0.9)
    return replace(given, **more)  # type: ignore[arg-type]


def received(*given: EventGiven, actor: Actor = SYSTEM, now: datetime | None = None) -> list[SceneEvent]:
    """Take in sights."""
    taken = events.receive_events(events=given or [seen()], actor=actor, now=now or timezone.now())
    return [event for event, _ in taken]
