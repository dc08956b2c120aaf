"""The street's enforcement team as the city composes it, and who is lent to it until when."""

from datetime import date, timedelta

import pytest

from mulin.kernel.actor import SYSTEM
from mulin.people.actions import posts, setup
from mulin.people.models import Person
from mulin.people.queries import secondments as lookup
from mulin.people.queries.actors import actor_of
from tests.make import packs
from tests.make import people as make
from tests.make.people import NOON, TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
END = date(2026, 9, 1)


def send(home: str, unit: str, until_on: date = END) -> Person:
    person = make.person()
    posts.second_staff(
        staff_no=person.staff_no, home=home, unit=unit, post="squad", from_on=TODAY, until_on=until_on,
        actor=SYSTEM, now=NOON,
    )  # fmt: skip
    return person


@pytest.mark.mechanism("S-084")
def test_what_a_team_is_made_of_is_data_and_members_come_with_home_and_dates() -> None:
    make.tree(more=make.SQUADS)
    boss = make.actor("mayor", "city")
    make.term("squad_head", "sq-e1")
    send("law", "sq-e1")
    send("housing", "sq-e1")

    def team() -> list[tuple[str, int, int]]:
        rows = lookup.teams(boss, on=TODAY)
        return [(row.post_name, row.holders, row.seconded) for row in rows if row.unit == "sq-e1"]

    assert team() == [("执法办主任", 1, 0), ("下沉队员", 2, 2), ("协管员", 0, 0)]
    (row, *_) = lookup.secondments(boss, on=TODAY).rows
    assert (row.home_name, row.unit, row.from_on, row.until_on) == ("住建局", "sq-e1", TODAY, END)
    more = [
        *make.POSTS,
        make.PostRow("squad_lawyer", "法制员", "Lawyer", "enforcement", slot_of="1+X+Y"),
    ]
    setup.import_posts(rows=more, actor=SYSTEM, now=NOON)  # another Y: a row of the table, nothing else
    assert team()[-1] == ("法制员", 0, 0)


@pytest.mark.mechanism("S-085")
def test_counted_by_department_and_street_at_a_date_and_flagged_when_over() -> None:
    make.tree(more=make.SQUADS)
    boss = make.actor("mayor", "city")
    short = send("law", "sq-e1", until_on=TODAY + 10 * DAY)
    for home, unit in (("law", "sq-e1"), ("law", "sq-e2"), ("housing", "sq-e2")):
        send(home, unit)
    account = make.account(short.staff_no)

    then, later, after = (lookup.secondments(boss, on=day) for day in (TODAY, TODAY + 10 * DAY, END))
    counts = {
        (home, street): len(then.of(home=home, street=street))
        for home in then.homes
        for street in then.streets
    }
    assert counts == {("housing", "e1"): 0, ("housing", "e2"): 1, ("law", "e1"): 2, ("law", "e2"): 1}
    assert (len(then.running), len(then.run_out)) == (4, 0)
    assert [row.staff_no for row in later.run_out] == [short.staff_no]
    assert (len(later.running), len(later.of(home="law"))) == (3, 2)
    assert (len(after.running), len(after.run_out)) == (0, 4)
    assert not lookup.secondments(boss, on=TODAY - DAY).rows

    # Nobody goes on acting: the rights end with the last day, flagged or not.
    assert actor_of(account.pk, now=NOON).may("see_unit")
    assert not actor_of(account.pk, now=NOON + 10 * DAY).may("see_unit")
    posts.end_secondment(
        appointment_id=later.run_out[0].appointment_id, on=TODAY + 10 * DAY, actor=SYSTEM, now=NOON + 11 * DAY
    )
    assert not lookup.secondments(boss, on=TODAY + 11 * DAY).run_out


@pytest.mark.mechanism("S-085")
def test_a_pack_brings_secondments_with_home_and_days() -> None:
    packs.city()
    packs.city()  # again: nothing is doubled
    register = lookup.secondments(actor_of(make.account("S004").pk, now=NOON), on=date(2026, 8, 1))
    assert [(row.home, row.unit, row.has_run_out) for row in register.rows] == [
        ("990101-CG", "990101001-ZD", False),
        ("990101-GA", "990101001-ZD", True),
    ]
