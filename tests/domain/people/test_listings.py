"""People shown to residents: only while they agree, and only for their term."""

from datetime import date, timedelta
from functools import partial

import pytest

from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal
from mulin.ledger.models import Entry
from mulin.people import jobs
from mulin.people.actions import listings, posts
from mulin.people.actions import units as unit_acts
from mulin.people.models import Appointment, Listing
from mulin.people.queries import bodies
from mulin.people.queries.actors import actor_of
from mulin.people.rules.phones import BadPhone
from tests.make import people as make
from tests.make.people import NOON, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NEXT_YEAR = date(2027, 1, 1)

listed = partial(
    listings.list_publicly,
    name="王女士",
    phone="138 0000 0000",
    consent="本人签字",
    consented_on=TODAY,
    now=NOON,
)


def steward() -> Appointment:
    make.tree()
    return make.term("steward", "e1a-01-1")


def points() -> list[tuple[str, str]]:
    building = make.units()["e1a-01-1"]
    return [(point.name, point.phone) for point in bodies.contact_points(building, on=TODAY)]


def test_a_listing_shows_what_was_agreed_to_and_withdrawal_leaves_nothing() -> None:
    term = steward()
    organiser = make.actor("county_hr", "east")
    listed(appointment_id=term.pk, actor=organiser)
    assert points() == [("王女士", "13800000000")]
    listings.withdraw_listing(appointment_id=term.pk, actor=organiser, now=NOON)
    assert points() == []
    assert not Listing.objects.exists()
    assert make.kinds_recorded() == ["listing.made", "listing.withdrawn"]
    assert "王女士" not in str(list(Entry.objects.values()))


def test_a_person_lists_and_withdraws_without_asking_anybody() -> None:
    term = steward()
    self = actor_of(make.account(term.person.staff_no).pk, now=NOON)
    listed(appointment_id=term.pk, actor=self)
    listings.withdraw_listing(appointment_id=term.pk, actor=self, now=NOON)
    assert points() == []


@pytest.mark.parametrize("left", ["ended", "ran-out", "dissolved"])
def test_a_listing_ends_with_the_term(left: str) -> None:
    term = steward()
    listed(appointment_id=term.pk, actor=SYSTEM)
    if left == "ended":
        posts.end_appointment(appointment_id=term.pk, on=TODAY, actor=SYSTEM, now=NOON)
    elif left == "ran-out":
        Appointment.objects.filter(pk=term.pk).update(until_on=TODAY)
    else:
        unit_acts.dissolve_unit(code="e1a-01-1", on=TODAY, actor=SYSTEM, now=NOON)
    assert points() == []


def test_a_listing_that_outlived_its_term_is_gone_with_the_day() -> None:
    term = steward()
    listed(appointment_id=term.pk, actor=SYSTEM)
    posts.end_appointment(appointment_id=term.pk, on=TODAY + DAY, actor=SYSTEM, now=NOON)
    assert points()
    jobs.turn_day(now=NOON)
    assert Listing.objects.exists()
    jobs.turn_day(now=NOON + DAY)
    assert not Listing.objects.exists()


LIST_REFUSED = [
    pytest.param({"consent": " "}, "county_hr", "east", listings.NoConsent, id="no-consent"),
    pytest.param({"consent": "字" * 121}, "county_hr", "east", listings.NoConsent, id="endless-consent"),
    pytest.param(
        {"consented_on": TODAY + DAY}, "county_hr", "east", listings.NoConsent, id="consent-of-tomorrow"
    ),
    pytest.param({"name": ""}, "county_hr", "east", BadInput, id="no-name"),
    pytest.param({"name": "字" * 41}, "county_hr", "east", BadInput, id="long-name"),
    pytest.param({"phone": "123"}, "county_hr", "east", BadPhone, id="bad-phone"),
    pytest.param({}, "worker", "e1a", NotAllowed, id="wrong-role"),
    pytest.param({}, "county_hr", "west", NotFound, id="elsewhere"),
]


@pytest.mark.parametrize(("said", "post", "unit", "refusal"), LIST_REFUSED)
def test_a_refused_listing_leaves_no_trace(
    said: dict[str, object], post: str, unit: str, refusal: type[Refusal]
) -> None:
    term = steward()
    actor = make.actor(post, unit)
    before = make.everything()
    with pytest.raises(refusal):
        listed(appointment_id=term.pk, **said, actor=actor)
    assert make.everything() == before


def test_only_posts_for_residents_and_running_terms_are_listed() -> None:
    make.tree()
    officer = make.term("grid_officer", "e1a-01")
    over = make.term("steward", "e1a-01-1", until_on=TODAY)
    for term in (officer, over):
        with pytest.raises(NotPossible):
            listed(appointment_id=term.pk, actor=SYSTEM)


@pytest.mark.parametrize(
    ("post", "unit", "refusal"), [("worker", "e1a", NotAllowed), ("worker", "w1a", NotFound)]
)
def test_a_stranger_withdraws_nobody(post: str, unit: str, refusal: type[Refusal]) -> None:
    term = steward()
    listed(appointment_id=term.pk, actor=SYSTEM)
    with pytest.raises(refusal):
        listings.withdraw_listing(appointment_id=term.pk, actor=make.actor(post, unit), now=NOON)
    with pytest.raises(NotFound):
        listings.withdraw_listing(appointment_id=term.pk, actor=PUBLIC, now=NOON)
    assert points()


def test_what_is_not_listed_is_not_withdrawn() -> None:
    term = steward()
    with pytest.raises(NotFound):
        listings.withdraw_listing(appointment_id=term.pk, actor=SYSTEM, now=NOON)
