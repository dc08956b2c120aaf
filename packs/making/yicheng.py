"""The pack `yicheng`: grids that tile thirteen communities, compounds, buildings, staff posts.

Names and codes of county, streets and communities are official; every shape but the county's outline, every
compound, firm, building and member of staff is invented and says so (示例).
"""

from pathlib import Path

import click
import shapely

from packs.making.files import (
    DIVISIONS,
    PACKS,
    SKETCH,
    TRUE,
    community,
    division_rows,
    feature,
    outlines,
    read,
    streets_of,
    write,
    write_features,
)
from packs.making.houses import COMPOUNDS, Compound, count_stairs, settle
from packs.making.offices import STAFF, UNITS, District, Unit, city, staff_of, units_of
from packs.making.shapes import Community, Grid, Ground, draw, number_grids
from packs.making.things import THINGS, thing_rows

HERE = PACKS / "yicheng"
GROUND = Ground((117.588, 34.752), 370404)  # near the seat: an oval of 4 km fits into the county's outline
COUNTY = "370404"

# Official residents' committees of the two urban streets, and how many grids each gets: 63 in all.
TANSHAN = {
    "370404001006": 5, "370404001007": 5, "370404001008": 5, "370404001009": 5, "370404001011": 7,
    "370404001013": 5, "370404001014": 4, "370404001015": 5, "370404001017": 4, "370404001020": 4,
}  # fmt: skip
WULIN = {"370404002015": 5, "370404002016": 3, "370404002017": 6}
SPECIAL = 3  # grids marked 专属网格: market, hospital, school
WITHOUT_FIRM = 22

# Who lends people to the enforcement office of each street, from when until when; one term has run out.
LENDERS = {"370404001": ("CG", "CG", "SJ", "HJ", "YJ"), "370404002": ("CG", "SJ", "GA")}
FIRMS = ("榴城物业", "承水物业", "仙坛物业", "安家物业", "邻里物业", "和居物业")


def official(data: Path) -> District:
    """Return the county with its streets and the chosen communities under their official names and codes."""
    names = {row["code"]: row["name"] for row in read(data, "zaozhuang_villages.csv")}
    return District(
        COUNTY,
        "峄城区",
        streets_of(data, COUNTY),
        [community(code, names[code]) for code in (*TANSHAN, *WULIN)],
        lenders=LENDERS,
    )


def write_areas(data: Path, streets: dict[str, str], communities: list[Community]) -> None:
    outline = outlines(data)[COUNTY]
    town_there = GROUND.degrees(shapely.union_all([c.shape for c in communities]))
    if not shapely.geometry.shape(outline).contains(town_there):
        raise click.ClickException("the town does not lie inside the county's outline")
    county = {
        "code": COUNTY,
        "kind": "county",
        "name": "峄城区",
        "parent": "",
        "unit": COUNTY,
        "source": TRUE,
    }
    features = [{"type": "Feature", "properties": county, "geometry": outline}]
    sketch = {"synthetic": True, "source": SKETCH}
    for code in sorted({c.street for c in communities}):
        shape = shapely.union_all([c.shape for c in communities if c.street == code])
        about = {"code": code, "kind": "street", "name": streets[code], "parent": COUNTY, "unit": code}
        features.append(feature(GROUND.degrees(shape), **about, **sketch))
    special = set(GROUND.rng.sample([g.code for c in communities for g in c.grids], SPECIAL))
    for c in communities:
        about = {"code": c.code, "kind": "community", "name": c.short, "parent": c.street, "unit": c.code}
        features.append(feature(GROUND.degrees(c.shape), **about, **sketch))
        for g in c.grids:
            about = {"code": g.code, "kind": "grid", "name": g.name, "parent": c.code, "unit": g.code}
            kind = "special" if g.code in special else "basic"
            features.append(feature(GROUND.degrees(g.shape), **about, type=kind, **sketch))
    write_features(HERE / "areas.geojson", features)


