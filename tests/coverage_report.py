"""Prints how much of rules, policy and actions their own tests ran; the whole of them is the aim.

Watching doubles the time a test takes (Python 3.11 has no cheaper way): the doors go unwatched.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest


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
    """Yield the share that ran, and the places that no test reached."""
    yield f"rules, policy, actions: {_share(report['files']):.1f} % (aim: 100 %)"
    for name, found in sorted(report["files"].items()):
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
