"""What a city can set is written down, and nothing is written down that does not exist."""

import re

from tests.house.tree import ROOT, files

PAGE = ROOT / "docs" / "how-to" / "run-mulin.md"
NAME = re.compile(r"\bMULIN_[A-Z_]+\b")


def read_by_the_program() -> set[str]:
    found: set[str] = set()
    for path in files():
        if path.suffix == ".py" and path.is_relative_to(ROOT / "mulin"):
            found.update(NAME.findall(path.read_text()))
    return found


def test_every_setting_is_written_down() -> None:
    assert sorted(read_by_the_program() - set(NAME.findall(PAGE.read_text()))) == []


def test_no_setting_is_written_down_that_nobody_reads() -> None:
    assert sorted(set(NAME.findall(PAGE.read_text())) - read_by_the_program()) == []
