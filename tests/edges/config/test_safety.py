"""Mulin refuses to start where "saved" would not mean saved, and says what to do about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend
from pytest_django import Settings

from mulin.config.embedded import Home, Use, ensure_database
from mulin.config.safety import Unsafe, refuse_unsafe
from mulin.config.settings import database
from tests.make.city import run_mulin

pytestmark = pytest.mark.django_db  # lets these tests connect at all; they use servers of their own


def connected(home: Home, name: str = "mulin") -> BaseDatabaseWrapper:
    described = {**connection.settings_dict, **database(home.url(name))}
    wrapper: BaseDatabaseWrapper = load_backend(described["ENGINE"]).DatabaseWrapper(
        described, alias=connection.alias
    )
    return wrapper


def reasons(of: BaseDatabaseWrapper) -> str:
    try:
        refuse_unsafe(of)
    except Unsafe as unsafe:
        return str(unsafe)
    finally:
        of.close()
    return ""


@pytest.fixture(scope="module")
def unsafe_server(wide_room: Path) -> Iterator[Home]:
    home = Home(wide_room / "unsafe")
    small = {"shared_buffers": "16MB", "max_connections": "20"}
    with Use(home, {**small, "fsync": "off", "full_page_writes": "off"}):
        ensure_database(home)
        yield home


@pytest.fixture(scope="module")
def safe_server(wide_room: Path) -> Iterator[Home]:
    home = Home(wide_room / "safe")
    with Use(home, {"shared_buffers": "16MB", "max_connections": "20"}):
        ensure_database(home)
        yield home


def test_a_server_as_we_start_it_is_safe(safe_server: Home) -> None:
    assert reasons(connected(safe_server)) == ""


def test_a_server_that_does_not_write_through_is_refused_with_every_reason(
    unsafe_server: Home,
) -> None:
    said = reasons(connected(unsafe_server))
    assert "fsync = off" in said
    assert "full_page_writes = off" in said
    assert "postgresql.conf" in said, "and how to mend it"


@pytest.mark.parametrize("value", ["off", "local", "remote_write"])
def test_a_role_that_answers_before_it_has_written_is_refused(safe_server: Home, value: str) -> None:
    wrapper = connected(safe_server)
    with wrapper.cursor() as cursor:
        cursor.execute(f"alter role postgres set synchronous_commit = {value}")
    wrapper.close()
    try:
        said = reasons(connected(safe_server))
    finally:
        wrapper = connected(safe_server)
        with wrapper.cursor() as cursor:
            cursor.execute("alter role postgres reset synchronous_commit")
        wrapper.close()
    assert f"synchronous_commit = {value}" in said
    assert "ALTER ROLE" in said


def test_a_database_that_cannot_hold_every_name_is_refused(safe_server: Home) -> None:
    wrapper = connected(safe_server)
    with wrapper.cursor() as cursor:
        cursor.execute("create database narrow template template0 encoding 'SQL_ASCII' locale 'C'")
    wrapper.close()
    assert "UTF8" in reasons(connected(safe_server, "narrow"))


def test_an_old_server_is_refused(safe_server: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mulin.config.safety.OLDEST", 990_000)
    assert "version 15 or later" in reasons(connected(safe_server))


def test_debug_is_refused(safe_server: Home, settings: Settings) -> None:
    settings.DEBUG = True
    assert "DEBUG" in reasons(connected(safe_server))


@pytest.mark.parametrize("secret", ["short", "a" * 60, "django-insecure"])
def test_a_plain_secret_is_refused(safe_server: Home, settings: Settings, secret: str) -> None:
    settings.SECRET_KEY = secret
    assert "MULIN_SECRET_KEY" in reasons(connected(safe_server))


def test_an_unsafe_server_starts_no_command(unsafe_server: Home, room: Path) -> None:
    """From the outside: `mulin migrate` on it changes nothing, fails and says why."""
    from_outside = run_mulin("migrate", var=room, MULIN_DATABASE_URL=unsafe_server.url())
    assert from_outside.returncode == 1
    assert "fsync = off" in from_outside.stderr
    wrapper = connected(unsafe_server)
    with wrapper.cursor() as cursor:
        cursor.execute("select count(*) from information_schema.tables where table_schema = 'public'")
        assert cursor.fetchone() == (0,)
    wrapper.close()
