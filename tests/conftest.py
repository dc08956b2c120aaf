"""What every test runs under: no network but this machine's own, and nothing left over in the process."""

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.make.ledger import let_tests_empty_the_ledger

_OWN = ("127.", "::1", "localhost")


class NetworkRefused(Exception):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse connections to anything but loopback and Unix sockets."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(sock: socket.socket, address: Any) -> None:
        if sock.family != socket.AF_UNIX and not str(address[0]).startswith(_OWN):
            raise NetworkRefused(f"tests stay on this machine, not {address}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(self, address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not str(host if isinstance(host, str) else host.decode()).startswith(_OWN):
            raise NetworkRefused(f"tests stay on this machine, not {host}")
        return resolve(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_resolve)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let Django empty the tables between transactional tests, the append-only ones too."""
    with django_db_blocker.unblock():
        let_tests_empty_the_ledger()


@pytest.fixture(autouse=True)
def _settings_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test read the settings each time: its own are rolled back, and its questions are counted."""
    doors = sys.modules.get("mulin.cases.queries.doors")
    if doors is not None:
        monkeypatch.setattr(doors, "RECHECK_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def _places_anew() -> None:
    """Let no test see boundaries that another one drew and took back within the same second."""
    places = sys.modules.get("mulin.places.queries.ground")
    if places is not None:
        places.forget()
