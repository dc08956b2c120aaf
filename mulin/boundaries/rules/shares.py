"""Whole numbers shared out so that nothing is lost and nothing is counted twice."""

from collections.abc import Mapping, Sequence
from fractions import Fraction


def shared_out(whole: int, weights: Sequence[Fraction | float | int]) -> list[int]:
    """Return ``whole`` shared out by ``weights``: the largest remainders get what rounding leaves.

    Of equal remainders the earlier part gets it, so the same question has the same answer. The parts add up
    to the whole exactly. With no weight at all the first part gets everything.
    """
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact)
    if total <= 0:
        return [whole, *([0] * (len(exact) - 1))] if exact else []
    ideal = [whole * weight / total for weight in exact]
    parts = [int(each) for each in ideal]
    by_rest = sorted(range(len(exact)), key=lambda place: (parts[place] - ideal[place], place))
    for place in by_rest[: whole - sum(parts)]:
        parts[place] += 1
    return parts


def followed(
    start: Mapping[str, Fraction], steps: Sequence[Mapping[str, Mapping[str, int]]]
) -> dict[str, Fraction]:
    """Return how weights lie after ``steps``, each telling what becomes of a unit and in what shares."""
    now = dict(start)
    for step in steps:
        then: dict[str, Fraction] = {}
        for unit, weight in now.items():
            heirs = step.get(unit) or {unit: 1}
            whole = sum(heirs.values())
            for heir, share in heirs.items():
                then[heir] = then.get(heir, Fraction(0)) + weight * share / whole
        now = then
    return now
