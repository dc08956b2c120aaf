"""Runs `mulin` from the outside, as a person would, with a folder of its own for everything private."""

import os
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT


def outside(var: Path, **chosen: str) -> dict[str, str]:
    """Return an environment in which `mulin` uses the folder ``var`` and its own embedded database."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MULIN_", "DJANGO_", "PYTEST_"))
    }
    if "MULIN_PG_BIN" in os.environ:
        kept["MULIN_PG_BIN"] = os.environ["MULIN_PG_BIN"]
    return {**kept, "MULIN_VAR": str(var), **chosen}


def command(*words: str) -> list[str]:
    """Return how to call `mulin` with these words."""
    return [sys.executable, "-m", "mulin.config.main", *words]


def run_mulin(*words: str, var: Path, **chosen: str) -> subprocess.CompletedProcess[str]:
    """Run `mulin` to its end."""
    return subprocess.run(
        command(*words),
        env=outside(var, **chosen),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
