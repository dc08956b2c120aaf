"""Two pools of different size measured by turns, so that a busy machine is as busy for both."""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

ROUNDS = 3
KEPT = 0.9  # a pool ten times as large keeps at least this share of the lifecycle rate


def main(asked: argparse.Namespace) -> int:
    """Plant both pools, let the lifecycle run on each by turns, print both rates; 1 if too much is lost."""
    sizes = (asked.against, asked.cases)
    for cases in sizes:
        planted = _run(asked, cases, only=[], again=asked.again)
        print(f"{cases:,} cases planted in {planted['seconds_to_plant']} s", file=sys.stderr, flush=True)
    rates: dict[int, list[float]] = {cases: [] for cases in sizes}
    p95: dict[int, list[float]] = {cases: [] for cases in sizes}
    cost: dict[int, list[float]] = {cases: [] for cases in sizes}
    for number in range(ROUNDS):
        for cases in sizes if number % 2 == 0 else sizes[::-1]:
            seen = _run(asked, cases, only=["lifecycle"], again=True)["lifecycle"]
            rates[cases].append(seen["flows_per_second"])
            p95[cases].append(seen["all"]["p95"])
            spent = seen["cost"]["web_cpu_seconds"] + seen["cost"]["database_cpu_seconds"]
            cost[cases].append(1000 * spent / max(seen["flows"], 1))
    for cases in sizes:
        middle, slowest = statistics.median(rates[cases]), statistics.median(p95[cases])
        spent = statistics.median(cost[cases])
        print(
            f"{cases:>11,} cases: {middle:6.1f} lifecycles/s, p95 {slowest:6.1f} ms,"
            f" {spent:5.1f} ms of processor each; {rates[cases]}"
        )
    share = statistics.median(rates[asked.cases]) / statistics.median(rates[asked.against])
    spent = statistics.median(cost[asked.against]) / statistics.median(cost[asked.cases])
    print(f"rate kept: {share:.1%} (by processor time {spent:.1%}); the bar is {KEPT:.0%}")
    return int(share < KEPT)


def _run(asked: argparse.Namespace, cases: int, *, only: list[str], again: bool) -> dict[str, Any]:
    home = Path(asked.home).with_name(f"bench-{cases}")
    command = [sys.executable, "-m", "benchmarks", "--home", str(home), "--cases", str(cases)]
    command += ["--clients", str(asked.clients), "--seconds", str(asked.seconds), "--port", str(asked.port)]
    command += ["--again"] if again and home.exists() else []
    done = subprocess.run([*command, "--only", *only], stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))
