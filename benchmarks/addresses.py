"""How well and how fast addresses are understood: `python -m benchmarks.addresses [--divisions FILE]`.

FILE is a division table as packs have it, of a whole city if none is named. Every village of it is written in
several ways and parsed back; no database is needed. Times are processor time of one thread.
"""

import argparse
import csv
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import shapely

from mulin.places.rules.addresses import Gazetteer
from mulin.places.rules.divisions import Division, full_code, parent_by_code
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere, Ground
from mulin.places.rules.located import Located, Outcome
from mulin.places.rules.names import stem_of
from mulin.places.rules.points import AreaIndex

CITY: Final = Path(__file__).resolve().parents[1] / "packs" / "zaozhuang" / "divisions.csv"
OUTCOMES: Final = ("right", "asked", "asked, right one not offered", "less", "wrong", "nothing")
Writer: TypeAlias = Callable[[Division, Division, Division], str]


def read(path: Path) -> list[Division]:
    """Return the division table."""
    if not path.is_file():
        raise SystemExit(f"no division table at {path}: give the divisions.csv of a pack")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (full_code(row["编码"]), row["层级"], row["名称"], row["上级编码"])
            for row in csv.DictReader(file)
        ]
    return [
        Division(c, level, name, "", full_code(up) or parent_by_code(c, level)) for c, level, name, up in rows
    ]


def judged(found: Located, code: str) -> str:
    """Return what an answer is worth when the village ``code`` was meant."""
    if found.outcome is Outcome.AMBIGUOUS:
        offered = code in {candidate.code for candidate in found.candidates}
        return "asked" if offered else "asked, right one not offered"
    if not found.division:
        return "nothing"
    named = found.division[-1]
    if named.code == code:
        return "right"
    return "wrong" if named.level == "village" else "less"


def spoilt(text: str, dice: random.Random, letters: Sequence[str]) -> str:
    """Return the text with one typing error: a character wrong, missing, doubled, or two swapped."""
    kind, at = dice.choice(("wrong", "missing", "doubled", "swapped")), dice.randrange(len(text))
    if kind == "wrong":
        return text[:at] + dice.choice([c for c in letters if c != text[at]]) + text[at + 1 :]
    if kind == "missing":
        return text[:at] + text[at + 1 :]
    if kind == "doubled":
        return text[:at] + text[at] + text[at:]
    pairs = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    at = dice.choice(pairs)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def around(division: Division, table: dict[str, Division]) -> tuple[Division, Division]:
    """Return street and county of a village."""
    street = table[division.parent_code]
    return street, table[street.parent_code]


def measure(gazetteer: Gazetteer, table: dict[str, Division], write: Writer) -> dict[str, Any]:
    """Parse every village as ``write`` writes it; return counts and times."""
    counts: Counter[str] = Counter()
    times: list[float] = []
    for division in table.values():
        if division.level != "village":
            continue
        text = write(division, *around(division, table))
        begun = time.process_time()
        found = gazetteer.locate(text)
        times.append(time.process_time() - begun)
        counts[judged(found, division.code)] += 1
    times.sort()
    return {
        "of": len(times),
        **{outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]},
        "median_us": round(statistics.median(times) * 1e6),
        "p95_us": round(times[int(0.95 * len(times))] * 1e6),
        "per_second": round(len(times) / sum(times)),
    }


def duplicates(table: dict[str, Division]) -> list[str]:
    """Return the names that stand more than once in a county, as they are written."""
    names = Counter((around(d, table)[1].name, d.name) for d in table.values() if d.level == "village")
    return [f"{county}{name}×{times}" for (county, name), times in names.items() if times > 1]


def ground(divisions: Sequence[Division], compounds: int) -> Ground:
    """Return the table with invented compounds in one invented grid, each of ten buildings."""
    outline = bytes(shapely.to_wkb(shapely.box(117.0, 34.0, 117.1, 34.1)))
    grid = AreaEdition("BENCH", "grid", "示例网格", "", "BENCH", outline, divisions[0].from_on)
    dice = random.Random(3)
    names = {"".join(dice.sample("锦绣华庭御景翠湖阳光金地东方", 3)) + "苑小区" for _ in range(compounds * 2)}
    there = [
        CompoundThere(f"X{n}", name, (), ("BENCH",), "", 117.05, 34.05)
        for n, name in enumerate(sorted(names)[:compounds])
    ]
    houses = [
        BuildingThere(f"{c.code}-{n}", f"{n}号楼", c.code, "BENCH", 117.05, 34.05)
        for c in there
        for n in range(1, 11)
    ]
    return Ground((grid,), tuple(there), tuple(houses), tuple(divisions))


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--divisions", type=Path, default=CITY, help="a division table")
    asked.add_argument("--compounds", type=int, default=40, help="invented compounds beside it")
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    given = asked.parse_args()
    divisions = read(given.divisions)
    there = ground(divisions, given.compounds)
    begun = time.process_time()
    gazetteer = Gazetteer(there, AreaIndex(there.areas))
    built = round((time.process_time() - begun) * 1e3)
    table = {division.code: division for division in divisions}
    dice = random.Random(given.seed)
    letters = sorted({c for division in divisions for c in division.name})
    ways: dict[str, Writer] = {
        "county + street + name": lambda v, s, c: c.name + s.name + v.name,
        "county + name": lambda v, s, c: c.name + v.name,
        "county + street + stem": lambda v, s, c: c.name + s.name + stem_of(v.name, "village"),
        "one error, with street": lambda v, s, c: spoilt(c.name + s.name + v.name, dice, letters),
        "one error, without street": lambda v, s, c: spoilt(c.name + v.name, dice, letters),
    }
    result = {
        "divisions": len(divisions),
        "compounds": given.compounds,
        "index_ms": built,
        "duplicates": duplicates(table),
        "ways": {name: measure(gazetteer, table, write) for name, write in ways.items()},
    }
    print(json.dumps(result, ensure_ascii=False) if given.json else _table(result))


def _table(result: dict[str, Any]) -> str:
    lines = [
        f"{result['divisions']} divisions, {result['compounds']} compounds, index in {result['index_ms']} ms"
    ]
    for name, way in result["ways"].items():
        shares = ", ".join(f"{o} {way[o]} ({100 * way[o] / way['of']:.2f} %)" for o in OUTCOMES if o in way)
        speed = f"median {way['median_us']} µs, p95 {way['p95_us']} µs, {way['per_second']}/s"
        lines.append(f"{name:<28} {shares}; {speed}")
    lines.append(f"names twice in a county ({len(result['duplicates'])}): {'、'.join(result['duplicates'])}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
