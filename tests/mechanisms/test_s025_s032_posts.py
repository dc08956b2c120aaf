"""Grid leads, grid officers, three officers a grid, posting to grids, stewards, clerks who take any item."""

from datetime import timedelta

import pytest

from mulin.cases import policy as cases
from mulin.cases.actions import handling, triage
from mulin.cases.models import Case
from mulin.cases.queries import doors, figures
from mulin.cases.rules.intake import Channel
from mulin.cases.rules.lifecycle import Act
from mulin.catalogue.queries import items_in_force
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people.actions import posts
from mulin.people.models import Appointment, Person, PostKind, Unit
from mulin.people.queries import bodies
from mulin.people.queries.actors import actor_of
from mulin.people.queries.staffing import staffing
from mulin.people.rules.terms import NoSeat, WrongSource
from tests.make import cases as heart
from tests.make import packs
from tests.make import people as make
from tests.make.people import NOON, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.mark.mechanism("S-025")
def test_a_grid_has_exactly_one_lead_from_eligible_sources_and_an_alert_without() -> None:
    tree = make.tree()
    organiser = make.actor("county_hr", "east")
    lead, rival, officer = make.person(), make.person(), make.person()

    def appoint(who: Person, source: str) -> Appointment:
        return posts.appoint(
            staff_no=who.staff_no,
            unit="e1a-01",
            post="grid_lead",
            from_on=TODAY,
            source=source,
            actor=organiser,
            now=NOON,
        )

    def alerts() -> set[str]:
        report = staffing(organiser, tree["e1"], on=TODAY)
        return {row.unit_code for row in report.leaderless if row.post == "grid_lead"}

    assert alerts() == {"e1a-01", "e1a-02", "e1b-01"}
    with pytest.raises(WrongSource):
        appoint(officer, "police")
    term = appoint(lead, "community_worker")
    assert alerts() == {"e1a-02", "e1b-01"}
    with pytest.raises(NoSeat):
        appoint(rival, "group_leader")
    posts.end_appointment(appointment_id=term.pk, on=TODAY + DAY, actor=organiser, now=NOON)
    tomorrow = staffing(organiser, tree["e1a"], on=TODAY + DAY)
    assert {row.unit_code for row in tomorrow.leaderless if row.post == "grid_lead"} == {"e1a-01", "e1a-02"}


@pytest.mark.mechanism("S-025")
def test_sources_are_data_of_the_district() -> None:
    packs.city()
    assert PostKind.objects.get(code="grid_lead").seats_max == 1
    sources = {post.code: post.sources for post in packs.pack().posts.rows}
    assert sources["grid_lead"] == ()
    assert "police" in sources["part_time_member"]


@pytest.mark.mechanism("S-026")
def test_staffing_shows_grids_outside_the_norm_and_part_time_officers_may_less() -> None:
    tree = make.tree()
    for _ in range(3):
        make.term("grid_officer", "e1a-01")
    full = make.actor("grid_officer", "e1a-02")
    part = make.actor("grid_officer", "e1b-01", full_time=False)
    report = staffing(SYSTEM, tree["city"], on=TODAY)
    outside = {
        "above": {row.unit_code for row in report.above if row.post == "grid_officer"},
        "below": {row.unit_code for row in report.below if row.post == "grid_officer"},
    }
    assert outside == {"above": {"e1a-01"}, "below": {"w1a-01"}}
    assert (full.may("finish_case"), part.may("finish_case")) == (True, False)
    assert full.may("file_report")
    assert part.may("file_report")


@pytest.mark.mechanism("S-027")
def test_with_three_slots_a_grid_with_an_empty_one_is_incomplete() -> None:
    tree = make.tree()
    for post in ("grid_lead", "grid_officer", "grid_helper"):
        make.term(post, "e1a-01")
    for post in ("grid_lead", "grid_officer"):
        make.term(post, "e1a-02")
    report = staffing(SYSTEM, tree["e1a"], on=TODAY)
    assert {(row.unit_code, row.template, row.empty) for row in report.incomplete} == {
        ("e1a-02", "一格三员", ("网格辅助员",))
    }


@pytest.mark.mechanism("S-028")
def test_per_community_office_and_grid_are_told_apart_and_each_grid_names_somebody() -> None:
    tree = make.tree()
    workers = [make.term("worker", "e1a") for _ in range(4)]
    for term, grid in zip(workers, ("e1a-01", "e1a-01", "e1a-02"), strict=False):
        make.term("grid_officer", grid, staff_no=term.person.staff_no)
    rows = {row.unit_code: row for row in bodies.workers(SYSTEM, tree["e1"], on=TODAY)}
    assert (rows["e1a"].posted, rows["e1a"].office) == (3, 1)
    named = {
        row.unit_code: row.person for row in bodies.answerable(SYSTEM, tree["e1a"], kind="grid", on=TODAY)
    }
    assert named["e1a-02"] == workers[2].person.name
    assert all(named.values())
    posts.end_appointment(
        appointment_id=Appointment.objects.get(unit=tree["e1a-02"]).pk, on=TODAY, actor=SYSTEM, now=NOON
    )
    rows = {row.unit_code: row for row in bodies.workers(SYSTEM, tree["e1"], on=TODAY)}
    assert (rows["e1a"].posted, rows["e1a"].office) == (2, 2)


