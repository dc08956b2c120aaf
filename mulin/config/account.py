"""The account that runs the embedded PostgreSQL when Mulin itself runs as root, which PostgreSQL refuses."""

import os
import pwd
import shutil
import struct
import subprocess
from pathlib import Path

NAME = "mulin"
_ATTRIBUTE = "system.posix_acl_access"
_OWNER, _USER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NOBODY = 0xFFFFFFFF
_PASS = 0o1


class NoAccount(Exception):
    """The system account is missing and cannot be made, or cannot reach its files."""


def server_account() -> pwd.struct_passwd | None:
    """Return the account to run PostgreSQL under, made on first use; None when we are no root.

    :raises NoAccount: there is no ``useradd`` to make it with
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        pass
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", NAME]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    except OSError as error:
        raise NoAccount(f"root needs a system account {NAME!r} for PostgreSQL, and {error}") from error
    try:
        return pwd.getpwnam(NAME)  # also when another process made it in the same moment
    except KeyError:
        raise NoAccount(f"cannot make the system account {NAME!r}: {made.stderr.strip()}") from None


def open_way(target: Path, account: pwd.struct_passwd) -> None:
    """Let ``account``, and nobody else, pass through the closed folders above ``target``.

    :raises NoAccount: the file system knows no access lists
    """
    for folder in reversed(target.absolute().parents):
        facts = folder.stat()
        if facts.st_mode & _PASS or (facts.st_uid == account.pw_uid and facts.st_mode & 0o100):
            continue
        try:
            acl = os.getxattr(folder, _ATTRIBUTE)
        except OSError:
            acl = b""
        try:
            os.setxattr(folder, _ATTRIBUTE, _with_passage(acl, facts.st_mode, account.pw_uid))
        except OSError as error:
            raise NoAccount(
                f"the database account {NAME!r} cannot pass through {folder}: {error.strerror}. "
                f"Run `chmod o+x {folder}`, or set MULIN_VAR to a folder it can reach."
            ) from error


def _with_passage(acl: bytes, mode: int, uid: int) -> bytes:
    """Return the access list ``acl`` (empty: what ``mode`` stands for) with passage for ``uid``."""
    entries = {(tag, who): may for tag, may, who in struct.iter_unpack("<HHI", acl[4:])} or {
        (_OWNER, _NOBODY): mode >> 6 & 7,
        (_GROUP, _NOBODY): mode >> 3 & 7,
        (_OTHER, _NOBODY): mode & 7,
    }
    entries[_USER, uid] = entries.get((_USER, uid), 0) | _PASS
    entries[_MASK, _NOBODY] = entries.get((_MASK, _NOBODY), entries[_GROUP, _NOBODY]) | _PASS
    packed = b"".join(struct.pack("<HHI", tag, may, who) for (tag, who), may in sorted(entries.items()))
    return struct.pack("<I", 2) + packed
