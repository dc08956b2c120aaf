"""Every act, also one that nobody has written yet, has the shape of an act (style.md §3.4 items 2, 3, 6)."""

import ast
import re

import pytest

from tests.house.tree import programs

CRUD = re.compile(
    r"^(create|read|update|delete|save|set|get|process|handle|edit|modify|change_status|put|patch)_"
)
FINE_AS_THEY_ARE = {"create_account", "settle", "appoint"}

# Files inside `actions/` that hold what several acts share; nobody outside their package may call them.
SHARED = {
    "mulin.cases.actions.moves",
    "mulin.cases.actions.visiting",
    "mulin.cases.actions.clockwork",
    "mulin.cases.actions.whistle_moves",
    "mulin.people.actions.trees",
    "mulin.people.actions.carrying",
    "mulin.places.actions.writing",
    "mulin.places.actions.thing_grids",
    "mulin.people.actions.periods",
}

NO_ACT = {
    "mulin.ledger.actions.record": "writes down an act of another package, at the moment it is given",
    "mulin.ledger.actions.record_all": "writes down many acts of another package, at the moment it is given",
    "mulin.ledger.actions.once": "carries out somebody else's act at most once",
    "mulin.ledger.actions.whole": "wraps an act in its transaction",
    "mulin.cases.actions.checking.close_blockers": "answers what still stands in the way; changes nothing",
    "mulin.people.actions.contacts.seal_contact": "a part of the act that files a report, which records it",
    "mulin.people.actions.sealed.seal_words": "a part of the act that keeps them, which records it",
    "mulin.people.actions.sealed.open_words": "a part of the act that shows them, which records the look",
    "mulin.people.actions.sealed.place": "says where words are sealed to; changes nothing",
    "mulin.people.actions.sign_in.next_step": "answers what the door asks next; changes nothing",
}


def acts() -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for name, module in programs():
        if ".actions" in name and name not in SHARED:
            found += [
                (f"{name}.{node.name}", node)
                for node in module.body
                if isinstance(node, ast.FunctionDef)
                and not node.name.startswith("_")
                and f"{name}.{node.name}" not in NO_ACT
            ]
    return found


ACTS = acts()


def test_there_are_acts_to_look_at() -> None:
    assert len(ACTS) > 30


@pytest.mark.parametrize("act", [pytest.param(node, id=name) for name, node in ACTS])
def test_an_act_is_called_by_keywords_and_told_who_and_when(act: ast.FunctionDef) -> None:
    args = act.args
    assert [*args.posonlyargs, *args.args] == [], "keyword-only"
    assert args.vararg is None, "keyword-only"
    assert args.kwarg is None, "no **kwargs"
    names = [arg.arg for arg in args.kwonlyargs]
    assert "actor" in names, "who"
    assert "now" in names, "when"
    for name, default in zip(names, args.kw_defaults, strict=True):
        assert name not in {"actor", "now"} or default is None, (
            f"{name} has no default: nobody acts by accident"
        )


@pytest.mark.parametrize("act", [pytest.param(node, id=name) for name, node in ACTS])
def test_an_act_says_what_it_does(act: ast.FunctionDef) -> None:
    said = ast.get_docstring(act)
    assert said, "a docstring"
    assert said.splitlines()[0].endswith("."), "one sentence first"


@pytest.mark.parametrize("act", [pytest.param(node, id=name) for name, node in ACTS])
def test_an_act_is_named_by_a_verb_of_the_office(act: ast.FunctionDef) -> None:
    if act.name not in FINE_AS_THEY_ARE:
        assert not CRUD.match(act.name)
        assert "_" in act.name, "verb_noun"


def test_exceptions_are_not_left_over() -> None:
    modules = {name: module for name, module in programs() if ".actions" in name}
    for name in NO_ACT:
        module, _, function = name.rpartition(".")
        assert any(
            isinstance(node, ast.FunctionDef) and node.name == function for node in modules[module].body
        )
    assert set(modules) >= SHARED


def test_shared_parts_of_acts_are_used_by_their_own_package_only() -> None:
    for name, module in programs():
        package = ".".join(name.split(".")[:2])
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and node.module:
                for target in {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}:
                    assert target not in SHARED or target.startswith(f"{package}."), (
                        f"{name} imports {target}"
                    )
