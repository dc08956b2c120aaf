"""Prints how much of the program the tests ran; the whole of rules, policy and actions is the aim."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

_CORE = ("/rules/", "/rules.py", "/policy.py", "/actions/", "/actions.py")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the summary from the report that pytest-cov has just written."""
    wanted = config.getoption("--cov-report", default=None) or {}
    name = wanted.get("json") if isinstance(wanted, dict) else None
    if name and Path(name).exists():
        terminalreporter.section("coverage")
        for line in summary(json.loads(Path(name).read_text())):
            terminalreporter.line(line)


def summary(report: dict[str, dict[str, dict[str, object]]]) -> Iterator[str]:
    """Yield the share of the core and of everything, and the places of the core that no test reached."""
    core = {name: found for name, found in report["files"].items() if any(part in name for part in _CORE)}
    everything = _share(report["files"])
    yield f"rules, policy, actions: {_share(core):.1f} % (aim: 100 %); everything: {everything:.1f} %"
    for name, found in sorted(core.items()):
        lines = found["missing_lines"]
        if isinstance(lines, list) and lines:
            yield f"  {name}: lines {', '.join(map(str, lines[:12]))}{' …' if len(lines) > 12 else ''}"


def _share(files: dict[str, dict[str, object]]) -> float:
    ran = wanted = 0
    for found in files.values():
        sums = found["summary"]
        if isinstance(sums, dict):
            ran += sums["covered_lines"] + sums.get("covered_branches", 0)
            wanted += sums["num_statements"] + sums.get("num_branches", 0)
    return 100 * ran / wanted if wanted else 100.0
