"""The pack `tengzhou`: 48 communities with a committee each, 450 grids, 260 branches, 1,149 courtyard groups.

Names and codes of the county, its streets and communities are official; the outline of the county is true;
every other shape, the choice of communities, every compound, firm and member of staff is invented (示例).
"""

from pathlib import Path

from packs.making.borrowed import moved, rewrite
from packs.making.counties import drawn, firms, hire
from packs.making.estates import (
    BUILDINGS,
    COMPOUNDS,
    FIRST,
    building_rows,
    compound_rows,
    settle,
)
from packs.making.files import DIVISIONS, PACKS, division_rows, feature, write, write_features
from packs.making.history import write_history
from packs.making.offices import STAFF, UNITS, District, Unit, city, staff_of, units_of
from packs.making.shapes import Grid, numeral
from packs.making.things import THINGS, thing_rows

HERE = PACKS / "tengzhou"
COUNTY = "370481"
BRANCHES, GROUPS, FIRMS = 260, 1_149, 66
COMMITTEE = ("party_community", "社区党委", "Community party committee")


def served(district: District) -> list[list[Grid]]:
    """Return the grids of each branch: one, or two that follow each other, as many as there are branches."""
    pairs = [[c.grids[n : n + 2] for n in range(0, len(c.grids), 2)] for c in district.communities]
    missing = BRANCHES - sum(map(len, pairs))
    for branches in sorted(pairs, key=len, reverse=True)[:missing]:
        last = next(index for index, grids in enumerate(branches) if len(grids) == 2)
        branches[last : last + 1] = [[grid] for grid in branches[last]]
    return [grids for branches in pairs for grids in branches]


def party(district: District) -> tuple[list[Unit], dict[str, list[str]]]:
    """Return the party chain from the street down, and the courtyard groups of each grid."""
    units: list[Unit] = [
        (f"{s}-P", "party_committee", f"{district.streets[s]}党工委", "", COUNTY, "", s)
        for s in district.urban
    ]
    units += [
        (f"{c.code}-P", "party_community", f"{c.short}党委", "", f"{c.street}-P", "", c.code)
        for c in district.communities
    ]
    groups: dict[str, list[str]] = {}
    branches = served(district)
    grids = [grid for each in branches for grid in each]
    third = GROUPS - 2 * len(grids)  # every grid has two groups, and so many have three
    more = {n for n in range(len(grids)) if (n + 1) * third // len(grids) > n * third // len(grids)}
    for each in branches:
        code, community = f"{each[0].code}-P", each[0].code[:12]
        title = each[0].name + "".join(f"、{grid.name[-4:]}" for grid in each[1:])
        units.append((code, "party_branch", f"{title}党支部", "", f"{community}-P", "",
                      "|".join(grid.code for grid in each)))  # fmt: skip
        for grid in each:
            groups[grid.code] = []
    for index, grid in enumerate(grids):
        branch = next(f"{each[0].code}-P" for each in branches if grid in each)
        for serial in range(1, 4 if index in more else 3):
            group = f"{grid.code}-Z{serial}"
            name = f"{grid.name}楼院党小组（{numeral(serial)}）"
            units.append((group, "party_group", name, "", branch, "", grid.code))
            groups[grid.code].append(group)
    return units, groups


def kinds(rows: list[list[str]]) -> list[list[str]]:
    """Return the kinds of unit: the community has a committee where the county below has a general branch."""
    rows = [[*COMMITTEE, *row[3:]] if row[0] == "party_general" else row for row in rows]
    return [[cell.replace("party_general", "party_community") for cell in row] for row in rows]


def make(data: Path) -> str:
    """Write the generated files of the pack and return what there is now."""
    county = drawn(data, COUNTY)
    ground, district = county.ground, county.district
    district.firms = firms(district, [f"{word}{kind}" for kind in ("物业", "物管") for word in FIRST][:FIRMS])
    compounds = settle(ground, district.communities, prefix="TZ", sizes=(9, 15))
    hire(district, compounds, without=6)
    chain, groups = party(district)
    write_features(HERE / "areas.geojson", county.areas)
    write(HERE / "units.csv", UNITS, [city(), *units_of(district, compounds[:48:2], chain)])
    write(HERE / "compounds.csv", COMPOUNDS, compound_rows(ground, compounds))
    write_features(
        HERE / "compounds.geojson", [feature(ground.degrees(c.shape), code=c.code) for c in compounds]
    )
    houses = building_rows(ground, compounds, groups)
    write(HERE / "buildings.csv", BUILDINGS, houses)
    write(HERE / "divisions.csv", DIVISIONS, division_rows(data, {COUNTY}))
    write(HERE / "things.csv", THINGS, thing_rows(ground, COUNTY, district.communities))
    write(HERE / "staff.csv", STAFF, staff_of("TZ", [district]))
    rewrite("unit_kinds.csv", HERE, kinds)
    for name in ("dispatch.csv", "grades.csv", "calendars.csv", "thing_kinds.csv"):
        rewrite(name, HERE, moved(COUNTY, district.name))
    before = write_history(data, HERE, county)
    return f"{before} before, {len(groups)} grids, {len(compounds)} compounds, {len(houses)} buildings"
