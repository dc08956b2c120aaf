"""Who may knock at which address: `routes.toml` is the oracle, the program is held against it, both ways.

The program does not read the table; a new address without a line fails here, and so does a line without an
address.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.house.tree import ROOT
from tests.make import packs

TABLE = ROOT / "tests" / "house" / "routes.toml"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SIGN_IN = "/console/sign-in/"
EXAMPLES = {
    "uuid": "00000000-0000-7000-8000-000000000000",
    "uuidstr": "00000000-0000-7000-8000-000000000000",
    "int": "1",
    "slug": "accept_case",
    "digest": "a" * 64,
    "size": "thumb",
}
BY_NAME = {"code": "AAAA2222", "digest": "a" * 64}


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the table."""

    path: str
    methods: frozenset[str]
    who: str

    @property
    def example(self) -> str:
        """Return an address of this route: nothing stands there, only the way to it is tried."""

        def fill(match: re.Match[str]) -> str:
            kind, _, name = match[1].rpartition(":")
            return EXAMPLES.get(kind) or BY_NAME.get(name) or "nothing"

        return "/" + re.sub(r"<([^>]+)>", fill, self.path).replace("^(?P<rest>.*)$", "nothing")


def table() -> dict[str, Route]:
    rows = tomllib.loads(TABLE.read_text())["routes"]
    return {path: Route(path, frozenset(methods.split()), who) for path, (methods, who) in rows.items()}


def paths(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        here = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here
        else:
            yield from paths(entry, here)


def test_every_address_stands_in_the_table_and_every_line_has_an_address() -> None:
    found = list(paths(get_resolver()))
    assert sorted(set(found) - set(table())) == [], "addresses without a line in routes.toml"
    assert sorted(set(table()) - set(found)) == [], "lines of routes.toml without an address"


def test_the_table_uses_known_words() -> None:
    for route in table().values():
        assert route.who in {"anyone", "code", "draft", "staff", "token"}, route.path
        assert route.methods <= set(METHODS), route.path


def wrong(route: Route, method: str, client: Client) -> str:
    """Return what is wrong when ``client``, who is nobody, knocks at ``route``; nothing if all is well."""
    answer = client.generic(method, route.example, b"{}", content_type="application/json")
    status, to = answer.status_code, answer.headers.get("Location", "")
    turned_away = status == 302 and to.startswith(SIGN_IN)
    right = {
        "staff": turned_away,
        "token": status == 401,
        "code": status in {404, 422},
        "draft": status == 404,
        "anyone": status < 500 and status not in {401, 405} and not turned_away,
    }[route.who]
    if method not in route.methods:
        right = status == 405
    return "" if right else f"{method} {route.example}: {status} {to}"


@pytest.fixture
def city(db: None) -> None:
    packs.city()


@pytest.mark.usefixtures("city")
def test_who_is_nobody_gets_where_the_table_says_and_no_further() -> None:
    client = Client(raise_request_exception=False)
    faults = [wrong(route, method, client) for route in table().values() for method in METHODS]
    assert [fault for fault in faults if fault] == []


@pytest.mark.usefixtures("city")
def test_the_check_can_fail() -> None:
    client = Client(raise_request_exception=False)
    assert wrong(Route("console/", frozenset({"GET"}), "anyone"), "GET", client)
    assert wrong(Route("healthz", frozenset({"GET"}), "staff"), "GET", client)
    assert wrong(Route("healthz", frozenset({"GET", "POST"}), "anyone"), "POST", client)
    assert wrong(Route("api/v1/me", frozenset({"GET"}), "anyone"), "GET", client)


def test_no_address_of_staff_may_be_framed_or_kept() -> None:
    """Nothing of the console or the API is shown in somebody else's page."""
    client = Client(raise_request_exception=False)
    for route in table().values():
        if route.who == "staff":
            assert "frame-ancestors 'none'" in client.get(route.example).headers["Content-Security-Policy"]
