"""A phone in a real browser, and the demo city behind it."""

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer

from mulin.resident import draft, limits
from tests.make import packs
from tests.make.ledger import let_tests_empty_the_ledger
from tests.make.residents import Staff

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

Open = Callable[..., Page]
_shared: list[tuple[Playwright, Browser]] = []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium as Debian ships it."""
    if not Path(CHROMIUM).exists():
        pytest.fail("journeys need a browser: apt-get install chromium fonts-noto-cjk (make test does it)")
    with _running() as chromium:
        yield chromium


@contextmanager
def _running() -> Iterator[Browser]:
    """Start one browser for every folder that borrows these fixtures: a thread bears only one player."""
    if not _shared:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop of its own in this thread
        player = sync_playwright().start()
        _shared.append((player, player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)))
        atexit.register(_stop)
    yield _shared[0][1]


def _stop() -> None:
    player, chromium = _shared.pop()
    chromium.close()
    player.stop()


@pytest.fixture
def city(
    browser: Browser,
    transactional_db: None,
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Staff:
    """Return people of the demo city who can do every act; photos go to a folder of the test's own."""
    settings.VAR = tmp_path
    monkeypatch.setattr(draft, "LEAST_SECONDS", 0.0)  # nobody here reads as slowly as a person
    for bucket in (limits.REPORTS, limits.PHOTOS, limits.CODES, limits.TILES):
        bucket.clear()
    let_tests_empty_the_ledger()
    packs.city()
    return Staff()


@pytest.fixture
def phone(browser: Browser, city: Staff, live_server: LiveServer) -> Iterator[Open]:
    """Return a way to open a phone; at the end no page may have complained or asked anybody else."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(
        *, width: int = 390, height: int = 844, scheme: str = "light", scripts: bool = True, **cookies: str
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            locale="zh-CN",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        for name, value in cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said.text) else None)
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((live_server.url, "blob:", "data:"))
                else complaints.append(f"asked {asked.url}")
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


def _is_complaint(words: str) -> bool:
    return any(sign in words for sign in ("Content Security Policy", "Uncaught", "Refused to"))
