"""Write a pack's division table from the official lists: names and codes as published, no other invention.

    python packs/divisions.py --data DIR --into packs/yicheng --county 370404

Without --county the whole city is written. The source cuts some long names off; they are made whole.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

HEADER = ("编码", "层级", "名称", "简称", "上级编码", "来源")
SOURCE = "国家统计局统计用区划代码（2023-06-30）"
TRUNCATED = {"社区居": "社区居委会"}  # as the source cuts the name off
AROUND = (("37", "province", "山东省"), ("3704", "city", "枣庄市"))
Row = tuple[str, str, str, str, str, str]


def whole(name: str) -> str:
    """Return a name with its end, where the source has cut it off."""
    return next((name.removesuffix(cut) + end for cut, end in TRUNCATED.items() if name.endswith(cut)), name)


def rows(data: Path, counties: Sequence[str] = ()) -> Iterator[Row]:
    """Yield the table of the counties (of all, if none is named), widest first, by code."""
    yield from ((code.ljust(12, "0"), level, name, "", "", SOURCE) for code, level, name in AROUND)
    for level, file in (("county", "areas"), ("street", "streets"), ("village", "villages")):
        for row in sorted(_read(data / f"zaozhuang_{file}.csv"), key=lambda row: row["code"]):
            if not counties or row["code"][:6] in counties:
                yield row["code"].ljust(12, "0"), level, whole(row["name"]), "", "", SOURCE


def write_divisions(data: Path, into: Path, counties: Sequence[str] = ()) -> int:
    """Write ``divisions.csv`` into a pack's folder; return the number of rows."""
    table = list(rows(data, counties))
    with (into / "divisions.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEADER)
        out.writerows(table)
    return len(table)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise click.ClickException(f"reference data missing: {path} — give its folder with --data")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Folder of the official lists.")
@click.option("--into", type=click.Path(path_type=Path), required=True, help="Folder of the pack.")
@click.option("--county", "counties", multiple=True, help="Six digits; repeat for several.")
def main(data: Path, into: Path, counties: tuple[str, ...]) -> None:
    """Write the division table of a pack."""
    click.echo(f"{write_divisions(data, into, counties)} divisions written to {into}")


if __name__ == "__main__":
    main()
