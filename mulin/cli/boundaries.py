"""Adjustments of boundaries from the command line: ``mulin boundaries preview FILE``, ``adjust FILE``."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mulin.boundaries.actions.adjusting import adjust_boundaries
from mulin.boundaries.queries import previews
from mulin.boundaries.rules.plan import BadPlan, Plan, read_plan
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput

BYTES_MAX: Final = 64_000_000
SHOWN: Final = 20
Given = TypeVar("Given")
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of words.")


@click.group()
def boundaries() -> None:
    """Preview an adjustment of boundaries, and carry it out."""


@boundaries.command()
@_FILE
@_JSON
def preview(file: Path, as_json: bool) -> None:
    """Say what a plan would do; nothing is changed."""
    plan = _read(file)
    seen = _telling(lambda: previews.preview(SYSTEM, plan))
    counts, lines = seen.counts(), previews.line_rows(seen.effect, seen.moves)
    if as_json:
        cases = [{"number": m.number, "was": m.was, "to": m.to, "how": m.how.value} for m in seen.moves.cases]
        click.echo(json.dumps({"counts": counts, "lines": lines, "cases": cases}, ensure_ascii=False))
        return
    _say_counts(counts)
    for move in seen.cases()[:SHOWN]:
        click.echo(f"  {move.number}  {move.was.desk} → {move.to.desk}  [{move.how}]")
    if counts["cases_moved"] > SHOWN:
        click.echo(_("  ……共 %(count)s 件") % {"count": counts["cases_moved"]})


@boundaries.command()
@_FILE
@click.option(
    "--key", default="", help="The same key again is the same adjustment; the file's digest if none."
)
@_JSON
def adjust(file: Path, key: str, as_json: bool) -> None:
    """Carry a plan out: areas, units, staff and open cases, as one act."""
    plan = _read(file)
    key = key or hashlib.sha256(file.read_bytes()).hexdigest()
    made = _telling(lambda: adjust_boundaries(plan=plan, key=key, actor=SYSTEM, now=timezone.now()))
    if as_json:
        click.echo(json.dumps({"id": made.pk, "applied": made.applied_at is not None, "counts": made.counts}))
        return
    _say_counts(made.counts)
    if made.applied_at is None:
        click.echo(_("在办事项到 %(day)s 当天再转交。") % {"day": made.on.isoformat()})
    click.echo(_("区划调整 %(number)s 已登记。") % {"number": made.pk})


def _say_counts(counts: dict[str, int]) -> None:
    for words in (
        _("区域 %(areas_before)s → %(areas_after)s，单位新设 %(units_found)s、撤销 %(units_ended)s。"),
        _("任职 %(terms)s 个受影响，随转 %(terms_following)s 个。"),
        _("楼栋 %(buildings)s 栋、小区 %(compounds)s 个换网格。"),
        _("在办事项 %(cases_moved)s 件换单位：按位置 %(cases_by_location)s，按份额 %(cases_by_share)s。"),
    ):
        click.echo(words % counts)


def _read(file: Path) -> Plan:
    if file.stat().st_size > BYTES_MAX:
        raise BadInput("文件太大", where=file.name)
    try:
        data = json.loads(file.read_text("utf-8"))
    except (UnicodeDecodeError, ValueError) as wrong:
        raise BadInput("文件不是 UTF-8 的 JSON", where=file.name) from wrong
    return _telling(lambda: read_plan(data))


def _telling(act: Callable[[], Given]) -> Given:
    """Return what ``act`` gives; what is wrong with a plan is told line by line."""
    try:
        return act()
    except BadPlan as bad:
        for flaw in bad.flaws:
            what = _(flaw.why) % flaw.facts if flaw.facts else _(flaw.why)
            told = {"line": flaw.line, "where": flaw.where, "what": what}
            click.echo(_("第 %(line)s 行 %(where)s：%(what)s") % told, err=True)
        raise
