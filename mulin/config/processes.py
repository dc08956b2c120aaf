"""Small facts about processes that the database keeper, the server and the worker share."""

import ctypes
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PARENT: Final = "MULIN_PARENT"  # names the process that a child of `mulin serve` must not outlive
_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of Linux' prctl
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process ``how`` when its parent dies; at once if it is dead already.

    Called in the child after its user is set: a change of user clears the wish.
    """
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, int(how), 0, 0, 0)
    if os.getppid() != parent:  # the parent died between fork and the line above
        os.kill(os.getpid(), how)


def servers_in(data: Path) -> Iterator[int]:
    """Yield the PostgreSQL processes that work in ``data``: a server and its backends."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                here, name = (entry / "cwd").readlink(), (entry / "comm").read_text()
            except OSError:  # gone, or somebody else's
                continue
            if here == data and name.startswith("postgres"):
                yield int(entry.name)


def send(pid: int, how: signal.Signals) -> None:
    """Send a signal to a process that may be gone already."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return
