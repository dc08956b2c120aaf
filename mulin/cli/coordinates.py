"""Coordinate systems from the command line: ``mulin places convert``, ``compare``, ``systems``."""

import json
from pathlib import Path
from typing import Any, Final

import click
import shapely
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from mulin.kernel.errors import BadInput
from mulin.places.rules import coordinates
from mulin.places.rules.coordinates import System
from mulin.places.rules.outline_pairs import compared

KEYS: Final = ("code", "编码", "adcode", "name", "名称")


class SystemName(click.ParamType[System]):
    """A coordinate system by its code, its EPSG number or a name people give it."""

    name = "system"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> System:
        """Return the system."""
        if isinstance(value, System):
            return value
        try:
            return coordinates.system_named(value)
        except BadInput as refused:
            self.fail(_(refused.why) % refused.facts, param, ctx)


def named(system: System) -> str:
    """Return the system's name in the reader's language."""
    return system.en if (get_language() or "").startswith("en") else system.zh


@click.command()
def systems() -> None:
    """List the coordinate systems, with the error of their conversion."""
    for system in coordinates.SYSTEMS.values():
        epsg = f"EPSG:{system.epsg}" if system.epsg else "—"
        click.echo(f"{system.code:<22} {epsg:<10} ±{system.error_m:g} m  {named(system)}")


@click.command()
@click.argument("x", type=float)
@click.argument("y", type=float)
@click.option("--from", "source", type=SystemName(), default="wgs84", show_default=True)
@click.option("--to", "target", type=SystemName(), default="wgs84", show_default=True)
def convert(x: float, y: float, source: System, target: System) -> None:
    """Convert a position: X is the longitude or easting, Y the latitude or northing."""
    degrees = coordinates.pairs_to_wgs84([(x, y)], source)
    east, north = (float(number) for number in coordinates.pairs_from_wgs84(degrees, target)[0])
    digits = 3 if target.is_metric else 8
    click.echo(f"{east:.{digits}f} {north:.{digits}f}")
    error = _("换算误差不超过 %(metres)s 米（%(source)s → %(target)s）")
    facts = {
        "metres": f"{coordinates.conversion_error(source, target):g}",
        "source": named(source),
        "target": named(target),
    }
    click.echo(error % facts, err=True)


_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("one", type=_FILE)
@click.argument("other", type=_FILE)
@click.option(
    "--from", "source", type=SystemName(), default="wgs84", show_default=True, help="System of ONE."
)
@click.option(
    "--to", "target", type=SystemName(), default="wgs84", show_default=True, help="System of OTHER."
)
def compare(one: Path, other: Path, source: System, target: System) -> None:
    """Say how far the outlines of two GeoJSON files run apart, matched by code."""
    apart = compared(_outlines(one, source), _outlines(other, target))
    facts = {
        "corners": apart.corners,
        "median": f"{apart.median:.2f}",
        "p95": f"{apart.p95:.2f}",
        "most": f"{apart.most:.2f}",
        "east": f"{apart.shift[0]:+.2f}",
        "north": f"{apart.shift[1]:+.2f}",
        "left": f"{apart.left:.2f}",
    }
    click.echo(
        _("%(corners)s 个顶点到对方边界：中位 %(median)s 米，95%% 在 %(p95)s 米内，最大 %(most)s 米。")
        % facts
    )
    click.echo(_("整体偏移：东 %(east)s 米，北 %(north)s 米；移正后中位 %(left)s 米。") % facts)


def _outlines(path: Path, system: System) -> dict[str, BaseGeometry]:
    try:
        features = json.loads(path.read_bytes())["features"]
        shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
        keys = [_key(feature["properties"]) for feature in features]
    except (ValueError, KeyError, TypeError, shapely.errors.GEOSException):
        raise BadInput("不是带 code 属性的 GeoJSON FeatureCollection", where=path.name) from None
    return dict(zip(keys, coordinates.to_wgs84(shapes, system), strict=True))


def _key(properties: dict[str, object]) -> str:
    return next(str(properties[key]) for key in KEYS if properties.get(key))
