"""The ledger from the command line: ``mulin ledger verify``, ``replay``, ``anchor``, ``settle``, ``tail``."""

import json
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from mulin.cases.queries.replaying import Told, tell_again
from mulin.kernel.actor import SYSTEM
from mulin.ledger import actions, jobs, queries
from mulin.ledger.queries import EntryRow, Verdict


@click.group()
def ledger() -> None:
    """Verify, anchor and read the ledger."""


def _folder() -> Path:
    return Path(settings.VAR) / "anchors"


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of words.")
@click.option(
    "--anchors",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Compare with the anchors in this folder, for instance a copy kept on another machine.",
)
def verify(as_json: bool, anchors: Path | None) -> None:
    """Recompute every hash; name the first place where something was changed, removed or added."""
    started = time.monotonic()
    with tqdm(unit=" entries", unit_scale=True, disable=None, leave=False) as bar:
        verdict = queries.verify(anchors=anchors or _folder(), progress=bar.update)
    if as_json:
        click.echo(json.dumps(_as_json(verdict), ensure_ascii=False))
    elif verdict.fault is None:
        seconds = time.monotonic() - started
        click.echo(
            _("台账完好：%(entries)s 条记录、%(roots)s 个封印逐条核对无误，用时 %(seconds).1f 秒。")
            % {"entries": f"{verdict.entries:,}", "roots": f"{verdict.roots:,}", "seconds": seconds}
        )
        if verdict.anchored < verdict.roots:
            click.echo(
                _("注意：库外锚点只到第 %(anchored)s 个封印；其后的改写无法由库外证据发现。")
                % {"anchored": verdict.anchored},
                err=True,
            )
    else:
        click.echo(
            _("台账被改动。第一处：%(place)s（%(where)s）。%(why)s")
            % {
                "place": _(verdict.fault.place) % verdict.fault.facts,
                "where": verdict.fault.where,
                "why": _(verdict.fault.why) % verdict.fault.facts,
            },
            err=True,
        )
    if not verdict.ok:
        raise click.exceptions.Exit(1)


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of words.")
def replay(as_json: bool) -> None:
    """Tell every case again from its entries; name the first row that is not what they say."""
    started = time.monotonic()
    with tqdm(unit=" cases", unit_scale=True, disable=None, leave=False) as bar:
        told = tell_again(progress=bar.update)
    if as_json:
        click.echo(json.dumps(_told(told), ensure_ascii=False))
    elif told.difference is None:
        seconds = time.monotonic() - started
        click.echo(
            _("重演一致：%(cases)s 件事项按 %(entries)s 条记录重演，与库中逐项相同，用时 %(seconds).1f 秒。")
            % {"cases": f"{told.cases:,}", "entries": f"{told.entries:,}", "seconds": seconds}
        )
    else:
        click.echo(
            _("重演不一致。第一处：事项 %(number)s 的 %(field)s，台账记为 %(told)s，库中是 %(stored)s。")
            % {
                "number": told.number or told.case_id,
                "field": told.difference.where,
                "told": told.difference.told,
                "stored": told.difference.stored,
            },
            err=True,
        )
    if not told.ok:
        raise click.exceptions.Exit(1)


@ledger.command()
def anchor() -> None:
    """Seal what was written since the last root and write it outside the database."""
    number = jobs.anchor(folder=_folder(), now=timezone.now())
    click.echo(_("库外锚点已到第 %(number)s 个封印：%(folder)s") % {"number": number, "folder": _folder()})


@ledger.command()
def settle() -> None:
    """After restoring the database on another server: make transaction numbers rise again."""
    by = actions.settle(actor=SYSTEM, now=timezone.now())
    click.echo(_("事务编号前移 %(by)s。") % {"by": by} if by else _("无需调整。"))


@ledger.command()
@click.option("-n", "limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many.")
@click.option("--follow", is_flag=True, help="Go on as entries are written, until interrupted.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each entry.")
def tail(limit: int, follow: bool, as_json: bool) -> None:
    """Print the last entries, oldest first."""
    cursor = queries.cursor_at_end() if follow else None
    for entry in queries.latest(limit=limit):
        click.echo(_line(entry, as_json=as_json))
    while follow:
        entries, cursor = queries.entries_after(cursor, limit=500)
        for entry in entries:
            click.echo(_line(entry, as_json=as_json))
        if not entries:
            time.sleep(0.5)


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "ok": verdict.ok,
        "entries": verdict.entries,
        "roots": verdict.roots,
        "anchored": verdict.anchored,
        "first_bad": verdict.first_bad,
        "why": verdict.why,
    }


def _told(told: Told) -> dict[str, object]:
    found = told.difference
    return {
        "ok": told.ok,
        "cases": told.cases,
        "entries": told.entries,
        "case": told.case_id,
        "number": told.number,
        "field": found.where if found else "",
        "told": str(found.told) if found else "",
        "stored": str(found.stored) if found else "",
    }


def _line(entry: EntryRow, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(entry), ensure_ascii=False, default=_plain)
    moment = timezone.localtime(entry.at).isoformat(sep=" ", timespec="seconds")
    unit = "" if entry.unit_id is None else f" @{entry.unit_id}"
    facts = json.dumps(entry.facts, ensure_ascii=False) if entry.facts else ""
    return f"{entry.id}  {moment}  {entry.kind}  {entry.subject}  #{entry.account_id}{unit}  {facts}".rstrip()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written in entries")
