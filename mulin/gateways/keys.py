"""The master key that wraps the contact vault's keys: private under ``VAR/keys``, or by the environment.

The file (and ``MULIN_MASTER_KEY``) holds one key of 64 hexadecimal digits per line (or between commas): the
first is in use, the others are older ones that still open what they once wrapped.
"""

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings

ENVIRONMENT: Final = "MULIN_MASTER_KEY"
BYTES: Final = 32
_OTHERS_MAY: Final = 0o077

_read: dict[
    tuple[str, str, int], tuple["MasterKey", ...]
] = {}  # by environment, file and the file's last change


class UnusableKey(RuntimeError):
    """There is no master key that can be trusted: a fault of the installation, never of a user's input."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key of 256 bits and the short name under which wrapped rows remember it."""

    id: str
    bytes: bytes = field(repr=False)  # a traceback must not print it


def master_key(key_id: str = "") -> MasterKey:
    """Return the key in use, or the one named ``key_id``; made on first use.

    :raises UnusableKey: it is malformed, readable by others, or no key has that name
    """
    keys = _keys()
    if not key_id:
        return keys[0]
    for key in keys:
        if key.id == key_id:
            return key
    raise UnusableKey(f"no master key is named {key_id}; restore the key file from a backup")


def rotate_master_key() -> MasterKey:
    """Make a new key the one in use and keep the older ones; rewrapping rows is their owner's business.

    :raises UnusableKey: the key comes from the environment, so it is changed there
    """
    if os.environ.get(ENVIRONMENT):
        raise UnusableKey(f"the master key is given by {ENVIRONMENT}: put the new one first there")
    older = _keys()
    fresh = secrets.token_bytes(BYTES)
    _replace(key_file(), [fresh, *(key.bytes for key in older)])
    return _keys()[0]


def key_file() -> Path:
    """Return where the key lies when the environment does not give it."""
    return Path(settings.VAR) / "keys" / "master.key"


def _keys() -> tuple[MasterKey, ...]:
    given = os.environ.get(ENVIRONMENT, "")
    file = key_file()
    changed = 0
    if not given:
        if not file.exists():
            _make(file)
        changed = file.stat().st_mtime_ns
    known = (given, str(file), changed)
    if known not in _read:
        keys = _parsed(given.split(","), ENVIRONMENT) if given else _parsed(_lines(file), str(file))
        _read.clear()
        _read[known] = keys
    return _read[known]


def _lines(file: Path) -> list[str]:
    if file.stat().st_mode & _OTHERS_MAY:
        raise UnusableKey(f"{file} can be read by others: chmod 600, and consider the key known")
    return [line for line in file.read_text("ascii").splitlines() if line.strip()]


def _parsed(texts: list[str], source: str) -> tuple[MasterKey, ...]:
    keys = []
    for number, text in enumerate(texts, 1):
        try:
            raw = bytes.fromhex(text.strip())
        except ValueError:
            raise UnusableKey(f"{source}: key {number} is not hexadecimal") from None
        if len(raw) != BYTES:
            raise UnusableKey(f"{source}: key {number} has {len(raw)} bytes instead of {BYTES}")
        keys.append(MasterKey(id=hashlib.sha256(b"mulin master key" + raw).hexdigest()[:16], bytes=raw))
    if not keys:
        raise UnusableKey(f"{source} holds no key")
    return tuple(keys)


def _make(file: Path) -> None:
    """Write a first key; of two processes that start together one wins and both use its key."""
    draft = _draft(file, [secrets.token_bytes(BYTES)])
    try:
        os.link(draft, file)  # fails where a file already stands, unlike a rename
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync_folder(file.parent)


def _replace(file: Path, keys: list[bytes]) -> None:
    _draft(file, keys).replace(file)
    _sync_folder(file.parent)


def _draft(file: Path, keys: list[bytes]) -> Path:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".master-")  # mode 0600 from the start
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.writelines(key.hex() + "\n" for key in keys)
        out.flush()
        os.fsync(out.fileno())
    return Path(name)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
