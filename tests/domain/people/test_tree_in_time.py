"""The tree on any day: against a plain model, under two moves at once, and as the database guards it."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import NotPossible
from mulin.people import jobs
from mulin.people.actions import trees
from mulin.people.actions import units as acts
from mulin.people.models import Appointment, Belonging, Cover, Naming, PostKind, Unit
from mulin.people.queries import units
from mulin.people.rules.plans import UnitRow
from tests.make import people as make
from tests.make.ledger import together
from tests.make.people import NOON, SINCE, TODAY

DAYS = 40
OFFICES = [UnitRow(f"d{number}", "department", f"{number}科", "housing") for number in range(6)]
CODES = ["housing", *(row.code for row in OFFICES)]


def day(number: int) -> date:
    return SINCE + timedelta(days=number)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(CODES[1:]), st.sampled_from(CODES), st.integers(1, DAYS)), max_size=8)
)
def test_after_any_moves_every_day_has_the_tree_that_a_plain_model_has(
    moves: list[tuple[str, str, int]],
) -> None:
    with transaction.atomic():
        make.tree(more=OFFICES)
        parents = {row.code: ["housing"] * (DAYS + 1) for row in OFFICES}
        for code, to, since in moves:
            wanted = {**parents, code: parents[code][:since] + [to] * (DAYS + 1 - since)}
            closes = any(_on_a_circle(code, wanted, number) for number in range(DAYS + 1))
            try:
                with transaction.atomic():
                    acts.move_unit(code=code, to=to, on=day(since), actor=SYSTEM, now=NOON)
            except NotPossible:
                assert closes or parents[code][since] == to
            else:
                assert not closes
                parents = wanted
        for number in range(0, DAYS + 1, 5):
            ids = {unit.pk: unit.code for unit in Unit.objects.all()}
            tree = units.tree_on(on=day(number), root=units.unit_by_code("housing"))
            drawn = {node.code: ids[node.parent_id] for node in tree if node.parent_id}
            assert drawn == {code: days[number] for code, days in parents.items()}
        transaction.set_rollback(True)


def _on_a_circle(code: str, parents: dict[str, list[str]], number: int) -> bool:
    above, steps = code, 0
    while above in parents and steps <= len(parents):
        above, steps = parents[above][number], steps + 1
    return above in parents


@pytest.mark.django_db
def test_stored_paths_are_what_the_tree_of_the_day_says() -> None:
    make.tree(more=OFFICES)
    acts.move_unit(code="d1", to="d2", on=TODAY, actor=SYSTEM, now=NOON)
    acts.move_unit(code="e1a", to="e2", on=TODAY, actor=SYSTEM, now=NOON)
    derived: dict[int, str] = {}
    for node in units.tree_on(on=TODAY):
        derived[node.id] = f"{derived[node.parent_id] if node.parent_id else ''}{node.id}/"
    assert derived == dict(Unit.objects.values_list("pk", "path"))


@pytest.mark.django_db
def test_the_day_turns_once_and_brings_what_was_planned() -> None:
    make.tree()
    later = TODAY + timedelta(days=1)
    acts.move_unit(code="e1a", to="e2", on=later, actor=SYSTEM, now=NOON)
    acts.rename_unit(code="e1b", name="新名", on=later, actor=SYSTEM, now=NOON)
    assert jobs.turn_day(now=NOON) == 0
    tomorrow = NOON + timedelta(hours=12)  # midnight in the city has passed, in Greenwich it has not
    assert jobs.turn_day(now=tomorrow) == 10  # nine moved, one renamed
    assert jobs.turn_day(now=tomorrow) == 0
    after = make.units()
    assert after["e1a-01"].path.startswith(after["e2"].path)
    assert after["e1b"].name == "新名"
    assert make.kinds_recorded().count("people.day_turned") == 1


@pytest.mark.django_db
def test_the_tree_of_a_day_is_one_statement_however_deep() -> None:
    tree = make.tree()
    for root in (tree["e1a-01-1"], tree["city"]):
        with CaptureQueriesContext(connection) as asked:
            units.tree_on(on=TODAY, root=root)
        assert len(asked) == 1


@pytest.mark.django_db
def test_children_are_one_level_and_totals_are_all() -> None:
    tree = make.tree()
    assert {node.code for node in units.children_on(tree["e1a"], on=TODAY)} == {
        "e1a-01",
        "e1a-02",
        "p-a",
        "firm",
        "r-a",
    }
    assert units.totals_under(tree["e1"], on=TODAY)["grid"] == 3
    assert [unit.code for unit in units.ancestors(tree["e1a-01"])] == ["e1a", "e1", "east", "city"]
    assert units.ancestor_of_kind(tree["e1a-01"], "street") == tree["e1"]
    assert units.ancestor_of_kind(tree["e1a-01"], "grid") == tree["e1a-01"]
    assert units.ancestor_of_kind(tree["city"], "street") is None
    assert units.unit_names([tree["e1a"].pk]) == {tree["e1a"].pk: "甲社区"}


@pytest.mark.django_db
def test_spells_follow_a_move_and_what_moves_with_it() -> None:
    tree = make.tree()
    acts.move_unit(code="e1a", to="e2", on=TODAY, actor=SYSTEM, now=NOON)
    grid = tree["e1a-01"].pk
    assert [(s.from_on, s.until_on) for s in units.spells_under(tree["e1"]) if s.unit_id == grid] == [
        (SINCE, TODAY)
    ]
    assert [(s.from_on, s.until_on) for s in units.spells_under(tree["e2"]) if s.unit_id == grid] == [
        (TODAY, None)
    ]
    assert [(s.from_on, s.until_on) for s in units.spells_under(tree["east"]) if s.unit_id == grid] == [
        (SINCE, TODAY),
        (TODAY, None),
    ]


@pytest.mark.django_db
def test_ancestors_in_time_name_each_street_a_grid_lay_in_and_reach_back_before_the_tree() -> None:
    tree = make.tree()
    acts.move_unit(code="e1a", to="e2", on=TODAY, actor=SYSTEM, now=NOON)
    ways = units.ancestors_in_time("street")
    assert ways[tree["e1a-01"].pk] == [
        units.Way(tree["e2"].pk, TODAY),
        units.Way(tree["e1"].pk, date.min),
    ]
    assert ways[tree["e1b-01"].pk] == [units.Way(tree["e1"].pk, date.min)]
    assert tree["east"].pk not in ways
    # The community moved, the county of its grids did not change.
    assert units.ancestors_in_time("county")[tree["e1a-01"].pk] == [units.Way(tree["east"].pk, date.min)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "overlap",
    [
        lambda tree: Belonging.objects.create(unit=tree["e1a"], parent=tree["e2"], from_on=TODAY),
        lambda tree: Naming.objects.create(unit=tree["e1a"], name="x", short_name="x", from_on=TODAY),
        lambda tree: Cover.objects.create(unit=tree["firm"], territory=tree["e1a-01"], from_on=TODAY),
        lambda tree: Belonging.objects.create(
            unit=tree["city"], parent=tree["e2"], from_on=TODAY, until_on=TODAY
        ),
        lambda tree: _again(make.term("grid_officer", "e1a-01")),
        lambda tree: _again(make.term("grid_lead", "e1a-01"), person=make.person()),
    ],
    ids=["two-parents", "two-names", "two-covers", "no-day", "two-terms", "two-holders-of-one-seat"],
)
def test_the_database_itself_refuses(overlap, django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    tree = make.tree()
    with pytest.raises(IntegrityError):
        overlap(tree)


def _again(term: Appointment, **changes: object) -> None:
    term.pk = None
    for name, value in changes.items():
        setattr(term, name, value)
    term.save(force_insert=True)


@pytest.mark.django_db
def test_the_database_lets_one_follow_the_other() -> None:
    tree = make.tree()
    Belonging.objects.filter(unit=tree["e1a"]).update(until_on=TODAY)
    Belonging.objects.create(unit=tree["e1a"], parent=tree["e2"], from_on=TODAY)
    lead = make.term("grid_lead", "e1a-01", until_on=TODAY)
    _again(lead, person=make.person(), from_on=TODAY, until_on=None)
    assert PostKind.objects.get(code="grid_lead").appointments.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_happen_one_after_the_other() -> None:
    make.tree(more=OFFICES)

    def shift(code: str, to: str) -> Unit:
        return acts.move_unit(code=code, to=to, on=TODAY, actor=SYSTEM, now=NOON)

    results = together(lambda: shift("d1", "d2"), lambda: shift("d2", "d1"))

    assert sum(isinstance(result, Unit) for result in results) == 1
    assert sum(isinstance(result, NotPossible) for result in results) == 1
    assert units.circles_through(Unit.objects.values_list("pk", flat=True)) == set()


@pytest.mark.django_db(transaction=True)
def test_a_move_waits_for_whoever_has_taken_the_tree() -> None:
    make.tree()
    moved = threading.Event()

    def shift() -> None:
        acts.move_unit(code="e1a", to="e2", on=TODAY, actor=SYSTEM, now=NOON)
        moved.set()
        connection.close()

    thread = threading.Thread(target=shift)
    with transaction.atomic():
        trees.take()
        thread.start()
        assert not moved.wait(0.3)
    thread.join(10)
    assert moved.is_set()
