"""Secrets that are shown once: recovery codes and API tokens; only digests are kept."""

import hashlib
import secrets
from typing import Final

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RECOVERY_LETTERS: Final = 16  # 80 bits: no slow hash is needed
RECOVERY_CODES: Final = 10
TOKEN_PREFIX: Final = "mulin_"  # noqa: S105 lets scanners of code and logs recognise a leaked one


def new_recovery_code() -> str:
    """Return a fresh code as it is printed: ``ABCD-EFGH-JKLM-NPQR``."""
    letters = [secrets.choice(_LETTERS) for _ in range(_RECOVERY_LETTERS)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, _RECOVERY_LETTERS, 4))


def recovery_digest(code: str) -> bytes:
    """Return what is kept of a recovery code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(b"mulin recovery " + plain.encode()).digest()


def new_token() -> str:
    """Return a fresh API token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """Return what is kept of a token: so many random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()