def party(streets: dict[str, str], communities: list[Community]) -> tuple[list[Unit], dict[str, list[str]]]:
    """Return the party chain — 36 grid branches, 43 courtyard groups — and the groups of each grid."""
    units: list[Unit] = []
    groups: dict[str, list[str]] = {}
    units += [
        (f"{street}-P", "party_committee", f"{streets[street]}党工委", "", COUNTY, "", street)
        for street in sorted({c.street for c in communities})
    ]
    branches: list[tuple[str, list[Grid]]] = []
    for c in communities:
        general = f"{c.code}-P"
        units.append((general, "party_general", f"{c.short}党总支", "", f"{c.street}-P", "", c.code))
        for start in range(0, len(c.grids), 2):
            served = c.grids[start : start + 2]
            code = f"{served[0].code}-P"
            title = served[0].name + ("、" + served[1].name.removeprefix(c.short) if len(served) > 1 else "")
            units.append(
                (code, "party_branch", f"{title}党支部", "", general, "", "|".join(g.code for g in served))
            )
            branches.append((code, served))
    ordered = [(code, served, 0) for code, served in branches] + [
        (code, served, 1) for code, served in branches
    ]
    for code, served, second in ordered[:43]:
        grid = served[second % len(served)]
        group = f"{code}{second + 1}"
        name = f"{grid.name}楼院党小组" + ("" if grid.code not in groups else "（二）")
        units.append((group, "party_group", name, "", code, "", grid.code))
        groups.setdefault(grid.code, []).append(group)
    return units, groups


def write_buildings(
    communities: list[Community], compounds: list[Compound], groups: dict[str, list[str]]
) -> None:
    grids = [grid for community in communities for grid in community.grids]
    rows = []
    for compound in compounds:
        compound.houses.sort(key=lambda house: (-house.y, house.x))
        for number, house in enumerate(compound.houses, 1):
            point = shapely.Point(house.x, house.y)
            grid = next(g for g in grids if g.shape.contains(point))
            grouped = groups.get(grid.code, [])
            group = grouped[number % len(grouped)] if grouped and GROUND.rng.random() < 0.93 else ""
            code = f"{compound.code}-{number:02d}" if compound.code else f"YC-LY-{number:02d}"
            name = f"{number}号楼" if compound.code else f"楼院{number}号楼"
            rows.append((code, name, compound.code, grid.code, group, house.stairs, house.floors, 2,
                         *GROUND.lonlat(house.x, house.y)))  # fmt: skip
    write(
        HERE / "buildings.csv", "编码,名称,小区编码,网格编码,楼院小组编码,单元,层数,每层户数,经度,纬度", rows
    )


def write_compounds(compounds: list[Compound]) -> None:
    named = [c for c in compounds if c.code]
    write(
        HERE / "compounds.csv",
        "编码,名称,别名,网格编码,物业企业编码,经度,纬度",
        (
            (c.code, f"{c.name}（示例）", "", "|".join(c.grids), c.firm,
             *GROUND.lonlat(c.shape.centroid.x, c.shape.centroid.y))
            for c in named
        ),
    )  # fmt: skip
    write_features(HERE / "compounds.geojson", [feature(GROUND.degrees(c.shape), code=c.code) for c in named])


def make(data: Path) -> str:
    """Write the generated files of the pack and return what there is now."""
    district = official(data)
    streets, communities = district.streets, district.communities
    draw(GROUND, communities, [*TANSHAN.values(), *WULIN.values()])
    for each in communities:
        number_grids(each)
    compounds = settle(GROUND, communities)
    count_stairs(GROUND, [house for compound in compounds for house in compound.houses])
    large, small = district.urban
    district.firms = [
        (f"{COUNTY}-WY{n:02d}", name, small if n % 3 == 0 else large) for n, name in enumerate(FIRMS, 1)
    ]
    for index, compound in enumerate(compounds[: COMPOUNDS - WITHOUT_FIRM]):
        local = [code for code, _, street in district.firms if compound.grids[0].startswith(street)]
        compound.firm = local[index % len(local)]
    write_areas(data, streets, communities)
    chain, groups = party(streets, communities)
    committees = [c for c in compounds if c.firm][:6]
    write(HERE / "units.csv", UNITS, [city(), *units_of(district, committees, chain)])
    write_compounds(compounds)
    write_buildings(communities, compounds, groups)
    write(HERE / "things.csv", THINGS, thing_rows(GROUND, COUNTY, communities))
    write(HERE / "divisions.csv", DIVISIONS, division_rows(data, {COUNTY}))
    write(HERE / "staff.csv", STAFF, staff_of("YC", [district]))
    return f"{sum(len(c.grids) for c in communities)} grids, {len(compounds) - 1} compounds"
