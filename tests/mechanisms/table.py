"""The table of mechanisms that work, by the scenarios that prove them; `make mechanisms` prints it."""

import ast
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

IDS = Path(__file__).with_name("ids.csv")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A row of the reference: its id, its class and whether it defines the product."""

    id: str
    kind: str
    defining: bool


@cache
def mechanisms() -> dict[str, Mechanism]:
    """Return all mechanisms that the reference knows, by id."""
    with IDS.open(newline="") as file:
        rows = [Mechanism(row["id"], row["class"], row["defining"] == "*") for row in csv.DictReader(file)]
    return {row.id: row for row in rows}


@dataclass(slots=True)
class Scenario:
    """A marked test: which mechanisms it claims, and whether it could fail at all."""

    name: str
    ids: tuple[str, ...]
    asserts: bool


def scenarios_of(text: str) -> Iterator[Scenario]:
    """Yield the tests of a file that carry the mark, from its text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            ids = [one for mark in node.decorator_list for one in _ids_of(mark)]
            if any(_is_mark(mark) for mark in node.decorator_list):
                yield Scenario(node.name, tuple(ids), _asserts(node))


def _is_mark(mark: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(mark, ast.Call) and getattr(mark.func, "attr", "") == "mechanism"


def _ids_of(mark: ast.expr) -> Iterator[str]:
    if _is_mark(mark):
        for arg in mark.args:
            yield str(arg.value) if isinstance(arg, ast.Constant) else ast.unparse(arg)


def _asserts(test: ast.FunctionDef) -> bool:
    """Return whether the body asserts something that is not a constant, or expects a refusal."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "raises":
            return True
    return False


def faults(path: Path) -> list[str]:
    """Return what is wrong with the marked scenarios of a file."""
    wrong = []
    for scenario in scenarios_of(path.read_text("utf-8")):
        where = f"{path.name}::{scenario.name}"
        unknown = [one for one in scenario.ids if one not in mechanisms()]
        wrong += [f"{where} claims {one}, which the reference does not have" for one in unknown]
        if not scenario.ids:
            wrong.append(f"{where} carries the mark without an id")
        if not scenario.asserts:
            wrong.append(f"{where} asserts nothing: it cannot fail")
    return wrong


@dataclass(slots=True)
class Table:
    """Gathers, during a run, which scenario passed for which mechanism."""

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    passed: dict[str, bool] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Yield one line a mechanism that somebody claims, and the sums."""
        by_id: dict[str, list[str]] = {}
        for node, ids in self.names.items():
            for one in ids:
                by_id.setdefault(one, []).append(node)
        for one in sorted(by_id):
            known = mechanisms()[one]
            sign = "✓" if all(self.passed.get(node, False) for node in by_id[one]) else "✗"
            scenarios = sorted({node.split("::")[-1].split("[")[0] for node in by_id[one]})
            yield f"{sign} {'★' if known.defining else ' '} {one} {known.kind:<5} {', '.join(scenarios)}"
        defining = sum(mechanisms()[one].defining for one in by_id)
        yield f"{len(by_id)} of {len(mechanisms())} mechanisms have scenarios, {defining} of the defining"


_table = Table()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Remember who claims what; refuse a claim that is no id or a scenario that asserts nothing."""
    wrong = [fault for path in sorted({item.path for item in items}) for fault in faults(path)]
    if wrong:
        raise pytest.UsageError("\n".join(wrong))
    for item in items:
        for mark in item.iter_markers("mechanism"):
            _table.names[item.nodeid] = (*_table.names.get(item.nodeid, ()), *mark.args)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember how each scenario went."""
    if report.nodeid in _table.names:
        _table.passed[report.nodeid] = _table.passed.get(report.nodeid, True) and report.passed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    terminalreporter.section("mechanisms")
    for line in _table.lines():
        terminalreporter.line(line)
