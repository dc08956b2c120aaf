"""Rows of an import: what is wrong with which, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from mulin.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Problem:
    """Row ``row`` (counted from 0 in the sequence given) is wrong in ``column``; ``why`` takes ``facts``."""

    row: int
    column: str
    why: str
    facts: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return self.why % dict(self.facts) if self.facts else self.why


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; ``same`` rows were there already."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    same: int = 0

    @property
    def is_nothing(self) -> bool:
        """Return whether nothing had to be written."""
        return not (self.added or self.changed or self.ended)


class BadRows(BadInput):
    """Rows of an import break a rule; nothing was written. ``problems`` lists every one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "%(count)s 处有误，第一处在第 %(row)s 行 %(column)s",
            where="rows",
            count=len(problems),
            row=problems[0].row + 1,
            column=problems[0].column,
        )
        self.problems = tuple(problems)


class Problems:
    """Gathers what is wrong, so that a clerk mends a table in one go."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, row: int, column: str, why: str, **facts: object) -> None:
        """Note one more."""
        self.found.append(Problem(row, column, why, tuple(facts.items())))

    def refuse(self) -> None:
        """Stop here if anything is wrong.

        :raises BadRows: something is
        """
        if self.found:
            raise BadRows(self.found)
