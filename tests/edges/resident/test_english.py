"""Whatever a resident can be told by the heart and by the gateway of photos has English words."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import HAN, ROOT

FACT = re.compile(r"%\((\w+)\)")


def said(file: Path) -> Iterator[str]:
    """Return what a module says in Chinese; docstrings, patterns and the makers of f-strings are not said."""
    tree = ast.parse(file.read_text("utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            silent.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in silent else None
        if isinstance(text, str) and re.search(HAN, text) and "\\U" not in text:
            yield text


@pytest.mark.parametrize(
    ("catalogue", "program", "least"),
    [
        ("mulin/cases/locale", "mulin/cases", 30),
        ("mulin/sensing/locale", "mulin/sensing/actions", 7),
        ("mulin/sensing/locale", "mulin/sensing/rules/events.py", 7),
        ("mulin/locale", "mulin/gateways/photos.py", 8),
    ],
)
def test_every_refusal_has_english_words(catalogue: str, program: str, least: int) -> None:
    english = gettext.translation("django", ROOT / catalogue, ["en"])
    path = ROOT / program
    files = (
        [path] if path.is_file() else [file for file in path.rglob("*.py") if "migrations" not in file.parts]
    )
    messages = {text for file in files for text in said(file)}
    assert len(messages) >= least
    for text in messages:
        words = english.gettext(text)
        assert not re.search(HAN, words), text
        assert set(FACT.findall(words)) == set(FACT.findall(text)), text


def test_every_word_of_the_pages_is_in_the_catalogue() -> None:
    door = ROOT / "mulin" / "resident"
    english = gettext.translation("django", door / "locale", ["en"])
    words = {
        found
        for file in (door / "templates").rglob("*.html")
        for found in re.findall(r'{% translate "([^"]+)" %}', file.read_text())
    }
    for file in door.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                words |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    assert len(words) > 150
    untold = [each for each in words if english.gettext(each) == each and each != "邻"]
    assert not untold
