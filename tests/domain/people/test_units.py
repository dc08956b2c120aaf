"""Acts on the tree of units: what each does, and every way it is refused without leaving a trace."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal
from mulin.ledger.models import Entry
from mulin.people.actions import units as acts
from mulin.people.models import Appointment, Cover, Unit
from mulin.people.queries import units
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.tree import Groundless, MisplacedUnit, UnitCircle
from tests.make import people as make
from tests.make.people import NOON, SINCE, TODAY

pytestmark = pytest.mark.django_db

LATER = date(2026, 7, 1)
found = partial(acts.found_unit, kind="grid", name="新网格", parent="e1a", from_on=TODAY, now=NOON)
rename = partial(acts.rename_unit, code="e1a", name="新名社区", on=TODAY, now=NOON)
move = partial(acts.move_unit, code="e1a", to="e2", on=TODAY, now=NOON)
dissolve = partial(acts.dissolve_unit, code="e1b-01", on=TODAY, now=NOON)
cover = partial(acts.cover_territory, code="firm", territory="e1a-02", from_on=TODAY, now=NOON)
end_cover = partial(acts.end_cover, code="firm", territory="e1a-01", on=TODAY, now=NOON)


@pytest.mark.parametrize(
    ("act", "kind", "facts"),
    [
        (
            partial(found, code="e1a-03"),
            "unit.founded",
            {"unit_kind": "grid", "on": "2026-05-12", "covers": []},
        ),
        (rename, "unit.renamed", {"on": "2026-05-12"}),
        (move, "unit.moved", {"on": "2026-05-12"}),
        (dissolve, "unit.dissolved", {"on": "2026-05-12", "terms": 0}),
        (cover, "unit.covers", {"on": "2026-05-12"}),
        (end_cover, "unit.covers_no_longer", {"on": "2026-05-12"}),
    ],
)
def test_each_act_writes_one_entry_in_the_name_of_the_units_organiser(
    act: Callable[..., object], kind: str, facts: dict[str, Any]
) -> None:
    tree = make.tree()
    organiser = make.actor("county_hr", "east")

    act(actor=organiser)

    assert make.kinds_recorded() == [kind]
    entry = Entry.objects.get(kind=kind)
    assert entry.account_id == organiser.account_id
    assert entry.unit_id == tree["east"].pk
    assert entry.facts.items() >= facts.items()


@pytest.mark.parametrize("act", [partial(found, code="e1a-03"), rename, move, dissolve, cover, end_cover])
def test_each_act_takes_the_tree_before_it_looks_at_anything(act: Callable[..., object]) -> None:
    make.tree()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act(actor=SYSTEM)
    first = next(query["sql"] for query in asked if "SAVEPOINT" not in query["sql"])
    assert "INSERT INTO people_edition" in first
    assert "ON CONFLICT" in first


def test_a_founded_unit_stands_in_its_place_with_its_name() -> None:
    tree = make.tree()
    unit = found(code="e1a-03", short_name="甲-03", phone="0632-5501234", actor=SYSTEM)
    assert unit.path == f"{tree['e1a'].path}{unit.pk}/"
    assert (unit.name, unit.short_name, unit.from_on) == ("新网格", "甲-03", TODAY)
    assert units.parent_on(unit, on=TODAY) == tree["e1a"]


def test_a_kind_without_parents_stands_at_the_top() -> None:
    make.tree()
    unit = found(code="other", kind="city", name="另一市", parent="", actor=make.actor("admin", "city"))
    assert unit.path == f"{unit.pk}/"
    assert units.parent_on(unit, on=TODAY) is None
    assert "other" in {node.code for node in units.tree_on(on=TODAY)}


def test_a_unit_founded_for_later_is_in_its_place_already_but_not_in_the_tree_of_today() -> None:
    tree = make.tree()
    unit = found(code="e1a-03", from_on=LATER, actor=SYSTEM)
    assert unit.path == f"{tree['e1a'].path}{unit.pk}/"
    assert "e1a-03" not in {node.code for node in units.units_under(tree["e1a"], on=TODAY)}
    assert "e1a-03" in {node.code for node in units.units_under(tree["e1a"], on=LATER)}


def test_a_party_branch_is_founded_with_its_ground() -> None:
    tree = make.tree()
    unit = found(code="p-a2", kind="branch", name="甲二支部", parent="p-a", covers=("e1a-02",), actor=SYSTEM)
    assert units.covered_by(unit, on=TODAY) == [tree["e1a-02"]]


def test_a_renamed_unit_keeps_the_name_of_before_for_the_days_before() -> None:
    tree = make.tree()
    unit = rename(short_name="新名", actor=SYSTEM)
    assert (unit.name, unit.short_name) == ("新名社区", "新名")
    assert units.names_on([unit.pk], on=SINCE) == {unit.pk: "甲社区"}
    assert units.names_on([unit.pk], on=TODAY) == {unit.pk: "新名"}
    assert {node.short_name for node in units.tree_on(on=SINCE, root=tree["e1a"])} >= {"甲社区"}


def test_a_name_for_later_is_not_the_name_of_today() -> None:
    make.tree()
    unit = rename(on=LATER, actor=SYSTEM)
    assert unit.name == "甲社区"
    assert units.names_on([unit.pk], on=LATER) == {unit.pk: "新名社区"}


def test_a_moved_unit_takes_all_below_it_along_and_the_past_stays() -> None:
    tree = make.tree()
    move(actor=SYSTEM)
    after = make.units()
    for code in ("e1a", "e1a-01", "e1a-01-1", "p-a", "p-a1", "firm"):
        assert after[code].path.startswith(after["e2"].path)
        assert not after[code].path.startswith(after["e1"].path)
    assert after["e1a-01-1"].path == f"{after['e1a-01'].path}{after['e1a-01-1'].pk}/"
    assert after["e1b"].path == tree["e1b"].path
    assert "e1a" in {node.code for node in units.units_under(tree["e1"], on=date(2026, 5, 11))}
    assert "e1a" not in {node.code for node in units.units_under(tree["e1"], on=TODAY)}
    assert "e1a" in {node.code for node in units.units_under(tree["e2"], on=TODAY)}


def test_a_move_for_later_waits_for_its_day() -> None:
    tree = make.tree()
    unit = move(on=LATER, actor=SYSTEM)
    assert unit.path == tree["e1a"].path
    assert units.parent_on(unit, on=LATER) == tree["e2"]


def test_a_later_decision_replaces_a_planned_move() -> None:
    tree = make.tree()
    move(on=LATER, actor=SYSTEM)
    move(on=TODAY, actor=SYSTEM)
    unit = units.unit_by_code("e1a")
    assert unit.belongings.count() == 2
    assert units.parent_on(unit, on=LATER) == tree["e2"]
    with pytest.raises(NotPossible):
        move(on=LATER, actor=SYSTEM)


def test_a_dissolved_unit_ends_with_the_terms_in_it_and_stays_readable() -> None:
    tree = make.tree()
    officer = make.term("grid_officer", "e1b-01")
    planned = make.term("grid_officer", "e1b-01", from_on=LATER)

    unit = dissolve(actor=SYSTEM)

    assert unit.until_on == TODAY
    assert "e1b-01" not in {node.code for node in units.units_under(tree["e1b"], on=TODAY)}
    assert "e1b-01" in {node.code for node in units.units_under(tree["e1b"], on=SINCE)}
    officer.refresh_from_db()
    assert (officer.until_on, officer.ended_at) == (TODAY, NOON)
    assert not Appointment.objects.filter(pk=planned.pk).exists()


def test_a_dissolved_unit_follows_the_unit_it_last_belonged_to() -> None:
    make.tree()
    dissolve(code="e1b-01", actor=SYSTEM)
    move(code="e1b", actor=SYSTEM)
    after = make.units()
    assert after["e1b-01"].path == f"{after['e1b'].path}{after['e1b-01'].pk}/"


def test_covers_run_from_and_until_their_days() -> None:
    tree = make.tree()
    cover(actor=SYSTEM)
    end_cover(actor=SYSTEM)
    firm = tree["firm"]
    assert units.covered_by(firm, on=SINCE) == [tree["e1a-01"]]
    assert units.covered_by(firm, on=TODAY) == [tree["e1a-02"]]
    assert [unit.code for unit in units.serving(tree["e1a-01"], on=SINCE)] == ["firm", "p-a1"]
    assert [unit.code for unit in units.serving(tree["e1a-01"], on=TODAY)] == ["p-a1"]


REFUSED = [
    pytest.param(partial(found, code="e1a-03"), "grid_officer", "e1a-01", NotFound, id="found-not-seen"),
    pytest.param(partial(found, code="e1a-03"), "worker", "e1a", NotAllowed, id="found-wrong-role"),
    pytest.param(partial(found, code="w", parent="w1a"), "county_hr", "east", NotFound, id="found-elsewhere"),
    pytest.param(partial(found, code="x", parent="no"), "county_hr", "east", NotFound, id="found-no-parent"),
    pytest.param(partial(found, code="x", kind="no"), "county_hr", "east", NotFound, id="found-no-kind"),
    pytest.param(partial(found, code="e1a-01"), "county_hr", "east", acts.CodeTaken, id="found-code-taken"),
    pytest.param(partial(found, code=" "), "county_hr", "east", BadInput, id="found-no-code"),
    pytest.param(partial(found, code="a\x00b"), "county_hr", "east", BadInput, id="found-code-nul"),
    pytest.param(partial(found, code="x", name=" "), "county_hr", "east", BadInput, id="found-no-name"),
    pytest.param(
        partial(found, code="x", name="字" * 81), "county_hr", "east", BadInput, id="found-long-name"
    ),
    pytest.param(
        partial(found, code="x", short_name="字" * 41),
        "county_hr",
        "east",
        BadInput,
        id="found-long-short-name",
    ),
    pytest.param(
        partial(found, code="x", kind="street"), "county_hr", "east", MisplacedUnit, id="found-misplaced"
    ),
    pytest.param(
        partial(found, code="x", kind="county", parent=""), "county_hr", "east", NotAllowed, id="found-root"
    ),
    pytest.param(
        partial(found, code="x", kind="branch", parent="p-a"),
        "county_hr",
        "east",
        Groundless,
        id="found-orphan",
    ),
    pytest.param(
        partial(found, code="x", kind="branch", parent="p-a", covers=("firm",)),
        "county_hr",
        "east",
        MisplacedUnit,
        id="found-on-no-territory",
    ),
    pytest.param(
        partial(found, code="x", from_on=date(2025, 1, 1)),
        "county_hr",
        "east",
        acts.NotStanding,
        id="found-too-early",
    ),
    pytest.param(rename, "worker", "e1a", NotAllowed, id="rename-wrong-role"),
    pytest.param(rename, "county_hr", "west", NotFound, id="rename-elsewhere"),
    pytest.param(partial(rename, name=""), "county_hr", "east", BadInput, id="rename-no-name"),
    pytest.param(
        partial(rename, on=date(2025, 1, 1)),
        "county_hr",
        "east",
        acts.NotStanding,
        id="rename-before-it-stood",
    ),
    pytest.param(move, "worker", "e1a", NotAllowed, id="move-wrong-role"),
    pytest.param(move, "street_hr", "e1", NotFound, id="move-into-a-street-not-seen"),
    pytest.param(partial(move, to="w1"), "county_hr", "east", NotFound, id="move-out-of-the-county"),
    pytest.param(partial(move, to="e1"), "county_hr", "east", NotPossible, id="move-to-where-it-is"),
    pytest.param(partial(move, to="e1b"), "county_hr", "east", MisplacedUnit, id="move-misplaced"),
    pytest.param(
        partial(move, on=date(2025, 1, 1)), "county_hr", "east", acts.NotStanding, id="move-before-it-stood"
    ),
    pytest.param(dissolve, "worker", "e1b", NotAllowed, id="dissolve-wrong-role"),
    pytest.param(dissolve, "county_hr", "west", NotFound, id="dissolve-elsewhere"),
    pytest.param(
        partial(dissolve, code="e1b"), "county_hr", "east", acts.StillNeeded, id="dissolve-with-grids"
    ),
    pytest.param(
        partial(dissolve, code="e1a-01-1"), "worker", "e1a", NotAllowed, id="dissolve-building-wrong-role"
    ),
    pytest.param(
        partial(dissolve, on=SINCE), "county_hr", "east", NotPossible, id="dissolve-on-its-first-day"
    ),
    pytest.param(cover, "worker", "e1a", NotAllowed, id="cover-wrong-role"),
    pytest.param(cover, "county_hr", "west", NotFound, id="cover-elsewhere"),
    pytest.param(partial(cover, territory="e1a-01"), "county_hr", "east", NotPossible, id="cover-twice"),
    pytest.param(
        partial(cover, territory="p-a"), "county_hr", "east", MisplacedUnit, id="cover-no-territory"
    ),
    pytest.param(partial(cover, territory="no"), "county_hr", "east", NotFound, id="cover-nowhere"),
    pytest.param(end_cover, "worker", "e1a", NotAllowed, id="end-cover-wrong-role"),
    pytest.param(
        partial(end_cover, territory="e1b-01"), "county_hr", "east", NotFound, id="end-cover-not-served"
    ),
    pytest.param(
        partial(end_cover, code="p-a1", territory="e1a-01"),
        "county_hr",
        "east",
        Groundless,
        id="end-last-ground",
    ),
]


@pytest.mark.parametrize(("act", "post", "unit", "refusal"), REFUSED)
def test_a_refused_act_leaves_no_trace(
    act: Callable[..., object], post: str, unit: str, refusal: type[Refusal]
) -> None:
    make.tree()
    actor = make.actor(post, unit)
    before = make.everything()

    with pytest.raises(refusal):
        act(actor=actor)

    assert make.everything() == before


def test_ground_that_an_organisation_alone_stands_on_is_not_dissolved() -> None:
    make.tree(
        more=[
            UnitRow("p-b", "committee", "乙社区党委", "e1b", covers=("e1b",)),
            UnitRow("p-b1", "branch", "乙一支部", "p-b", covers=("e1b-01",)),
        ]
    )
    with pytest.raises(acts.StillNeeded, match="乙一支部"):
        dissolve(actor=SYSTEM)
    acts.dissolve_unit(code="p-b1", on=TODAY, actor=SYSTEM, now=NOON)
    assert dissolve(actor=SYSTEM).until_on == TODAY
    assert not Cover.objects.filter(territory__code="e1b-01", until_on__isnull=True).exists()


def test_a_circle_is_refused_even_if_it_would_close_only_next_month() -> None:
    make.tree(more=[UnitRow(f"d{n}", "department", f"{n}科", "housing") for n in (1, 2, 3)])
    shift = partial(acts.move_unit, actor=SYSTEM, now=NOON)
    with pytest.raises(UnitCircle):
        shift(code="housing", to="d1", on=TODAY)
    shift(code="d2", to="d1", on=LATER)
    with pytest.raises(UnitCircle):
        shift(code="d1", to="d2", on=date(2026, 9, 1))
    with pytest.raises(UnitCircle):
        shift(code="d1", to="d2", on=TODAY)  # fine until July, a circle from then on
    shift(code="d2", to="d3", on=LATER)
    assert shift(code="d1", to="d2", on=TODAY).path.startswith(Unit.objects.get(code="d2").path)
