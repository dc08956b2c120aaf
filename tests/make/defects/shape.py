"""What a planted defect is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """One wrong line, and the tests that must not survive it."""

    name: str
    file: str
    old: str
    new: str
    tests: str
    only: str
