"""One-time full notice (一次性告知): what a resident is asked to bring, and what came too late."""

from collections.abc import Collection, Sequence
from typing import Final

from mulin.kernel.errors import BadInput

MOST: Final = 20  # things in one notice
LONGEST: Final = 100  # characters of one


def things(said: Sequence[str]) -> tuple[str, ...]:
    """Return what is asked for, each once and without spare blanks.

    :raises BadInput: too many, or one of them is too long
    """
    wanted = tuple(dict.fromkeys(" ".join(each.split()) for each in said if each.strip()))
    if len(wanted) > MOST:
        raise BadInput("一次最多告知 %(most)s 样", where="requirements", most=MOST)
    for each in wanted:
        if len(each) > LONGEST:
            raise BadInput("“%(text)s…”太长", where="requirements", text=each[:20])
        if "\x00" in each:
            raise BadInput("含有无法保存的字符（U+0000）", where="requirements")
    return wanted


def late(wanted: Sequence[str], *, told: Collection[str]) -> frozenset[str]:
    """Return which of the things should have been told the first time: none if this is the first time."""
    return frozenset(wanted).difference(told) if told else frozenset()


def worded(question: str, wanted: Sequence[str]) -> str:
    """Return the question with the things below it, one a line, as the resident reads it."""
    return "\n".join([*([question] if question else []), *(f"· {each}" for each in wanted)])
