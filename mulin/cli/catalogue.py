"""Lists (清单) from the command line: ``mulin list check``, ``publish``, ``template``, ``export``."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mulin.catalogue import actions, queries
from mulin.catalogue.queries import Draft
from mulin.catalogue.rules.comparing import Effect
from mulin.kernel.actor import SYSTEM

SHOWN: Final = 50  # of each sort; a check that floods the screen is not read

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT: Final = click.Path(dir_okay=False, writable=True, path_type=Path)
_code = click.option("--code", default="matters", show_default=True, help="Which of the city's lists.")


@click.group(name="list")
def lists() -> None:
    """Check, publish and export the city's lists of items."""


@lists.command()
@click.argument("file", type=_FILE)
@_code
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def check(file: Path, code: str, as_json: bool) -> None:
    """Find everything wrong in FILE, else say what publishing it would change."""
    draft = queries.read_list(file, name=file.name)
    effect = queries.preview(code, draft.items, on=timezone.localdate())
    if as_json:
        click.echo(json.dumps(_facts(draft, effect), ensure_ascii=False))
    elif not draft.problems:
        _tell(effect, len(draft.items))
    _stop_at_problems(draft, silent=as_json)


@lists.command()
@click.argument("file", type=_FILE)
@click.option("--name", required=True, help="The edition's name: 2026 版.")
@click.option("--from", "from_on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Its first day.")
@_code
@click.option("--list-name", default="事项清单", show_default=True, help="What the list is called.")
def publish(file: Path, name: str, from_on: datetime, code: str, list_name: str) -> None:
    """Put FILE in force from a day on; nothing is published unless all of it is right."""
    draft = queries.read_list(file, name=file.name)
    _stop_at_problems(draft)
    done = actions.publish_edition(
        list_code=code,
        list_name=list_name,
        name=name,
        from_on=from_on.date(),
        items=draft.items,
        digest=draft.digest,
        actor=SYSTEM,
        now=timezone.now(),
    )
    facts = {"name": done.edition.name, "day": from_on.date().isoformat(), "items": done.items}
    if done.replayed:
        click.echo(_("“%(name)s”早已发布，自 %(day)s 起，共 %(items)d 项；没有重复发布。") % facts)
        return
    facts |= {"added": done.added, "changed": done.changed, "gone": done.gone}
    words = _(
        "已发布“%(name)s”，自 %(day)s 起，共 %(items)d 项：新增 %(added)d，改动 %(changed)d，取消 %(gone)d。"
    )
    click.echo(words % facts)


@lists.command()
@click.argument("out", type=_OUT)
def template(out: Path) -> None:
    """Write an empty sheet with headers, help and an example to OUT (xlsx)."""
    out.write_bytes(queries.template())
    click.echo(_("模板已写到 %(file)s") % {"file": out})


@lists.command()
@click.argument("out", type=_OUT)
@_code
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The edition in force on this day; default today."
)
def export(out: Path, code: str, on: datetime | None) -> None:
    """Write the edition in force to OUT (xlsx), as it can be read again."""
    day: date = on.date() if on else timezone.localdate()
    edition = queries.edition_in_force(code, on=day)
    out.write_bytes(queries.export(edition.pk))
    click.echo(_("“%(name)s”已写到 %(file)s") % {"name": edition.name, "file": out})


def _stop_at_problems(draft: Draft, *, silent: bool = False) -> None:
    if not draft.problems:
        return
    if not silent:
        for problem in draft.problems[:SHOWN]:
            click.echo(str(problem), err=True)
        click.echo(_("共 %(count)d 处要改，没有发布任何内容。") % {"count": len(draft.problems)}, err=True)
    raise click.exceptions.Exit(1)


def _tell(effect: Effect, items: int) -> None:
    facts = {
        "items": items,
        "added": len(effect.added),
        "changed": len(effect.changed),
        "gone": len(effect.gone),
    }
    words = _("没有错误。共 %(items)d 项；与现行一版相比：新增 %(added)d，改动 %(changed)d，取消 %(gone)d。")
    click.echo(words % facts)
    for item in effect.added[:SHOWN]:
        click.echo(f"＋ {item.code} {item.name}")
    for gone in effect.gone[:SHOWN]:
        click.echo(f"－ {gone.code} {gone.name}")
    for changed in effect.changed[:SHOWN]:
        click.echo(f"～ {changed.code} {changed.name}")
        for cell in changed.fields:
            click.echo(f"    {cell.column}：{cell.before or '—'} → {cell.after or '—'}")


def _facts(draft: Draft, effect: Effect) -> dict[str, object]:
    return {
        "items": len(draft.items),
        "added": [item.code for item in effect.added],
        "changed": [item.code for item in effect.changed],
        "gone": [item.code for item in effect.gone],
        "problems": [
            {"file": each.file, "row": each.row, "column": each.column, "what": each.what, "how": each.how}
            for each in draft.problems
        ],
    }
