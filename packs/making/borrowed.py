"""Tables that name units of one county, rewritten for another from the pack that stands below."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

from packs.making.files import PACKS

BELOW = PACKS / "yicheng"
COUNTY, NAME = "370404", "峄城区"

Rows = list[list[str]]


def rewrite(name: str, folder: Path, change: Callable[[Rows], Rows]) -> None:
    """Write a table of the pack below with its rows changed."""
    with (BELOW / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *change(rows)])


def moved(code: str, name: str) -> Callable[[Rows], Rows]:
    """Return the change that puts another county in the place of the one below."""
    return lambda rows: [[cell.replace(COUNTY, code).replace(NAME, name) for cell in row] for row in rows]


def everywhere(codes: Sequence[str]) -> Callable[[Rows], Rows]:
    """Return the change of a dispatch table that names a county's departments: a row for each county."""

    def change(rows: Rows) -> Rows:
        done: Rows = []
        for item, area, *rest in rows:
            if any(COUNTY in cell for cell in rest):
                done += [[item, code, *(cell.replace(COUNTY, code) for cell in rest)] for code in codes]
            else:
                done.append([item, area, *rest])
        return done

    return change
