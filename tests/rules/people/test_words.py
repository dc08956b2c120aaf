"""Every word of the package that a reader may see has an English one, wherever in the program it stands."""

import ast
import re
from gettext import GNUTranslations
from pathlib import Path

import mulin.people

HERE = Path(mulin.people.__file__).parent
HAN = re.compile(r"[\u3400-\u9fff]")
HEARD = {
    r"(?:转|#|,|ext\.?|x)\s*(\d{1,6})$",
    "Mulin 睦邻",
}  # a pattern of what is typed; a name in two languages


def said(path: Path) -> set[str]:
    module = ast.parse(path.read_text("utf-8"))
    docs = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    }


def test_every_chinese_text_has_english_words() -> None:
    with (HERE / "locale/en/LC_MESSAGES/django.mo").open("rb") as file:
        english = GNUTranslations(file)
    texts = {
        text
        for path in HERE.rglob("*.py")
        if "migrations" not in path.parts
        for text in said(path)
        if HAN.search(text) and text not in HEARD
    }
    assert len(texts) > 80
    assert {text for text in texts if english.gettext(text) == text} == set()
