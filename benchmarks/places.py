"""`python -m benchmarks.places`: points among polygons, tiles of a city's grids, clusters of a million cases.

The grounds are wavy squares that share every point of their borders. The cases are twins of planted ones,
scattered around their grids inside the database; each tile of cases is asked once, by the city's command
centre and by a county, so that nothing is answered from memory.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import numpy as np
import shapely

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench-places"
BAR_CLUSTER_MS = 200.0
WEST, SOUTH, WIDE, HIGH = 117.2, 34.4, 0.9, 0.8  # degrees: about a prefecture's built part
DAY = date(2026, 5, 11)
_TWINS = """
insert into cases_case ({columns})
select {values} from generate_series(1, %(copies)s::int) as k, (select * from cases_case) as planted
"""
_OWN = {
    "id": "(left(id::text, 32) || lpad(to_hex(k), 4, '0'))::uuid",
    "number": "number || '-' || k",
    "lon": "lon + (random() - random()) * 0.02",
    "lat": "lat + (random() - random()) * 0.02",
}


def main() -> None:
    """Run everything; the exit status is 1 when a tile of clusters misses the bar."""
    asked = _arguments()
    if HOME.exists() and not asked.again:
        shutil.rmtree(HOME)
    os.environ["MULIN_VAR"] = str(HOME)
    os.environ["MULIN_PLAIN_STATIC"] = "1"
    os.environ.pop("MULIN_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    django.setup()
    from benchmarks import machine  # noqa: PLC0415 - needs Django's settings

    result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "machine": machine.describe()}
    result["points"] = {f"{count:,} polygons": _points(count) for count in (1_230, asked.polygons)}
    result["ground"] = _ground(1_230)
    if asked.cases:
        result["clusters"] = _clusters(asked)
    _finish(result, asked.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.places", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="0: no clusters, no database")
    parser.add_argument("--polygons", type=int, default=50_000)
    parser.add_argument("--again", action="store_true", help="use the cases an earlier run left")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def wavy(count: int, *, points: int = 10, seed: int = 5) -> list[Any]:
    """Return so many polygons that tile the ground, each border shared point for point."""
    columns = round(count**0.5)
    rows = -(-count // columns)
    chance = np.random.default_rng(seed)
    along = np.linspace(0, 1, points + 1)[:-1]
    bend_east = chance.uniform(-0.04, 0.04, (rows + 1, columns, points))
    bend_north = chance.uniform(-0.04, 0.04, (rows, columns + 1, points))
    bend_east[:, :, 0] = bend_north[:, :, 0] = 0
    shapes = []
    for row in range(rows):
        for column in range(columns):
            south = np.column_stack([column + along, row + bend_east[row, column]])
            east = np.column_stack([column + 1 + bend_north[row, column + 1], row + along])
            north = np.column_stack([column + along, row + 1 + bend_east[row + 1, column]])
            west = np.column_stack([column + bend_north[row, column], row + along])
            corner = [[column + 1, row + 1]]
            end = [[column, row + 1]]
            ring = np.concatenate([south, east, corner, north[:0:-1], end, west[:0:-1]])
            shapes.append(shapely.Polygon(ring * (WIDE / columns, HIGH / rows) + (WEST, SOUTH)))
    return shapes[:count]


def _areas(count: int) -> list[Any]:
    from mulin.places.rules.ground import AreaEdition  # noqa: PLC0415 - needs Django's settings

    return [
        AreaEdition(f"G{n:06d}", "grid", f"第{n}网格", "", f"G{n:06d}", bytes(shape.wkb), DAY, synthetic=True)
        for n, shape in enumerate(wavy(count))
    ]


def _points(count: int, *, single: int = 20_000, bulk: int = 2_000_000) -> dict[str, float]:
    """Return what finding the grid of a point costs, one by one and in bulk."""
    from mulin.places.rules.bulk import Lattice  # noqa: PLC0415 - needs Django's settings
    from mulin.places.rules.points import AreaIndex  # noqa: PLC0415 - needs Django's settings

    areas = _areas(count)
    began = time.perf_counter()
    index = AreaIndex(areas)
    built = time.perf_counter() - began
    chance = random.Random(7)
    spots = [(WEST + WIDE * chance.random(), SOUTH + HIGH * chance.random()) for _ in range(single)]
    spent = []
    for lon, lat in spots:
        began = time.perf_counter()
        index.locate(lon, lat, on=DAY)
        spent.append(time.perf_counter() - began)
    many = np.random.default_rng(7)
    lons, lats = WEST + WIDE * many.random(bulk), SOUTH + HIGH * many.random(bulk)
    began = time.perf_counter()
    lattice = Lattice(index)
    prepared = time.perf_counter() - began
    lattice.locate_many(lons[: bulk // 4], lats[: bulk // 4])  # each outline makes its own index at first use
    began, worked = time.perf_counter(), time.process_time()
    lattice.locate_many(lons, lats)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    return {
        "index_s": round(built, 2),
        "single_median_us": round(statistics.median(spent) * 1e6, 1),
        "single_p99_us": round(statistics.quantiles(spent, n=100)[98] * 1e6, 1),
        "lattice_s": round(prepared, 2),
        "bulk_points_per_s": round(bulk / took),
        "bulk_points_per_processor_s": round(bulk / worked),
    }


def _ground(count: int) -> dict[str, dict[str, float]]:
    """Return what a tile of a city's grids costs at each zoom, cut and from memory."""
    from mulin.places.rules.ground import Ground  # noqa: PLC0415 - needs Django's settings
    from mulin.places.rules.points import AreaIndex  # noqa: PLC0415 - needs Django's settings
    from mulin.places.rules.tiles import Tiles  # noqa: PLC0415 - needs Django's settings

    areas = _areas(count)
    tiles = Tiles(Ground(tuple(areas)), AreaIndex(areas).shape_of)
    found = {}
    for zoom in range(10, 18):
        spots = _spots(zoom, 20)
        cold, first = _each(spots, tiles.cut)
        warm, _ = _each(spots, tiles.cut)
        weight = max(len(tiles.cut(spot)) for spot in spots)
        found[f"zoom {zoom}"] = {
            **_told(cold, first),
            "warm_median": _ms(warm),
            "heaviest_kb": weight // 1024,
        }
    return found


