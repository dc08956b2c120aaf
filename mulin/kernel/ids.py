"""Identifiers that sort by the moment they were made (UUID version 7, RFC 9562 §5.7)."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a fresh identifier; later calls sort after earlier ones to the millisecond."""
    millis = time.time_ns() // 1_000_000
    return UUID(
        int=(millis << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    )
