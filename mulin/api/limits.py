"""How fast one address may file without a token: a token bucket per address, in this process's memory.

Generous on purpose: a whole housing estate may sit behind one address. With several web processes the true
limit is up to their number times as high; it stops floods, it is no quota.
"""

import ipaddress
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest

ADDRESSES_KEPT: Final = 50_000


def address_of(request: HttpRequest) -> str:
    """Return the caller's address, IPv6 by its /64; a proxy on this very machine vouches for the last hop."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return _network(hops[-1] if hops and _is_loopback(seen) else seen)


def is_own_machine(request: HttpRequest) -> bool:
    """Return whether the call comes from this machine itself and was not passed on by a proxy."""
    passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not passed_on and _is_loopback(str(request.META.get("REMOTE_ADDR", "")))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network(f"{parsed}/64", strict=False))


class TooMany(Exception):
    """One address asks faster than it may; ``wait`` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(slots=True)
class _Level:
    tokens: float
    at: float


class Bucket:
    """Lets ``per_minute`` calls a minute pass for each address, and as many at once."""

    def __init__(self, per_minute: int) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._levels: OrderedDict[str, _Level] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str, *, now: float | None = None) -> float:
        """Take one token and return 0, or return the seconds until there is one."""
        if self._size <= 0:
            return 0.0
        at = time.monotonic() if now is None else now
        with self._lock:
            level = self._levels.pop(address, None) or _Level(self._size, at)
            level.tokens = min(self._size, level.tokens + (at - level.at) * self._per_second)
            level.at = at
            self._levels[address] = level
            while len(self._levels) > ADDRESSES_KEPT:
                self._levels.popitem(last=False)
            if level.tokens >= 1:
                level.tokens -= 1
                return 0.0
            return (1 - level.tokens) / self._per_second


_buckets: dict[int, Bucket] = {}


def take_turn(request: HttpRequest) -> None:
    """Let an anonymous call pass, or refuse it; this machine itself may always.

    :raises TooMany: the address has used up its share
    """
    if is_own_machine(request):
        return
    per_minute = int(settings.API_INTAKE_PER_MINUTE)
    bucket = _buckets.setdefault(per_minute, Bucket(per_minute))
    if wait := bucket.wait(address_of(request)):
        raise TooMany(wait)
