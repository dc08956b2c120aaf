"""What tests of packs stand on."""

import shutil
from pathlib import Path

import pytest

from tests.make.packs import FOLDER


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the demo pack, to be broken."""
    return Path(shutil.copytree(FOLDER / "demo", tmp_path / "pack"))
