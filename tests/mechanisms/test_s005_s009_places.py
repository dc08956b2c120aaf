"""Grids, compounds, buildings, stairwells, dwellings: where a matter lies, then and now."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
import shapely
from django.utils import timezone

from mulin.cases.models import Case
from mulin.kernel.actor import SYSTEM
from mulin.people.models import Contact, Person, Unit
from mulin.people.queries.staffing import staffing
from mulin.places.actions import importing as actions
from mulin.places.models import Dwelling
from mulin.places.queries import ground as queries
from mulin.places.rules.atlas import Atlas
from mulin.places.rules.ground import Ground
from mulin.places.rules.located import Outcome
from mulin.places.rules.survey import survey
from tests.make import cases as heart
from tests.make import packs as make

DAY = date(2026, 5, 12)
FIRST, SECOND, THIRD = "990101001001001", "990101001001002", "990101001001003"


@pytest.mark.mechanism("S-005")
def test_every_spot_of_a_community_has_exactly_one_grid_and_grids_neither_overlap_nor_leave_gaps() -> None:
    pack = make.pack("yicheng")
    assert survey(pack.areas.rows) == []
    atlas = Atlas(Ground(pack.areas.rows), on=DAY)
    shapes = make.shapes(pack)
    dice = random.Random(5)
    communities = [area for area in pack.areas.rows if area.kind == "community"]
    assert len(communities) == 13
    for community in communities:
        west, south, east, north = shapes[community.code].bounds
        asked = 0
        while asked < 40:
            lon, lat = dice.uniform(west, east), dice.uniform(south, north)
            if shapely.contains_xy(shapes[community.code], lon, lat):
                asked += 1
                found = atlas.locate_point(lon, lat)
                assert found.outcome in (Outcome.INSIDE, Outcome.BORDER)
                assert found.grid_code[:12] == community.code


@pytest.mark.mechanism("S-005")
@pytest.mark.django_db
def test_grids_can_be_drawn_anew_and_the_map_before_can_still_be_shown() -> None:
    make.city()
    shapes = make.shapes(make.pack())
    whole = shapes[FIRST].union(shapes[SECOND])
    west, south, east, north = whole.bounds
    cut = west + (east - west) * 0.75
    halves = {FIRST: shapely.box(west, south, cut, north), SECOND: shapely.box(cut, south, east, north)}
    redrawn = [
        replace(area, outline=bytes(halves[area.code].wkb))
        for area in make.pack().areas.rows
        if area.code in halves
    ]
    actions.import_areas(areas=redrawn, from_on=DAY, actor=SYSTEM, now=heart.NOON)
    spot = {"lon": west + (east - west) * 0.6, "lat": (south + north) / 2}
    yesterday = DAY - timedelta(days=1)
    assert queries.locate_point(**spot, on=DAY).grid_code == FIRST
    assert queries.locate_point(**spot, on=yesterday).grid_code == SECOND
    before = {row.code: row for row in queries.outlines("grid", yesterday)}
    after = {row.code: row for row in queries.outlines("grid", DAY)}
    assert before[FIRST].bounds != after[FIRST].bounds
    assert (before[FIRST].edition_from, after[FIRST].edition_from) == (date(2026, 1, 1), DAY)
    assert [(e.from_on, e.until_on) for e in queries.area_history(FIRST)] == [
        (date(2026, 1, 1), DAY),
        (DAY, None),
    ]


@pytest.mark.mechanism("S-006")
@pytest.mark.django_db
def test_a_compound_may_span_grids_a_grid_may_hold_several_and_a_case_shows_both() -> None:
    make.city()
    assert [grid.code for grid in queries.grids_of_compound("DM-DY", on=DAY)] == [FIRST, SECOND]
    assert [c.name for c in queries.compounds_of_grid(THIRD, on=DAY)] == ["北苑小区", "南苑小区", "中苑小区"]
    assert queries.compound_page("DM-DY", on=DAY).firm_code == "990101-WY01"
    assert queries.compound_page("DM-BY", on=DAY).firm_code == ""

    case = Case.objects.get(pk=heart.filed(address="东苑小区").case.pk)
    assert case.compound_code == "DM-DY"
    assert case.place["compound_name"] == "东苑小区"
    assert [grid["code"] for grid in case.place["candidates"]] == [FIRST, SECOND]


@pytest.mark.mechanism("S-007")
@pytest.mark.django_db
def test_every_building_of_a_grid_is_listed_and_those_without_a_group_are_reported() -> None:
    make.city()
    listed = queries.buildings_of([SECOND], on=DAY)
    assert [row.code for row in listed] == ["DM-DY-03", "DM-DY-04", "DM-XY-01", "DM-XY-02"]
    assert [row.code for row in queries.buildings_without_group([SECOND], on=DAY)] == ["DM-DY-04"]
    grouped = [row.code for row in listed if row.group_code == "990101-P001112"]
    assert grouped == ["DM-XY-01", "DM-XY-02"], "a group may have several buildings"

    actions.group_buildings(
        group_code="990101-P001112", building_codes=["DM-DY-04"], from_on=DAY, actor=SYSTEM, now=heart.NOON
    )
    assert queries.buildings_without_group([SECOND], on=DAY) == []
    grids = [unit.code for unit in make.pack().units.rows if unit.kind == "grid"]
    assert len(queries.buildings_of(grids, on=DAY)) == len(make.pack().buildings.rows)


@pytest.mark.mechanism("S-008")
@pytest.mark.django_db
def test_a_stairwell_has_at_most_one_steward_and_those_without_one_are_listed() -> None:
    make.city()
    building = Unit.objects.get(code="DM-DY-01")
    posts = [row for row in staffing(SYSTEM, building, on=DAY).posts if row.post == "stairwell_steward"]
    assert {row.unit_code: row.holders for row in posts} == {"DM-DY-01-1": 1, "DM-DY-01-2": 0}
    vacant = {row.unit_code for row in staffing(SYSTEM, building, on=DAY).vacant}
    assert vacant == {"DM-DY-01-2"}
    seats = {post.code: post.seats_max for post in make.pack().posts.rows}
    assert (seats["stairwell_steward"], seats["building_steward"]) == (1, 1)


@pytest.mark.mechanism("S-009")
@pytest.mark.django_db
def test_a_case_can_be_filed_against_a_dwelling_without_anybody_living_there() -> None:
    make.city()
    assert Dwelling.objects.filter(stairwell__unit_code="DM-DY-03-2", name="501").exists()
    assert {field.name for field in Dwelling._meta.get_fields()} == {"id", "stairwell", "name"}
    people, contacts = Person.objects.count(), Contact.objects.count()

    filed = heart.filed(address="清泉社区东苑小区3号楼2单元501", anonymous=True)
    case = Case.objects.get(pk=filed.case.pk)
    assert case.place_unit is not None
    assert case.place_unit.code == SECOND
    assert (case.place["stairwell_code"], case.place["dwelling"]) == ("DM-DY-03-2", "501")
    assert filed.report.contact is None
    assert (Person.objects.count(), Contact.objects.count()) == (people, contacts)
    assert timezone.is_aware(case.reported_at)
