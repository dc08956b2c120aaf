"""The demo city, adopted afresh, and a folder for photos that goes away again."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.make import console, packs


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: LazySettings) -> None:
    settings.VAR = tmp_path


@pytest.fixture
def city(db: None) -> None:
    """Adopt the demo pack."""
    packs.city()


@pytest.fixture
def dispatcher(city: None) -> Client:
    """Return the street dispatcher's browser."""
    return console.browser(console.DISPATCHER)


@pytest.fixture
def community(city: None) -> Client:
    """Return the community worker's browser."""
    return console.browser(console.COMMUNITY)


@pytest.fixture
def firm(city: None) -> Client:
    """Return the property firm's browser."""
    return console.browser(console.FIRM)
