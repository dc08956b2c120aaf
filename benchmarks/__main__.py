"""`python -m benchmarks`: own database, own server, own clients; a table on the screen and JSON in a file."""

import argparse
import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import django

from benchmarks import compare

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench"
BARS = {"lifecycle_per_second": 60.0, "lifecycle_p95_ms": 300.0, "intake_per_second": 250.0}


def main() -> None:
    """Run everything; the exit status is 1 when a bar is missed."""
    asked = _arguments()
    if asked.against:
        raise SystemExit(compare.main(asked))
    global HOME
    HOME = asked.home
    if HOME.exists() and not asked.again:
        shutil.rmtree(HOME)
    os.environ["MULIN_VAR"] = str(HOME)
    os.environ.pop("MULIN_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    django.setup()
    from benchmarks import city, machine, raw  # noqa: PLC0415 - they need Django's settings
    from mulin.config.database import database  # noqa: PLC0415 - needs Django's settings
    from mulin.config.embedded import Home  # noqa: PLC0415 - needs Django's settings

    home = Home(HOME / "pg")
    result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "machine": machine.describe()}
    with database():
        plan = _plan(city.prepare, home.url(), cases=asked.cases)
        if asked.only is not None:
            _only(asked, plan, home)
            return
        result["raw_before"] = raw.measure(home.url(), seconds=asked.seconds / 2)
        with _server(asked.port) as server:
            plan |= {"host": "127.0.0.1", "port": asked.port}
            for flow, clients, seconds in (
                ("lifecycle", asked.clients, asked.seconds),
                ("intake", asked.clients, asked.seconds),
                ("queue", 4, asked.seconds / 2),
                ("search", 4, asked.seconds / 2),
            ):
                result[flow] = _driven(plan, flow, clients, seconds, server.pid, home)
        result["import"] = _import(asked.rows)
        result["raw_after"] = raw.measure(home.url(), seconds=asked.seconds / 2)
    _finish(result, asked.out)


def _only(asked: argparse.Namespace, plan: dict[str, Any], home: Any) -> None:
    """Measure the named flows only (none: the pool is to be planted) and print them as JSON."""
    seen: dict[str, Any] = {"seconds_to_plant": plan["seconds_to_plant"]}
    if asked.only:
        with _server(asked.port) as server:
            plan |= {"host": "127.0.0.1", "port": asked.port}
            for flow in asked.only:
                seen[flow] = _driven(plan, flow, asked.clients, asked.seconds, server.pid, home)
    print(json.dumps(seen))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--cases", type=int, default=100_000, help="cases in the pool before anything is measured"
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each measurement")
    parser.add_argument("--clients", type=int, default=50, help="closed clients of lifecycle and intake")
    parser.add_argument("--rows", type=int, default=3_000, help="rows of the imported file")
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--again", action="store_true", help="use the pool an earlier run left")
    parser.add_argument("--home", type=Path, default=HOME, help="where the pool lies")
    parser.add_argument("--only", nargs="*", help="measure these flows only and print JSON; none: only plant")
    parser.add_argument("--against", type=int, help="plant a second pool of so many cases and compare rates")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def _plan(prepare: Any, dsn: str, *, cases: int) -> dict[str, Any]:
    """Return what the clients need to know; made once, kept beside the pool."""
    kept = HOME / "plan.json"
    if not kept.exists():
        began = time.monotonic()
        plan = prepare(dsn, cases=cases)
        plan["seconds_to_plant"] = round(time.monotonic() - began, 1)
        kept.write_text(json.dumps(plan), encoding="utf-8")
    return dict(json.loads(kept.read_text(encoding="utf-8")))


