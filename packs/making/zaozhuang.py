"""The pack `zaozhuang`: six counties, 21 streets, 206 communities, 1,230 grids, few buildings.

Names and codes of counties, streets and communities are official; the outlines of the counties are true;
every other shape, the choice of communities, every compound, firm and member of staff is invented (示例).
"""

from pathlib import Path

from packs.making.borrowed import Rows, everywhere, moved, rewrite
from packs.making.counties import COUNTIES, Drawn, drawn, firms, hire
from packs.making.estates import BUILDINGS, COMPOUNDS, FIRST, building_rows, compound_rows, settle
from packs.making.files import DIVISIONS, PACKS, division_rows, write, write_features
from packs.making.houses import Compound
from packs.making.offices import CITY, STAFF, UNITS, District, Unit, city, staff_of, units_of
from packs.making.things import THINGS, thing_rows

HERE = PACKS / "zaozhuang"


def party(district: District) -> list[Unit]:
    """Return the party chain as far as communities; the sources count no branches for the whole city."""
    return [
        (f"{s}-P", "party_committee", f"{district.streets[s]}党工委", "", district.code, "", s)
        for s in district.urban
    ] + [
        (f"{c.code}-P", "party_general", f"{c.short}党总支", "", f"{c.street}-P", "", c.code)
        for c in district.communities
    ]


def graded(rows: Rows) -> Rows:
    """Return the grades of whistles with kinds of unit where the county below names its departments."""
    return [[row[0], row[1], row[2], row[3], "、".join(_callable(row[4])), *row[5:]] for row in rows]


def owned(rows: Rows) -> Rows:
    """Return the kinds of things as the city's own: the county below names its departments."""
    return [[CITY if cell.startswith("370404") else cell for cell in row] for row in rows]


def _callable(cell: str) -> list[str]:
    kinds = [part for part in cell.split("、") if not part.startswith("unit:")]
    return kinds + (["kind:county"] if len(kinds) < len(cell.split("、")) else [])


def make(data: Path) -> str:
    """Write the generated files of the pack and return what there is now."""
    counties: list[tuple[Drawn, list[Compound]]] = []
    for number, each in enumerate(COUNTIES, 1):
        county = drawn(data, each.code)
        names = [f"{word}{kind}" for kind in ("物业", "物管") for word in FIRST]
        county.district.firms = firms(county.district, names[number::6][: 2 + each.communities // 6])
        compounds = settle(
            county.ground, county.district.communities, prefix=f"ZZ{number}", sizes=(3, 4), every=3
        )
        hire(county.district, compounds, without=6)
        counties.append((county, compounds))
    write_features(HERE / "areas.geojson", [area for county, _ in counties for area in county.areas])
    units = [
        unit
        for county, compounds in counties
        for unit in units_of(county.district, compounds[:12:4], party(county.district))
    ]
    write(HERE / "units.csv", UNITS, [city(), *units])
    rows = [compound_rows(county.ground, compounds) for county, compounds in counties]
    write(HERE / "compounds.csv", COMPOUNDS, [row for table in rows for row in table])
    houses = [building_rows(county.ground, compounds, {}) for county, compounds in counties]
    write(HERE / "buildings.csv", BUILDINGS, [row for table in houses for row in table])
    codes = [each.code for each in COUNTIES]
    write(HERE / "divisions.csv", DIVISIONS, division_rows(data, codes))
    things = [
        thing_rows(c.ground, c.district.code, c.district.communities, a_grid=0) for c, _ in counties
    ]  # stations, centres, toilets
    write(HERE / "things.csv", THINGS, [row for table in things for row in table])
    write(HERE / "staff.csv", STAFF, staff_of("ZZ", [county.district for county, _ in counties]))
    rewrite("dispatch.csv", HERE, everywhere(codes))
    rewrite("calendars.csv", HERE, moved(CITY, "枣庄市"))
    rewrite("grades.csv", HERE, graded)
    rewrite("thing_kinds.csv", HERE, owned)
    grids = sum(len(c.grids) for county, _ in counties for c in county.district.communities)
    return f"{grids} grids, {sum(map(len, rows))} compounds, {sum(map(len, houses))} buildings"
