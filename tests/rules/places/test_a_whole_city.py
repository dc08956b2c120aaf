"""Every village of a city, under its official name, parses back to its code; names that stand twice ask."""

import csv
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from benchmarks.addresses import around, ground, judged, read, spoilt
from mulin.places.rules.addresses import Gazetteer
from mulin.places.rules.divisions import Division
from mulin.places.rules.points import AreaIndex

FILE = Path(__file__).resolve().parents[3] / "packs" / "zaozhuang" / "divisions.csv"


@cache
def city() -> tuple[Gazetteer, dict[str, Division]]:
    """Return the reader of the city's names, and the division table by code."""
    divisions = read(FILE)
    there = ground(divisions, 40)
    return Gazetteer(there, AreaIndex(there.areas)), {division.code: division for division in divisions}


def villages() -> list[Division]:
    return [division for division in city()[1].values() if division.level == "village"]


def test_the_table_is_the_official_one() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        levels = Counter(row["层级"] for row in csv.DictReader(file))
    assert levels == {"province": 1, "city": 1, "county": 6, "street": 66, "village": 2469}


def test_county_street_and_name_lead_to_every_village() -> None:
    gazetteer, table = city()
    missed = []
    for village in villages():
        street, county = around(village, table)
        found = gazetteer.locate(county.name + street.name + village.name)
        if judged(found, village.code) != "right" or (found.confidence or 0) < 0.95:
            missed.append(village)
    assert missed == []


def test_county_and_name_lead_there_or_ask_for_the_town() -> None:
    gazetteer, table = city()
    names = Counter((around(village, table)[1].name, village.name) for village in villages())
    wrong = []
    asked = 0
    for village in villages():
        county = around(village, table)[1]
        result = judged(gazetteer.locate(county.name + village.name), village.code)
        stands_twice = names[county.name, village.name] > 1
        asked += stands_twice
        if result != ("asked" if stands_twice else "right"):
            wrong.append((village, result))
    assert (wrong, asked) == ([], 93)


@pytest.mark.parametrize("seed", [1, 2])
def test_one_error_leads_astray_less_than_once_in_a_hundred(seed: int) -> None:
    gazetteer, table = city()
    dice = random.Random(seed)
    letters = sorted({letter for division in table.values() for letter in division.name})
    results: Counter[str] = Counter()
    for village in dice.sample(villages(), 300):
        street, county = around(village, table)
        text = spoilt(county.name + street.name + village.name, dice, letters)
        results[judged(gazetteer.locate(text), village.code)] += 1
    assert results["wrong"] <= 3
    assert results["right"] >= 225
