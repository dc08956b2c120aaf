"""Imports: thousands of rows in one act, nothing the second time, nothing at all when one row is wrong."""

import time
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import NotAllowed
from mulin.ledger.models import Entry
from mulin.people.actions import setup, tables
from mulin.people.actions import units as acts
from mulin.people.models import Appointment, Cover, Person, Role, Unit, UnitKind
from mulin.people.queries import units
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.rows import BadRows, Imported
from mulin.people.rules.structure import TermRow
from tests.make import people as make
from tests.make.people import KINDS, NOON, POSTS, ROLES, SINCE, TODAY, UNITS

pytestmark = pytest.mark.django_db

import_units = partial(tables.import_units, on=TODAY, actor=SYSTEM, now=NOON)
import_terms = partial(tables.import_appointments, actor=SYSTEM, now=NOON)
import_posts = partial(setup.import_posts, actor=SYSTEM, now=NOON)

OFFICER = TermRow("s1", "某某", "e1a-01", "grid_officer", SINCE)
LEAD = TermRow("s2", "另某", "e1a-01", "grid_lead", SINCE, source="community_worker")


def test_the_same_tables_again_write_nothing() -> None:
    make.tree()
    import_terms(rows=[OFFICER, LEAD])
    before = make.everything()
    assert setup.import_unit_kinds(rows=KINDS, actor=SYSTEM, now=NOON) == Imported(same=len(KINDS))
    assert setup.import_roles(rows=ROLES, actor=SYSTEM, now=NOON) == Imported(same=len(ROLES))
    assert import_posts(rows=POSTS) == Imported(same=len(POSTS))
    assert import_units(rows=UNITS) == Imported(same=len(UNITS))
    assert import_terms(rows=[OFFICER, LEAD]) == Imported(same=2)
    assert make.everything() == before


def test_each_import_is_one_entry_with_its_counts() -> None:
    make.tree()
    told = {
        entry.subject: (entry.facts["added"], entry.facts["changed"])
        for entry in Entry.objects.filter(kind="people.imported")
    }
    assert told == {
        "unit_kinds": (len(KINDS), 0),
        "roles": (len(ROLES), 0),
        "posts": (len(POSTS), 0),
        "units": (len(UNITS), 0),
    }


def test_an_import_is_the_single_acts_at_once() -> None:
    make.tree()
    table = {row.code: row for row in UNITS}
    done = import_units(
        rows=[
            replace(table["e1a"], parent="e2"),
            replace(table["e1b"], name="新名社区", phone="0632-5501234"),
            replace(table["firm"], covers=("e1a-02",)),
            UnitRow("e2a", "community", "丁社区", "e2"),
            UnitRow("e2a-01", "grid", "丁社区第一网格", "e2a"),
        ],
        ends=["e1b-01"],
    )
    assert done == Imported(added=2, changed=3, ended=1, same=0)
    after = make.units()
    assert after["e1a-01-1"].path.startswith(after["e2"].path)
    assert after["e2a-01"].path == f"{after['e2a'].path}{after['e2a-01'].pk}/"
    assert (after["e1b"].name, after["e1b"].phone) == ("新名社区", "0632-5501234")
    assert after["e1b-01"].until_on == TODAY
    assert units.parent_on(after["e1a"], on=SINCE) == after["e1"]
    assert units.names_on([after["e1b"].pk], on=SINCE) == {after["e1b"].pk: "乙社区"}
    assert units.covered_by(after["firm"], on=SINCE) == [after["e1a-01"]]
    assert units.covered_by(after["firm"], on=TODAY) == [after["e1a-02"]]
    entry = Entry.objects.filter(kind="people.imported", subject="units").order_by("id").last()
    assert entry is not None
    assert entry.facts == {"on": "2026-05-12", "added": 2, "changed": 3, "ended": 1}


def test_a_cover_that_stays_keeps_its_past() -> None:
    make.tree()
    firm = next(row for row in UNITS if row.code == "firm")
    import_units(rows=[replace(firm, covers=("e1a-01", "e1a-02"))])
    covers = Cover.objects.filter(unit__code="firm").order_by("from_on")
    assert [(cover.from_on, cover.until_on) for cover in covers] == [(SINCE, None), (TODAY, None)]


def test_a_unit_may_be_founded_before_the_day_of_the_import() -> None:
    make.structure()
    rows = [replace(row, from_on=date(2020, 1, 1)) for row in UNITS]
    import_units(rows=rows)
    assert units.totals_under(units.unit_by_code("city"), on=date(2021, 1, 1))["grid"] == 4
    assert import_units(rows=rows).is_nothing


def test_the_preview_is_the_import_without_its_effect() -> None:
    make.tree()
    rows = [UnitRow("e2a", "community", "丁社区", "e2"), UNITS[0]]
    before = make.everything()
    assert units.units_plan(rows, on=TODAY).counts() == Imported(added=1, same=1)
    assert make.everything() == before
    assert import_units(rows=rows) == Imported(added=1, same=1)


def test_one_broken_row_stops_all_of_them() -> None:
    make.tree()
    before = make.everything()
    with pytest.raises(BadRows) as refused:
        import_units(rows=[UnitRow("n1", "grid", "新", "e1a"), UnitRow("n2", "grid", "新", "nowhere")])
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [(1, "parent")]
    assert make.everything() == before


