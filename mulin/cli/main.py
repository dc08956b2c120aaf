"""The command `mulin`: which commands there are, loaded only when called."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from mulin.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command lives, and what `mulin --help` says of it without loading it."""

    module: str
    attribute: str
    says: str
    database: bool = True  # whether it can do nothing without one
    opens: str = ""  # an option that makes it ask the database after all, unless its value is shipped
    shipped: tuple[str, ...] = ()

    def asks_database(self, words: Sequence[str]) -> bool:
        """Return whether the command as written needs a database."""
        for word, after in zip(words, [*words[1:], ""], strict=True):
            value = word.partition("=")[2] if word.startswith(f"{self.opens}=") else after
            if self.opens and word.partition("=")[0] == self.opens and value not in self.shipped:
                return True
        return self.database


COMMANDS: Final[Mapping[str, Place]] = {
    "account": Place("mulin.cli.people", "account", "Make, reset, close and open sign-ins."),
    "clocks": Place(
        "mulin.cli.clocks", "clocks", "Show calendars and how long they are certain; try new ones."
    ),
    "explain": Place(
        "mulin.cli.clocks",
        "explain",
        "Say when something is due and why.",
        database=False,
        opens="--calendar",
        shipped=("cn", "plain", "always"),
    ),
    "import": Place(
        "mulin.cli.imports", "imports", "Bring in what other systems hold: reports from CSV or xlsx."
    ),
    "keys": Place("mulin.cli.people", "keys", "Look at and change the master key of what is sealed."),
    "list": Place("mulin.cli.catalogue", "lists", "Check, publish and export lists and their editions."),
    "ledger": Place("mulin.cli.ledger", "ledger", "Verify, anchor and read the ledger."),
    "pack": Place("mulin.cli.pack", "pack", "Check, preview and adopt a district's pack."),
    "sweep": Place("mulin.cli.sweep", "sweep", "Note what is due soon, overdue or long overdue, now."),
    "boundaries": Place(
        "mulin.cli.boundaries", "boundaries", "Preview and make an adjustment: merge, split, redraw areas."
    ),
    "places": Place("mulin.cli.places", "places", "Ask which grid a point or an address lies in."),
}


class Lazily(click.Group):
    """A group whose commands are imported when called: `mulin --help` loads neither Django nor a database."""

    def __init__(
        self, *, places: Mapping[str, Place], prepare: Callable[[Place], None], **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.places = places
        self.prepare = prepare

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None if there is no such one."""
        place = self.places.get(cmd_name)
        if place is None:
            return None
        self.prepare(place)
        command = getattr(importlib.import_module(place.module), place.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{place.module}.{place.attribute} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from our table, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.says) for name, place in self.places.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a refusal becomes a message and exit status 1."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal


def group(*, own: Mapping[str, Place], prepare: Callable[[Place], None]) -> click.Group:
    """Return the command `mulin` with the commands of ``own`` before those of this package."""
    return Lazily(
        name="mulin",
        places={**own, **COMMANDS},
        prepare=prepare,
        help="Mulin 睦邻: the open platform on which a city runs governance at the doorstep.",
    )


def run(command: click.Group, words: Sequence[str] | None = None) -> None:
    """Run ``command`` with the words of the command line and leave the process."""
    command(args=words, prog_name="mulin")
