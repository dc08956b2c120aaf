"""What was before: 99 communities (92 and 7 villages made communities) that became 48 in one act (示例).

The figures are of the sources; names are official as far as the official list still has them, the others are
invented, and so are the day, the outlines, and which of them became which.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

from packs.making.counties import Drawn
from packs.making.files import SKETCH, Feature, community, feature, read, write_features
from packs.making.network import divide
from packs.making.shapes import Community, Grid

BEFORE, CONVERTED = 99, 7
SINCE, MERGED = "2016-01-01", "2020-07-01"
VILLAGES = {"370481001": 2, "370481002": 2, "370481003": 2, "370481004": 1}  # of which streets (示例)
CODA = "（示例）"


@dataclass
class Former:
    """A community of before: one that goes on under its code, or one that was merged into it."""

    code: str
    name: str
    into: Community
    grids: list[Grid]

    @property
    def patch(self) -> str:
        """Return the code of the one grid it was."""
        return f"{self.code}900"


def parts(members: Sequence[Community]) -> list[tuple[Community, list[list[Grid]]]]:
    """Return the grids of each community in two parts, in three where it has most grids."""
    thirds = BEFORE - 2 * len(members)
    larger = {c.code for c in sorted(members, key=lambda c: (-len(c.grids), c.code))[:thirds]}
    found = []
    for c in members:
        count = 3 if c.code in larger else 2
        sizes = [len(c.grids) // count + (n < len(c.grids) % count) for n in range(count)]
        grid_of = {id(grid.shape): grid for grid in c.grids}
        cells = divide([grid.shape for grid in c.grids], sizes)
        found.append((c, [[grid_of[id(shape)] for shape in cell] for cell in cells]))
    return found


def former(data: Path, county: Drawn) -> list[Former]:
    """Return the communities of before, the one that goes on first in each."""
    official = {row["code"]: row["name"] for row in read(data, "zaozhuang_villages.csv")}
    pool: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code in county.left:
        pool[code[:9]].append((code, community(code, official[code]).short))
    for street, count in VILLAGES.items():
        villages = sorted(c for c in official if c[:9] == street and official[c].endswith("村村民委员会"))
        pool[street] += [
            (code, f"{official[code].removesuffix('村民委员会')}（村改居）") for code in villages[:count]
        ]
    found: list[Former] = []
    invented: dict[str, int] = defaultdict(int)
    for c, cells in parts(county.district.communities):
        found.append(Former(c.code, c.short, c, cells[0]))
        for cell, side in zip(cells[1:], "东西", strict=False):
            if pool[c.street]:
                code, name = pool[c.street].pop(0)
                found.append(Former(code, f"{name}{CODA}", c, cell))
                continue
            invented[c.street] += 1
            name = f"{c.short.removesuffix('社区')}{side}里社区{CODA}"
            found.append(Former(f"{c.street}{900 + invented[c.street]}", name, c, cell))
    return found


def write_history(data: Path, folder: Path, county: Drawn) -> int:
    """Write the areas of before and the act that merged them; return how many communities there were."""
    every = former(data, county)
    features: list[Feature] = []
    for each in every:
        shape = county.ground.degrees(shapely.union_all([grid.shape for grid in each.grids]))
        sketch = {"synthetic": True, "source": SKETCH}
        about = {"code": each.code, "kind": "community", "name": each.name, "parent": each.into.street}
        features.append(feature(shape, **about, unit=each.code, **sketch))
        name = f"{each.name.removesuffix(CODA)}片区{CODA}"
        about = {"code": each.patch, "kind": "grid", "name": name, "parent": each.code}
        features.append(feature(shape, **about, unit=each.patch, type="basic", **sketch))
    write_features(folder / "history.geojson", features)
    members: dict[str, list[Former]] = defaultdict(list)
    for each in every:
        members[each.into.code].append(each)
    lines: list[dict[str, object]] = [
        {"kind": "merge", "from": [each.code for each in those], "into": [{"code": code}]}
        for code, those in members.items()
    ]
    lines += [
        {"kind": "split", "from": [each.patch], "into": [{"code": grid.code} for grid in each.grids]}
        for each in every
    ]
    body = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
    reason = f"{BEFORE} 个社区（含村改居 {CONVERTED} 个）整合为 {len(members)} 个，重新划分网格{CODA}"
    about = {"on": MERGED, "reason": reason, "document": "示例文号〔2020〕1 号"}
    head = json.dumps(about, ensure_ascii=False)
    text = f'{{"from_on": "{SINCE}", "adjustments": [\n{head[:-1]}, "lines": [\n{body}\n]}}]}}\n'
    (folder / "history.json").write_text(text, encoding="utf-8")
    return len(every)
