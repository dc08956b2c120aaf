"""Views for GIS software: refused without PostGIS, readable only, and they tell of no person."""

import pytest
from django.db import connection

from mulin.config import gis_views

pytestmark = pytest.mark.django_db


def test_without_postgis_the_views_are_refused_and_nothing_is_left() -> None:
    with pytest.raises(gis_views.NoPostGIS):
        gis_views.make_views()
    gis_views.drop_views()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_namespace where nspname = %s", [gis_views.SCHEMA])
        assert cursor.fetchone() == (0,)


def test_the_views_read_what_there_is() -> None:
    """Their words against our tables; real geometry needs PostGIS, which no test database has."""
    with connection.cursor() as cursor:
        for words in gis_views.VIEWS.values():
            blank = dict.fromkeys(("multipolygon", "point", "point_b", "point_c"), "null::text")
            words = words.format(**{**blank, "only": "cross join (select 1) as once"})
            cursor.execute(f"create temporary view seen as {words}")
            cursor.execute(
                "select is_insertable_into from information_schema.tables where table_name = 'seen'"
            )
            assert cursor.fetchone() == ("NO",)
            cursor.execute("select * from seen")
            columns = {column.name for column in cursor.description}
            cursor.execute("drop view seen")
            assert not columns & {"title", "address", "contact_id", "text", "name_en"}
