"""Periods ``[from_on, until_on)``: the first day counts, the last does not; no end means still running."""

from dataclasses import dataclass
from datetime import date

from mulin.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Period:
    """A span of whole days; ``until_on`` is the first day after it."""

    from_on: date
    until_on: date | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on <= self.from_on:
            raise BadInput(
                f"the period ends on {self.until_on}, not after its start {self.from_on}", where="until_on"
            )

    def covers(self, day: date) -> bool:
        """Return whether ``day`` lies inside."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)

    def overlaps(self, other: "Period") -> bool:
        """Return whether any day lies in both."""
        return (other.until_on is None or self.from_on < other.until_on) and (
            self.until_on is None or other.from_on < self.until_on
        )
