"""Claims about mechanisms are honest: ids exist, scenarios can fail, the table says what passed."""

from pathlib import Path

import pytest

from tests.house.tree import ROOT, files
from tests.mechanisms.table import Table, faults, mechanisms, scenarios_of


def test_the_reference_is_whole() -> None:
    assert list(mechanisms()) == [f"S-{number:03}" for number in range(1, 314)]
    assert sum(mechanism.defining for mechanism in mechanisms().values()) == 58
    kinds = {mechanism.kind for mechanism in mechanisms().values()}
    assert kinds == {"CORE", "REG", "RULE", "MET", "INT", "CFG", "TXT"}


def test_every_claim_in_the_repository_is_honest() -> None:
    tests = [path for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
    assert not [fault for path in tests for fault in faults(path)]


def marked(ids: str, body: str) -> str:
    return f"import pytest\n@pytest.mark.mechanism({ids})\ndef test_x():\n    {body}\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(marked('"S-314"', "assert f()"), "claims S-314", id="no-such-id"),
        pytest.param(marked("", "assert f()"), "without an id", id="no-id"),
        pytest.param(marked('"S-001"', "f()"), "asserts nothing", id="no-assertion"),
        pytest.param(marked('"S-001"', "assert True"), "asserts nothing", id="a-constant"),
    ],
)
def test_a_dishonest_claim_is_caught(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(text)
    assert any(fault in one for one in faults(path)), faults(path)


def test_an_expected_refusal_is_an_assertion(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(marked('"S-001"', "with pytest.raises(ValueError):\n        f()"))
    assert faults(path) == []
    assert [scenario.ids for scenario in scenarios_of(path.read_text())] == [("S-001",)]


def test_the_table_says_what_passed_and_what_did_not() -> None:
    table = Table(
        names={"t.py::test_a": ("S-001", "S-004"), "t.py::test_b[1]": ("S-004",), "t.py::test_c": ("S-005",)},
        passed={"t.py::test_a": True, "t.py::test_b[1]": False, "t.py::test_c": True},
    )
    lines = list(table.lines())
    assert lines[0].startswith("✓   S-001 REG")
    assert lines[1].startswith("✗ ★ S-004 CORE")
    assert lines[1].endswith("test_a, test_b")
    assert lines[2].startswith("✓ ★ S-005 REG")
    assert lines[3] == "3 of 313 mechanisms have scenarios, 2 of the defining"
