"""What the machine is, and what processes use of it."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds so far and memory now (PSS: shared pages counted once)."""

    cpu_seconds: float
    memory_mb: float


def describe() -> dict[str, Any]:
    """Return the machine in a few words, so that figures can be compared fairly."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.split(":", 1)[1].strip() for line in info.splitlines() if "model name" in line), "")
    return {
        "processors": len(os.sched_getaffinity(0)),
        "model": model,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def tree(root: int) -> set[int]:
    """Return ``root`` and every process below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(") ", 1)[1].split()[1])
            except OSError:
                continue
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def usage(pids: Iterable[int]) -> Usage:
    """Return what these processes have used."""
    cpu, memory = 0.0, 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        # Children that have ended count as well: a backend lives only as long as its connection.
        cpu += sum(int(fields[at]) for at in (11, 12, 13, 14)) / TICKS
        memory += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return Usage(round(cpu, 2), round(memory, 1))
