"""The layer contract holds, and it can fail: a planted violation of each contract is caught."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")

PLANTED = [
    pytest.param(
        "mulin/kernel/wrong.py", "import mulin.ledger\n", "Downhill only: packages", id="kernel-knows-ledger"
    ),
    pytest.param(
        "mulin/people/rules/wrong.py",
        "import mulin.cases\n",
        "Downhill only: packages",
        id="people-know-cases",
    ),
    pytest.param("mulin/cases/rules/wrong.py", "import django.db\n", "pure Python", id="a-rule-knows-django"),
    pytest.param(
        "mulin/console/wrong.py",
        "import mulin.cases.models\n",
        "never touch tables",
        id="a-door-touches-tables",
    ),
    pytest.param(
        "mulin/console/wrong.py", "import mulin.api\n", "Downhill only: packages", id="a-door-knows-another"
    ),
    pytest.param(
        "mulin/console/wrong.py", "import ninja\n", "Only api knows ninja", id="the-console-knows-ninja"
    ),
    pytest.param(
        "mulin/cases/rules/wrong.py", "import mulin.cases.actions\n", "inside a domain", id="a-rule-acts"
    ),
    pytest.param(
        "mulin/surplus/__init__.py", "", "Downhill only: packages", id="a-package-nobody-decided-on"
    ),
    pytest.param(
        "mulin/insight/queries/wrong.py",
        "import mulin.cases.actions\n",
        "Insight reads and never writes",
        id="insight-acts",
    ),
    pytest.param("mulin/cases/services.py", "", "inside a domain", id="a-file-name-nobody-decided-on"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [LINTER, "--no-cache", "--config", "pyproject.toml"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "mulin", folder / "mulin", ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_layers_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("path", "text", "contract"), PLANTED)
def test_a_planted_violation_is_caught(copy: Path, path: str, text: str, contract: str) -> None:
    planted = copy / path
    new_folder = not planted.parent.exists()
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f'"""Planted."""\n{text}')
    try:
        done = lint(copy)
    finally:
        shutil.rmtree(planted.parent) if new_folder else planted.unlink()
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken) or contract in done.stdout, done.stdout + done.stderr


def test_both_layer_contracts_are_exhaustive() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [contract for contract in contracts if contract["type"] == "layers"]
    assert len(layers) == 2
    assert all(contract["exhaustive"] for contract in layers)
