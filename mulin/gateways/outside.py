"""A signed JSON request to another system, and to nowhere else: no private address, no redirect, no flood.

Signed as Standard Webhooks are: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` over
``id.timestamp.body``. The name is resolved once, every address it has must be allowed, and the
connection goes to the address that was checked.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

SECONDS: Final = 15.0
ANSWER_MOST: Final = 64_000
BODY_MOST: Final = 20_000
# Routed by the letter of the law, but leading back inside: NAT64, 6to4 and their relays.
_TURNED: Final = tuple(
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "192.88.99.0/24")
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]


class Forbidden(ValueError):
    """The address is none that a message may go to."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the name for the certificate, the checked address for the connection."""

    host: str
    port: int
    path: str
    address: str


def resolved(host: str, port: int) -> list[str]:
    """Return every address of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def is_outside(address: Address) -> bool:
    """Return whether an address lies in the public internet, by every way of writing it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_outside(address.ipv4_mapped)
        if address.is_site_local or address.teredo is not None:
            return False
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address.version == net.version and address in net for net in _TURNED)
    )


def target_of(url: str, *, allowed: Iterable[str] = (), resolve: Resolve = resolved) -> Target:
    """Return where ``url`` leads, if a message may go there.

    ``allowed`` holds networks and ports of the city's own (``10.1.2.0/24:8443``), for gateways inside.

    :raises Forbidden: it is not https, names somebody, or leads inside
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise Forbidden("only https addresses without a name and password")
    port = parts.port or 443
    inside = [_network(each) for each in allowed]
    addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in resolve(parts.hostname, port)]
    if not addresses:
        raise Forbidden("the name leads nowhere")
    for address in addresses:
        own = any(
            address.version == net.version and address in net and port == open_port
            for net, open_port in inside
        )
        if not own and not (is_outside(address) and port == 443):
            raise Forbidden("the address is not one that messages may go to")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port, path, str(addresses[0]))


def _network(entry: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int]:
    net, _, port = entry.strip().rpartition(":")
    return ipaddress.ip_network(net.strip("[]")), int(port)


def signature(secret: str, *, message_id: str, at: int, body: bytes) -> str:
    """Return the signature of a request."""
    signed = f"{message_id}.{at}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class _Pinned(http.client.HTTPSConnection):
    """A connection to the checked address, under the name its certificate must bear."""

    def __init__(self, target: Target, context: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS, context=context)
        self._address, self._tls = target.address, context

    def connect(self) -> None:
        """Connect to the address that was checked, whatever the name says by now."""
        plain = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def post(
    target: Target,
    payload: Mapping[str, Any],
    *,
    secret: str,
    message_id: str,
    at: int,
    context: ssl.SSLContext | None = None,
) -> tuple[int, bytes]:
    """Send ``payload`` and return status and answer; a redirect is an answer like any other.

    :raises OSError: nobody was reached or nobody answered
    :raises http.client.HTTPException: what came back is no answer
    """
    body = json.dumps(payload, ensure_ascii=False).encode()
    if len(body) > BODY_MOST:
        raise Forbidden("too long for a message")
    connection = _Pinned(target, context or ssl.create_default_context())
    headers = {
        "content-type": "application/json; charset=utf-8",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(secret, message_id=message_id, at=at, body=body),
    }
    try:
        connection.request("POST", target.path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(ANSWER_MOST)
    finally:
        connection.close()
