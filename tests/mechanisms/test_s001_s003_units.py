"""City, counties, streets, communities: who sees what, what moves with whom, and the page of any day."""

from datetime import date, datetime, timedelta

import pytest

from mulin.cases.actions import setup
from mulin.cases.models import Case
from mulin.cases.queries import doors, figures
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import NotFound
from mulin.people.actions import units as acts
from mulin.people.models import Unit
from mulin.people.queries import pages, units
from tests.make import cases as heart
from tests.make import people as make
from tests.make.people import NOON, SINCE, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def tree() -> dict[str, Unit]:
    made = make.tree()
    setup.adopt_settings(values={"fallback_unit_code": "city", "prefix": "SL"}, actor=SYSTEM, now=NOON)
    return made


def case_at(place: Unit, *, reported_at: datetime = NOON) -> Case:
    return heart.case(place, reported_at=reported_at)


@pytest.mark.mechanism("S-001")
def test_a_county_sees_its_own_branch_a_city_all_and_the_citys_totals_are_the_counties_sums(
    tree: dict[str, Unit],
) -> None:
    east, west = make.actor("county_hr", "east"), make.actor("county_hr", "west")
    city = make.actor("mayor", "city")
    for place, count in (("e1a-01", 3), ("e1b-01", 2), ("w1a-01", 4)):
        for _ in range(count):
            case_at(tree[place])

    def seen(actor: Actor) -> set[str]:
        return {unit.code for unit in units.units_for(actor)}

    assert seen(east) == {code for code, unit in tree.items() if unit.path.startswith(tree["east"].path)}
    assert seen(west) == {"west", "w1", "w1a", "w1a-01"}
    assert seen(city) == set(tree)
    assert not seen(east) & seen(west)
    with pytest.raises(NotFound):
        units.unit_for(east, "w1a")

    def totals(code: str) -> dict[str, int]:
        return units.totals_under(tree[code], on=TODAY)

    for kind in ("street", "community", "grid", "building", "property_firm"):
        parts = [totals(county).get(kind, 0) for county in ("east", "west")]
        assert totals("city")[kind] == sum(parts) > 0
    visible = {code: doors.cases_for(reader(tree[code])).count() for code in ("city", "east", "west")}
    assert visible == {"city": 9, "east": 5, "west": 4}


def reader(unit: Unit) -> Actor:
    return heart.actor("reader", unit)


@pytest.mark.mechanism("S-001")
def test_a_city_of_two_counties_is_created_by_acts_and_every_case_carries_its_unit(
    tree: dict[str, Unit],
) -> None:
    third = acts.found_unit(
        code="north", kind="county", name="北区", parent="city", from_on=TODAY, actor=SYSTEM, now=NOON
    )
    assert {node.code for node in units.children_on(tree["city"], on=TODAY)} == {"east", "west", "north"}
    assert third.path == f"{tree['city'].path}{third.pk}/"
    case = case_at(tree["e1a-01"])
    assert case.desk == tree["e1"]
    assert case.place_unit == tree["e1a-01"]


@pytest.mark.mechanism("S-002")
def test_a_community_has_one_street_at_any_date_and_a_move_re_totals_from_its_day(
    tree: dict[str, Unit],
) -> None:
    move_on = date(2026, 5, 1)
    moved_at = NOON.replace(month=5, day=1)
    for reported_at in (moved_at - 2 * DAY, moved_at - DAY, moved_at, moved_at + DAY, moved_at + 2 * DAY):
        case_at(tree["e1a-01"], reported_at=reported_at)
    case_at(tree["e1b-01"], reported_at=moved_at - DAY)

    def totals() -> dict[str, int]:
        lines = figures.counts(SYSTEM, by=figures.By.STREET, since=NOON - 60 * DAY, until=NOON + DAY)
        return {line.value: line.cases for line in lines}

    assert totals() == {"e1": 6}

    acts.move_unit(code="e1a", to="e2", on=move_on, actor=make.actor("county_hr", "east"), now=NOON)

    assert totals() == {"e1": 3, "e2": 3}
    day = SINCE
    while day < move_on + 10 * DAY:
        street = units.parent_on(tree["e1a"], on=day)
        assert street == tree["e2" if day >= move_on else "e1"]
        day += DAY
    history = tree["e1a"].belongings.order_by("from_on").values_list("parent__code", "from_on", "until_on")
    assert list(history) == [("e1", SINCE, move_on), ("e2", move_on, None)]


@pytest.mark.mechanism("S-003")
def test_a_community_page_shows_a_chosen_day() -> None:
    make.tree()
    secretary = make.term("secretary", "e1a", until_on=TODAY)
    successor = make.term("secretary", "e1a", from_on=TODAY)
    acts.move_unit(code="e1a", to="e2", on=TODAY, actor=SYSTEM, now=NOON)
    acts.found_unit(
        code="e1a-03", kind="grid", name="三格", parent="e1a", from_on=TODAY, actor=SYSTEM, now=NOON
    )
    acts.cover_territory(code="firm", territory="e1a", from_on=TODAY, actor=SYSTEM, now=NOON)
    clerk, community = make.actor("worker", "e1a"), make.units()["e1a"]

    before = pages.unit_page(clerk, community, on=TODAY - DAY)
    after = pages.unit_page(clerk, community, on=TODAY)

    assert (before.above[0].code, after.above[0].code) == ("e1", "e2")
    grids = [{node.code for node in page.below if node.kind == "grid"} for page in (before, after)]
    assert grids == [{"e1a-01", "e1a-02"}, {"e1a-01", "e1a-02", "e1a-03"}]
    assert [unit.code for unit in before.serving] == ["p-a"]
    assert {unit.code for unit in after.serving} == {"p-a", "firm"}
    names = [{row.person for row in page.members if row.post == "secretary"} for page in (before, after)]
    assert names[0] == {secretary.person.name}
    assert names[1] == {successor.person.name}
