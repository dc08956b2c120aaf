"""Small commands for whoever runs a city's server: migrate, gather static files, run only jobs."""

import os

import click

from mulin.config.database import REFUSALS, database, pending
from mulin.config.processes import PARENT, die_with_parent
from mulin.config.static import gather_static
from mulin.config.worker import work


@click.command()
def migrate() -> None:
    """Bring the database's tables up to the code."""
    try:
        with database(migrating=True):
            left = pending()
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"still pending: {', '.join(left)}" if left else "the tables are up to date")


@click.command()
def static() -> None:
    """Gather the pages' static files, if any changed."""
    click.echo("gathered" if gather_static() else "nothing changed")


@click.command()
def worker() -> None:
    """Run only the jobs; the pages run in `mulin web`."""
    os.environ["MULIN_PROCESS"] = "worker"
    if PARENT in os.environ:  # under `mulin serve`, which has seen to the rest
        die_with_parent(int(os.environ[PARENT]))
        work()
        return
    try:
        with database():
            work()
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from refusal
