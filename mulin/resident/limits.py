"""How fast one network may send: a bucket per address in this process's memory, generous and never a puzzle.

A whole housing estate may sit behind one address, so a bucket is large and fills again quickly. With several
web processes the true limit is up to their number times as high: it stops floods, it is no quota. Words of
danger pass always.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from mulin.resident.door import TooMany

ADDRESSES_KEPT: Final = 50_000
DANGER: Final = (
    "着火", "起火", "火灾", "冒烟", "漏气", "煤气", "燃气泄漏", "爆炸", "触电", "漏电", "受伤", "昏迷",
    "流血", "跳楼", "自杀", "轻生", "溺水", "被困", "坍塌", "塌陷", "砍人", "打人", "抢劫",
    "fire", "gas leak", "explosion", "injured", "suicide", "drown",
)  # fmt: skip


@dataclass(slots=True)
class _Level:
    tokens: float
    at: float


class Bucket:
    """Lets ``burst`` calls through at once from one address, then one every ``seconds``."""

    def __init__(self, *, burst: int, seconds: float) -> None:
        self._burst = burst
        self._seconds = seconds
        self._levels: OrderedDict[str, _Level] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str, *, at: float) -> int:
        """Take one token and return 0, or return the whole seconds until there is one."""
        with self._lock:
            level = self._levels.pop(address, None) or _Level(float(self._burst), at)
            level.tokens = min(float(self._burst), level.tokens + (at - level.at) / self._seconds)
            level.at = at
            self._levels[address] = level
            while len(self._levels) > ADDRESSES_KEPT:
                self._levels.popitem(last=False)
            if level.tokens >= 1:
                level.tokens -= 1
                return 0
            return max(1, math.ceil((1 - level.tokens) * self._seconds))

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._levels.clear()


REPORTS: Final = Bucket(burst=40, seconds=15)
PHOTOS: Final = Bucket(burst=120, seconds=3)
TILES: Final = Bucket(burst=1_500, seconds=0.1)  # a look at the map is a dozen
CODES: Final = Bucket(burst=120, seconds=2)  # guessing tracking codes


def is_danger(text: str) -> bool:
    """Return whether the words sound like life and limb."""
    lowered = text.lower()
    return any(word in lowered for word in DANGER)


def take_turn(bucket: Bucket, request: HttpRequest, *, text: str = "") -> None:
    """Let the call pass.

    :raises TooMany: its network has used up its share for now
    """
    if is_danger(text):
        return
    wait = bucket.wait(network_of(request), at=time.monotonic())
    if wait:
        raise TooMany(wait)


def network_of(request: HttpRequest) -> str:
    """Return the caller's address, an IPv6 one by its /64: what one household or estate has."""
    try:
        address = ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))
