"""Scene events: the closed list of what may be seen, limits, and which events are one sight."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from mulin.kernel.errors import BadInput, NotPossible
from mulin.places.rules.ground import METRES_PER_DEGREE

BATCH_MOST: Final = 100
STILLS_MOST: Final = 5
STILL_BYTES: Final = 2_000_000
STILL_DAYS: Final = 7  # a still is never kept longer (P-02)
RETENTION_DAYS: Final = 30
OLDEST: Final = timedelta(days=7)
AHEAD: Final = timedelta(minutes=5)  # clocks of devices
ASTRAY_METRES: Final = 500.0
SAME_METRES: Final = 30.0
SAME_SPAN: Final = timedelta(minutes=30)


class Act(StrEnum):
    """What may be done with devices and events; each is a permission."""

    SEE = "see_events"
    RECEIVE = "receive_events"
    CONFIRM = "confirm_events"
    DISMISS = "dismiss_events"
    REGISTER = "register_device"
    END = "end_device"
    REGISTER_MODEL = "register_model"


class DeviceKind(StrEnum):
    """What stands there."""

    CAMERA = "camera"
    SENSOR = "sensor"


class SceneType(StrEnum):
    """What may be seen: things and scenes, never persons."""

    OVERFLOWING_BIN = "overflowing_bin"
    RUBBISH = "rubbish"
    STANDING_WATER = "standing_water"
    BLOCKED_ROAD = "blocked_road"
    BLOCKED_FIRE_LANE = "blocked_fire_lane"
    DAMAGED_ROAD = "damaged_road"
    MISSING_COVER = "missing_cover"
    FALLEN_TREE = "fallen_tree"
    LAMP_OUT = "lamp_out"
    SMOKE = "smoke"


class EventState(StrEnum):
    """What became of an event; until somebody confirms it, it is nothing but a hint."""

    NEW = "new_event"
    CONFIRMED = "confirmed_event"
    DISMISSED = "dismissed_event"
    EXPIRED = "expired_event"


class Dismissal(StrEnum):
    """Why an event was dismissed."""

    FALSE_ALARM = "false_alarm"
    KNOWN = "known_already"
    GONE = "gone_already"


class AlreadyDecided(NotPossible):
    """Somebody has confirmed or dismissed it, or it ran out."""

    def __init__(self) -> None:
        super().__init__("这条现场事件已经有人处理过了")


@dataclass(frozen=True, slots=True)
class EventGiven:
    """One sight as a device tells it; ``still`` is a blurred picture already re-encoded, or nothing."""

    device: str
    model: str
    source_no: str
    type: SceneType
    at: datetime
    confidence: float
    lon: float | None = None
    lat: float | None = None
    still: bytes | None = None

    def digest(self) -> str:
        """Return what was said, without the picture: the same number with other words is another event."""
        said = (self.type, self.at.isoformat(), self.confidence, self.lon, self.lat, self.model)
        return "|".join(map(str, said))


@dataclass(frozen=True, slots=True)
class Sight:
    """An event as far as grouping needs it."""

    type: str
    at: datetime
    lon: float
    lat: float


S = TypeVar("S")


def check_event(event: EventGiven, *, device: tuple[float, float], now: datetime) -> None:
    """Return if an event can be what a device at that spot saw a short while ago.

    :raises BadInput: ``where`` names what cannot be
    """
    if not 0 <= event.confidence <= 1:
        raise BadInput("把握应在 0 到 1 之间", where="confidence")
    if event.at > now + AHEAD:
        raise BadInput("时间在将来", where="at")
    if event.at < now - OLDEST:
        raise BadInput("只收最近 %(days)s 天的事件", where="at", days=OLDEST.days)
    if (event.lon is None) != (event.lat is None):
        raise BadInput("经度和纬度要一起给", where="longitude")
    if event.lon is not None and event.lat is not None:
        away = metres(event.lon, event.lat, *device)
        if away > ASTRAY_METRES:
            raise BadInput("位置离设备 %(metres)s 米，太远", where="longitude", metres=round(away))


def check_retention(days: int, *, has_sign: bool, kind: DeviceKind) -> None:
    """Return if a device may be registered: a camera has a sign, recordings go within a month (S-228).

    :raises BadInput: not so
    """
    if not 0 <= days <= RETENTION_DAYS:
        raise BadInput("保存期限应在 0 到 %(most)s 天之间", where="retention_days", most=RETENTION_DAYS)
    if kind is DeviceKind.CAMERA and not has_sign:
        raise BadInput("摄像头要先设提示标识，才能登记", where="has_sign")


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return about how far two points are apart."""
    east = (lon - other_lon) * math.cos(math.radians(lat))
    return math.hypot(east, lat - other_lat) * METRES_PER_DEGREE


def grouped(sights: Sequence[tuple[S, Sight]]) -> list[list[S]]:
    """Return sights that are one: of one type, within thirty metres and thirty minutes of another of them.

    Groups keep the order in which their first sight came.
    """
    groups: list[list[tuple[S, Sight]]] = []
    for pair in sights:
        near = [group for group in groups if any(_same(pair[1], other) for _, other in group)]
        merged = [*(one for group in near for one in group), pair]
        if near:
            groups[groups.index(near[0])] = merged
            for group in near[1:]:
                groups.remove(group)
        else:
            groups.append(merged)
    return [[one for one, _ in group] for group in groups]


def _same(one: Sight, other: Sight) -> bool:
    if one.type != other.type or abs(one.at - other.at) > SAME_SPAN:
        return False
    return metres(one.lon, one.lat, other.lon, other.lat) <= SAME_METRES
