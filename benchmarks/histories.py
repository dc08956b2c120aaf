"""Random histories: people of a city do random acts to random cases, rightly and wrongly, from one seed.

`python -m benchmarks.histories --acts 100000 --seed 7` runs them on a database of its own and then proves
that the ledger told again equals the rows, that the ledger verifies, and that every invariant holds. The acts
are the real ones; only the doors are left out. What the acts are is in `benchmarks/history/`.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "histories"


def main() -> None:
    """Run a history on a database of its own and prove it; exit status 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.histories", description=__doc__)
    parser.add_argument("--acts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pack", type=Path, default=ROOT / "packs" / "demo")
    asked = parser.parse_args()
    shutil.rmtree(HOME, ignore_errors=True)
    os.environ["MULIN_VAR"] = str(HOME)
    os.environ.pop("MULIN_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    django.setup()
    from mulin.config.database import database  # noqa: PLC0415 - needs Django set up

    with database():
        held = _history(asked.acts, asked.seed, asked.pack)
    sys.exit(0 if held else 1)


def _history(acts: int, seed: int, pack: Path) -> bool:
    """Run and prove one history; return whether everything held."""
    from django.db import connection  # noqa: PLC0415 - needs Django set up

    from benchmarks.history import acting, proof, world  # noqa: PLC0415 - need Django set up

    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")  # nobody waits for an answer here
    there = world.world(seed=seed, pack=pack)
    began = time.monotonic()
    acting.run(there, acts=acts, progress=lambda _: _say(there.acts, began))
    took = time.monotonic() - began
    counts = {"done": dict(sorted(there.done.items())), "refused": dict(sorted(there.refused.items()))}
    print(json.dumps(counts, ensure_ascii=False, indent=1))
    print(f"{acts:,} acts on {len(there.cases):,} cases in {took:.1f} s: {acts / took:.0f} a second")
    began = time.monotonic()
    wrong = proof.proofs()
    print(f"proved in {time.monotonic() - began:.1f} s" if not wrong else f"seed {seed}: {wrong}")
    print(json.dumps(proof.beside(), ensure_ascii=False, indent=1))
    return not wrong


def _say(acts: int, began: float) -> None:
    if acts % 10_000 < 500:
        print(f"{acts:,} acts, {acts / (time.monotonic() - began):.0f} a second", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
