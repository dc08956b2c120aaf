"""Rates with their numbers: no denominator, no figure; below ten, no figure; same question, same digits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

LEAST: Final = 10  # red line 3: no breakdown below ten
_Z: Final = 1.959963984540054  # 95 %


@dataclass(frozen=True, slots=True)
class FormulaRow:
    """A dated edition of how the three rates (三率) are computed; per cent, whole numbers."""

    name: str
    from_on: date
    basic_percent: int = 90  # what "basically satisfied" counts
    partly_percent: int = 0  # what "partly solved" counts
    response_weight: int = 10
    solution_weight: int = 50
    satisfaction_weight: int = 40


@dataclass(frozen=True, slots=True)
class Visits:
    """What valid visits said, counted."""

    valid: int = 0
    responded: int = 0
    solved: int = 0
    partly: int = 0
    satisfied: int = 0
    basic: int = 0

    def __add__(self, other: "Visits") -> "Visits":
        """Return both together."""
        return Visits(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate: what counts, of how many, and between what it lies with 95 % confidence."""

    part: Fraction
    whole: int

    @property
    def is_defined(self) -> bool:
        """Return whether there is anything to divide by."""
        return self.whole > 0

    @property
    def is_shown(self) -> bool:
        """Return whether it may be shown: there is a denominator, and nobody can be picked out of it."""
        return self.whole >= LEAST

    @property
    def text(self) -> str:
        """Return it in per cent with one decimal, "—" without a denominator."""
        return percent(self.part, self.whole)

    @property
    def interval(self) -> tuple[str, str]:
        """Return the Wilson interval in per cent."""
        low, high = wilson(self.part, self.whole)
        return f"{low * 100:.1f}", f"{high * 100:.1f}"


@dataclass(frozen=True, slots=True)
class ThreeRates:
    """Response, solution, satisfaction (响应率、解决率、满意率) and the weighted sum."""

    response: Rate
    solution: Rate
    satisfaction: Rate
    together: Rate


def three_rates(visits: Visits, formula: FormulaRow) -> ThreeRates:
    """Return the three rates of ``visits`` by ``formula``; undefined with no valid visit, never 0 or 100."""
    n = visits.valid
    response = Rate(Fraction(visits.responded), n)
    solution = Rate(visits.solved + Fraction(visits.partly * formula.partly_percent, 100), n)
    satisfaction = Rate(visits.satisfied + Fraction(visits.basic * formula.basic_percent, 100), n)
    weighted = (
        response.part * formula.response_weight
        + solution.part * formula.solution_weight
        + satisfaction.part * formula.satisfaction_weight
    )
    weights = formula.response_weight + formula.solution_weight + formula.satisfaction_weight
    return ThreeRates(response, solution, satisfaction, Rate(weighted / weights, n))


def share(part: int, whole: int) -> Rate:
    """Return a plain share: so many of so many."""
    return Rate(Fraction(part), whole)


def percent(part: Fraction | int, whole: int) -> str:
    """Return ``part`` of ``whole`` in per cent, one decimal, half up; "—" when there is no whole.

    What is not all is never shown as 100.0, what is not nothing never as 0.0.
    """
    if whole <= 0:
        return "—"
    tenths = int(Fraction(part) * 1000 / whole + Fraction(1, 2))
    if part < whole:
        tenths = min(tenths, 999)
    if part > 0:
        tenths = max(tenths, 1)
    return f"{tenths // 10}.{tenths % 10}"


def wilson(part: Fraction | int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson's formula.

    :raises ValueError: there is nothing to divide by
    """
    if whole <= 0:
        raise ValueError("no denominator, no interval")
    share = float(Fraction(part) / whole)
    spread = _Z * _Z / whole
    middle = share + spread / 2
    half = _Z * math.sqrt(share * (1 - share) / whole + spread / (4 * whole))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def hidden(wholes: Sequence[int]) -> frozenset[int]:
    """Return which lines of a breakdown must not be shown: those below ten, and never one alone.

    One hidden line could be had from the total by taking the others away: so is the next smallest.
    """
    small = {index for index, whole in enumerate(wholes) if 0 < whole < LEAST}
    rest = sorted((whole, index) for index, whole in enumerate(wholes) if whole >= LEAST)
    if small and rest and (len(small) == 1 or sum(wholes[index] for index in small) < LEAST):
        small.add(rest[0][1])
    return frozenset(small)


def change(before: Rate, after: Rate) -> tuple[str, str] | None:
    """Return a change in percentage points and in per cent of what it was; both are labelled (S-114).

    Nothing when either wave may not be shown.
    """
    if not (before.is_shown and after.is_shown):
        return None
    was, now = before.part / before.whole, after.part / after.whole
    points = f"{float((now - was) * 100):+.1f}"
    return points, f"{float((now - was) / was * 100):+.1f}" if was else "—"
