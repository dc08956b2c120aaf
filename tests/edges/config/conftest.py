"""Folders for servers of their own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def room() -> Iterator[Path]:
    """Return a folder outside pytest's own, which pytest closes again to PostgreSQL's account."""
    with tempfile.TemporaryDirectory(prefix="mulin-room-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def wide_room() -> Iterator[Path]:
    """Return the same for all tests of a file."""
    with tempfile.TemporaryDirectory(prefix="mulin-room-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
