"""`mulin` from the outside: help at once, refusals in words, each command where the table says."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from mulin.cli.demo_sign_ins import DemoCity, SignIn
from mulin.cli.main import COMMANDS, Place
from mulin.config.demo import box
from mulin.config.embedded import Home, Use, ensure_database
from mulin.config.main import OWN
from tests.house.tree import ROOT, files
from tests.make.city import outside, run_mulin


@pytest.fixture(scope="module")
def city() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mulin-room-", ignore_cleanup_errors=True) as folder:
        adopted = run_mulin("pack", "adopt", str(ROOT / "packs" / "demo"), var=Path(folder))
        assert adopted.returncode == 0, adopted.stderr
        yield Path(folder)


def test_help_is_there_without_django_and_without_a_database(tmp_path: Path) -> None:
    watch = "import sys, atexit; atexit.register(lambda: print(sorted(sys.modules)))\n"
    watch += "sys.argv[1:] = ['--help']\nfrom mulin.config.main import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", watch],
        cwd=ROOT,
        env=outside(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "django.db" not in done.stdout
    assert "psycopg" not in done.stdout
    assert list(tmp_path.iterdir()) == [], "and leaves nothing behind"
    for name in (*OWN, *COMMANDS):
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize(("name", "place"), [*OWN.items(), *COMMANDS.items()])
def test_every_command_is_where_the_table_says(name: str, place: Place) -> None:
    command = getattr(import_module(place.module), place.attribute)
    assert isinstance(command, click.Command)
    assert place.says.endswith("."), name


def modules_of(command: click.Command) -> Iterator[str]:
    if command.callback is not None:
        yield getattr(command.callback, "__wrapped__", command.callback).__module__
    for part in command.commands.values() if isinstance(command, click.Group) else ():
        yield from modules_of(part)


def test_every_module_of_commands_is_reached_from_the_table() -> None:
    places = COMMANDS.values()
    known = {each for at in places for each in modules_of(getattr(import_module(at.module), at.attribute))}
    for path in files():
        if path.parent == ROOT / "mulin" / "cli" and "@click." in path.read_text() and path.stem != "main":
            assert f"mulin.cli.{path.stem}" in known, path.name


def test_an_unknown_command_is_refused_in_words(tmp_path: Path) -> None:
    done = run_mulin("fly", var=tmp_path)
    assert done.returncode == 2
    assert "No such command 'fly'" in done.stderr


@pytest.mark.slow
def test_a_refusal_is_a_sentence_and_not_a_stack(city: Path) -> None:
    done = run_mulin("import", "reports", "there-is-no-such-file.csv", var=city)
    assert done.returncode not in {0, 139}
    assert "Traceback" not in done.stderr
    assert "there-is-no-such-file.csv" in done.stderr


@pytest.mark.slow
def test_the_ledger_of_a_fresh_city_verifies(city: Path) -> None:
    done = run_mulin("ledger", "verify", var=city)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_server_that_does_not_answer_is_said_in_words(tmp_path: Path) -> None:
    done = run_mulin("ledger", "verify", var=tmp_path, MULIN_DATABASE_URL="postgresql://x@/y?host=/nowhere")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "/nowhere" in done.stderr


@pytest.mark.slow
def test_a_citys_own_server_is_not_migrated_unasked(room: Path) -> None:
    """On somebody else's server somebody decides when tables change."""
    home = Home(room / "pg")
    with Use(home, {"shared_buffers": "16MB", "max_connections": "20"}):
        ensure_database(home)
        done = run_mulin("ledger", "verify", var=room, MULIN_DATABASE_URL=home.url())
    assert done.returncode == 1
    assert "mulin migrate" in done.stderr


def test_the_box_is_as_wide_as_its_lines() -> None:
    sign_ins = (SignIn("street 街道", "某街道", "street", "abc"), SignIn("grid", "第一网格", "grid", ""))
    lines = list(box("http://127.0.0.1:8000", DemoCity("某小区", sign_ins)))[1:]
    widths = {sum(2 if "\u2e80" < sign < "\uffe0" else 1 for sign in line) for line in lines}
    assert len(widths) == 1
    assert any("abc" in line for line in lines)


def test_the_box_says_where_passwords_went_when_it_shows_none() -> None:
    lines = "\n".join(box("http://x", DemoCity("某小区", (SignIn("s", "u", "street", ""),))))
    assert "--new-passwords" in lines
