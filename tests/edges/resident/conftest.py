"""The demo city, a phone without an account, and a folder for photos that goes away again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from mulin.resident import draft, limits
from tests.make import packs
from tests.make.residents import Staff


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Photos go to a folder of the test's own; nobody has to wait between two screens."""
    settings.VAR = tmp_path
    monkeypatch.setattr(draft, "LEAST_SECONDS", 0.0)
    buckets = (limits.REPORTS, limits.PHOTOS, limits.CODES, limits.TILES)
    for bucket in buckets:
        bucket.clear()
    yield
    for bucket in buckets:
        bucket.clear()


@pytest.fixture
def city(db: None) -> None:
    """Adopt the demo pack."""
    packs.city()


@pytest.fixture
def phone(city: None) -> Client:
    """Return a browser without an account, in Chinese."""
    return Client(headers={"accept-language": "zh-CN"})


@pytest.fixture
def staff(city: None) -> Staff:
    """Return people who can do every act."""
    return Staff()
