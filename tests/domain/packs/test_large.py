"""The packs of a whole county and of a whole city: the figures they claim."""

import re
from collections import Counter

import pytest
import shapely

from mulin.packs.rules.pack import Pack
from packs.making.counties import of, shares
from packs.making.network import tile
from packs.making.offices import District
from packs.making.shapes import Community, Ground
from tests.make import packs as make

pytestmark = pytest.mark.slow


def kinds(pack: Pack) -> Counter[str]:
    return Counter(unit.kind for unit in pack.units.rows)


def test_tengzhou_has_the_numbers_it_claims() -> None:
    pack = make.pack("tengzhou")
    claimed = {"street": 21, "community": 48, "grid": 450, "property_firm": 66}
    claimed |= {"party_community": 48, "party_branch": 260, "party_group": 1_149}
    assert {kind: kinds(pack)[kind] for kind in claimed} == claimed
    grouped = Counter(building.group_code for building in pack.buildings.rows)
    assert len(grouped.keys() - {""}) == 1_149, "a building at least for each courtyard group"
    assert 0 < grouped[""] < len(pack.buildings.rows) / 10
    assert any(len(compound.grid_codes) == 2 for compound in pack.compounds.rows)


def test_zaozhuang_has_the_numbers_it_claims_and_tiles_its_counties() -> None:
    pack = make.pack("zaozhuang")
    assert [kinds(pack)[kind] for kind in ("county", "street", "community", "grid")] == [6, 66, 206, 1_230]
    urban = {area.parent_code for area in pack.areas.rows if area.kind == "community"}
    assert len(urban) == 21
    shapes = make.shapes(pack)
    for county in (area.code for area in pack.areas.rows if area.kind == "county"):
        streets = [a.code for a in pack.areas.rows if a.parent_code == county and a.kind == "street"]
        tiled = shapely.union_all([shapes[code] for code in streets])
        assert tiled.symmetric_difference(shapes[county]).area < shapes[county].area * 1e-5
    tengzhou = {area.code: area.outline for area in make.pack("tengzhou").areas.rows}
    same = [area for area in pack.areas.rows if area.code in tengzhou and area.outline == tengzhou[area.code]]
    assert len(same) == len(tengzhou), "a county is drawn alike in every pack"


@pytest.mark.parametrize(("name", "most"), [("tengzhou", 3_000_000), ("zaozhuang", 4_000_000)])
def test_a_large_pack_stays_light_and_its_codes_are_official(name: str, most: int) -> None:
    folder = make.FOLDER / name
    assert sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) < most
    for area in make.pack(name).areas.rows:
        length = {"county": 6, "street": 9, "community": 12, "grid": 15}[area.kind]
        assert re.fullmatch(rf"3704\d{{{length - 4}}}", area.code)
        assert area.code.startswith(area.parent_code)


def test_what_is_shipped_is_what_the_generator_draws() -> None:
    pack, county = make.pack("zaozhuang"), of("370405")
    shipped = {area.code: area for area in pack.areas.rows}
    official = {unit.code: unit.name for unit in pack.units.rows}
    inside = [area for area in pack.areas.rows if area.code.startswith(county.code)]
    streets = {area.code: area.name for area in inside if area.kind == "street"}
    communities = [
        Community(area.code, official[area.code], area.name, area.parent_code)
        for area in inside
        if area.kind == "community"
    ]
    district = District(county.code, county.name, streets, communities)
    ground = Ground(county.seat, int(county.code))
    outline = shapely.from_wkb(shipped[county.code].outline)
    drawn = tile(ground, outline, district, shares(ground, county, district))
    made = {grid.code: (grid.name, grid.shape) for each in communities for grid in each.grids}
    made |= {code: (streets[code], shape) for code, shape in drawn.items()}
    assert len(made) == county.grids + len(streets)
    for code, (name, shape) in made.items():
        assert shipped[code].name == name
        assert shapely.from_wkb(shipped[code].outline).equals_exact(ground.degrees(shape), tolerance=2e-6)
