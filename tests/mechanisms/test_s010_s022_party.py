"""Party chain, registers, contact households, bodies with their members, one shoulder for two poles."""

from datetime import date, timedelta

import pytest

from mulin.kernel.actor import SYSTEM
from mulin.people.actions import listings, posts, setup, tables
from mulin.people.actions import units as acts
from mulin.people.models import Listing, Unit
from mulin.people.queries import bodies, pages, units
from mulin.people.queries.actors import actor_of
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.rows import BadRows
from mulin.people.rules.structure import KindRow
from mulin.people.rules.terms import OverlappingTerm
from mulin.people.rules.tree import Groundless, MisplacedUnit
from tests.make import people as make
from tests.make.people import KINDS, NOON, SINCE, TODAY, UNITS

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CHAIN = [
    UnitRow("p-a1-1", "group", "1号楼党小组", "p-a1", covers=("e1a-01-1", "e1a-01-2")),
    UnitRow("p-a1-1-h", "household", "1号楼党员中心户", "p-a1-1", covers=("e1a-01-1",)),
]


def depth_of(code: str) -> int:
    """Return how many party units lie between the community and this one, itself included."""
    unit = units.unit_by_code(code)
    return sum(above.kind.family == "party" for above in (unit, *units.ancestors(unit)))


@pytest.mark.mechanism("S-010")
def test_a_chain_of_four_and_a_chain_of_three_are_both_only_data() -> None:
    make.tree(more=CHAIN)
    assert depth_of("p-a1-1-h") == 4
    assert [unit.code for unit in units.ancestors(units.unit_by_code("p-a1-1-h"))][:3] == [
        "p-a1-1",
        "p-a1",
        "p-a",
    ]


@pytest.mark.mechanism("S-010")
def test_a_city_with_three_levels_says_so_in_its_kinds() -> None:
    three = [
        KindRow("household", "党员户", "Household", "party", ("branch",), 6, must_cover=True)
        if kind.code == "household"
        else kind
        for kind in KINDS
        if kind.code != "group"
    ]
    setup.import_unit_kinds(rows=three, actor=SYSTEM, now=NOON)
    rows = [*UNITS, UnitRow("h", "household", "党员户", "p-a1", covers=("e1a-01-1",))]
    tables.import_units(rows=rows, on=SINCE, actor=SYSTEM, now=NOON)
    assert depth_of("h") == 3


@pytest.mark.mechanism("S-010")
def test_a_node_without_ground_or_without_a_superior_is_refused() -> None:
    make.tree()
    found = {"kind": "branch", "name": "孤支部", "from_on": TODAY, "actor": SYSTEM, "now": NOON}
    with pytest.raises(Groundless):
        acts.found_unit(code="x", parent="p-a", **found)  # type: ignore[arg-type]
    with pytest.raises(MisplacedUnit):
        acts.found_unit(code="x", parent="", covers=("e1a-02",), **found)  # type: ignore[arg-type]
    with pytest.raises(BadRows):
        tables.import_units(rows=[UnitRow("x", "branch", "孤支部", "p-a")], on=TODAY, actor=SYSTEM, now=NOON)
    with pytest.raises(Groundless):
        acts.end_cover(code="p-a1", territory="e1a-01", on=TODAY, actor=SYSTEM, now=NOON)
    with pytest.raises(acts.StillNeeded):
        acts.dissolve_unit(code="p-a", on=TODAY, actor=SYSTEM, now=NOON)
    for code in ("p-a", "p-a1"):
        assert units.covered_by(units.unit_by_code(code), on=TODAY)


@pytest.mark.mechanism("S-011")
def test_the_register_counts_by_kind_and_date_what_was_entered_and_forgets_the_dissolved() -> None:
    tree = make.tree(
        more=[
            UnitRow(f"b{n}", "branch", f"{n}支部", "p-a", covers=("e1a-02",), from_on=SINCE + n * DAY)
            for n in range(10)
        ]
    )
    leader = make.term("branch_secretary", "p-a1")
    for number in range(4):
        acts.dissolve_unit(code=f"b{number}", on=TODAY, actor=SYSTEM, now=NOON)

    def count(on: date) -> int:
        return sum(
            row.kind == "branch" for row in pages.register(SYSTEM, tree["city"], family="party", on=on)
        )

    assert [count(SINCE), count(SINCE + 4 * DAY), count(TODAY - DAY), count(TODAY)] == [2, 6, 11, 7]
    rows = {row.code: row for row in pages.register(SYSTEM, tree["e1a"], family="party", on=TODAY)}
    assert (rows["p-a1"].founded_on, rows["p-a1"].territories, rows["p-a1"].leader) == (
        SINCE,
        ("甲-01",),
        leader.person.name,
    )
    assert rows["b9"].founded_on == SINCE + 9 * DAY
    assert len(pages.register(SYSTEM, tree["e1"], family="party", on=TODAY)) == len(rows)


