"""Every word of the ledger and of its commands has English words with the same facts in it."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import LazySettings
from django.utils import translation

from mulin.cli.ledger import ledger
from tests.edges.ledger.test_cli import forge
from tests.make import ledger as make

ROOT = Path(__file__).resolve().parents[3]
HAN = re.compile(r"[\u3400-\u9fff]")
FACT = re.compile(r"%\((\w+)\)")
FILES = [*(ROOT / "mulin/ledger").rglob("*.py"), ROOT / "mulin/cli/ledger.py"]


def said(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
            yield node.value


MESSAGES = sorted({text for file in FILES for text in said(file)})


def test_the_messages_are_found() -> None:
    assert len(MESSAGES) > 20


@pytest.mark.parametrize("text", MESSAGES)
def test_every_message_has_english_words(text: str) -> None:
    words = gettext.translation("django", ROOT / "mulin/ledger/locale", ["en"]).gettext(text)
    assert not HAN.search(words)
    assert set(FACT.findall(words)) == set(FACT.findall(text))


@pytest.mark.django_db(transaction=True)
def test_a_verdict_in_english(tmp_path: Path, settings: LazySettings) -> None:
    settings.VAR = tmp_path
    make.entries(5)
    victim = forge()
    with translation.override("en"):
        result = CliRunner().invoke(ledger, ["verify"])
    assert f"entry {victim}" in result.output
    assert "changed after it was written" in result.output
    assert not HAN.search(result.output)
