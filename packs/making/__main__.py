"""Make a shipped pack again: ``python -m packs.making yicheng --data DIR``; the same seed, the same bytes."""

from importlib import import_module
from pathlib import Path

import click

NAMES = ("yicheng", "tengzhou", "zaozhuang")


@click.command()
@click.argument("names", nargs=-1, required=True, type=click.Choice(NAMES))
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Folder of the official divisions."
)
def main(names: tuple[str, ...], data: Path) -> None:
    """Write the generated files of the packs."""
    for name in names:
        click.echo(f"{name}: {import_module(f'packs.making.{name}').make(data)}")


if __name__ == "__main__":
    main()
