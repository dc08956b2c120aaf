"""One-time codes by the clock (RFC 6238, as authenticator apps show them): each works once."""

import hmac
from datetime import datetime
from typing import Final

STEP_SECONDS: Final = 30
DIGITS: Final = 6
TOLERANCE: Final = 1  # half-minutes a telephone's clock may be wrong, either way


def code_at(secret: bytes, step: int) -> str:
    """Return the code of the half-minute ``step``."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(now: datetime) -> int:
    """Return the half-minute ``now`` lies in."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, *, after: int, now: datetime) -> int | None:
    """Return the half-minute ``code`` belongs to if it is near ``now`` and later than ``after``."""
    typed = "".join(code.split())
    if not typed.isascii():
        return None
    for step in range(step_of(now) - TOLERANCE, step_of(now) + TOLERANCE + 1):
        if step > after and hmac.compare_digest(code_at(secret, step), typed):
            return step
    return None
