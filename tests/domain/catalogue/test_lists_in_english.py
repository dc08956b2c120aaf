"""What lists, sheets and clocks say, they say in English too."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest
from django.utils import translation

import mulin
from mulin.catalogue.rules.reading import FIELDS

ROOT: Final = Path(mulin.__file__).parent
CHINESE: Final = re.compile("[\u4e00-\u9fff]")
SAYING: Final = {
    "_",
    "_Faulty",
    "BadInput",
    "BadLimit",
    "NotFound",
    "NotAllowed",
    "DayTaken",
    "CodeTaken",
    "NoWorkingTime",
}
FILES: Final = (
    *ROOT.glob("gateways/sheets.py"),
    *ROOT.glob("gateways/archives.py"),
    *ROOT.glob("gateways/cells.py"),
    *ROOT.glob("clocks/**/*.py"),
    *ROOT.glob("catalogue/*.py"),
    *ROOT.glob("catalogue/rules/*.py"),
    ROOT / "cli" / "catalogue.py",
    ROOT / "cli" / "clocks.py",
)


def sayings() -> set[str]:
    """Return the Chinese words handed to gettext or to a refusal."""
    found = set()
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                found |= {
                    each.value
                    for each in node.args
                    if isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and CHINESE.search(each.value)
                }
    return found


def test_there_is_much_to_say() -> None:
    assert len(sayings()) > 70


@pytest.mark.parametrize("saying", sorted(sayings() | {field.help for field in FIELDS}))
def test_it_is_said_in_english(saying: str) -> None:
    with translation.override("en"):
        english = translation.gettext(saying)
    assert english != saying
    places = re.compile(r"%\(\w+\)[sd]")
    assert sorted(places.findall(english)) == sorted(places.findall(saying))
