"""Outlines from the command line: ``mulin places import``, ``export``, ``check``."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mulin.boundaries.actions.bringing import Tried, bring_outlines, preview_outlines
from mulin.cli.coordinates import SystemName, named
from mulin.cli.days import Day
from mulin.gateways.sheets import SheetError
from mulin.kernel.actor import SYSTEM
from mulin.places.actions.outlines import BadFile
from mulin.places.queries.outline_export import Form, export_outlines
from mulin.places.queries.outline_files import Draft, read_outlines
from mulin.places.queries.topology import topology
from mulin.places.rules import coordinates
from mulin.places.rules.coordinates import System
from mulin.places.rules.survey import TOLERANCE_METRES, Fault, Problem

SHOWN: Final = 200  # of each sort; a report that floods the screen is not read

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT: Final = click.Path(dir_okay=False, writable=True, path_type=Path)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="JSON instead of words.")


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--on", "on", type=Day(), required=True, help="The first day of the new boundaries.")
@click.option("--system", type=SystemName(), help="Coordinate system; by default what the file says.")
@click.option("--map", "mapping", default="", help="Which column is what: code=编码,name=名称 …")
@click.option("--accuracy", type=float, help="How far off the outlines may be, in metres.")
@click.option("--complete", is_flag=True, help="Areas of the same kinds that the file leaves out end.")
@click.option("--snap", is_flag=True, help="First make shared borders one line (2 m at most).")
@click.option("--reason", default="", help="Why what stands is redrawn; makes it an adjustment.")
@click.option("--document", default="", help="The number of the document that says so.")
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
@_JSON
def import_(
    file: Path,
    on: date,
    system: System | None,
    mapping: str,
    accuracy: float | None,
    complete: bool,
    snap: bool,
    reason: str,
    document: str,
    preview: bool,
    as_json: bool,
) -> None:
    """Draw areas from FILE: GeoJSON, a zipped Shapefile, xlsx or csv."""
    try:
        draft = read_outlines(
            file, name=file.name, on=on, system=system, mapping=_pairs(mapping), accuracy_m=accuracy
        )
        how = {"draft": draft, "from_on": on, "complete": complete, "snap": snap}
        if preview:
            tried = preview_outlines(**how, actor=SYSTEM, now=timezone.now())  # type: ignore[arg-type]
        else:
            words = {"reason": reason, "document": document}
            tried = bring_outlines(**how, **words, actor=SYSTEM, now=timezone.now())  # type: ignore[arg-type]
        _tell(draft, tried, as_json)
    except BadFile as refused:
        _stop(refused.faults, as_json)
    except SheetError as fault:
        _stop((fault,), as_json)


def _pairs(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.replace("，", ",").split(",") if part.strip()]
    return {key.strip(): header.strip() for key, _sign, header in pairs}


def _tell(draft: Draft, tried: Tried, as_json: bool) -> None:
    brought, changes = tried.brought, tried.brought.changes
    if as_json:
        said: dict[str, object] = {
            "system": draft.system.code,
            **changes.counts(),
            "snapped": [asdict(moved) for moved in brought.snapped.moved],
            "not_snapped": brought.snapped.left,
            "cases": [asdict(moved) for moved in tried.moved],
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(_("坐标系：%(name)s") % {"name": named(draft.system)})
    click.echo(_("新增 %(new)s，变更 %(changed)s，终止 %(ended)s，不变 %(same)s") % changes.counts())
    for sign, areas in (("+", changes.new), ("~", changes.changed), ("-", changes.ended)):
        _list(f"  {sign} {code} {area.name}" for code, area in sorted(areas.items()))
    _list(
        _("  捕捉 %(code)s %(name)s：%(corners)s 个顶点，最多移动 %(most_metres)s 米") % asdict(moved)
        for moved in brought.snapped.moved
    )
    _list(_("  没有捕捉 %(code)s：要移动得太远") % {"code": code} for code in brought.snapped.left)
    for moved in tried.moved:
        click.echo(
            _("  %(cases)s 件未结事项将从「%(before)s」改到「%(after)s」，如 %(numbers)s")
            % {**asdict(moved), "numbers": "、".join(moved.numbers)}
        )


def _list(lines: Iterable[str]) -> None:
    for number, line in enumerate(lines):
        if number == SHOWN:
            click.echo("  …")
            return
        click.echo(line)


def _stop(faults: tuple[SheetError, ...], as_json: bool) -> None:
    if as_json:
        rows = [
            {"file": f.file, "row": f.row, "column": f.column, "what": f.what, "how": f.how} for f in faults
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
    for fault in () if as_json else faults[:SHOWN]:
        click.echo(str(fault), err=True)
    click.echo(_("共 %(count)s 处问题，什么也没有写入。") % {"count": len(faults)}, err=True)
    raise SystemExit(1)


@click.command()
@click.option("--kind", default="", help="county, street, community, grid; all if left out.")
@click.option("--on", "on", type=Day(), help="As of this day; today if left out.")
@click.option("--format", "form", type=click.Choice([form.value for form in Form]), default="geojson")
@click.option("--system", type=SystemName(), default="wgs84", show_default=True)
@click.option("-o", "--out", type=_OUT, required=True)
def export(kind: str, on: date | None, form: str, system: System, out: Path) -> None:
    """Write outlines to a file."""
    pieces = export_outlines(kind=kind, on=on or timezone.localdate(), form=Form(form), system=system)
    with out.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    error = coordinates.conversion_error(coordinates.WGS84, system)
    facts = {"file": out, "name": named(system), "metres": f"{error:g}"}
    click.echo(_("已写到 %(file)s（%(name)s，换算误差不超过 %(metres)s 米）") % facts)


@click.command()
@click.option("--on", "on", type=Day(), help="On this day; today if left out.")
@click.option("--within", default="", help="Only this area and what lies below it.")
@click.option("--tolerance", type=click.FloatRange(0.01, 100), default=TOLERANCE_METRES, show_default=True)
@_JSON
def check(on: date | None, within: str, tolerance: float, as_json: bool) -> None:
    """Report every fault of the ground: overlaps, gaps, strays, borders that are not one line."""
    problems = topology(on or timezone.localdate(), within=within, tolerance=tolerance)
    if as_json:
        click.echo(json.dumps([problem_json(problem) for problem in problems], ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(f"{problem.code}  {_(problem.what) % problem.facts}。{_(problem.how) % problem.facts}")
        facts = {"count": len(problems), "metres": f"{tolerance:g}"}
        click.echo(_("共 %(count)s 处（容差 %(metres)s 米）") % facts)
    if any(problem.spot is None or problem.spot.fault is not Fault.UNEVEN for problem in problems):
        raise SystemExit(1)


def problem_json(problem: Problem) -> Mapping[str, object]:
    """Return a problem with its place and size."""
    spot = asdict(problem.spot) if problem.spot else {"fault": Fault.OTHER}
    return {"code": problem.code, "what": _(problem.what) % problem.facts, **spot}
