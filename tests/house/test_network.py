"""The tests' own walls hold."""

import socket

import pytest

from tests.conftest import NetworkRefused


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("203.0.113.9", 443)])
def test_a_test_cannot_leave_this_machine(address: tuple[str, int]) -> None:
    with socket.socket() as sock, pytest.raises(NetworkRefused):
        sock.connect(address)


def test_a_test_cannot_ask_for_a_name_elsewhere() -> None:
    with pytest.raises(NetworkRefused):
        socket.getaddrinfo("example.org", 443)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
