"""The division table of a pack: read with short codes, and every fault named by file, row and column."""

from pathlib import Path

import pytest

from mulin.packs.queries import examine
from tests.make.packs import faults, pack

HEADER = "编码,层级,名称,简称,上级编码,来源\n"
STREET = "990101001,street,望山街道,望山,,示例\n"


def with_table(folder: Path, rows: str) -> Path:
    (folder / "divisions.csv").write_text(HEADER + rows, encoding="utf-8")
    return folder


def test_short_codes_are_filled_up_and_parents_read_from_the_digits(copy: Path) -> None:
    read, problems = examine(with_table(copy, "99,province,示例省,,,\n" + STREET))
    assert problems == ()
    assert [(row.code, row.parent_code) for row in read.divisions.rows] == [
        ("990000000000", ""),
        ("990101001000", "990101000000"),
    ]
    assert read.divisions.rows[1].from_on == read.from_on


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        (STREET.replace("street", "ward"), 2, "层级"),
        (STREET.replace("990101001", "990101"), 2, "编码"),
        (STREET.replace("990101001", "99010100"), 2, "编码"),
        (STREET.replace("望山街道", "望"), 2, "名称"),
        (STREET.replace("望山街道", ""), 2, "名称"),
        (STREET + STREET, 3, "编码"),
        (STREET + "990101002,street,新街道,,990101001,\n", 3, "上级编码"),
    ],
)
def test_a_fault_is_named_where_it_is(copy: Path, rows: str, row: int, column: str) -> None:
    assert ("divisions.csv", row, column) in faults(with_table(copy, rows))


def test_the_shipped_county_has_all_its_villages_under_whole_names() -> None:
    table = pack("yicheng").divisions.rows
    levels = [division.level for division in table]
    assert {level: levels.count(level) for level in dict.fromkeys(levels)} == {
        "province": 1, "city": 1, "county": 1, "street": 7, "village": 328,
    }  # fmt: skip
    assert not [division.name for division in table if division.name.endswith("社区居")]
