"""What is wrong with a pack: where exactly, what, and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault; ``what`` and ``how`` are message ids with places for ``facts``. Row 0: the whole file."""

    file: str
    row: int
    column: str
    what: str
    how: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return file, row and column in one short piece."""
        return ":".join(str(part) for part in (self.file, self.row or "", self.column) if part)

    def __str__(self) -> str:
        """Return the fault in Chinese, on one line."""
        return f"{self.place}  {self.what % self.facts}。{self.how % self.facts}"
