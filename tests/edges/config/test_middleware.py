"""What every request passes: names, addresses, session life, headers, and what is logged."""

import json
import logging
import re
import time
from datetime import date
from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from mulin.config import health
from mulin.config.logs import JsonLines
from mulin.config.middleware import Arrival, Headers, SessionLife


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def seen_address(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.META["REMOTE_ADDR"])


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        pytest.param(0, "198.51.100.7", "192.0.2.1", id="nobody-is-believed-unless-told"),
        pytest.param(1, "198.51.100.7", "198.51.100.7", id="our-one-proxy-is"),
        pytest.param(1, "203.0.113.9, 198.51.100.7", "198.51.100.7", id="what-the-caller-made-up-is-not"),
        pytest.param(2, "203.0.113.9, 198.51.100.7, 192.0.2.77", "198.51.100.7", id="two-proxies"),
        pytest.param(2, "198.51.100.7", "192.0.2.1", id="fewer-hops-than-proxies"),
        pytest.param(1, "", "192.0.2.1", id="no-header"),
    ],
)
def test_the_callers_address(settings: Settings, proxies: int, forwarded: str, address: str) -> None:
    settings.PROXIES = proxies
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").get("/", headers={"X-Forwarded-For": forwarded})
    assert Arrival(seen_address)(request).content.decode() == address


def test_a_log_line_has_the_route_and_never_the_path(caplog: pytest.LogCaptureFixture) -> None:
    """A path may hold a tracking code, and a tracking code opens a report."""
    with caplog.at_level(logging.INFO, "mulin.request"):
        Client().get("/follow/7K3M-92QD?words=secret")
    lines = [JsonLines().format(record) for record in caplog.records if record.name == "mulin.request"]
    assert len(lines) == 1
    assert "7K3M" not in lines[0]
    assert "secret" not in lines[0]
    assert json.loads(lines[0])["status"] in {200, 301, 302, 404}


def test_an_error_is_logged_by_type_and_place_without_its_words() -> None:
    try:
        raise ValueError("张某某 13800000000")
    except ValueError as error:
        what = (type(error), error, error.__traceback__)
        record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s", ("张某某",), what)
    line = JsonLines().format(record)
    assert "张某某" not in line
    assert "1380000" not in line
    said = json.loads(line)
    assert said["error"] == "builtins.ValueError"
    assert re.search(r"test_middleware\.py:\d+ test_an_error", said["where"][0])


def test_a_log_line_is_one_line() -> None:
    record = logging.LogRecord("mulin.x", logging.INFO, __file__, 1, "one\ntwo\x1b[31m", (), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "\x1b" not in line


def session_of_staff() -> SessionBase:
    session: SessionBase = import_module(django_settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY], session[HASH_SESSION_KEY] = "1", "x", "x"
    session.create()
    return session


def go_through(session: SessionBase) -> bool:
    """Return whether the session is still signed in after a request."""
    request = RequestFactory().get("/")
    request.session = session
    SessionLife(answer)(request)
    return SESSION_KEY in session


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("idle", "old", "lives"),
    [
        pytest.param(0, 0, True, id="fresh"),
        pytest.param(29 * 60, 3600, True, id="29-minutes-without-a-click"),
        pytest.param(31 * 60, 3600, False, id="31-minutes-without-a-click"),
        pytest.param(60, 11 * 3600 + 3500, True, id="before-twelve-hours"),
        pytest.param(60, 12 * 3600 + 10, False, id="after-twelve-hours-however-busy"),
    ],
)
def test_how_long_a_staff_session_lives(idle: int, old: int, lives: bool) -> None:
    session = session_of_staff()
    session["life_started"], session["life_seen"] = time.time() - old, time.time() - idle
    assert go_through(session) is lives