def _spots(zoom: int, most: int) -> list[Any]:
    """Return tiles of a zoom that lie on the ground, at most so many, by lot."""
    from mulin.places.rules.tiles import Spot, to_world  # noqa: PLC0415 - needs Django's settings

    corners = np.array([[WEST, SOUTH + HIGH], [WEST + WIDE, SOUTH]])
    (west, north), (east, south) = np.floor(to_world(corners) * 2**zoom).astype(int).tolist()
    every = [Spot(zoom, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
    return random.Random(zoom).sample(every, min(most, len(every)))


def _each(spots: Iterable[Any], ask: Callable[[Any], object]) -> tuple[list[float], float]:
    """Return the times of asking for each tile once, and the first of them."""
    spent = []
    for spot in spots:
        began = time.perf_counter()
        ask(spot)
        spent.append(time.perf_counter() - began)
    return spent, spent[0] if spent else 0.0


def _clusters(asked: argparse.Namespace) -> dict[str, Any]:
    """Return what a tile of cases costs at each zoom, over so many cases, by who asks and of which day."""
    from benchmarks import city  # noqa: PLC0415 - needs Django's settings
    from mulin.cases.queries import clusters, spots  # noqa: PLC0415 - needs Django's settings
    from mulin.cases.queries.clusters import Look, Which  # noqa: PLC0415 - needs Django's settings
    from mulin.config.database import database  # noqa: PLC0415 - needs Django's settings
    from mulin.config.embedded import Home  # noqa: PLC0415 - needs Django's settings

    with database():
        began = time.monotonic()
        if not asked.again:
            city.prepare(Home(HOME / "pg").url(), cases=2_000)
            _multiply(asked.cases // 2_000 - 1)
        now = datetime.now(UTC)
        told: dict[str, Any] = {"seconds_to_plant": round(time.monotonic() - began, 1)}
        began = time.perf_counter()
        kept = spots.spots()
        told["seconds_to_read"] = round(time.perf_counter() - began, 2)
        told["memory_mb"] = sum(getattr(kept, each.name).nbytes for each in fields(kept) if each.init) >> 20
        looks = {
            "open today": Look(now.date()),
            "open 90 days ago": Look(now.date() - timedelta(days=90)),
            "all": Look(now.date(), Which.ALL),
        }
        west, south, east, north = _extent()
        for who, actor in _people(now).items():
            for name, look in looks.items():
                per_zoom = {}
                for zoom in (*range(5, 15), 16, 18):
                    spots = _holding(zoom, (west, south, east, north), 12)

                    def ask(tile: Any, actor: Any = actor, look: Any = look) -> object:
                        return clusters.found_in(actor, tile.z, tile.x, tile.y, look=look, now=now)

                    spent, first = _each(spots, ask)
                    per_zoom[f"zoom {zoom}"] = {**_told(spent, first), "tiles": len(spots)}
                told[f"{who}, {name}"] = per_zoom
        return told


def _multiply(copies: int) -> None:
    from django.db import connection  # noqa: PLC0415 - needs Django's settings

    from benchmarks.seed import CASE  # noqa: PLC0415 - needs Django's settings

    values = [_OWN.get(column, column) for column in CASE]
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("set synchronous_commit = off")
        cursor.execute(_TWINS.format(columns=", ".join(CASE), values=", ".join(values)), {"copies": copies})
        cursor.execute("reset session_replication_role")
        cursor.execute("vacuum analyze cases_case")


def _extent() -> tuple[float, float, float, float]:
    from django.db import connection  # noqa: PLC0415 - needs Django's settings

    with connection.cursor() as cursor:
        cursor.execute("select min(west), min(south), max(east), max(north) from places_area")
        west, south, east, north = cursor.fetchone()
    return west, south, east, north


def _holding(zoom: int, bounds: tuple[float, float, float, float], most: int) -> list[Any]:
    """Return tiles in which cases lie, at most so many, by lot."""
    from django.db import connection  # noqa: PLC0415 - needs Django's settings

    from mulin.cases.rules.cells import LEVEL, parted  # noqa: PLC0415 - needs Django's settings
    from mulin.places.rules.tiles import Spot  # noqa: PLC0415 - needs Django's settings

    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct cell >> %s from cases_case tablesample system (2)", (2 * (LEVEL - zoom),)
        )
        numbers = sorted(number for (number,) in cursor.fetchall() if number is not None)
    chosen = random.Random(zoom).sample(numbers, min(most, len(numbers)))
    return [Spot(zoom, *parted(number)) for number in chosen]


def _people(now: datetime) -> dict[str, Any]:
    """Return who asks: the whole city, and a county by place, branch and part."""
    from benchmarks.figures import _account  # noqa: PLC0415 - needs Django's settings
    from mulin.kernel.actor import SYSTEM  # noqa: PLC0415 - needs Django's settings
    from mulin.people.queries.actors import actor_of  # noqa: PLC0415 - needs Django's settings

    return {"city": SYSTEM, "county": actor_of(_account(now), now=now)}


def _told(spent: list[float], first: float) -> dict[str, float]:
    worst = sorted(spent)[min(len(spent) - 1, round(len(spent) * 0.95))]
    return {"first": round(first * 1000, 1), "median": _ms(spent), "p95": round(worst * 1000, 1)}


def _ms(spent: list[float]) -> float:
    return round(statistics.median(spent) * 1000, 2)


def _finish(result: dict[str, Any], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (out / f"places-{datetime.now(UTC):%Y%m%d-%H%M}.json").write_text(text, encoding="utf-8")
    slow = []
    for part in ("points", "ground"):
        for name, seen in result[part].items():
            print(f"{name:22}" + "  ".join(f"{key} {value:,}" for key, value in seen.items()))
    for name, zooms in result.get("clusters", {}).items():
        if not isinstance(zooms, dict):
            print(f"clusters: {name} {zooms}")
        else:
            print(f"clusters: {name}")
            for zoom, seen in zooms.items():
                print(f"  {zoom:10}" + "  ".join(f"{key} {value:,}" for key, value in seen.items()))
                if seen["p95"] > BAR_CLUSTER_MS:
                    slow.append(f"{name} {zoom}")
    if slow:
        print(f"bar missed: {', '.join(slow)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
