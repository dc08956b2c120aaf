"""The six counties of the city: which official communities have grids, how many, and where the seat lies."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

from packs.making.files import SKETCH, TRUE, Feature, community, feature, outlines, read, streets_of
from packs.making.houses import Compound
from packs.making.network import tile
from packs.making.offices import District
from packs.making.shapes import Ground
from packs.making.yicheng import LENDERS, TANSHAN, WULIN

COMMITTEES = ("居民委员会", "居委会", "社区居")


@dataclass(frozen=True)
class County:
    """A county's name, its seat, and how many communities and grids the sources give it or leave for it."""

    code: str
    name: str
    seat: tuple[float, float]
    communities: int
    grids: int


# 48 communities with 450 grids, 13 with 63, and the city's 206 with 1,230 are figures of the sources; how the
# rest is shared among the other counties is an example (示例).
COUNTIES = (
    County("370402", "市中区", (117.556, 34.865), 53, 262),
    County("370403", "薛城区", (117.263, 34.800), 67, 331),
    County("370404", "峄城区", (117.588, 34.752), 13, 63),
    County("370405", "台儿庄区", (117.725, 34.575), 13, 65),
    County("370406", "山亭区", (117.455, 35.090), 12, 59),
    County("370481", "滕州市", (117.165, 35.090), 48, 450),
)


def of(code: str) -> County:
    """Return a county."""
    return next(county for county in COUNTIES if county.code == code)


def chosen(data: Path, county: County) -> tuple[District, list[str]]:
    """Return the county with as many communities as it has, and the official codes left over.

    Residents' committees of streets, in the order of their codes; the street that has most gives up the last.
    """
    streets = streets_of(data, county.code)
    rows = [
        row
        for row in read(data, "zaozhuang_villages.csv")
        if row["areaCode"] == county.code
        and streets[row["streetCode"]].endswith("街道")
        and row["name"].endswith(COMMITTEES)
        and "村民" not in row["name"]  # 村民居委会: a misprint of the source
    ]
    if county.code == "370404":
        rows = [row for row in rows if row["code"] in TANSHAN | WULIN]
    left = []
    while len(rows) > county.communities:
        ((most, _),) = Counter(row["streetCode"] for row in rows).most_common(1)
        last = max(row["code"] for row in rows if row["streetCode"] == most)
        left.append(last)
        rows = [row for row in rows if row["code"] != last]
    communities = [community(row["code"], row["name"]) for row in rows]
    lenders = dict.fromkeys({c.street for c in communities}, ("CG", "SJ", "GA")) | LENDERS
    return District(county.code, county.name, streets, communities, lenders=lenders), sorted(left)


def shares(ground: Ground, county: County, district: District) -> list[int]:
    """Return how many grids each community has: about as many everywhere, the county's number in all."""
    if county.code == "370404":
        return [(TANSHAN | WULIN)[c.code] for c in district.communities]
    even = county.grids // county.communities
    counts = [max(3, even + ground.rng.choice((-2, -1, 0, 0, 1, 2))) for _ in district.communities]
    while sum(counts) != county.grids:
        place = ground.rng.randrange(len(counts))
        step = 1 if sum(counts) < county.grids else -1
        counts[place] += step if abs(counts[place] + step - even) <= 3 else 0
    return counts


@dataclass
class Drawn:
    """A county with all its grids: ground, district, official codes left over, areas for a map."""

    ground: Ground
    district: District
    left: list[str]
    areas: list[Feature]


def drawn(data: Path, code: str) -> Drawn:
    """Tile a county and return it; the same seed gives the same shapes in every pack."""
    county = of(code)
    ground = Ground(county.seat, int(code))
    district, left = chosen(data, county)
    outline = outlines(data)[code]
    shape = shapely.geometry.shape(outline)
    streets = tile(ground, shape, district, shares(ground, county, district))
    about = {"code": code, "kind": "county", "name": county.name, "parent": "", "unit": code, "source": TRUE}
    areas: list[Feature] = [{"type": "Feature", "properties": about, "geometry": outline}]

    def add(shape: shapely.Geometry, code: str, kind: str, name: str, parent: str, **more: str) -> None:
        about = {"code": code, "kind": kind, "name": name, "parent": parent, "unit": code, **more}
        areas.append(feature(ground.degrees(shape), **about, synthetic=True, source=SKETCH))

    for street in sorted(streets):
        add(streets[street], street, "street", district.streets[street], code)
    grids = [grid.code for c in district.communities for grid in c.grids]
    special = set(ground.rng.sample(grids, county.grids // 20))
    for c in district.communities:
        add(c.shape, c.code, "community", c.short, c.street)
        for g in c.grids:
            add(g.shape, g.code, "grid", g.name, c.code, type="special" if g.code in special else "basic")
    return Drawn(ground, district, left, areas)


def firms(district: District, names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return code, name and street of property firms: as many to a street as it has communities."""
    homes = sorted(c.street for c in district.communities)
    return [
        (f"{district.code}-WY{n:02d}", name, homes[(n * len(homes)) // len(names) - 1])
        for n, name in enumerate(names, 1)
    ]


def hire(district: District, compounds: Sequence[Compound], *, without: int) -> None:
    """Give compounds firms of their street by turns; of every so many one has none."""
    for index, compound in enumerate(compounds):
        local = [code for code, _, street in district.firms if compound.grids[0].startswith(street)]
        compound.firm = "" if index % without == without - 1 or not local else local[index % len(local)]
