"""Outlines of a district: brought in from a map file, made exact, the same as map and as table."""

import json
import random
from datetime import date

import numpy as np
import pytest
import shapely

from mulin.boundaries.actions.bringing import bring_outlines
from mulin.kernel.actor import SYSTEM
from mulin.places.queries import ground as queries
from mulin.places.queries.outline_export import Form, export_outlines
from mulin.places.queries.outline_files import read_outlines
from mulin.places.queries.topology import topology
from mulin.places.rules.coordinates import SYSTEMS
from mulin.places.rules.located import Outcome
from tests.make import cases as heart
from tests.make import packs as make

DAY = date(2026, 6, 1)

pytestmark = pytest.mark.django_db


def shaken(data: bytes, metres: float) -> bytes:
    """Return a GeoJSON file in metres with every corner of every grid a little off, each grid by itself."""
    dice = np.random.default_rng(5)
    whole = json.loads(data)
    for feature in whole["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        moved = [[x + dice.uniform(-metres, metres), y + dice.uniform(-metres, metres)] for x, y in ring[1:]]
        feature["geometry"]["coordinates"] = [[moved[-1], *moved]]
    return json.dumps(whole).encode()


@pytest.mark.mechanism("S-005", "S-215")
def test_grids_drawn_by_several_hands_become_exact_and_every_spot_has_one_grid() -> None:
    make.city()
    zone = SYSTEMS["cgcs2000-gk-zone-39"]
    grids = [area for area in queries.areas_on(DAY) if area.kind == "grid"]
    file = b"".join(export_outlines(kind="grid", on=DAY, form=Form.GEOJSON, system=zone))
    draft = read_outlines(shaken(file, 0.3), name="grids.geojson", on=DAY, accuracy_m=0.5)
    done = bring_outlines(draft=draft, from_on=DAY, snap=True, actor=SYSTEM, now=heart.NOON)
    assert done.brought.snapped.left == ()
    assert max(moved.most_metres for moved in done.brought.snapped.moved) <= 2
    assert topology(DAY) == []
    assert topology(date(2026, 5, 1)) == []
    drawn = {area.code: area for area in queries.areas_on(DAY) if area.kind == "grid"}
    assert {area.source_system for area in drawn.values()} == {zone.code}
    assert {area.accuracy_m for area in drawn.values()} == {1.5}
    before = [area.outline for area in queries.areas_on(date(2026, 5, 1)) if area.kind == "grid"]
    assert before == [area.outline for area in grids]
    dice = random.Random(5)
    for area in queries.areas_on(DAY):
        if area.kind != "community":
            continue
        whole = shapely.from_wkb(area.outline)
        west, south, east, north = whole.buffer(-0.00002).bounds
        for _ in range(10):
            lon, lat = dice.uniform(west, east), dice.uniform(south, north)
            found = queries.locate_point(lon=lon, lat=lat, on=DAY)
            if whole.buffer(-0.00002).intersects(shapely.Point(lon, lat)):
                assert found.outcome in (Outcome.INSIDE, Outcome.BORDER)
                assert found.grid_code in drawn


@pytest.mark.mechanism("S-215")
def test_what_leaves_as_a_map_comes_back_as_a_table_and_is_the_same() -> None:
    make.city()
    from_map = b"".join(export_outlines(kind="", on=DAY, form=Form.SHAPEFILE, system=SYSTEMS["cgcs2000"]))
    sheet = b"".join(export_outlines(kind="", on=DAY, form=Form.XLSX, system=SYSTEMS["gcj02"]))
    for data, name in ((from_map, "areas.zip"), (sheet, "areas.xlsx")):
        draft = read_outlines(data, name=name, on=DAY)
        done = bring_outlines(draft=draft, from_on=DAY, complete=True, actor=SYSTEM, now=heart.NOON)
        assert done.brought.changes.is_empty
