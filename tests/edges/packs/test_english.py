"""Every message of places and packs has English words with the same facts in it."""

import ast
import gettext
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from mulin.packs import rules
from mulin.packs.rules import clock_tables, pack
from mulin.places.rules import bringing, opening, things

ROOT = Path(__file__).resolve().parents[3]
HAN = re.compile(r"[\u3400-\u9fff]")
FACT = re.compile(r"%\((\w+)\)")
# Read, not said: column titles as a sheet writes them, cell words, pieces of addresses.
TITLES = {
    column.title
    for module in (import_module(f"mulin.packs.rules.{one.name}") for one in iter_modules(rules.__path__))
    for columns in vars(module).values()
    if isinstance(columns, tuple)
    for column in columns
    if isinstance(column, pack.Column)
}
READ = TITLES | {*clock_tables.STARTS, *clock_tables.MEETINGS} | {"是", "否", "行为", "号楼", "座"}
READ |= {*things.WORDS, opening.DAYS, opening._EVERY_DAY, opening._DAY.pattern, opening._PARTS.pattern}
READ |= {opening._SPANS.pattern}
READ |= {name for names in bringing.COLUMNS.values() for name in names} | {"（必填）"}
READ |= {*bringing.KINDS, *bringing.GRID_TYPES}
BOTH_LANGUAGES_WITHIN = {"coordinates.py", "located.py", "names.py", "reading.py", "understood.py"}


def said(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text("utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):  # docstrings
            silent.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in silent else None
        if isinstance(text, str) and HAN.search(text) and text not in READ:
            yield text


def merged() -> gettext.NullTranslations:
    """Return the words as Django merges them: of all packages."""
    first, *others = (gettext.translation("django", at, ["en"]) for at in ROOT.glob("mulin/**/locale"))
    for other in others:
        first.add_fallback(other)
    return first


@pytest.mark.parametrize("package", ["places", "packs"])
def test_every_message_has_english_words(package: str) -> None:
    english = merged()
    files = [*(ROOT / f"mulin/{package}").rglob("*.py"), ROOT / f"mulin/cli/{package.removesuffix('s')}.py"]
    files += [ROOT / "mulin/cli/places.py"] if package == "places" else []
    messages = {
        text
        for file in files
        if file.is_file() and file.name not in BOTH_LANGUAGES_WITHIN
        for text in said(file)
    }
    assert len(messages) > 30
    for text in messages:
        words = english.gettext(text)
        assert not HAN.search(words.replace("是, 否", "").replace("“行为”", "")), text
        assert set(FACT.findall(words)) == set(FACT.findall(text)), text
