"""Conventions that no linter knows, held for all program text (style.md §3.4)."""

import ast
import re
import subprocess
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest

from tests.house.tree import DOMAINS, DOORS, HAN, ROOT, files, imported, programs, text_files

TRANSLATED = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "pgettext",
    "ngettext_lazy",
    "pgettext_lazy",
}
CITIES = re.compile(
    "枣庄|峄城|滕州|薛城|山亭|台儿庄|市中区|双辽|[Zz]aozhuang|[Yy]icheng|[Tt]engzhou|3704\\d\\d"
)
UNDER_LINES = 400
UNDER_FUNCTION_LINES = 60  # forty is the aim of a reading human; sixty is where a machine must stop it


@pytest.mark.parametrize("package", DOMAINS)
def test_a_domain_package_reads_no_settings(package: str) -> None:
    for name, module in programs(f"mulin.{package}"):
        assert not {"django.conf", "django.conf.settings"} & set(imported(module)), name


def test_settings_are_read_at_doors_gateways_and_in_config_only() -> None:
    allowed = {"config", "gateways", "cli", *DOORS}
    for name, module in programs():
        if "django.conf" in set(imported(module)):
            assert name.split(".")[1] in allowed, name


def test_nobody_listens_to_django_signals() -> None:
    for name, module in programs():
        for target in imported(module):
            assert not target.startswith(
                ("django.dispatch", "django.db.models.signals", "django.core.signals")
            ), name


def test_models_are_imported_by_name_outside_migrations() -> None:
    for name, module in programs():
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and node.attr == "get_model":
                pytest.fail(f"{name}:{node.lineno} asks for a model by a string")


def test_no_city_is_named_in_the_program() -> None:
    """Districts are data: packs name them, code does not."""
    for path, text in text_files():
        if path.is_relative_to(ROOT / "mulin") and path.suffix != ".json":
            found = CITIES.search(text)
            named = found and not (path.parts[-2:] == ("config", "demo.py") and found[0] == "yicheng")
            assert not named, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_no_file_is_too_long_to_read() -> None:
    for path in files():
        if (
            path.suffix in {".py", ".ts"}
            and path.is_relative_to(ROOT / "mulin")
            and "migrations" not in path.parts
        ):
            assert len(path.read_text().splitlines()) <= UNDER_LINES, path.relative_to(ROOT)


def test_no_function_is_too_long_to_read() -> None:
    for name, module in programs():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno
                assert length < UNDER_FUNCTION_LINES, f"{name}.{node.name} has {length} lines"


def test_every_module_says_what_lives_in_it() -> None:
    for name, module in programs():
        assert ast.get_docstring(module), name


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {
        "utils",
        "util",
        "helpers",
        "helper",
        "managers",
        "manager",
        "signals",
        "common",
        "misc",
        "services",
    }
    for name, _module in programs():
        assert name.rpartition(".")[2] not in drawers, name


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"(#|//|/\*|<!--)\s*(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    for path, text in text_files():
        if path.suffix in {".py", ".ts", ".html", ".css"} and path != Path(__file__):
            assert not later.search(text), path.relative_to(ROOT)


def said_to_people(module: ast.Module) -> Iterator[ast.AST]:
    """Yield what passes gettext: what is asked of it here, and refusals, which the doors put into words."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in TRANSLATED:
                yield from (part for arg in node.args for part in ast.walk(arg))
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from (part for arg in node.exc.args for part in ast.walk(arg))


def untranslated(module: ast.Module) -> list[ast.Constant]:
    """Return the Chinese texts of a module that do not pass gettext; docstrings are for developers.

    A text in both languages at once ("Mulin 睦邻") needs no translation.
    """
    passed = {id(part) for part in said_to_people(module)}
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and HAN.search(node.value)
        and not re.search(r"[A-Za-z]{4}", re.sub(r"%\(\w+\)s", "", node.value))
        and id(node) not in passed
    ]


# Chinese that is heard, not said.
HEARD = {"mulin.resident.limits": "words of danger in what a resident writes"}


@pytest.mark.parametrize("door", DOORS)
def test_what_a_door_says_passes_gettext(door: str) -> None:
    for name, module in programs(f"mulin.{door}"):
        for node in untranslated(module) if name not in HEARD else []:
            pytest.fail(f"{name}:{node.lineno} says {node.value!r} in one language only")


def test_the_check_for_untranslated_text_can_fail() -> None:
    assert untranslated(ast.parse('title = "待办"'))
    assert not untranslated(ast.parse('"""待办"""\ntitle = _("待办")'))
    assert untranslated(ast.parse('title = f"待办 {n}"'))
    assert not untranslated(ast.parse('raise NotPossible("不能 %(act)s", act=act)'))


def english() -> set[str]:
    """Return every text that has English words, from the compiled catalogues that the program uses."""
    texts: set[str] = set()
    for path in files():
        if path.suffix == ".mo" and path.parts[-3] == "en":
            with path.open("rb") as file:
                catalogue = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            keys = [key[0] if isinstance(key, tuple) else key for key, words in catalogue.items() if words]
            texts.update(key.rpartition("\x04")[2] for key in keys)
    return texts


def test_everything_said_to_people_has_english_words() -> None:
    known = english()
    missing = [
        f"{name}:{part.lineno} {part.value}"
        for name, module in programs()
        if not name.startswith("mulin.cli.demo")
        for part in said_to_people(module)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        if HAN.search(part.value) and part.value not in known
    ]
    assert missing == []


def test_every_catalogue_is_compiled_from_its_text() -> None:
    """What a translator changed is what people read: nobody forgot to compile."""
    for path in files():
        if path.suffix == ".po":
            made = subprocess.run(["msgfmt", "--check", "-o", "-", path], capture_output=True, check=True)
            with path.with_suffix(".mo").open("rb") as file:
                there = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            wanted = GNUTranslations(BytesIO(made.stdout))._catalog  # type: ignore[attr-defined]
            assert there == wanted, f"run msgfmt on {path.relative_to(ROOT)}"


def test_translations_are_not_built_from_pieces() -> None:
    for name, module in programs():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATED:
                assert not any(isinstance(arg, ast.JoinedStr) for arg in node.args), f"{name}:{node.lineno}"


_TRANSLATE = re.compile(
    r"{#.*?#}|{%\s*comment.*?{%\s*endcomment\s*%}|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*trans(?:late)?\b.*?%}|_\((?:\"[^\"]*\"|'[^']*')\)",
    re.DOTALL,
)


def template_leftovers(text: str) -> str:
    """Return what a template says in Chinese without asking for a translation."""
    return "".join(HAN.findall(_TRANSLATE.sub("", text)))


def test_what_a_template_says_passes_gettext() -> None:
    for path in files():
        if path.suffix in {".html", ".txt"} and "templates" in path.parts:
            left = template_leftovers(path.read_text())
            assert left in {"", "中文"}, (
                f"{path.relative_to(ROOT)} says {left}"
            )  # a language is named in itself


def test_the_check_for_templates_can_fail() -> None:
    assert template_leftovers("<p>待办</p>") == "待办"
    assert not template_leftovers(
        '{% translate "待办" %}{# 待办 #}{% blocktranslate %}待办{% endblocktranslate %}'
    )
    assert not template_leftovers('{% include "x.html" with title=_("待办") %}')
