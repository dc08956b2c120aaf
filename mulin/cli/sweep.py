"""The sweep over the clocks from the command line: ``mulin sweep``."""

import json
import time

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mulin.cases.actions.escalating import sweep_clocks
from mulin.kernel.actor import SYSTEM


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of words.")
def sweep(as_json: bool) -> None:
    """Note every case that is due soon, overdue or long overdue; what is noted already is left alone."""
    began = time.monotonic()
    swept = sweep_clocks(actor=SYSTEM, now=timezone.now())
    if as_json:
        click.echo(json.dumps({"new": swept.total, **swept.counts}))
        return
    click.echo(
        _("新记下 %(new)s 条，用时 %(seconds).1f 秒。")
        % {"new": swept.total, "seconds": time.monotonic() - began}
    )
    for name, count in swept.counts.items():
        if count:
            click.echo(f"  {name}: {count}")
