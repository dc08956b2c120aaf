"""Acts on posts: terms with their seats and sources, and people shown to residents while they agree."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal
from mulin.ledger.models import Entry
from mulin.people.actions import listings, posts
from mulin.people.actions import units as unit_acts
from mulin.people.models import Appointment, Listing, Person
from mulin.people.rules.phones import BadPhone
from mulin.people.rules.terms import (
    AdministratorsKeptApart,
    NoSeat,
    OverlappingTerm,
    WrongSource,
)
from tests.make import people as make
from tests.make.ledger import together
from tests.make.people import NOON, SINCE, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NEXT_YEAR = date(2027, 1, 1)

register = partial(posts.register_person, staff_no="n1", name="新人", unit="e1a", actor=SYSTEM, now=NOON)
appoint = partial(posts.appoint, staff_no="s1", unit="e1a-01", post="grid_officer", from_on=TODAY, now=NOON)
listed = partial(
    listings.list_publicly,
    name="王女士",
    phone="138 0000 0000",
    consent="本人签字",
    consented_on=TODAY,
    now=NOON,
)


def known() -> Person:
    make.tree()
    return make.person("某某", "s1")


def test_a_person_is_registered_once_and_then_appointed() -> None:
    make.tree()
    organiser = make.actor("county_hr", "east")
    person = register(work_phone="06325501234", actor=organiser)
    assert (person.staff_no, person.name, person.work_phone) == ("n1", "新人", "0632-5501234")
    term = appoint(staff_no="n1", actor=organiser)
    assert (term.person, term.unit.code, term.post.code) == (person, "e1a-01", "grid_officer")
    assert make.kinds_recorded() == ["appointment.made", "person.registered"]
    entry = Entry.objects.get(kind="appointment.made")
    assert entry.facts == {
        "unit": make.units()["e1a-01"].pk,
        "post": "grid_officer",
        "since": "2026-05-12",
        "until": None,
    }


REGISTER_REFUSED = [
    pytest.param({"staff_no": " "}, BadInput, id="no-number"),
    pytest.param({"staff_no": "x" * 33}, BadInput, id="long-number"),
    pytest.param({"name": " "}, BadInput, id="no-name"),
    pytest.param({"name": "字" * 61}, BadInput, id="long-name"),
    pytest.param({"work_phone": "123"}, BadPhone, id="bad-phone"),
    pytest.param({"staff_no": "s1"}, NotPossible, id="number-taken"),
    pytest.param({"unit": "w1a"}, NotFound, id="elsewhere"),
    pytest.param({"unit": "nowhere"}, NotFound, id="no-unit"),
]


@pytest.mark.parametrize(("said", "refusal"), REGISTER_REFUSED)
def test_a_refused_registration_leaves_no_trace(said: dict[str, str], refusal: type[Refusal]) -> None:
    known()
    organiser = make.actor("county_hr", "east")
    before = make.everything()
    with pytest.raises(refusal):
        register(**said, actor=organiser)
    assert make.everything() == before


def test_who_may_not_appoint_may_not_register() -> None:
    make.tree()
    with pytest.raises(NotAllowed):
        register(actor=make.actor("worker", "e1a"))


APPOINT_REFUSED = [
    pytest.param({}, "worker", "e1a", NotAllowed, id="wrong-role"),
    pytest.param({}, "county_hr", "west", NotFound, id="elsewhere"),
    pytest.param({"unit": "nowhere"}, "county_hr", "east", NotFound, id="no-unit"),
    pytest.param({"staff_no": "nobody"}, "county_hr", "east", NotFound, id="no-person"),
    pytest.param({"post": "king"}, "county_hr", "east", NotFound, id="no-post"),
    pytest.param({"until_on": TODAY}, "county_hr", "east", BadInput, id="no-day"),
    pytest.param({"unit": "e1a"}, "county_hr", "east", BadInput, id="post-of-another-kind"),
    pytest.param({"from_on": date(2025, 1, 1)}, "county_hr", "east", NotPossible, id="before-the-unit-stood"),
    pytest.param(
        {"post": "grid_lead", "source": "police"}, "county_hr", "east", WrongSource, id="wrong-source"
    ),
    pytest.param({"source_unit": "nowhere"}, "county_hr", "east", NotFound, id="no-source-unit"),
    pytest.param({"unit": "e1a-02"}, "county_hr", "east", OverlappingTerm, id="holds-it-already"),
    pytest.param(
        {"post": "grid_lead", "unit": "e1a-02", "source": "community_worker"},
        "county_hr",
        "east",
        NoSeat,
        id="seat-taken",
    ),
    pytest.param(
        {"unit": "city", "post": "auditor"}, "admin", "city", AdministratorsKeptApart, id="two-admins"
    ),
]


@pytest.mark.parametrize(("said", "post", "unit", "refusal"), APPOINT_REFUSED)
def test_a_refused_appointment_leaves_no_trace(
    said: dict[str, object], post: str, unit: str, refusal: type[Refusal]
) -> None:
    known()
    make.term("grid_officer", "e1a-02", staff_no="s1")
    make.term("grid_lead", "e1a-02")
    make.term("guard", "city", staff_no="s1")
    actor = make.actor(post, unit)
    before = make.everything()
    with pytest.raises(refusal):
        appoint(**said, actor=actor)
    assert make.everything() == before


def test_nobody_is_appointed_to_a_dissolved_unit() -> None:
    known()
    unit_acts.dissolve_unit(code="e1b-01", on=TODAY, actor=SYSTEM, now=NOON)
    with pytest.raises(NotPossible):
        appoint(unit="e1b-01", actor=SYSTEM)


def test_nobody_appoints_or_renews_themselves() -> None:
    make.tree()
    organiser = make.actor("county_hr", "east")
    own = Appointment.objects.get(person__account__pk=organiser.account_id)
    own.until_on = NEXT_YEAR
    own.save()
    before = make.everything()
    with pytest.raises(NotAllowed):
        appoint(staff_no=own.person.staff_no, actor=organiser)
    with pytest.raises(NotAllowed):
        posts.renew_appointment(appointment_id=own.pk, actor=organiser, now=NOON)
    assert make.everything() == before


def test_a_sole_seat_is_free_again_from_the_day_it_was_left() -> None:
    known()
    first = make.term("grid_lead", "e1a-01")
    lead = partial(appoint, post="grid_lead", source="community_worker", actor=SYSTEM)
    with pytest.raises(NoSeat):
        lead()
    posts.end_appointment(appointment_id=first.pk, on=TODAY, actor=SYSTEM, now=NOON)
    assert lead().sole
    first.refresh_from_db()
    assert (first.until_on, first.ended_at) == (TODAY, NOON)


END_REFUSED = [
    pytest.param(TODAY, "worker", "e1a", NotAllowed, id="wrong-role"),
    pytest.param(TODAY, "county_hr", "west", NotFound, id="elsewhere"),
    pytest.param(SINCE, "county_hr", "east", NotPossible, id="before-it-began"),
    pytest.param(NEXT_YEAR + DAY, "county_hr", "east", NotPossible, id="after-its-end"),
]


@pytest.mark.parametrize(("on", "post", "unit", "refusal"), END_REFUSED)
def test_a_refused_end_leaves_no_trace(on: date, post: str, unit: str, refusal: type[Refusal]) -> None:
    make.tree()
    term = make.term("grid_officer", "e1a-01", until_on=NEXT_YEAR)
    actor = make.actor(post, unit)
    before = make.everything()
    with pytest.raises(refusal):
        posts.end_appointment(appointment_id=term.pk, on=on, actor=actor, now=NOON)
    assert make.everything() == before


def test_a_term_ends_once_and_an_unknown_one_never() -> None:
    make.tree()
    term = make.term("grid_officer", "e1a-01")
    end = partial(posts.end_appointment, on=TODAY, actor=SYSTEM, now=NOON)
    end(appointment_id=term.pk)
    with pytest.raises(NotPossible):
        end(appointment_id=term.pk)
    with pytest.raises(NotFound):
        end(appointment_id=term.pk + 1000)


def test_a_renewal_follows_without_a_gap_and_takes_the_listing_along() -> None:
    make.tree()
    term = make.term("steward", "e1a-01-1", until_on=NEXT_YEAR, full_time=False, source="volunteer")
    listed(appointment_id=term.pk, actor=SYSTEM)
    renewal = posts.renew_appointment(
        appointment_id=term.pk, until_on=date(2028, 1, 1), actor=make.actor("county_hr", "east"), now=NOON
    )
    assert (renewal.from_on, renewal.until_on) == (NEXT_YEAR, date(2028, 1, 1))
    assert (renewal.full_time, renewal.source, renewal.renewal_of_id) == (False, "volunteer", term.pk)
    assert Listing.objects.get().appointment == renewal
    assert "appointment.renewed" in make.kinds_recorded()


def open_ended() -> Appointment:
    return make.term("grid_officer", "e1a-01")


def ended() -> Appointment:
    term = make.term("grid_officer", "e1a-01", until_on=NEXT_YEAR)
    return posts.end_appointment(appointment_id=term.pk, on=TODAY, actor=SYSTEM, now=NOON)


def renewed() -> Appointment:
    term = make.term("grid_officer", "e1a-01", until_on=NEXT_YEAR)
    posts.renew_appointment(appointment_id=term.pk, actor=SYSTEM, now=NOON)
    return term


def seat_given_away() -> Appointment:
    term = make.term("grid_lead", "e1a-01", until_on=NEXT_YEAR)
    make.term("grid_lead", "e1a-01", from_on=NEXT_YEAR)
    return term


def appointed_again() -> Appointment:
    term = make.term("grid_officer", "e1a-01", until_on=NEXT_YEAR)
    make.term("grid_officer", "e1a-01", from_on=date(2027, 6, 1), staff_no=term.person.staff_no)
    return term


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (open_ended, NotPossible),
        (ended, NotPossible),
        (renewed, NotPossible),
        (seat_given_away, NoSeat),
        (appointed_again, OverlappingTerm),
    ],
)
def test_what_cannot_be_renewed(given: Callable[[], Appointment], refusal: type[Refusal]) -> None:
    make.tree()
    term = given()
    before = make.everything()
    with pytest.raises(refusal):
        posts.renew_appointment(appointment_id=term.pk, actor=SYSTEM, now=NOON)
    assert make.everything() == before


@pytest.mark.parametrize(
    ("post", "unit", "refusal"), [("worker", "e1a", NotAllowed), ("worker", "w1a", NotFound)]
)
def test_who_may_not_renew(post: str, unit: str, refusal: type[Refusal]) -> None:
    make.tree()
    term = make.term("grid_officer", "e1a-01", until_on=NEXT_YEAR)
    with pytest.raises(refusal):
        posts.renew_appointment(appointment_id=term.pk, actor=make.actor(post, unit), now=NOON)


@pytest.mark.parametrize(
    "act",
    [
        lambda term: appoint(staff_no=term.person.staff_no, unit="e1a-01-2", post="steward", actor=SYSTEM),
        lambda term: posts.end_appointment(appointment_id=term.pk, on=TODAY, actor=SYSTEM, now=NOON),
        lambda term: posts.renew_appointment(appointment_id=term.pk, actor=SYSTEM, now=NOON),
        lambda term: listed(appointment_id=term.pk, actor=SYSTEM),
    ],
    ids=["appoint", "end", "renew", "list"],
)
def test_each_act_locks_before_it_looks(act: Callable[[Appointment], object]) -> None:
    make.tree()
    made = make.term("steward", "e1a-01-1", until_on=NEXT_YEAR)
    term = Appointment.objects.select_related("person").get(pk=made.pk)
    with CaptureQueriesContext(connection) as asked:
        act(term)
    first = next(query["sql"] for query in asked if "SAVEPOINT" not in query["sql"])
    assert "FOR UPDATE" in first


@pytest.mark.django_db(transaction=True)
def test_of_two_appointed_to_one_seat_at_once_one_gets_it() -> None:
    make.tree()
    people = [make.person() for _ in range(2)]

    def lead(person: Person) -> Appointment:
        return appoint(staff_no=person.staff_no, post="grid_lead", source="community_worker", actor=SYSTEM)

    results = together(*(partial(lead, person) for person in people))

    assert sum(isinstance(result, Appointment) for result in results) == 1
    assert sum(isinstance(result, NoSeat) for result in results) == 1
