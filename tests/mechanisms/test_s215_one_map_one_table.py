"""One map, one table, one database: the same objects everywhere; scenes a city composes; a data catalogue."""

import json
from dataclasses import replace
from datetime import date

import pytest

from mulin.insight.queries import gaps, histories, ledgers, reaching, scenes, states
from mulin.insight.queries.datasets import datasets
from mulin.kernel.actor import SYSTEM
from mulin.people.models import Appointment
from mulin.places.actions import importing
from mulin.places.models import Building
from mulin.places.queries import ground
from mulin.worklog.queries.labels import labels
from mulin.worklog.rules.labels import SHOWS, Family
from tests.make import cases as heart
from tests.make import console
from tests.make import packs as make

DAY = date(2026, 5, 12)
GRID, COUNTY = "990101001001001", "990101"
STATION, LANE = "0601", "DM-DY"


def row(code: str = GRID) -> ledgers.GridRow:
    return next(one for one in ledgers.ledger(SYSTEM, on=DAY).rows if one.code == code)


@pytest.mark.mechanism("S-215")
@pytest.mark.django_db
def test_an_edit_made_once_shows_on_the_map_in_the_table_and_in_the_records() -> None:
    make.city()
    before = row()
    added = next(b for b in make.pack().buildings.rows if b.code == "DM-DY-01")
    more = replace(
        added, code="DM-DY-99", name="99号楼", stairwells=(("1单元", "DM-DY-99-1"),), group_code=""
    )
    importing.import_buildings(buildings=[more], from_on=DAY, actor=SYSTEM, now=heart.NOON)
    after = row()
    assert (after.buildings, after.stairwells, after.without_group) == (
        before.buildings + 1, before.stairwells + 1, before.without_group + 1,
    )  # fmt: skip
    assert "DM-DY-99" in {one.code for one in ground.buildings_of([GRID], on=DAY)}
    assert "DM-DY-99" in {one.code for one in ground.atlas_on(DAY).ground.buildings}, (
        "what tiles are cut from"
    )
    assert states.state_of(SYSTEM, GRID, on=DAY).buildings == after.buildings
    assert Building.objects.filter(code="DM-DY-99").exists()

    renamed = [replace(a, name="改名网格") for a in make.pack().areas.rows if a.code == GRID]
    importing.import_areas(areas=renamed, from_on=DAY, actor=SYSTEM, now=heart.NOON)
    assert row().name == "改名网格"
    assert {one.name for one in ground.outlines("grid", DAY) if one.code == GRID} == {"改名网格"}
    assert [e.name for e in ground.area_history(GRID)] == ["清泉社区第一网格", "改名网格"]
    spells = [one for one in histories.history(SYSTEM, GRID).spells if one.kind is histories.SpellKind.AREA]
    assert [(one.name, one.from_on) for one in spells] == [
        ("改名网格", DAY),
        ("清泉社区第一网格", date(2026, 1, 1)),
    ]


@pytest.mark.mechanism("S-215")
@pytest.mark.django_db
def test_the_ledger_agrees_with_the_state_of_each_grid_and_a_number_opens_its_cases() -> None:
    make.city()
    console.filed(now=heart.NOON)
    for one in ledgers.ledger(SYSTEM, on=DAY).rows:
        state = states.state_of(SYSTEM, one.code, on=DAY)
        assert (one.buildings, one.stairwells, one.dwellings, one.compounds, one.hectares) == (
            state.buildings, state.stairwells, state.dwellings, state.compounds, state.hectares,
        )  # fmt: skip
        assert one.cases == state.cases
        for what, number in one.cases.items():
            assert len(states.cases_of(SYSTEM, one.code, what, on=DAY)) == number
    assert [one.code for one in ledgers.ledger(console.actor(console.GRID), on=DAY).rows] == [GRID]


@pytest.mark.mechanism("S-216")
@pytest.mark.django_db
def test_three_scenes_show_what_the_pack_says_from_the_map_and_two_databases() -> None:
    make.city()
    assert len(scenes.scenes()) == 3
    shown = {one.code: scenes.scene(SYSTEM, one.code, area=COUNTY, on=DAY) for one in scenes.scenes()}
    for one in shown.values():
        assert [name for name, _ in one.numbers] == one.label.maps_to
        assert all(number is not None for _, number in one.numbers)
    numbers = dict(shown["upkeep"].numbers)
    assert numbers["things"] == sum(one.things for one in ledgers.ledger(SYSTEM, on=DAY).rows) > 0
    assert dict(shown["living"].numbers)["dwellings"] == states.state_of(SYSTEM, COUNTY, on=DAY).dwellings > 0
    everything = {name for one in scenes.SOURCES.values() for name in one}
    assert everything | {"posts", "vacant", "reported", "closed", "open", "border"} == set(SHOWS)


@pytest.mark.mechanism("S-221")
@pytest.mark.django_db
def test_the_name_of_the_network_is_a_label_of_the_city() -> None:
    make.city()
    assert "全科智慧红网" in {one.name for one in labels(Family.NAME)}


@pytest.mark.mechanism("S-007", "S-008")
@pytest.mark.django_db
def test_what_is_missing_is_listed_in_one_place() -> None:
    make.city()
    found = gaps.gaps(SYSTEM, on=DAY)
    assert "DM-DY-04" in {one.code for one in found.without_group}
    assert found.stairwells_vacant is not None
    assert "DM-DY-01-2" in {one.unit_code for one in found.stairwells_vacant}
    assert (found.vacant_grids, found.grids) == (0, 12)
    Appointment.objects.filter(unit__code=GRID).update(until_on=DAY)
    left = gaps.gaps(SYSTEM, on=DAY)
    assert left.vacant_grids == 1
    assert {row.unit_code for row in left.without_officer or ()} == {GRID}
    assert gaps.gaps(console.actor(console.FIRM), on=DAY).without_officer is None


@pytest.mark.mechanism("S-040")
@pytest.mark.django_db
def test_coverage_tells_the_share_the_uncovered_and_where_the_next_service_would_reach_most() -> None:
    make.city()
    told = reaching.coverage(SYSTEM, kind=STATION, on=DAY, metres=300)
    assert told.facilities > 0
    assert told.whole.places == len(make.pack().buildings.rows)
    assert told.whole.served + told.uncovered == told.whole.places
    assert sum(one.share.places for one in told.areas) == told.whole.places
    gains = [one.site.gain for one in told.next_sites]
    assert gains == sorted(gains, reverse=True)
    near = reaching.nearest(SYSTEM, lon=console.INSIDE[0], lat=console.INSIDE[1], now=heart.NOON)
    assert [one.metres for one in near.facilities] == sorted(one.metres for one in near.facilities)
    assert near.located.grid_code.startswith("990101001001")
    assert near.duty is not None
    assert json.dumps([one.code for one in near.facilities])


@pytest.mark.mechanism("S-224")
def test_every_dataset_says_whose_it_is_what_for_on_what_basis_and_for_how_long() -> None:
    assert len(datasets()) > 90
    assert all(row.owner and row.purpose and row.basis and row.retention for row in datasets())
