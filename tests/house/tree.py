"""What the house tests look at: the files of the repository and the program text in them."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile(r"[\u3400-\u9fff]")
DOMAINS = (
    "cases",
    "catalogue",
    "people",
    "places",
    "ledger",
    "packs",
    "telling",
    "publications",
    "judgement",
    "worklog",
    "insight",
    "boundaries",
    "sensing",
)
DOORS = ("api", "console", "resident")


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is in the repository, or would be with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return tuple(ROOT / name for name in sorted(names) if (ROOT / name).is_file())


def text_files() -> Iterator[tuple[Path, str]]:
    """Yield every file of text with its text."""
    for path in files():
        data = path.read_bytes()
        if b"\0" not in data[:8000]:
            yield path, data.decode("utf-8")


@cache
def program(path: Path) -> ast.Module:
    """Return the parsed text of a Python file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def programs(package: str = "mulin") -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules below ``package`` by their dotted names; migrations are history, not program."""
    folder = ROOT / package.replace(".", "/")
    for path in files():
        if path.suffix == ".py" and path.is_relative_to(folder) and "migrations" not in path.parts:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, program(path)


def imported(module: ast.Module) -> Iterator[str]:
    """Yield the dotted names that a module imports."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
