"""Loaded before Django: gives the tests their own ``var/`` and their own PostgreSQL, never the user's.

MULIN_DATABASE_URL   tests run on that server instead (in databases named ``test_mulin…``)
MULIN_TEST_PG        a major version: run on Debian's PostgreSQL of that version
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from mulin.config.embedded import Home, Use

_MARK = "MULIN_TEST_VAR"  # set by the first process; xdist's workers inherit it and everything below


def begin() -> None:
    """Make the private folder and start the private server, unless a parent process did."""
    if _MARK in os.environ:
        return
    var = Path(tempfile.mkdtemp(prefix="mulin-test-"))
    os.environ[_MARK] = os.environ["MULIN_VAR"] = str(var)
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    os.environ.setdefault("MULIN_PLAIN_STATIC", "1")
    os.environ.setdefault("MULIN_SECRET_KEY", "only-for-tests-" + "0123456789abcdef" * 4)
    if version := os.environ.get("MULIN_TEST_PG"):
        os.environ["MULIN_PG_BIN"] = f"/usr/lib/postgresql/{version}/bin"
    if "MULIN_DATABASE_URL" in os.environ:
        return
    # As safe as a city's own: commands that tests start refuse a server that could lose what it acknowledged.
    use = Use(Home(var / "pg"), {"shared_buffers": "256MB"})
    use.__enter__()
    os.environ["MULIN_DATABASE_URL"] = use.home.url()
    atexit.register(use.__exit__, None, None, None)  # runs before the folder is removed


begin()
