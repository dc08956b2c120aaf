"""What the documentation says is there: links, files, commands, targets, words."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import click
import pytest

from mulin.cli.main import COMMANDS
from mulin.config.main import OWN
from tests.house.tree import programs

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
WORDS = (ROOT / "docs/reference/words.md").read_text("utf-8")

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[`\s/])mulin ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)")
TARGET = re.compile(r"`?make ([a-z-]+)")
NAMED = re.compile(r"`((?:mulin|tests|packs|docs|web|benchmarks)/[\w./-]*[\w/])`")


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def code_of(page: Path) -> str:
    """Return what a page marks as code: fenced or indented blocks and spans."""
    text = text_of(page)
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^ {4}\S.*$", text, re.MULTILINE)
    spans = re.findall(r"`[^`\n]+`", text)
    return "\n".join([*blocks, *lines, *spans])


def anchor(heading: str) -> str:
    plain = re.sub(r"[^\w\- ]", "", heading.lower())
    return plain.strip().replace(" ", "-")


pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_there_are_pages() -> None:
    assert len(PAGES) > 20


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(text_of(page)):
        if "://" in link:
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if fragment:
            assert fragment in {anchor(heading) for heading in HEADING.findall(text_of(target))}, link


@pages
def test_every_file_named_is_there(page: Path) -> None:
    for name in NAMED.findall(text_of(page)):
        assert (ROOT / name).exists(), name


@pages
def test_every_make_target_named_is_there(page: Path) -> None:
    makefiles = {ROOT / "Makefile", page.parent / "Makefile"}
    rules = "".join(each.read_text("utf-8") for each in makefiles if each.exists())
    targets = set(re.findall(r"^([a-z-]+):", rules, re.MULTILINE))
    for name in TARGET.findall(code_of(page)):
        assert name in targets, f"make {name}"


@pages
def test_every_command_named_is_there(page: Path) -> None:
    for words in COMMAND.findall(code_of(page)):
        assert _is_command(words), f"mulin {words}"


def _is_command(words: str) -> bool:
    name, _, rest = words.partition(" ")
    place = (OWN | COMMANDS).get(name)
    if place is None:
        return False
    command = getattr(import_module(place.module), place.attribute)
    return not rest or not isinstance(command, click.Group) or rest in command.commands


def test_a_missing_command_would_be_noticed() -> None:
    assert _is_command("ledger verify")
    assert not _is_command("ledger forge")
    assert not _is_command("conquer")


def enums() -> Iterator[tuple[str, type[StrEnum]]]:
    """Yield every vocabulary of the rules and the kernel: acts, states, channels, relations …"""
    for name, module in programs():
        if ".rules." in name or name.startswith("mulin.kernel"):
            for node in module.body:
                if isinstance(node, ast.ClassDef) and any(
                    ast.unparse(base) == "StrEnum" for base in node.bases
                ):
                    yield f"{name}.{node.name}", getattr(import_module(name), node.name)


ENUMS = dict(enums())
# Not of the town hall: how a telephone number can be wrong is said in words beside its field.
NO_WORDS = {"mulin.people.rules.phones.Flaw"}


def test_the_vocabularies_are_found() -> None:
    assert {name.rpartition(".")[2] for name in ENUMS} >= {"Act", "State", "Channel", "Relation", "LimitKind"}
    assert set(ENUMS) >= NO_WORDS


@pytest.mark.parametrize("name", sorted(set(ENUMS) - NO_WORDS))
def test_every_word_of_the_rules_is_in_the_glossary(name: str) -> None:
    missing = [each.value for each in ENUMS[name] if f"| `{each.value}` |" not in WORDS]
    assert not missing


def recorded() -> Iterator[str]:
    """Yield every kind of entry some act records."""
    for name, module in programs():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and node.args:
                called = ast.unparse(node.func)
                prefix = "case." if called in {"move.record", "blow.record"} else ""
                if prefix or called in {"record", "record_all", "_note"}:
                    for each in ast.walk(node.args[0]):
                        if (
                            isinstance(each, ast.Constant)
                            and isinstance(each.value, str)
                            and name.startswith("mulin.")
                        ):
                            yield prefix + each.value


KINDS = sorted({kind for kind in recorded() if re.fullmatch(r"[a-z_]+\.[a-z_]+", kind)})


def test_every_kind_of_entry_is_in_the_glossary() -> None:
    assert len(KINDS) > 40
    assert [kind for kind in KINDS if f"| `{kind}` |" not in WORDS] == []


def test_the_glossary_names_no_kind_that_nobody_records() -> None:
    listed = re.findall(r"\| `([a-z_]+\.[a-z_]+)` \|", WORDS)
    assert sorted(set(listed) - set(KINDS)) == []


def test_every_line_of_the_glossary_has_its_chinese_word() -> None:
    for line in WORDS.splitlines():
        if line.startswith("| ") and "`" in line.split("|")[2]:
            assert re.search(r"[一-鿿]", line.split("|")[1]), line


def test_the_first_act_quotes_what_is_there() -> None:
    """The tutorial's code is the code: every quoted line of Python stands in one of the files it names."""
    page = ROOT / "docs/tutorials/first-act.md"
    files = [ROOT / name for name in NAMED.findall(text_of(page)) if name.endswith(".py")]
    lines = {line.strip() for file in files for line in file.read_text("utf-8").splitlines()}
    for block in re.findall(r"```python\n(.*?)```", text_of(page), re.DOTALL):
        for line in block.splitlines():
            assert line.strip() in lines | {"", "..."}, line
