"""The data catalogue: every table with owner, purpose, basis and retention, from a reviewed file (S-224)."""

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from django.apps import apps

from mulin.insight.rules.datasets import Dataset

FILE: Final = Path(__file__).resolve().parents[1] / "datasets.csv"


@cache
def datasets() -> Sequence[Dataset]:
    """Return the catalogue in the order of its file."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return tuple(Dataset(**row) for row in csv.DictReader(file))


def tables() -> frozenset[str]:
    """Return the names of all tables the program has."""
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))
