"""Staffing, bodies and pages of a day: every figure against people counted by hand."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people.actions import posts
from mulin.people.actions import units as acts
from mulin.people.models import Unit
from mulin.people.queries import bodies, pages
from mulin.people.queries.staffing import Staffing, staffing
from mulin.people.rules.plans import UnitRow
from tests.make import people as make
from tests.make.people import NOON, SINCE, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def tree() -> dict[str, Unit]:
    return make.tree()


def of(tree: dict[str, Unit], code: str = "e1", on: date = TODAY) -> Staffing:
    return staffing(SYSTEM, tree[code], on=on)


def at(rows: tuple[object, ...], post: str) -> set[str]:
    return {row.unit_code for row in rows if getattr(row, "post", post) == post}  # type: ignore[attr-defined]


def test_norms_are_compared_with_who_serves_on_the_day(tree: dict[str, Unit]) -> None:
    for _ in range(3):
        make.term("grid_officer", "e1a-01")
    make.term("grid_officer", "e1a-02", full_time=False)
    report = of(tree)
    assert at(report.above, "grid_officer") == {"e1a-01"}
    assert at(report.below, "grid_officer") == {"e1b-01"}
    officers = {row.unit_code: row for row in report.posts if row.post == "grid_officer"}
    assert (officers["e1a-01"].holders, officers["e1a-01"].full_time) == (3, 3)
    assert (officers["e1a-02"].holders, officers["e1a-02"].full_time) == (1, 0)
    assert {row.unit_code for row in report.posts if row.unit_kind == "grid"} == {
        "e1a-01",
        "e1a-02",
        "e1b-01",
    }


def test_a_grid_without_its_lead_is_an_alert_that_says_since_when(tree: dict[str, Unit]) -> None:
    lead = make.term("grid_lead", "e1a-01")
    make.term("grid_lead", "e1b-01", until_on=TODAY)
    alerts = {row.unit_code: row for row in of(tree).leaderless if row.post == "grid_lead"}
    assert set(alerts) == {"e1a-02", "e1b-01"}
    assert alerts["e1b-01"].vacant_since == TODAY
    assert alerts["e1a-02"].vacant_since is None
    posts.end_appointment(appointment_id=lead.pk, on=TODAY, actor=SYSTEM, now=NOON)
    assert "e1a-01" in at(of(tree).leaderless, "grid_lead")
    assert "e1a-01" not in at(of(tree, on=TODAY - DAY).leaderless, "grid_lead")


def test_a_template_with_an_empty_slot_is_incomplete(tree: dict[str, Unit]) -> None:
    for post in ("grid_lead", "grid_officer", "grid_helper"):
        make.term(post, "e1a-01")
    make.term("grid_officer", "e1a-02")
    slots = {row.unit_code: row for row in of(tree, "e1a").slots}
    assert slots["e1a-01"].is_complete
    assert (slots["e1a-02"].filled, slots["e1a-02"].slots) == (1, 3)
    assert set(slots["e1a-02"].empty) == {"网格长", "网格辅助员"}
    assert [row.unit_code for row in of(tree, "e1a").incomplete] == ["e1a-02"]


def test_vacancies_are_posts_without_anybody(tree: dict[str, Unit]) -> None:
    make.term("steward", "e1a-01-1")
    assert at(of(tree).vacant, "steward") == {"e1a-01-2"}


def test_workers_are_on_a_grid_or_in_the_office(tree: dict[str, Unit]) -> None:
    posted = [make.term("worker", "e1a") for _ in range(3)]
    for term, grid in zip(posted, ("e1a-01", "e1a-02", "e1b-01"), strict=True):
        make.term("grid_officer", grid, staff_no=term.person.staff_no)
    make.term("clerk", "e1a", staff_no=posted[0].person.staff_no)  # two worker posts are one worker
    make.term("clerk", "e1a")
    rows = {row.unit_code: row for row in bodies.workers(SYSTEM, tree["city"], on=TODAY)}
    assert (rows["e1a"].posted, rows["e1a"].office, rows["e1a"].workers) == (
        2,
        2,
        4,
    )  # e1b's grid is not e1a's
    assert (rows["e1b"].workers, rows["w1a"].workers) == (0, 0)
    assert set(rows) == {"e1a", "e1b", "w1a"}


def test_each_grid_names_who_answers_for_it(tree: dict[str, Unit]) -> None:
    lead, officer = make.term("grid_lead", "e1a-01"), make.term("grid_officer", "e1a-02")
    make.term("grid_officer", "e1a-01")
    rows = {row.unit_code: row for row in bodies.answerable(SYSTEM, tree["e1"], kind="grid", on=TODAY)}
    assert (rows["e1a-01"].person, rows["e1a-01"].post_name) == (lead.person.name, "网格长")
    assert (rows["e1a-02"].person, rows["e1a-02"].post_name) == (officer.person.name, "网格员")
    assert (rows["e1b-01"].person, rows["e1b-01"].post_name) == ("", "")


def test_part_time_members_are_counted_by_community_and_source(tree: dict[str, Unit]) -> None:
    for source, unit in (("police", "e1a"), ("police", "e1a"), ("property_firm", "e1a"), ("police", "w1a")):
        make.term("part_time_member", unit, source=source, full_time=False)
    make.term("part_time_member", "e1b", source="police", until_on=TODAY)
    rows = bodies.members_by_source(SYSTEM, tree["city"], posts=["part_time_member"], on=TODAY)
    assert [(row.unit_code, row.source, row.members) for row in rows] == [
        ("e1a", "police", 2),
        ("e1a", "property_firm", 1),
        ("w1a", "police", 1),
    ]


def test_a_body_lists_members_with_unit_and_term_and_flags_what_ran_out(tree: dict[str, Unit]) -> None:
    make.term("secretary", "e1a", until_on=TODAY - DAY)
    make.term("secretary", "e1a", from_on=TODAY)
    part = {"full_time": False, "source": "police"}
    running = make.term("part_time_member", "e1a", until_on=TODAY + DAY, source_unit="housing", **part)  # type: ignore[arg-type]
    ran_out = make.term("part_time_member", "e1a", until_on=TODAY, **part)  # type: ignore[arg-type]
    ended = make.term("part_time_member", "e1a", until_on=TODAY, **part)  # type: ignore[arg-type]
    posts.end_appointment(appointment_id=ended.pk, on=TODAY - DAY, actor=SYSTEM, now=NOON)
    renewed = make.term("part_time_member", "e1a", until_on=TODAY, **part)  # type: ignore[arg-type]
    renewal = posts.renew_appointment(appointment_id=renewed.pk, actor=SYSTEM, now=NOON)

    members = {row.appointment_id: row for row in bodies.members_of(SYSTEM, tree["e1a"], on=TODAY)}

    assert set(members) == {running.pk, ran_out.pk, renewal.pk} | {
        pk for pk, row in members.items() if row.post == "secretary"
    }
    assert [pk for pk, row in members.items() if row.has_run_out] == [ran_out.pk]
    assert (members[running.pk].source_unit, members[running.pk].until_on) == ("住建局", TODAY + DAY)
    assert next(iter(members.values())).post == "secretary"


def test_one_person_in_both_posts_counts_wherever_the_posts_are(tree: dict[str, Unit]) -> None:
    both = make.term("secretary", "e1a")
    make.term("director", "r-a", staff_no=both.person.staff_no)
    make.term("secretary", "e1b")
    asked = {"kind": "community", "posts": ["secretary", "director"], "on": TODAY}
    share = bodies.held_together(SYSTEM, tree["city"], **asked)  # type: ignore[arg-type]
    assert (share.count, share.of, share.units) == (1, 3, ("甲社区",))
    assert share.share == pytest.approx(1 / 3)
    nothing = bodies.held_together(SYSTEM, tree["e1a-01"], **asked)  # type: ignore[arg-type]
    assert (nothing.of, nothing.share) == (0, 0.0)


def test_posts_of_an_organisation_that_serves_the_community_count_too() -> None:
    tree = make.tree(more=[UnitRow("r-b", "residents", "乙居委会", "e1a", covers=("e1b",))])
    both = make.term("secretary", "e1b")
    make.term("director", "r-b", staff_no=both.person.staff_no)
    share = bodies.held_together(
        SYSTEM, tree["e1"], kind="community", posts=["secretary", "director"], on=TODAY
    )
    assert share.units == ("乙社区",)


def test_a_page_shows_a_unit_as_it_was_on_the_day(tree: dict[str, Unit]) -> None:
    member = make.term("secretary", "e1a")
    acts.rename_unit(code="e1", name="新街道", on=TODAY, actor=SYSTEM, now=NOON)
    acts.move_unit(code="e1a", to="e2", on=TODAY, actor=SYSTEM, now=NOON)
    acts.found_unit(
        code="e1a-03", kind="grid", name="三格", parent="e1a", from_on=TODAY, actor=SYSTEM, now=NOON
    )
    acts.found_unit(
        code="st",
        kind="property_firm",
        name="新物业",
        parent="e1a",
        covers=["e1a"],
        from_on=TODAY,
        actor=SYSTEM,
        now=NOON,
    )
    before = pages.unit_page(SYSTEM, tree["e1a"], on=TODAY - DAY)
    after = pages.unit_page(SYSTEM, tree["e1a"], on=TODAY)
    assert [node.short_name for node in before.above] == ["东一街道", "东区", "示例市"]
    assert [node.short_name for node in after.above] == ["东二街道", "东区", "示例市"]
    assert {node.code for node in before.below if node.kind == "grid"} == {"e1a-01", "e1a-02"}
    assert {node.code for node in after.below if node.kind == "grid"} == {"e1a-01", "e1a-02", "e1a-03"}
    assert [unit.code for unit in before.serving] == ["p-a"]
    assert {unit.code for unit in after.serving} == {"p-a", "st"}
    assert [row.person for row in after.members] == [member.person.name]


def test_the_register_tells_founding_ground_and_leader_and_counts(tree: dict[str, Unit]) -> None:
    leader = make.term("branch_secretary", "p-a1")
    rows = pages.register(SYSTEM, tree["city"], family="party", on=TODAY)
    assert [(row.code, row.kind_name, row.founded_on, row.territories, row.leader) for row in rows] == [
        ("p-a", "社区党委", SINCE, ("甲社区",), ""),
        ("p-a1", "网格党支部", SINCE, ("甲-01",), leader.person.name),
    ]
    acts.dissolve_unit(code="p-a1", on=TODAY, actor=SYSTEM, now=NOON)
    assert [row.code for row in pages.register(SYSTEM, tree["city"], family="party", on=TODAY)] == ["p-a"]
    assert len(pages.register(SYSTEM, tree["city"], family="party", on=TODAY - DAY)) == 2


QUESTIONS: list[Callable[[Actor, Unit], object]] = [
    lambda actor, unit: staffing(actor, unit, on=TODAY),
    lambda actor, unit: bodies.members_of(actor, unit, on=TODAY),
    lambda actor, unit: bodies.workers(actor, unit, on=TODAY),
    lambda actor, unit: bodies.answerable(actor, unit, kind="grid", on=TODAY),
    lambda actor, unit: bodies.members_by_source(actor, unit, posts=["clerk"], on=TODAY),
    lambda actor, unit: bodies.held_together(actor, unit, kind="community", posts=["clerk"], on=TODAY),
]
SEEN: list[Callable[[Actor, Unit], object]] = [
    lambda actor, unit: pages.unit_page(actor, unit, on=TODAY),
    lambda actor, unit: pages.register(actor, unit, family="party", on=TODAY),
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_who_serves_is_told_to_who_may_see_it(
    ask: Callable[[Actor, Unit], object], tree: dict[str, Unit]
) -> None:
    ask(make.actor("worker", "e1a"), tree["e1a"])
    with pytest.raises(NotFound):
        ask(make.actor("worker", "e1a"), tree["e1b"])
    with pytest.raises(NotAllowed):
        ask(make.actor("auditor", "city"), tree["e1a"])


@pytest.mark.parametrize("ask", SEEN)
def test_a_page_is_there_for_who_may_see_the_unit(
    ask: Callable[[Actor, Unit], object], tree: dict[str, Unit]
) -> None:
    ask(make.actor("auditor", "city"), tree["e1a"])
    with pytest.raises(NotFound):
        ask(make.actor("worker", "e1a"), tree["e1b"])


def test_a_page_hides_who_serves_from_who_may_not_see_it(tree: dict[str, Unit]) -> None:
    make.term("secretary", "e1a")
    assert pages.unit_page(make.actor("auditor", "city"), tree["e1a"], on=TODAY).members == ()


def test_there_is_no_page_of_a_day_on_which_the_unit_did_not_stand(tree: dict[str, Unit]) -> None:
    acts.dissolve_unit(code="e1b-01", on=TODAY, actor=SYSTEM, now=NOON)
    grid = make.units()["e1b-01"]
    assert pages.unit_page(SYSTEM, grid, on=TODAY - DAY).unit.code == "e1b-01"
    for day in (TODAY, SINCE - DAY):
        with pytest.raises(NotFound):
            pages.unit_page(SYSTEM, grid, on=day)


def statements(ask: Callable[[Actor, Unit], object], unit: Unit) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask(SYSTEM, unit)
    return len(asked)


@pytest.mark.parametrize("ask", [*QUESTIONS, *SEEN])
def test_one_row_and_three_rows_take_the_same_statements(
    ask: Callable[[Actor, Unit], object], tree: dict[str, Unit]
) -> None:
    def people(count: int) -> None:
        for _ in range(count):
            clerk = make.term("clerk", "e1a", source="x", source_unit="housing")
            make.term("grid_officer", "e1a-01", staff_no=clerk.person.staff_no)

    people(1)
    one = statements(ask, tree["e1a"])
    people(2)
    acts.cover_territory(code="firm", territory="e1a", from_on=TODAY, actor=SYSTEM, now=NOON)
    assert statements(ask, tree["e1a"]) == one
