"""Places from the command line: ``mulin places locate``, ``parse``, ``state``."""

import json
from datetime import date

import click
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mulin.cli import coordinates, outlines
from mulin.cli.days import Day
from mulin.insight.queries import states
from mulin.insight.queries.matters import What
from mulin.kernel.actor import SYSTEM
from mulin.places.queries import ground as queries
from mulin.places.rules.located import Located

_AT = click.option("--at", type=Day(), help="By the boundaries of this day; today if left out.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of words.")


@click.group()
def places() -> None:
    """Ask which grid a point or an address lies in; bring outlines in and out; convert coordinates."""


for command in (
    coordinates.systems,
    coordinates.convert,
    coordinates.compare,
    outlines.import_,
    outlines.export,
    outlines.check,
):
    places.add_command(command)


@places.command()
@click.option("--lon", type=float, required=True, help="Longitude in degrees (WGS-84 / CGCS2000).")
@click.option("--lat", type=float, required=True, help="Latitude in degrees.")
@_AT
@_JSON
def locate(lon: float, lat: float, at: date | None, as_json: bool) -> None:
    """Say which grid takes a point, and why."""
    _say(queries.locate_point(lon=lon, lat=lat, on=at or timezone.localdate()), as_json)


@places.command()
@click.argument("text")
@_AT
@_JSON
def parse(text: str, at: date | None, as_json: bool) -> None:
    """Say which grid an address lies in, and why."""
    _say(queries.locate_address(text, on=at or timezone.localdate()), as_json)


@places.command()
@click.argument("code")
@_AT
@_JSON
def state(code: str, at: date | None, as_json: bool) -> None:
    """Say what an area was on a day: its edition, what stood in it, its posts, its cases."""
    told = states.state_of(SYSTEM, code, on=at or timezone.localdate())
    if as_json:
        click.echo(json.dumps(told.as_json(), ensure_ascii=False, default=str))
        return
    click.echo(
        " › ".join([*(one.name for one in reversed(told.chain)), told.area.name]) + f"  {told.area.code}"
    )
    click.echo(
        _("%(hectares)s 公顷，边界自 %(day)s 起生效（第 %(edition)d 版）")
        % {"hectares": told.hectares, "day": told.from_on.isoformat(), "edition": told.editions}
    )
    click.echo(
        _("网格 %(grids)d · 小区 %(compounds)d · 楼栋 %(buildings)d · 单元 %(stairwells)d · 户 %(dwellings)d")
        % told.as_json()
    )
    for post in told.posts or ():
        click.echo(f"  {post.name} {post.held} / {post.units}")
    words = {What.REPORTED: _("本月上报"), What.CLOSED: _("本月办结"), What.OPEN: _("当日在办")}
    click.echo(" · ".join(f"{words[what]} {number}" for what, number in told.cases.items()))
    click.echo(_("户没有起止日期，按楼栋现在的登记算；重办过的按最后一次结案算。"))
    if told.synthetic:
        click.echo(_("形状为示意，非真实边界"))


def _say(found: Located, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    chain = " › ".join(step.name for step in reversed(found.chain))
    click.echo(f"{chain or '—'}  [{found.outcome}]")
    click.echo(found.reason.words(get_language() or "zh"))
    if found.compound_name:
        click.echo(_("小区：%(name)s") % {"name": found.compound_name})
    if found.confidence is not None:
        names = " › ".join(named.name for named in found.division)
        click.echo(_("区划：%(names)s") % {"names": names or "—"})
        click.echo(_("把握：%(percent)s%%") % {"percent": round(found.confidence * 100)})
        for reason in found.because:
            click.echo(f"  {reason.words(get_language() or 'zh')}")
    for candidate in found.candidates:
        metres = "" if candidate.metres is None else _("（约 %(metres)s 米）") % {"metres": candidate.metres}
        click.echo(f"  · {candidate.name} {candidate.code}{metres}")
    if found.edition_from:
        click.echo(_("边界自 %(day)s 起生效") % {"day": found.edition_from.isoformat()})
    if found.synthetic:
        click.echo(_("形状为示意，非真实边界"))
