"""Packs from the command line: ``mulin pack check``, ``preview``, ``adopt``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mulin.cli.days import Day
from mulin.kernel.actor import SYSTEM
from mulin.packs import actions, queries
from mulin.packs.actions import Adopted
from mulin.packs.queries import BadPack
from mulin.packs.rules.pack import Pack
from mulin.packs.rules.problems import Problem
from mulin.places.rules.imports import BadGround

SHOWN = 200

_FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
_FROM = click.option("--from", "from_on", type=Day(), help="In force from this day on.")
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON instead of words.")


@click.group()
def pack() -> None:
    """Check, preview and adopt a district's pack."""


@pack.command()
@_FOLDER
@_JSON
def check(folder: Path, as_json: bool) -> None:
    """Read every file of a pack and name everything that is wrong, by file, row and column."""
    try:
        read, problems = queries.examine(folder)
    except BadPack as refused:
        read, problems = Pack(), refused.problems
    if as_json:
        click.echo(json.dumps([_as_json(problem) for problem in problems], ensure_ascii=False))
    else:
        _show(problems)
        if not problems:
            click.echo(_("资料包「%(title)s」完好。") % {"title": read.title})
    if problems:
        raise SystemExit(1)


@pack.command()
@_FOLDER
@_FROM
@_JSON
def preview(folder: Path, from_on: date | None, as_json: bool) -> None:
    """Say what adopting a pack would change, and which open cases would lie with another unit."""
    read = _read(folder)
    with _told_in_full():
        adopted = actions.preview_pack(pack=read, from_on=from_on, actor=SYSTEM, now=timezone.now())
    _report(adopted, as_json, _("将从 %(day)s 起生效："))


@pack.command()
@_FOLDER
@_FROM
@_JSON
def adopt(folder: Path, from_on: date | None, as_json: bool) -> None:
    """Adopt a pack in one act: all of it or nothing; the same content again changes nothing."""
    read = _read(folder)
    with _told_in_full():
        adopted = actions.adopt_pack(pack=read, from_on=from_on, actor=SYSTEM, now=timezone.now())
    _report(adopted, as_json, _("已从 %(day)s 起生效："))


def _read(folder: Path) -> Pack:
    try:
        return queries.read_pack(folder)
    except BadPack as refused:
        _show(refused.problems)
        raise SystemExit(1) from None


@contextmanager
def _told_in_full() -> Iterator[None]:
    """Name everything that does not fit what already stands in the city, not only the first thing."""
    try:
        yield
    except BadGround as refused:
        _show(tuple(Problem("—", 0, p.code, p.what, p.how, p.facts) for p in refused.problems))
        raise SystemExit(1) from None


def _worded(problem: Problem) -> str:
    what, how = _(problem.what) % problem.facts, _(problem.how) % problem.facts
    return f"{problem.place}  {what}。{how}"


def _as_json(problem: Problem) -> dict[str, str | int]:
    return {
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "what": _(problem.what) % problem.facts,
        "how": _(problem.how) % problem.facts,
    }


def _show(problems: tuple[Problem, ...]) -> None:
    for problem in problems[:SHOWN]:
        click.echo(_worded(problem), err=True)
    if problems:
        click.echo(_("共 %(count)s 处问题，什么也没有写入。") % {"count": len(problems)}, err=True)


def _report(adopted: Adopted, as_json: bool, heading: str) -> None:
    if as_json:
        click.echo(json.dumps(asdict(adopted), ensure_ascii=False, default=str))
        return
    if adopted.replayed:
        click.echo(_("这份资料包（%(name)s，版本 %(version)s）已经采用，没有变化。") % asdict(adopted))
        return
    click.echo(heading % {"day": adopted.from_on.isoformat()})
    for section, counts in adopted.sections.items():
        line = _("新增 %(new)s，变更 %(changed)s，终止 %(ended)s，不变 %(same)s") % counts
        click.echo(f"  {section:<11} {line}")
    for moved in adopted.moved:
        click.echo(
            _("  %(cases)s 件未结事项将从「%(before)s」改到「%(after)s」，如 %(numbers)s")
            % {**asdict(moved), "numbers": "、".join(moved.numbers)}
        )
