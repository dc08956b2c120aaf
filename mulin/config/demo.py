"""`mulin demo`: a demonstration city from nothing: database, pack, sign-ins, cases, pages."""

import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone

from mulin.cli.demo import seed
from mulin.cli.demo_sign_ins import DemoCity, demo_city
from mulin.config.database import REFUSALS
from mulin.config.serve import local_address, run_all
from mulin.config.web import default_workers, refuse_taken
from mulin.kernel.actor import SYSTEM
from mulin.ledger.queries import entries_of
from mulin.packs.actions import adopt_pack
from mulin.packs.queries import read_pack


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--pack", default="yicheng", show_default=True, help="Which of the packs shipped with Mulin.")
@click.option("--new-passwords", is_flag=True, help="Make new passwords for the demonstration's sign-ins.")
def demo(host: str, port: int, pack: str, new_passwords: bool) -> None:
    """Start a demonstration city with everything in it; the data stay until `var/` is removed."""
    refuse_taken(host, port)
    folder = settings.ROOT / "packs" / pack
    if not (folder / "pack.toml").exists():
        raise click.BadParameter(f"there is no pack {pack!r}", param_hint="--pack")
    city: list[DemoCity] = []

    def before() -> None:
        city.append(furnish(folder, new_passwords=new_passwords))

    def ready() -> None:
        click.echo("\n".join(box(local_address(host, port), city[0])))

    click.echo("Starting 睦邻 Mulin …")
    try:
        run_all(
            host=host,
            port=port,
            workers=default_workers(),
            logs=Path(settings.VAR) / "logs",
            before=before,
            ready=ready,
        )
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo("Stopped; the data stay in var/. 已停止，数据保留。")


def furnish(folder: Path, *, new_passwords: bool) -> DemoCity:
    """Adopt the pack, make sign-ins and play the cases; what is there already stays as it is."""
    began, now = time.monotonic(), timezone.now()
    refuse_another_city(folder)
    adopted = adopt_pack(pack=read_pack(folder), actor=SYSTEM, now=now)
    if not adopted.replayed:
        click.echo(f"  pack {adopted.name}: {time.monotonic() - began:.0f} s")
    city = demo_city(new_passwords=new_passwords, now=now)
    seed(now=now, say=lambda line: click.echo(f"  {line}"))
    return city


def refuse_another_city(folder: Path) -> None:
    """Refuse to make one city of two: adopting a second pack would end the grids of the first.

    :raises click.ClickException: the demonstration of another pack lies in ``var/``
    """
    others = (each.name for each in folder.parent.iterdir() if each.name != folder.name)
    there = next((name for name in sorted(others) if entries_of(f"pack:{name}", limit=1)), "")
    if there:
        raise click.ClickException(
            f"the demonstration of pack {there} lies here: start it with --pack {there},"
            f" or give {folder.name} a folder of its own (MULIN_VAR=var/{folder.name})"
        )


def box(address: str, city: DemoCity) -> Iterator[str]:
    """Yield the lines that tell a newcomer where to go and how to get in."""
    told = any(sign_in.password for sign_in in city.sign_ins)
    lines = [
        f"residents 居民    {address}/",
        f"staff 工作人员    {address}/console/",
        "",
        f"The seats below belong together around the compound {city.compound}:",
        "report something there, then sign in as the street dispatcher.",
        "",
    ]
    seats = max(_width(f"{each.seat} · {each.unit}") for each in city.sign_ins)
    for each in city.sign_ins:
        seat = _padded(f"{each.seat} · {each.unit}", seats)
        lines.append(f"{seat}  {each.username:<10} {each.password}".rstrip())
    lines.append("")
    if told:
        lines.append("These passwords are shown this once. 密码只显示这一次。")
    else:
        lines.append("The passwords were shown at the first start; for new ones stop and run")
        lines.append("  mulin demo --new-passwords     (make demo NEW=1)")
    lines.append("Ctrl-C stops everything; the data stay. 按 Ctrl-C 停止，数据保留。")
    widest = max(map(_width, lines))
    yield ""
    yield f"┌─ 睦邻 Mulin {'─' * (widest - 11)}┐"
    yield from (f"│ {_padded(line, widest)} │" for line in lines)
    yield f"└{'─' * (widest + 2)}┘"


def _width(text: str) -> int:
    """Return how many columns a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
