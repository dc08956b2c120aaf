"""One act has one name everywhere: action, operation, permission, glossary, label in both languages."""

import csv
import inspect
import re
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.utils import translation

import mulin.cases.actions
import mulin.publications.actions
import mulin.sensing.actions
import mulin.telling.actions
import mulin.worklog.actions
from mulin.api.app import api
from mulin.cases.rules.lifecycle import Act, PublicStep, State
from mulin.console import words
from mulin.judgement.rules.reviews import Act as ReviewAct
from mulin.people.rules.acts import Act as PeopleAct
from mulin.places.rules.acts import Act as PlacesAct
from tests.house.tree import HAN, ROOT

GLOSSARY = (ROOT / "docs" / "reference" / "words.md").read_text()


def actions() -> dict[str, Callable[..., object]]:
    """Return every public function of the actions of cases and what stands above them, by name."""
    found: dict[str, Callable[..., object]] = {}
    names = [
        f"{package.__name__}.{module.name}"
        for package in (
            mulin.cases.actions,
            mulin.telling.actions,
            mulin.publications.actions,
            mulin.worklog.actions,
            mulin.sensing.actions,
        )
        for module in iter_modules(package.__path__)
    ]
    for loaded in map(import_module, names):
        found |= {
            name: function
            for name, function in inspect.getmembers(loaded, inspect.isfunction)
            if function.__module__ == loaded.__name__ and not name.startswith("_")
        }
    return found


def operations() -> set[str]:
    """Return the names of all operations of the API."""
    paths = api.get_openapi_schema()["paths"]
    return {operation["operationId"] for path in paths.values() for operation in path.values()}


def permits(pack: str) -> dict[str, set[str]]:
    """Return which roles of a pack may do each act."""
    with (ROOT / "packs" / pack / "permits.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    act = next(iter(rows[0]))
    return {row[act]: {role for role, relations in row.items() if role != act and relations} for row in rows}


@pytest.mark.parametrize("act", Act)
def test_every_act_has_an_action_of_its_name(act: Act) -> None:
    assert act.value in actions()


@pytest.mark.parametrize("act", Act)
def test_every_act_has_an_operation_of_its_name(act: Act) -> None:
    assert act.value in operations()


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("pack", ["yicheng", "demo"])
def test_somebody_may_do_every_act(act: Act, pack: str) -> None:
    assert permits(pack).get(act.value), f"no role of pack {pack} may {act.value}"


@pytest.mark.parametrize("pack", ["yicheng", "demo"])
def test_a_pack_permits_nothing_that_does_not_exist(pack: str) -> None:
    """A permission is the name of an act, of a look (see_…, read_…, export_…) or of an act on people."""
    known = set(actions()) | {act.value for acts in (PeopleAct, PlacesAct, ReviewAct) for act in acts}
    looks = re.compile(r"^(see|read|export|import|publish|adopt|reveal|file)_")
    assert not {act for act in permits(pack) if act not in known and not looks.match(act)}


@pytest.mark.parametrize("word", [*Act, *State, *PublicStep])
def test_every_act_state_and_step_is_in_the_glossary(word: Act | State | PublicStep) -> None:
    assert f"`{word.value}`" in GLOSSARY


@pytest.mark.parametrize("name", [act.value for act in PeopleAct])
def test_every_act_on_people_is_in_the_glossary(name: str) -> None:
    assert f"`{name}`" in GLOSSARY


@pytest.mark.parametrize(
    ("table", "word"),
    [
        *((words.ACTS, act) for act in Act),
        *((words.STATES, state) for state in State),
        *((words.STEPS, step) for step in PublicStep),
    ],
)
def test_every_act_state_and_step_has_a_label_in_both_languages(table: words.Words, word: str) -> None:
    with translation.override("zh-hans"):
        chinese = str(table[word])
    with translation.override("en"):
        english = str(table[word])
    assert HAN.search(chinese)
    assert english
    assert not HAN.search(english), f"{chinese} has no English"
