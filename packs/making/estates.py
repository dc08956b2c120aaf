"""Compounds and buildings for a whole county: rows of houses in every grid, some estates across two grids."""

from collections import Counter
from collections.abc import Mapping, Sequence

import click
import shapely
from shapely import affinity

from packs.making.houses import Compound, House, block
from packs.making.shapes import Community, Grid, Ground

FIRST = """
    和顺 安居 春晖 锦绣 盛景 康泰 祥和 金桂 翠竹 碧波 朝阳 幸福里 东升 西苑 南湖 北苑 新风 建设 文昌 书香
    怡景 丽水 御景 龙泉 凤鸣 鑫源 宏泰 瑞祥 福临 百合 紫薇 玉兰 丁香 榴花 银杏 海棠 荷香 牡丹 桃源 善国
""".split()  # noqa: SIM905 forty names read better without their quotes
LAST = "花园 小区 家园 苑 新村 嘉园 名郡 华庭 公寓 里 佳苑 雅居 景园 城 府".split()  # noqa: SIM905
COMPOUNDS = "编码,名称,别名,网格编码,物业企业编码,经度,纬度"
BUILDINGS = "编码,名称,小区编码,网格编码,楼院小组编码,单元,层数,每层户数,经度,纬度"


def estate(
    ground: Ground, count: int, room: shapely.Polygon, taken: Sequence[shapely.Polygon]
) -> tuple[shapely.Polygon, list[House]] | None:
    """Return an outline inside ``room`` and houses in rows, clear of what is taken; or nothing."""
    width, depth, in_row = block(count)
    west, south, east, north = room.bounds
    shapely.prepare(room)
    for _ in range(400):
        x, y = ground.rng.uniform(west, east), ground.rng.uniform(south, north)
        turn = ground.rng.uniform(-16, 16)
        box = shapely.box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)
        outline = affinity.rotate(box, turn)
        if room.contains(outline) and not any(outline.intersects(other) for other in taken):
            west_edge, north_edge = x - width / 2 + 7, y + depth / 2 - 7
            corners = [
                (west_edge + (index % in_row + 0.5) * 52, north_edge - (index // in_row + 0.5) * 34)
                for index in range(count)
            ]
            turned = affinity.rotate(shapely.MultiPoint(corners), turn, origin=(x, y))
            return outline, [House(point.x, point.y) for point in turned.geoms]
    return None


def settle(
    ground: Ground, communities: Sequence[Community], *, prefix: str, sizes: tuple[int, int], every: int = 1
) -> list[Compound]:
    """Return a compound in every so many grids, and one across two grids in each community that has room."""
    names = ground.rng.sample([first + last for last in LAST for first in FIRST], len(FIRST) * len(LAST))
    compounds: list[Compound] = []
    for community in communities:
        taken: list[shapely.Polygon] = []
        rooms: list[tuple[list[Grid], shapely.Polygon]] = []
        if every == 1 and (pair := _neighbours(community)):
            seam = shapely.intersection(pair[0].shape, pair[1].shape).centroid.buffer(160)
            rooms.append((pair, shapely.union(pair[0].shape, pair[1].shape).buffer(-12).intersection(seam)))
        rooms += [([grid], grid.shape.buffer(-12)) for grid in community.grids[::every]]
        for grids, room in rooms:
            for count in range(ground.rng.randint(*sizes), 1, -1):
                if placed := estate(ground, count, room, taken):
                    break
            else:
                raise click.ClickException(f"no room for a compound in {grids[0].code}: change the seed")
            outline, houses = placed
            taken.append(outline.buffer(10))
            for house in houses:
                point = shapely.Point(house.x, house.y)
                house.grid = next(grid.code for grid in grids if grid.shape.contains(point))
            codes = sorted({house.grid for house in houses})
            code = f"{prefix}-{len(compounds) + 1:03d}"
            compounds.append(Compound(code, names[len(compounds)], outline, codes, houses))
    for house in (house for compound in compounds for house in compound.houses):
        house.stairs = ground.rng.choice((2, 2, 2, 3, 3, 1, 4))
        house.floors = ground.rng.choice((4, 5, 5, 5, 6))
    return compounds


def _neighbours(community: Community) -> list[Grid] | None:
    """Return the two grids of a community that share the longest seam."""
    pairs = [
        (shapely.intersection(a.shape, b.shape).length, a.code, [a, b])
        for index, a in enumerate(community.grids)
        for b in community.grids[index + 1 :]
    ]
    return max(pairs)[2] if pairs else None


def compound_rows(ground: Ground, compounds: Sequence[Compound]) -> list[Sequence[object]]:
    """Return the table of the compounds."""
    return [
        (c.code, f"{c.name}（示例）", "", "|".join(c.grids), c.firm,
         *ground.lonlat(c.shape.centroid.x, c.shape.centroid.y))
        for c in compounds
    ]  # fmt: skip


def building_rows(
    ground: Ground, compounds: Sequence[Compound], groups: Mapping[str, Sequence[str]]
) -> list[Sequence[object]]:
    """Return the table of the buildings; each courtyard group of a grid gets one before any gets two."""
    rows: list[Sequence[object]] = []
    met: Counter[str] = Counter()
    for c in compounds:
        c.houses.sort(key=lambda house: (-round(house.y), house.x))
        for serial, house in enumerate(c.houses, 1):
            mine, turn = groups.get(house.grid, ()), met[house.grid]
            met[house.grid] += 1
            group = mine[turn % len(mine)] if mine and (turn < len(mine) or turn % 15) else ""
            rows.append((f"{c.code}-{serial:02d}", f"{serial}号楼", c.code, house.grid, group, house.stairs,
                         house.floors, 2, *ground.lonlat(house.x, house.y)))  # fmt: skip
    return rows
