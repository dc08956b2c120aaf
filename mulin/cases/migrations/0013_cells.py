"""Where a case lies, as a number: the map counts clusters by ranges of it.

The cell is the place in web Mercator at zoom 24, both halves interleaved: every tile of every zoom is one range.
The column is the database's own (no act writes it, no page reads it), and so are its two indexes, which hold all
that a cluster is counted by and nothing that the other indexes of the table do not hold already.
"""

from django.db import migrations

CELL = r"""
create function cases_cell(lon double precision, lat double precision) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
    x bigint := least(greatest(floor((lon / 360 + 0.5) * 16777216), 0), 16777215);
    s double precision := sin(radians(least(greatest(lat, -85.05), 85.05)));
    y bigint := least(greatest(floor((0.5 - ln((1 + s) / (1 - s)) / (4 * pi())) * 16777216), 0), 16777215);
begin
    x := (x | (x << 16)) & 281470681808895;
    x := (x | (x << 8)) & 71777214294589695;
    x := (x | (x << 4)) & 1085102592571150095;
    x := (x | (x << 2)) & 3689348814741910323;
    x := (x | (x << 1)) & 6148914691236517205;
    y := (y | (y << 16)) & 281470681808895;
    y := (y | (y << 8)) & 71777214294589695;
    y := (y | (y << 4)) & 1085102592571150095;
    y := (y | (y << 2)) & 3689348814741910323;
    y := (y | (y << 1)) & 6148914691236517205;
    return x | (y << 1);
end $$;
alter table cases_case add column cell bigint generated always as (cases_cell(lon, lat)) stored;
create index case_cell on cases_case (cell)
    include (reported_at, closed_at, place_unit_id, desk_id, lead_id) where cell is not null;
create index case_cell_open on cases_case (cell)
    include (reported_at, place_unit_id, desk_id, lead_id) where closed_at is null and cell is not null;
"""
BACK = """
drop index case_cell_open;
drop index case_cell;
alter table cases_case drop column cell;
drop function cases_cell(double precision, double precision);
"""


class Migration(migrations.Migration):
    """Where a case lies, as a number."""

    dependencies = [("cases", "0012_boundaries")]

    operations = [migrations.RunSQL(CELL, BACK)]
