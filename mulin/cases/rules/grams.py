"""How text becomes search keys: bigrams of Chinese, whole words of Latin script and digits.

Two-character words (井盖) must be found, which trigram indexes cannot do; the embedded database has no
extensions, so a plain array with an inverted index serves both engines (decision 0015).
"""

import re
from typing import Final

_RUNS: Final = re.compile(r"[㐀-鿿\U00020000-\U0003FFFF]+|[0-9a-z]+")
GRAMS_MAX: Final = 2_000


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def grams(text: str) -> list[str]:
    """Return the distinct keys to store for ``text``; a lone Chinese character is a key of its own."""
    keys: dict[str, None] = {}
    for run in _RUNS.findall(text.lower()):
        for key in [run] if run.isascii() else _bigrams(run):
            keys[key] = None
    return list(keys)[:GRAMS_MAX]


def wanted(query: str) -> list[str]:
    """Return the keys a match must all have; empty when ``query`` holds nothing searchable."""
    return grams(query)[:40]