@pytest.mark.mechanism("S-012")
def test_a_resident_sees_and_can_ring_the_contact_household_until_it_withdraws() -> None:
    make.tree(more=CHAIN)
    term = make.term("household", "p-a1-1-h")
    building, other = make.units()["e1a-01-1"], make.units()["e1a-01-2"]

    def shown(place: Unit) -> list[tuple[str, str]]:
        return [(point.name, point.phone) for point in bodies.contact_points(place, on=TODAY)]

    assert shown(building) == []
    self = actor_of(make.account(term.person.staff_no).pk, now=NOON)
    listing = {
        "appointment_id": term.pk,
        "name": "李大姐",
        "phone": "138 0000 0000",
        "actor": self,
        "now": NOON,
    }
    with pytest.raises(listings.NoConsent):
        listings.list_publicly(consent="", consented_on=TODAY, **listing)  # type: ignore[arg-type]
    assert shown(building) == []
    listings.list_publicly(consent="本人签字", consented_on=TODAY, **listing)  # type: ignore[arg-type]
    assert shown(building) == [("李大姐", "13800000000")]
    assert shown(other) == []

    listings.withdraw_listing(appointment_id=term.pk, actor=self, now=NOON)

    assert shown(building) == []
    assert not Listing.objects.exists()


@pytest.mark.mechanism("S-015")
def test_a_big_committees_page_lists_full_and_part_time_members_and_flags_expired_terms() -> None:
    tree = make.tree()
    secretary = make.term("secretary", "e1a", until_on=TODAY + 365 * DAY)
    part = {"full_time": False, "source": "police", "source_unit": "housing"}
    running = make.term("part_time_member", "e1a", until_on=TODAY + DAY, **part)  # type: ignore[arg-type]
    expired = make.term("part_time_member", "e1a", until_on=TODAY - DAY, **part)  # type: ignore[arg-type]

    members = {row.appointment_id: row for row in bodies.members_of(SYSTEM, tree["e1a"], on=TODAY)}

    assert set(members) == {secretary.pk, running.pk, expired.pk}
    assert [members[pk].full_time for pk in (secretary.pk, running.pk)] == [True, False]
    assert members[running.pk].source_unit == "住建局"
    assert (members[running.pk].from_on, members[running.pk].until_on) == (SINCE, TODAY + DAY)
    assert [row.appointment_id for row in members.values() if row.has_run_out] == [expired.pk]
    posts.renew_appointment(appointment_id=expired.pk, until_on=TODAY + 365 * DAY, actor=SYSTEM, now=NOON)
    after = bodies.members_of(SYSTEM, tree["e1a"], on=TODAY)
    assert not any(row.has_run_out for row in after)
    assert len(after) == 3


@pytest.mark.mechanism("S-016")
def test_part_time_members_are_appointed_ended_renewed_and_counted_by_source() -> None:
    tree = make.tree()
    organiser = make.actor("county_hr", "east")
    sources = ("resident_unit", "property_firm", "police", "social_organisation", "owners_committee")
    terms = {}
    for source in sources:
        person = make.person()
        terms[source] = posts.appoint(
            staff_no=person.staff_no,
            unit="e1a",
            post="part_time_member",
            from_on=SINCE,
            until_on=TODAY + DAY,
            full_time=False,
            source=source,
            actor=organiser,
            now=NOON,
        )

    def counted(on: date) -> dict[str, int]:
        rows = bodies.members_by_source(organiser, tree["e1"], posts=["part_time_member"], on=on)
        assert {row.unit_code for row in rows} <= {"e1a"}
        return {row.source: row.members for row in rows}

    assert counted(TODAY) == dict.fromkeys(sources, 1)
    posts.end_appointment(appointment_id=terms["police"].pk, on=TODAY, actor=organiser, now=NOON)
    posts.renew_appointment(appointment_id=terms["property_firm"].pk, actor=organiser, now=NOON)
    assert counted(TODAY) == {source: 1 for source in sources if source != "police"}
    assert counted(TODAY + DAY) == {"property_firm": 1}
    with pytest.raises(OverlappingTerm):
        posts.appoint(
            staff_no=terms["resident_unit"].person.staff_no,
            unit="e1a",
            post="part_time_member",
            from_on=TODAY,
            full_time=False,
            source="police",
            actor=organiser,
            now=NOON,
        )


@pytest.mark.mechanism("S-022")
def test_one_person_may_be_secretary_and_director_and_the_share_is_reported() -> None:
    tree = make.tree(more=[UnitRow(f"r-{place}", "residents", "居委会", place) for place in ("e1b", "w1a")])
    for community, committee, same in (("e1a", "r-a", True), ("e1b", "r-e1b", False), ("w1a", "r-w1a", True)):
        secretary = make.term("secretary", community)
        director = secretary.person.staff_no if same else make.person().staff_no
        make.term("director", committee, staff_no=director)

    def share(root: str) -> tuple[int, int]:
        found = bodies.held_together(
            SYSTEM, tree[root], kind="community", posts=("secretary", "director"), on=TODAY
        )
        return found.count, found.of

    assert share("city") == (2, 3)
    assert share("east") == (1, 2)
    assert share("west") == (1, 1)
