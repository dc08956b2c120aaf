"""Loaded before Django: gives the tests their own ``var/`` and their own PostgreSQL, never the user's.

Each of xdist's workers has its own server: what one test leaves open holds no reader of another back.

MULIN_DATABASE_URL   tests run on that server instead (in databases named ``test_mulin…``)
MULIN_TEST_PG        a major version: run on Debian's PostgreSQL of that version
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from mulin.config.embedded import Home, Use

_OWNER = "MULIN_TEST_OWNER"  # whose folder and server these are; inherited by everything a worker starts
_GIVEN = "MULIN_TEST_GIVEN"  # "yes": the server is the developer's own, and every worker's


def begin() -> None:
    """Make the private folder and start the private server, unless this worker did."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "first")
    if os.environ.get(_OWNER) == worker:
        return
    given = os.environ.setdefault(_GIVEN, "yes" if "MULIN_DATABASE_URL" in os.environ else "no")
    var = Path(tempfile.mkdtemp(prefix="mulin-test-"))
    os.environ[_OWNER], os.environ["MULIN_VAR"] = worker, str(var)
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    os.environ.setdefault("MULIN_PLAIN_STATIC", "1")
    os.environ.setdefault("MULIN_SECRET_KEY", "only-for-tests-" + "0123456789abcdef" * 4)
    if version := os.environ.get("MULIN_TEST_PG"):
        os.environ["MULIN_PG_BIN"] = f"/usr/lib/postgresql/{version}/bin"
    if given == "yes":
        return
    # As safe as a city's own: commands that tests start refuse a server that could lose what it acknowledged.
    use = Use(Home(var / "pg"), {"shared_buffers": "256MB"})
    use.__enter__()
    os.environ["MULIN_DATABASE_URL"] = use.home.url()
    atexit.register(use.__exit__, None, None, None)  # runs before the folder is removed


begin()