def who_holds(post: str, unit: str) -> Actor:
    """Return somebody signed in who holds a post of the demo city."""
    held = Appointment.objects.filter(unit__code=unit, post__code=post).select_related("person").first()
    number = held.person.staff_no if held else make.term(post, unit).person.staff_no
    known = Person.objects.get(staff_no=number)
    account = getattr(known, "account", None) or make.account(number)
    return actor_of(account.pk, now=NOON)


def report(steward: Actor, address: str) -> Case:
    return heart.filed(by=steward, channel=Channel.GRID, source="grid", address=address).case


@pytest.mark.mechanism("S-029")
def test_a_steward_registers_problems_of_the_own_building_and_no_other() -> None:
    packs.city()
    steward = who_holds("building_steward", "DM-DY-01")
    case = report(steward, "东苑小区1号楼2单元")
    assert case.first_unit.code == "DM-DY-01"
    for elsewhere in ("东苑小区2号楼", "东苑小区", "北苑小区", ""):
        with pytest.raises(NotAllowed):
            report(steward, elsewhere)
    assert Case.objects.count() == 1


@pytest.mark.mechanism("S-029")
def test_a_stairwell_steward_keeps_to_the_own_stairwell() -> None:
    packs.city()
    steward = who_holds("stairwell_steward", "DM-DY-01-1")
    assert report(steward, "东苑小区1号楼1单元").first_unit.code == "DM-DY-01-1"
    for elsewhere in ("东苑小区1号楼2单元", "东苑小区1号楼"):
        with pytest.raises(NotAllowed):
            report(steward, elsewhere)


@pytest.mark.mechanism("S-029")
def test_a_steward_sees_what_was_registered_or_notified_for_the_own_building_only() -> None:
    packs.city()
    steward, neighbour = who_holds("building_steward", "DM-DY-01"), who_holds("building_steward", "DM-DY-02")
    own = report(steward, "东苑小区1号楼2单元")
    told = heart.filed(address="东苑小区1号楼").case
    others = report(neighbour, "东苑小区2号楼")

    def seen(actor: Actor) -> set[object]:
        return set(doors.cases_for(actor).values_list("pk", flat=True))

    assert seen(steward) == {own.pk}
    triage.dispatch_case(
        case_id=told.pk,
        lead="990101-WY01",
        notify=("DM-DY-01",),
        reason="通知楼长",
        actor=SYSTEM,
        now=NOON,
    )
    assert seen(steward) == {own.pk, told.pk}
    assert seen(neighbour) == {others.pk}
    with pytest.raises(NotFound):
        doors.case_to_see(steward, others.pk)
    assert not cases.may(steward, Act.FINISH, told)


@pytest.mark.mechanism("S-030")
def test_the_two_words_for_a_building_head_are_one_post_with_aliases() -> None:
    packs.city()
    heads = [post for post in PostKind.objects.all() if {post.name, *post.aliases} & {"楼长", "楼栋长"}]
    assert len(heads) == 1
    assert {heads[0].name, *heads[0].aliases} >= {"楼长", "楼栋长"}
    assert heads[0].unit_kind_id == "building"


@pytest.mark.mechanism("S-032")
def test_any_clerk_takes_any_item_and_hand_offs_between_clerks_are_counted() -> None:
    packs.city()
    community = Unit.objects.get(code="990101001001")
    numbers = [make.term("community_worker", community.code).person.staff_no for _ in range(3)]
    clerks = [actor_of(make.account(number).pk, now=NOON) for number in numbers]
    items = items_in_force(TODAY)
    assert len(items) > 20
    taken: list[Case] = []
    for number, item in enumerate(items):
        case = heart.filed(address="东苑小区1号楼").case
        triage.match_item(case_id=case.pk, item=item.code, actor=SYSTEM, now=NOON)
        triage.dispatch_case(case_id=case.pk, lead=community.code, reason="窗口受理", actor=SYSTEM, now=NOON)
        assert all(cases.may(clerk, Act.ACCEPT, Case.objects.get(pk=case.pk)) for clerk in clerks)
        taken.append(handling.accept_case(case_id=case.pk, actor=clerks[number % 3], now=NOON))
    first = taken[0]
    assert figures.hand_offs(first) == 0
    handling.ask_resident(case_id=first.pk, question="哪个单元？", actor=clerks[0], now=NOON)
    assert figures.hand_offs(first) == 0
    handling.finish_case(case_id=first.pk, result="已办", photos=(heart.PHOTO,), actor=clerks[1], now=NOON)
    assert figures.hand_offs(first) == 1
    assert figures.hand_offs(taken[1]) == 0
