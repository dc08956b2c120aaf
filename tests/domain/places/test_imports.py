"""Dated imports of areas, compounds and buildings: all or nothing, the past kept, one entry each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import shapely

from mulin.kernel.errors import BadInput, NotAllowed, NotFound
from mulin.ledger.models import Entry
from mulin.places.actions import importing as actions
from mulin.places.models import (
    Area,
    Building,
    BuildingGrid,
    Compound,
    CompoundFirm,
    CompoundGrid,
    Dwelling,
    Edition,
    Stairwell,
)
from mulin.places.queries import ground as queries
from mulin.places.queries.ground import LaterChange
from mulin.places.rules.imports import BadGround
from tests.make import places as make
from tests.make.places import NEW_YEAR, NOON

pytestmark = pytest.mark.django_db

SPRING = date(2026, 3, 1)
TABLES = (
    Area,
    Building,
    BuildingGrid,
    Compound,
    CompoundFirm,
    CompoundGrid,
    Dwelling,
    Edition,
    Stairwell,
    Entry,
)


def everything() -> list[list[dict[str, object]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def ground() -> None:
    make.drawn(*make.community())
    actions.import_compounds(
        compounds=[make.compound("A", "甲小区", "C1G1", firm_code="F1")],
        from_on=NEW_YEAR,
        actor=make.SYSTEM,
        now=NOON,
    )
    actions.import_buildings(
        buildings=[make.building("A-1", "A", "C1G1", (50, 50), floors=2, doors=2)],
        from_on=NEW_YEAR,
        actor=make.SYSTEM,
        now=NOON,
    )


def redrawn(at: float) -> list:
    """Return the community with the line between its two grids moved."""
    whole, *_ = make.community()
    return [
        whole,
        make.area("C1G1", make.box(0, 0, at, 100), parent="C1"),
        make.area("C1G2", make.box(at, 0, 200, 100), parent="C1"),
    ]


def test_a_redrawn_grid_keeps_its_earlier_outline() -> None:
    make.drawn(*make.community())
    changes = actions.import_areas(areas=redrawn(120), from_on=SPRING, actor=make.SYSTEM, now=NOON)
    assert changes.counts() == {"new": 0, "changed": 2, "ended": 0, "same": 1}
    history = queries.area_history("C1G1")
    assert [(area.from_on, area.until_on) for area in history] == [(NEW_YEAR, SPRING), (SPRING, None)]
    spot = {"lon": make.lon(110), "lat": make.lat(50)}
    assert queries.locate_point(**spot, on=date(2026, 2, 28)).grid_code == "C1G2"
    assert queries.locate_point(**spot, on=SPRING).grid_code == "C1G1"
    before = {row.code: row.geometry for row in queries.outlines("grid", date(2026, 2, 28))}
    after = {row.code: row.geometry for row in queries.outlines("grid", SPRING)}
    assert before["C1G1"] != after["C1G1"]


def test_a_correction_on_the_same_day_replaces_what_never_came_to_count() -> None:
    make.drawn(*make.community())
    actions.import_areas(areas=redrawn(120), from_on=NEW_YEAR, actor=make.SYSTEM, now=NOON)
    assert len(queries.area_history("C1G1")) == 1


def test_the_entry_says_from_when_and_how_many_and_the_same_again_writes_none() -> None:
    clerk = make.clerk("import_areas")
    make.drawn(*make.community(), actor=clerk)
    entry = Entry.objects.get()
    assert (entry.kind, entry.account_id, entry.unit_id) == ("places.areas_imported", 7, 1)
    assert entry.facts == {"from_on": "2026-01-01", "new": 3, "changed": 0, "ended": 0, "same": 0}
    make.drawn(*make.community(), actor=clerk)
    assert Entry.objects.count() == 1


def test_a_merged_grid_ends_with_the_day() -> None:
    make.drawn(*make.community(grids=3))
    whole, *_ = make.community(grids=3)
    merged = [
        whole,
        make.area("C1G1", make.box(0, 0, 150, 100), parent="C1"),
        make.area("C1G2", make.box(150, 0, 300, 100), parent="C1"),
    ]
    actions.import_areas(
        areas=merged, from_on=SPRING, complete_kinds=frozenset({"grid"}), actor=make.SYSTEM, now=NOON
    )
    assert queries.area_history("C1G3")[0].until_on == SPRING
    assert {row.code for row in queries.outlines("grid", SPRING)} == {"C1G1", "C1G2"}
    assert {row.code for row in queries.outlines("grid", NEW_YEAR)} == {"C1G1", "C1G2", "C1G3"}


def test_a_compound_changes_firm_and_grids_with_the_day() -> None:
    ground()
    moved = make.compound("A", "甲小区", "C1G1", "C1G2", firm_code="F2")
    actions.import_compounds(compounds=[moved], from_on=SPRING, actor=make.SYSTEM, now=NOON)
    assert (queries.firm_of("A", on=NEW_YEAR), queries.firm_of("A", on=SPRING)) == ("F1", "F2")
    assert [grid.code for grid in queries.grids_of_compound("A", on=NEW_YEAR)] == ["C1G1"]
    assert [grid.code for grid in queries.grids_of_compound("A", on=SPRING)] == ["C1G1", "C1G2"]
    actions.import_compounds(
        compounds=[replace(moved, firm_code="")], from_on=date(2026, 4, 1), actor=make.SYSTEM, now=NOON
    )
    assert queries.firm_of("A", on=date(2026, 4, 1)) == ""


def test_a_compound_left_out_of_a_complete_import_ends() -> None:
    ground()
    other = make.compound("B", "乙小区", "C1G2", at=(150, 50))
    actions.import_buildings(buildings=[], from_on=SPRING, complete=True, actor=make.SYSTEM, now=NOON)
    actions.import_compounds(compounds=[other], from_on=SPRING, complete=True, actor=make.SYSTEM, now=NOON)
    assert [c.code for c in queries.compounds_of_grid("C1G1", on=NEW_YEAR)] == ["A"]
    assert queries.compounds_of_grid("C1G1", on=SPRING) == ()
    with pytest.raises(NotFound):
        queries.compound_page("A", on=SPRING)


def test_a_building_has_its_stairwells_and_dwellings_and_nobody_in_them() -> None:
    ground()
    assert list(Stairwell.objects.values_list("unit_code", "name").order_by("unit_code")) == [
        ("A-1-1", "1单元"),
        ("A-1-2", "2单元"),
    ]
    assert sorted(Dwelling.objects.filter(stairwell__unit_code="A-1-1").values_list("name", flat=True)) == [
        "101", "102", "201", "202",
    ]  # fmt: skip
    page = queries.compound_page("A", on=NEW_YEAR)
    assert (page.buildings, page.stairwells, page.dwellings, page.firm_code) == (1, 2, 8, "F1")


def test_fewer_floors_take_their_dwellings_away() -> None:
    ground()
    lower = make.building("A-1", "A", "C1G1", (50, 50), floors=1, doors=2)
    actions.import_buildings(buildings=[lower], from_on=SPRING, actor=make.SYSTEM, now=NOON)
    assert Dwelling.objects.count() == 4


def test_buildings_are_given_to_a_group_from_a_day_on() -> None:
    ground()
    assert [row.code for row in queries.buildings_without_group(["C1G1"], on=SPRING)] == ["A-1"]
    done = actions.group_buildings(
        group_code="P1", building_codes=["A-1"], from_on=SPRING, actor=make.SYSTEM, now=NOON
    )
    assert done == 1
    assert [row.code for row in queries.buildings_without_group(["C1G1"], on=NEW_YEAR)] == ["A-1"]
    assert queries.buildings_without_group(["C1G1"], on=SPRING) == []
    assert queries.buildings_of(["C1G1"], on=SPRING)[0].group_code == "P1"


def draw(areas: list, **more: object) -> None:
    actions.import_areas(**{"areas": areas, "from_on": SPRING, "actor": make.SYSTEM, "now": NOON, **more})


REFUSED: list = [
    pytest.param(
        lambda: draw(make.community(), actor=make.clerk("see_case")), NotAllowed, id="areas-wrong-role"
    ),
    pytest.param(
        lambda: actions.import_compounds(
            compounds=[], from_on=SPRING, actor=make.clerk("import_areas"), now=NOON
        ),
        NotAllowed,
        id="compounds-wrong-role",
    ),
    pytest.param(
        lambda: actions.import_buildings(
            buildings=[], from_on=SPRING, actor=make.clerk("import_areas"), now=NOON
        ),
        NotAllowed,
        id="buildings-wrong-role",
    ),
    pytest.param(
        lambda: actions.group_buildings(
            group_code="P", building_codes=["A-1"], from_on=SPRING, actor=make.clerk("see_case"), now=NOON
        ),
        NotAllowed,
        id="group-wrong-role",
    ),
    pytest.param(lambda: draw(make.community("C2", east=100)), BadGround, id="overlap-with-what-stands"),
    pytest.param(
        lambda: draw([make.area("X", bytes(shapely.to_wkb(shapely.Point(1, 1))))]), BadGround, id="no-outline"
    ),
    pytest.param(lambda: draw(redrawn(120), from_on=date(2025, 1, 1)), LaterChange, id="before-what-stands"),
    pytest.param(
        lambda: actions.import_compounds(
            compounds=[make.compound("B", "乙", "NO")], from_on=SPRING, actor=make.SYSTEM, now=NOON
        ),
        BadGround,
        id="compound-in-no-grid",
    ),
    pytest.param(
        lambda: actions.import_buildings(
            buildings=[make.building("B-1", "NO", "C1G1", (1, 1))],
            from_on=SPRING,
            actor=make.SYSTEM,
            now=NOON,
        ),
        BadGround,
        id="building-of-no-compound",
    ),
    pytest.param(
        lambda: actions.group_buildings(
            group_code="P", building_codes=["NO"], from_on=SPRING, actor=make.SYSTEM, now=NOON
        ),
        NotFound,
        id="group-of-no-building",
    ),
    pytest.param(
        lambda: actions.group_buildings(
            group_code="P", building_codes=["A-1"], from_on=date(2025, 1, 1), actor=make.SYSTEM, now=NOON
        ),
        BadInput,
        id="group-before-the-building",
    ),
]


@pytest.mark.parametrize(("act", "refusal"), REFUSED)
def test_a_refused_act_leaves_no_trace(act: Callable[[], object], refusal: type[Exception]) -> None:
    ground()
    before = everything()
    with pytest.raises(refusal):
        act()
    assert everything() == before


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        (lambda clerk: draw(make.community(), actor=clerk), "import_areas"),
        (
            lambda clerk: actions.import_compounds(compounds=[], from_on=SPRING, actor=clerk, now=NOON),
            "import_compounds",
        ),
        (
            lambda clerk: actions.import_buildings(buildings=[], from_on=SPRING, actor=clerk, now=NOON),
            "import_buildings",
        ),
        (
            lambda clerk: actions.group_buildings(
                group_code="P", building_codes=["A-1"], from_on=SPRING, actor=clerk, now=NOON
            ),
            "group_buildings",
        ),
    ],
)
def test_each_act_asks_for_its_own_permission(act: Callable[[object], object], allowed: str) -> None:
    ground()
    act(make.clerk(allowed))
