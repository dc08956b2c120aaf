"""The tests can fail: each defect is planted in a copy of the project, and a named test must catch it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.make.defects import DEFECTS, Defect

ROOT = Path(__file__).resolve().parents[2]


MAKE = (
    "import django; django.setup(); from django.db import connection as c; "
    "name = c.settings_dict['TEST']['NAME']; {do}"
)
CREATE = "c.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)"
DESTROY = "c.creation._destroy_test_db(name, verbosity=0)"


def run(copy: Path, command: list[str], **given: str) -> subprocess.CompletedProcess[str]:
    own = {**os.environ, "PYTHONPATH": str(copy), "MULIN_TEST_SUFFIX": f"_planted{os.getpid()}", **given}
    worker = {"PYTEST_XDIST_WORKER"}  # stays: whose server the databases lie on
    own = {name: own[name] for name in own if name in worker or not name.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(
        command, cwd=copy, env=own, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="session")
def migrated() -> Iterator[str]:
    """A database with every table and no row: each run begins with a copy of it."""
    suffix = f"_template{os.getpid()}"
    made = run(ROOT, [sys.executable, "-c", MAKE.format(do=CREATE)], MULIN_TEST_SUFFIX=suffix)
    assert made.returncode == 0, made.stderr[-1_000:]
    yield "test_mulin" + suffix
    gone = run(ROOT, [sys.executable, "-c", MAKE.format(do=DESTROY)], MULIN_TEST_SUFFIX=suffix)
    assert gone.returncode == 0, gone.stderr[-1_000:]


@pytest.mark.slow
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught(defect: Defect, tmp_path: Path, migrated: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("mulin", "tests", "packs", "benchmarks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    source = copy / defect.file
    text = source.read_text()
    assert text.count(defect.old) == 1, "the line the defect replaces is gone: plant it anew"
    source.write_text(text.replace(defect.old, defect.new))
    chosen = ["-k", defect.only] if defect.only else []
    given = {} if "/migrations/" in defect.file else {"MULIN_TEST_TEMPLATE": migrated}
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", defect.tests, *chosen]
    done = run(copy, command, **given)
    assert done.returncode == 1, done.stdout[-2_000:] + done.stderr[-1_000:]
    assert "1 failed" in done.stdout, done.stdout[-2_000:]
