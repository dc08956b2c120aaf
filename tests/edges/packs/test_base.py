"""A pack that stands on another: it takes the tables it does not bring, never the ground."""

import shutil
from pathlib import Path

import pytest

from mulin.packs.queries import examine, read_pack
from tests.make.packs import FOLDER, faults, pack

OWN = {"units.csv", "staff.csv", "areas.geojson", "compounds.csv", "buildings.csv", "dispatch.csv"}
HEAD = """
[pack]
name = "upper"
title = "示例"
version = "1"
from_on = 2026-01-01
is_example = true
base = "lower"

[settings]
prefix = "UP"
"""


@pytest.fixture
def upper(tmp_path: Path) -> Path:
    """Return a pack of its own ground that stands on a copy of the demo pack."""
    lower = Path(shutil.copytree(FOLDER / "demo", tmp_path / "lower"))
    folder = tmp_path / "upper"
    folder.mkdir()
    for name in OWN:
        shutil.copy(lower / name, folder / name)
    (folder / "pack.toml").write_text(HEAD, encoding="utf-8")
    return folder


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_a_pack_does_not_bring_is_taken_from_its_base(upper: Path) -> None:
    read, demo = read_pack(upper), pack()
    assert [row.code for row in read.roles.rows] == [row.code for row in demo.roles.rows]
    assert read.roles.rows == demo.roles.rows, "with their permits"
    assert (read.items, read.posts.rows, read.list_name) == (demo.items, demo.posts.rows, demo.list_name)
    assert read.settings == {**demo.settings, "prefix": "UP"}
    assert (read.name, read.units.rows) == ("upper", demo.units.rows)


def test_a_table_of_its_own_replaces_that_of_the_base_whole(upper: Path) -> None:
    header = (upper.parent / "lower" / "labels.csv").read_text(encoding="utf-8").splitlines()[0]
    (upper / "labels.csv").write_text(header + "\n", encoding="utf-8")
    assert read_pack(upper).labels.rows == ()


def test_ground_and_people_are_never_taken(upper: Path) -> None:
    (upper / "compounds.csv").unlink()
    (upper / "buildings.csv").unlink()
    (upper / "staff.csv").unlink()
    read, problems = examine(upper)
    assert (read.compounds.rows, read.buildings.rows, read.staff.rows, problems) == ((), (), (), ())


def test_a_fault_in_a_table_of_the_base_names_the_base(upper: Path) -> None:
    changed(upper.parent / "lower" / "roles.csv", "handler,部门承办", ",部门承办")
    assert ("lower/roles.csv", 7, "编码") in faults(upper)


def test_the_digest_covers_of_the_base_what_counts_and_only_that(upper: Path) -> None:
    lower, first = upper.parent / "lower", read_pack(upper).digest
    changed(lower / "dispatch.csv", "kind:street", "kind:county")
    changed(lower / "staff.csv", "01", "91")
    assert read_pack(upper).digest == first
    changed(lower / "list.csv", "是", "否")
    second = examine(upper)[0].digest
    assert second != first
    changed(lower / "pack.toml", "reopen_days = 15", "reopen_days = 14")
    assert examine(upper)[0].digest != second


@pytest.mark.parametrize("base", ['"nowhere"', '"upper"', '"../lower"', '""', "7"])
def test_a_base_that_is_not_there_is_named(upper: Path, base: str) -> None:
    changed(upper / "pack.toml", 'base = "lower"', f"base = {base}")
    assert ("pack.toml", 0, "pack.base") in faults(upper)


def test_a_base_stands_on_the_ground(upper: Path) -> None:
    changed(upper.parent / "lower" / "pack.toml", "[pack]", '[pack]\nbase = "demo"')
    assert ("pack.toml", 0, "pack.base") in faults(upper)