@pytest.mark.django_db
def test_a_session_is_written_at_most_once_a_minute() -> None:
    session = session_of_staff()
    assert go_through(session)
    session.save()
    session.modified = False
    assert go_through(session)
    assert not session.modified
    session["life_seen"] = time.time() - 61
    session.modified = False
    assert go_through(session)
    assert session.modified


def test_a_page_may_do_nothing_inline_and_nothing_from_elsewhere() -> None:
    headers = Headers(answer)(RequestFactory().get("/")).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert "worker-src 'self' blob:" in policy, "MapLibre's worker"
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"


def test_a_page_may_be_shown_in_a_registered_app_and_no_other(settings: Settings) -> None:
    settings.EMBED = "https://app.example"

    def framed(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse("ok")
        response.may_be_framed = True  # type: ignore[attr-defined]
        return response

    assert (
        "frame-ancestors https://app.example"
        in Headers(framed)(RequestFactory().get("/"))["Content-Security-Policy"]
    )
    assert "frame-ancestors 'none'" in Headers(answer)(RequestFactory().get("/"))["Content-Security-Policy"]


@pytest.mark.django_db
def test_every_answer_carries_the_headers(client: Client) -> None:
    for address in ("/healthz", "/nothing-here", "/"):
        response = client.get(address)
        assert "Content-Security-Policy" in response.headers
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert len(response.headers["X-Request-ID"]) == 36


@pytest.mark.django_db
def test_health_is_the_databases_health(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").content.split(b"\n")[0] == b"ok"
    assert client.post("/healthz").status_code == 405

    def away() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(health.connection, "cursor", away)
    client.raise_request_exception = False
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "稍后再试" in response.content.decode()
    assert response.headers["X-Request-ID"] in response.content.decode()


@pytest.mark.django_db
def test_health_warns_of_a_calendar_that_ends_and_is_well(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said at least sixty days before, as a warning: nobody is taken out of service for it."""
    for today, told in (
        (date(2026, 9, 30), b"ok"),
        (date(2026, 11, 1), b"ok\nwarning: calendar cn is certain until 2026-12-31, 60 days from now"),
        (date(2027, 1, 2), b"ok\nwarning: calendar cn is certain until 2026-12-31, -2 days from now"),
    ):
        monkeypatch.setattr(health.timezone, "localdate", lambda today=today: today)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, told)


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "kind"), [("/nothing-here", "text/html"), ("/api/nothing", "json")])
def test_what_is_not_there_is_said_in_words(client: Client, address: str, kind: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert kind in response.headers["Content-Type"]


def test_a_form_without_its_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/look", {"elder": "1"})
    assert response.status_code == 403
    assert "这一页放得太久了" in response.content.decode()


@pytest.mark.django_db
def test_a_failure_says_its_number_not_its_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("password is 12345")

    monkeypatch.setattr(health.connection, "cursor", broken)
    client.raise_request_exception = False
    response = client.get("/healthz")
    assert response.status_code == 500
    assert "12345" not in response.content.decode()
    assert response.headers["X-Request-ID"] in response.content.decode()


TIANDITU = "https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k"


def test_a_map_from_outside_is_let_through_only_where_the_city_names_it(settings: Settings) -> None:
    def policy() -> str:
        return str(Headers(answer)(RequestFactory().get("/")).headers["Content-Security-Policy"])

    assert "https:" not in policy()
    settings.MAP_TILES = TIANDITU
    assert "connect-src 'self' https://t0.tianditu.gov.cn;" in policy()
    assert "img-src 'self' data: blob: https://t0.tianditu.gov.cn;" in policy()
    assert policy().count("https:") == 2


@pytest.mark.parametrize(
    "wrong", ["http://a.example/{z}/{x}/{y}", "https://a.example/{z}/{x}", "tiles/{z}{x}{y}"]
)
def test_a_source_of_tiles_that_is_none_stops_the_start(settings: Settings, wrong: str) -> None:
    settings.MAP_TILES = wrong
    with pytest.raises(ImproperlyConfigured):
        Headers(answer)
