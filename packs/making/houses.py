"""Synthetic compounds and houses: rows inside the grids, counted to the figures of the sources."""

import math
from dataclasses import dataclass

import click
import shapely
from shapely import affinity

from packs.making.shapes import Community, Grid, Ground

BUILDINGS, STAIRWELLS, DWELLINGS, COMPOUNDS = 701, 1_735, 16_600, 40
NAMES = tuple(
    """
    和顺花园 安居小区 春晖家园 锦绣花园 盛景苑 康泰小区 祥和家园 金桂园
    翠竹苑 碧波花园 朝阳小区 幸福里小区 东升家园 西苑小区 南湖花园 北苑小区
    新风小区 建设新村 文昌苑 书香园 怡景花园 丽园小区 御景苑 龙泉家园
    凤鸣小区 鑫源花园 宏泰小区 瑞祥家园 福临花园 百合苑 紫薇园 玉兰小区
    丁香苑 榴花小区 银杏园 海棠苑 荷香家园 牡丹园 桃源小区 幸福里小区
""".split()  # noqa: SIM905 forty names read better without their quotes
)


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


def block(count: int) -> tuple[float, float, int]:
    """Return width and depth of a compound of ``count`` buildings, and how many stand in a row."""
    in_row = max(2, round(math.sqrt(count * 0.7)))
    return in_row * 52 + 14, math.ceil(count / in_row) * 34 + 14, in_row


def place(
    ground: Ground, count: int, room: shapely.Polygon, taken: list[shapely.Polygon]
) -> tuple[shapely.Polygon, list[House]]:
    """Return a compound's outline inside ``room`` and its houses in rows, clear of what is taken."""
    rng = ground.rng
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


def settle(ground: Ground, communities: list[Community]) -> list[Compound]:
    """Return the compounds: most inside one grid, some across two, one grid with three."""
    rng = ground.rng
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
        inside = shapely.union_all([grid.shape for grid in room]).buffer(-12)
        if len(room) == 2:
            seam = room[0].shape.intersection(room[1].shape)
            inside = inside.intersection(seam.centroid.buffer(190))
        outline, houses = place(ground, size, inside, taken)
        taken.append(outline.buffer(10))
        codes = [
            grid.code for grid in room if any(grid.shape.contains(shapely.Point(h.x, h.y)) for h in houses)
        ]
        compounds.append(Compound(f"YC-{number:02d}", NAMES[number - 1], outline, codes, houses))
    missing = BUILDINGS - sum(len(c.houses) for c in compounds)
    compounds.append(Compound("", "", shapely.Polygon(), [], courtyards(ground, missing, grids, taken)))
    return compounds


def courtyards(ground: Ground, count: int, grids: list[Grid], taken: list[shapely.Polygon]) -> list[House]:
    """Return houses that stand by themselves."""
    rng = ground.rng
    houses: list[House] = []
    while len(houses) < count:
        grid = rng.choice(grids)
        west, south, east, north = grid.shape.bounds
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        clear = all(point.distance(shapely.Point(h.x, h.y)) > 40 for h in houses)
        if clear and grid.shape.buffer(-10).contains(point) and not any(t.contains(point) for t in taken):
            houses.append(House(point.x, point.y))
    return houses


def count_stairs(ground: Ground, houses: list[House]) -> None:
    """Give the houses 1,735 stairwells and 16,600 dwellings between them, two to a floor."""
    rng = ground.rng
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
