"""Views with geometry for GIS software, where the city's database has PostGIS; tables stay as they are."""

from typing import Final

import click
from django.db import connection, transaction

from mulin.config.database import REFUSALS, database

SCHEMA: Final = "mulin_gis"
_ONLY: Final = "cross join (select 1) as once"  # a view of one table alone could be written to
# Editions with their period: "as it stands" is where until_on is empty. No contact, no words of anybody.
VIEWS: Final = {
    "area": """
        select id, code, kind, name, parent_code, unit_code, grid_type, synthetic, from_on, until_on,
               {multipolygon} as geom
        from places_area {only}""",
    "compound": """
        select id, code, name, synthetic, from_on, until_on, {multipolygon} as geom
        from places_compound {only} where outline is not null""",
    "compound_point": """
        select id, code, name, synthetic, from_on, until_on, {point} as geom
        from places_compound {only}""",
    "building": """
        select b.id, b.code, b.name, c.code as compound_code, b.floors, b.from_on, b.until_on,
               {point_b} as geom
        from places_building b left join places_compound c on c.id = b.compound_id""",
    "case_place": """
        select c.id, c.number, c.kind, c.state, i.code as item_code, u.code as place_unit_code, c.reported_at,
               c.closed_at, c.due_at, {point_c} as geom
        from cases_case c left join catalogue_item i on i.id = c.item_id
        left join people_unit u on u.id = c.place_unit_id
        where c.lon is not null and c.lat is not null""",
}


class NoPostGIS(click.ClickException):
    """The database has no PostGIS: the embedded one never has."""

    def __init__(self) -> None:
        super().__init__(
            "this database has no PostGIS (the embedded one never has): enable it on a PostgreSQL of your own"
            " 数据库里没有 PostGIS：自带的数据库不含它，请在本市自己的 PostgreSQL 上启用后再建"
        )


def make_views() -> list[str]:
    """Make (or make again) the views in a schema of their own and return their names.

    :raises NoPostGIS: the extension is not there
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace"
            " where e.extname = 'postgis'"
        )
        found = cursor.fetchone()
        if found is None:
            raise NoPostGIS
        home = connection.ops.quote_name(found[0])
        shapes = {
            "multipolygon": f"{home}.st_multi({home}.st_geomfromwkb(outline, 4326))"
            f"::{home}.geometry(MultiPolygon, 4326)"
        } | {
            f"point{tail}": f"{home}.st_setsrid({home}.st_makepoint({of}lon, {of}lat), 4326)"
            f"::{home}.geometry(Point, 4326)"
            for tail, of in (("", ""), ("_b", "b."), ("_c", "c."))
        }
        cursor.execute(f"drop schema if exists {SCHEMA} cascade")
        cursor.execute(f"create schema {SCHEMA}")
        for name, words in VIEWS.items():
            cursor.execute(f"create view {SCHEMA}.{name} as {words.format(**shapes, only=_ONLY)}")
    return [f"{SCHEMA}.{name}" for name in VIEWS]


def drop_views() -> None:
    """Take the views away: an upgrade that changes a table they read would be refused while they stand."""
    with connection.cursor() as cursor:
        cursor.execute(f"drop schema if exists {SCHEMA} cascade")


@click.command("gis-views")
@click.option("--drop", is_flag=True, help="Take the views away, before an upgrade that needs it.")
def gis_views(drop: bool) -> None:
    """Make read-only views with geometry for GIS software; needs PostGIS in the city's own database."""
    try:
        with database():
            if drop:
                drop_views()
                return
            for name in make_views():
                click.echo(name)
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from refusal