@contextmanager
def _server(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `mulin serve` until the measurements are done."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
    command = [sys.executable, "-m", "mulin.config.main", "serve", "--port", str(port)]
    server = subprocess.Popen([*command, "--logs", str(HOME / "logs")], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield server
    finally:
        server.terminate()
        server.wait(60)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"the server did not start (status {server.returncode}); see {HOME / 'logs'}")
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not answer in a minute")


def _driven(
    plan: dict[str, Any], flow: str, clients: int, seconds: float, server: int, home: Any
) -> dict[str, Any]:
    """Run one flow from a process of its own and return what it saw and what it cost."""
    from benchmarks import machine  # noqa: PLC0415 - needs Django's settings
    from mulin.config.processes import servers_in  # noqa: PLC0415 - needs Django's settings

    print(f"{flow}: {clients} clients for {seconds:.0f} s …", file=sys.stderr)
    asked = {**plan, "flow": flow, "clients": clients, "seconds": seconds, "warm_up": 3.0}
    web, base = machine.tree(server), set(servers_in(home.data.resolve()))
    before = machine.usage(web - base), machine.usage(base)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.driver"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    base = set(servers_in(home.data.resolve()))
    after = machine.usage(machine.tree(server) - base), machine.usage(base)
    seen["cost"] = {
        "web_cpu_seconds": round(after[0].cpu_seconds - before[0].cpu_seconds, 1),
        "database_cpu_seconds": round(after[1].cpu_seconds - before[1].cpu_seconds, 1),
        "driver_cpu_seconds": seen.pop("driver_cpu_seconds"),
        "web_memory_mb": after[0].memory_mb,
        "database_memory_mb": after[1].memory_mb,
    }
    return seen


def _import(rows: int) -> dict[str, Any]:
    """Import a generated file by the command people use; the rate includes the command's own start."""
    path = HOME / f"import-{time.time_ns()}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["工单编号", "内容", "地址", "时间"])
        for i in range(rows):
            text = f"第 {i} 号路灯不亮，已经三天了，老人晚上走路不安全，请派人看看（压测示例）"
            writer.writerow([f"{path.stem}-{i}", text, "示例路 1 号", "2026-05-06 12:09:38"])
    print(f"import: {rows} rows …", file=sys.stderr)
    began = time.monotonic()
    command = [sys.executable, "-m", "mulin.config.main", "import", "reports", str(path)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    took = time.monotonic() - began
    return {
        "rows": rows,
        "seconds": round(took, 2),
        "per_second": round(rows / took, 1),
        "said": done.stdout[-200:],
    }


def _finish(result: dict[str, Any], out: Path) -> None:
    """Write the JSON, print the table, and say which bars were missed."""
    raw = (result["raw_before"]["per_second"] + result["raw_after"]["per_second"]) / 2
    lifecycle, intake = result["lifecycle"], result["intake"]
    result["bars"] = {
        "lifecycle_per_second": lifecycle["flows_per_second"],
        "lifecycle_p95_ms": lifecycle["all"]["p95"],
        "intake_per_second": intake["flows_per_second"],
        "five_row_transactions_per_second": round(raw, 1),
        "acts_per_raw_transaction": round(lifecycle["requests_per_second"] / raw, 3),
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    for line in _table(result):
        print(line)
    print(f"written to {path}")
    missed = [name for name, bar in BARS.items() if _is_missed(name, result["bars"][name], bar)]
    if missed:
        raise SystemExit(f"bars missed: {', '.join(missed)}")


def _is_missed(name: str, figure: float, bar: float) -> bool:
    return figure > bar if name.endswith("_ms") else figure < bar


def _table(result: dict[str, Any]) -> Iterator[str]:
    yield f"{'':22}{'per s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'count':>9}  statuses"
    for flow in ("lifecycle", "intake", "queue", "search"):
        seen = result[flow]
        yield _row(flow, seen["flows_per_second"], seen["all"], " ".join(
            f"{step}×{count}" for step, count in seen["statuses"].items()
        ))  # fmt: skip
        for step, figures in seen["steps"].items():
            if len(seen["steps"]) > 1:
                yield _row(f"  {step}", 0.0, figures, "")
        cost = seen["cost"]
        yield (
            f"  cost: web {cost['web_cpu_seconds']} s, database {cost['database_cpu_seconds']} s, driver"
            f" {cost['driver_cpu_seconds']} s of processor; memory web {cost['web_memory_mb']} MB,"
            f" database {cost['database_memory_mb']} MB"
        )
    for name in ("raw_before", "raw_after"):
        raw = result[name]
        yield f"{name:22}{raw['per_second']:>9}{raw['p50']:>9}{raw['p95']:>9}{'':>9}{raw['transactions']:>9}"
    yield f"{'import':22}{result['import']['per_second']:>9}  rows a second, start of the command included"
    yield f"acts a raw transaction: {result['bars']['acts_per_raw_transaction']}"


def _row(name: str, rate: float, figures: dict[str, float], more: str) -> str:
    shown = f"{rate:>9}" if rate else " " * 9
    columns = "".join(f"{figures[column]:>9}" for column in ("p50", "p95", "p99", "count"))
    return f"{name:22}{shown}{columns}  {more}"


if __name__ == "__main__":
    main()