def test_a_planned_move_that_would_close_a_circle_stops_the_import() -> None:
    make.tree(more=[UnitRow(f"d{n}", "department", f"{n}科", "housing") for n in (1, 2)])
    acts.move_unit(code="d2", to="d1", on=date(2026, 7, 1), actor=SYSTEM, now=NOON)
    before = make.everything()
    with pytest.raises(BadRows):
        import_units(rows=[UnitRow("d1", "department", "1科", "d2")])
    assert make.everything() == before


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        pytest.param([LEAD, replace(LEAD, staff_no="s3")], 1, "post", id="two-for-one-seat"),
        pytest.param([OFFICER, replace(OFFICER, from_on=TODAY)], 1, "post", id="overlapping-terms"),
        pytest.param(
            [
                TermRow("s1", "某某", "city", "admin", SINCE),
                TermRow("s1", "某某", "city", "auditor", SINCE),
            ],
            1,
            "post",
            id="two-administrators",
        ),
        pytest.param([replace(OFFICER, unit="e1a")], 0, "post", id="post-of-another-kind"),
        pytest.param([replace(LEAD, source="police")], 0, "source", id="wrong-source"),
    ],
)
def test_terms_that_clash_are_named_and_none_is_written(rows: list[TermRow], row: int, column: str) -> None:
    make.tree()
    before = make.everything()
    with pytest.raises(BadRows) as refused:
        import_terms(rows=rows)
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [(row, column)]
    assert make.everything() == before


def test_terms_clash_with_what_is_there_too() -> None:
    make.tree()
    import_terms(rows=[LEAD])
    with pytest.raises(BadRows):
        import_terms(rows=[replace(LEAD, staff_no="s9", name="新人")])


def test_a_term_is_mended_and_a_known_person_keeps_the_name() -> None:
    make.tree()
    import_terms(rows=[LEAD])
    mended = replace(LEAD, until_on=TODAY, full_time=False)
    follower = replace(LEAD, staff_no="s9", name="新人", from_on=TODAY)
    assert import_terms(rows=[follower, mended]) == Imported(added=1, changed=1)
    term = Appointment.objects.get(person__staff_no="s2")
    assert (term.until_on, term.full_time, term.sole) == (TODAY, False, True)
    import_terms(rows=[replace(mended, name="改名", work_phone="x")])
    assert Person.objects.get(staff_no="s2").name == "另某"


def test_fewer_seats_than_holders_are_refused_and_enough_are_guarded_by_the_database() -> None:
    make.tree()
    import_terms(rows=[OFFICER, replace(OFFICER, staff_no="s3", name="三某")])
    officer = next(row for row in POSTS if row.code == "grid_officer")
    lowered = replace(officer, seats_max=1, norm_max=None)
    with pytest.raises(BadRows) as refused:
        import_posts(rows=[lowered])
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [(0, "seats_max")]
    Appointment.objects.filter(person__staff_no="s3").delete()
    assert import_posts(rows=[lowered]) == Imported(changed=1)
    assert Appointment.objects.get(person__staff_no="s1").sole


def test_changed_kinds_and_roles_are_taken_over_exactly() -> None:
    make.tree()
    grid = next(row for row in KINDS if row.code == "grid")
    done = setup.import_unit_kinds(rows=[replace(grid, name="微网格")], actor=SYSTEM, now=NOON)
    assert done == Imported(changed=1)
    assert UnitKind.objects.get(code="grid").name == "微网格"
    clerk = next(row for row in ROLES if row.code == "clerk")
    permits = frozenset({("accept_case", "lead")})
    setup.import_roles(rows=[replace(clerk, permits=permits)], actor=SYSTEM, now=NOON)
    kept = Role.objects.get(code="clerk").permits.values_list("act", "relation")
    assert set(kept) == permits


@pytest.mark.parametrize(
    "act",
    [
        partial(setup.import_unit_kinds, rows=KINDS[:1]),
        partial(setup.import_roles, rows=ROLES[:1]),
        partial(setup.import_posts, rows=POSTS[:1]),
        partial(tables.import_units, rows=UNITS[:1], on=TODAY),
        partial(tables.import_appointments, rows=[OFFICER]),
    ],
    ids=["kinds", "roles", "posts", "units", "terms"],
)
def test_only_who_may_import_imports(act: partial[Imported]) -> None:
    make.tree()
    wrong, right = make.actor("county_hr", "east"), make.actor("admin", "city")
    before = make.everything()
    with pytest.raises(NotAllowed):
        act(actor=wrong, now=NOON)
    assert make.everything() == before
    act(actor=right, now=NOON)


def city_of(grids: int) -> list[UnitRow]:
    rows = [*UNITS[:3], *(UnitRow(f"s{n}", "street", f"街道{n}", "east") for n in range(21))]
    rows += [UnitRow(f"c{n}", "community", f"社区{n}", f"s{n % 21}") for n in range(206)]
    return rows + [UnitRow(f"g{n}", "grid", f"网格{n}", f"c{n % 206}") for n in range(grids)]


def test_a_city_is_imported_in_seconds_and_in_a_number_of_statements_that_does_not_grow() -> None:
    make.structure()
    small, large = city_of(300), city_of(1230)
    with CaptureQueriesContext(connection) as first:
        import_units(rows=small)
    began = time.monotonic()
    with CaptureQueriesContext(connection) as second:
        done = import_units(rows=large)
    assert done == Imported(added=930, same=len(small))
    assert time.monotonic() - began < 10
    assert len(second) <= len(first) + 1
    terms = [TermRow(f"p{n}", f"人{n}", f"g{n}", "grid_officer", SINCE) for n in range(1230)]
    with CaptureQueriesContext(connection) as third:
        import_terms(rows=terms)
    assert len(third) < 25
    assert Unit.objects.filter(path="").count() == 0
