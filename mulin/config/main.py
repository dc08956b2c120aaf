"""The entry point `mulin`: settings first, the database if the command asks for one, then the command."""

import contextlib
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click
import django

from mulin.cli.main import Place, group, run

OWN: Final[Mapping[str, Place]] = {
    "demo": Place("mulin.config.demo", "demo", "Start a demonstration city with everything in it."),
    "serve": Place("mulin.config.serve", "serve", "Run the pages, the jobs and the database until stopped."),
    "web": Place("mulin.config.web", "web", "Run only the pages and the API; any number may run."),
    "worker": Place("mulin.config.upkeep", "worker", "Run only the jobs; any number may run."),
    "migrate": Place("mulin.config.upkeep", "migrate", "Bring the database's tables up to the code."),
    "gis-views": Place("mulin.config.gis_views", "gis_views", "Make views with geometry for GIS software."),
    "static": Place("mulin.config.upkeep", "static", "Gather the pages' static files, if any changed."),
}
_OWN_MODULES: Final = frozenset(place.module for place in OWN.values())


def main() -> None:
    """Run the command that the words of the command line name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    with contextlib.ExitStack() as held:

        def prepare(place: Place) -> None:
            django.setup()
            asks_help = any(word in {"--help", "-h"} for word in sys.argv[1:])
            own = place.module in _OWN_MODULES  # our own say themselves what they need
            if place.asks_database(sys.argv[1:]) and not own and not asks_help:
                hold = import_module("mulin.config.database")  # knows Django's models: not before setup
                try:
                    held.enter_context(hold.database())
                except hold.REFUSALS as refusal:
                    raise click.ClickException(str(refusal)) from refusal

        run(group(own=OWN, prepare=prepare))


if __name__ == "__main__":
    main()
