"""User names and passwords: long, not common, not the name; no rules of composition (ASVS 6.2)."""

import re
import secrets
import unicodedata
from typing import Final

from mulin.kernel.errors import BadInput

SHORTEST: Final = 10
LONGEST: Final = 128
DIFFERENT_LETTERS: Final = 5
_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike when read from paper


class WeakPassword(BadInput):
    """The password is too easy to guess."""


def is_username(name: str) -> bool:
    """Return whether ``name`` can be a user name: small letters, digits, dot, dash, underscore."""
    return _USERNAME.fullmatch(name) is not None


def require_strong(password: str, *, username: str, name: str) -> None:
    """Return if ``password`` may protect the account; common ones are judged where the list of them is.

    :raises WeakPassword: it is short, long, monotonous, or says who it belongs to
    """
    if len(password) < SHORTEST:
        raise WeakPassword("密码至少 %(least)s 个字符", where="password", least=SHORTEST)
    if len(password) > LONGEST:
        raise WeakPassword("密码最多 %(most)s 个字符", where="password", most=LONGEST)
    if any(unicodedata.category(letter) == "Cc" for letter in password):
        raise WeakPassword("密码不能含有控制字符", where="password")
    if len(set(password)) < DIFFERENT_LETTERS:
        raise WeakPassword("密码里不同的字符太少", where="password")
    for word in (username, name):
        if len(word) > 1 and word.casefold() in password.casefold():
            raise WeakPassword("密码不能包含用户名或姓名", where="password")


def new_password() -> str:
    """Return a fresh password that can be read out: four groups of five, 99 bits."""
    letters = [secrets.choice(_LETTERS) for _ in range(20)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))
