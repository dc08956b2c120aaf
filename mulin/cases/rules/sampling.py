"""Drawing a sample that anybody can draw again: seeded, stratified, whatever the order of the list."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Cases of one kind: how many there are and how many were drawn."""

    name: tuple[str, ...]
    cases: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, and from what."""

    chosen: tuple[str, ...]
    strata: tuple[Stratum, ...]


def lot(seed: str, key: str) -> str:
    """Return the lot of ``key``: not to be guessed before the seed is known, to be checked by all after."""
    return hashlib.sha256(f"{seed}\x1f{key}".encode()).hexdigest()


def shares(sizes: Mapping[tuple[str, ...], int], size: int) -> dict[tuple[str, ...], int]:
    """Return how many to draw from each stratum: in proportion, the largest remainders rounded up.

    As long as the sample allows, no stratum is left out.
    """
    whole = sum(sizes.values())
    size = min(size, whole)
    names = sorted(name for name, cases in sizes.items() if cases)
    if not size:
        return dict.fromkeys(names, 0)
    exact = {name: Fraction(sizes[name] * size, whole) for name in names}
    least = 1 if size >= len(names) else 0
    given = {name: max(least, int(exact[name])) for name in names}
    by_need = sorted(names, key=lambda name: (given[name] - exact[name], name))
    while sum(given.values()) != size:
        more = sum(given.values()) < size
        order = by_need if more else reversed(by_need)
        able = (n for n in order if (given[n] < sizes[n] if more else given[n] > least))
        name = next(able)
        given[name] += 1 if more else -1
        by_need.sort(key=lambda each: (given[each] - exact[each], each))
    return given


def draw(cohort: Iterable[tuple[str, tuple[str, ...]]], *, size: int, seed: str) -> Sample:
    """Return ``size`` of the keys in ``cohort`` (key, stratum), the same for the same seed and cohort."""
    strata: dict[tuple[str, ...], list[str]] = {}
    for key, name in cohort:
        strata.setdefault(name, []).append(key)
    wanted = shares({name: len(keys) for name, keys in strata.items()}, size)
    chosen: list[str] = []
    for name, keys in strata.items():
        chosen += sorted(keys, key=lambda key: (lot(seed, key), key))[: wanted[name]]
    told = (Stratum(name, len(strata[name]), wanted[name]) for name in sorted(strata))
    return Sample(tuple(sorted(chosen)), tuple(told))
