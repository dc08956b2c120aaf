"""Secondments: sent from a home unit until a day, sent back, counted by department and street on any day."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal
from mulin.ledger.models import Entry
from mulin.people.actions import posts, tables
from mulin.people.models import Appointment, Unit
from mulin.people.queries import secondments as lookup
from mulin.people.queries.actors import actor_of
from mulin.people.rules.rows import BadRows
from mulin.people.rules.structure import TermRow
from mulin.people.rules.terms import NoSeat, OverlappingTerm, WrongSource
from tests.make import people as make
from tests.make.people import NOON, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
END = date(2026, 9, 1)

second = partial(
    posts.second_staff,
    staff_no="s1",
    home="housing",
    unit="sq-e1",
    post="squad",
    from_on=TODAY,
    until_on=END,
    actor=SYSTEM,
    now=NOON,
)
end = partial(posts.end_secondment, actor=SYSTEM, now=NOON)


@pytest.fixture
def tree() -> dict[str, Unit]:
    units = make.tree(more=make.SQUADS)
    make.person("某某", "s1")
    return units


def test_somebody_is_sent_and_sent_back_early(tree: dict[str, Unit]) -> None:
    organiser = make.actor("county_hr", "east")
    term = second(actor=organiser)
    assert (term.unit.code, term.source_unit, term.until_on) == ("sq-e1", tree["housing"], END)
    facts = {"unit": tree["sq-e1"].pk, "post": "squad", "home": tree["housing"].pk}
    sent = Entry.objects.get(kind="secondment.made").facts
    assert sent == {**facts, "since": "2026-05-12", "until": "2026-09-01"}
    ended = end(appointment_id=term.pk, on=TODAY + DAY, actor=organiser)
    assert (ended.until_on, ended.ended_at) == (TODAY + DAY, NOON)
    assert Entry.objects.get(kind="secondment.ended").facts == {**facts, "on": "2026-05-13"}


SECOND_REFUSED = [
    pytest.param({}, "worker", "e1a", NotFound, id="wrong-role"),
    pytest.param({}, "county_hr", "west", NotFound, id="elsewhere"),
    pytest.param({"home": ""}, "county_hr", "east", BadInput, id="no-home"),
    pytest.param({"home": "sq-e1"}, "county_hr", "east", BadInput, id="from-itself"),
    pytest.param({"home": "nowhere"}, "county_hr", "east", NotFound, id="no-such-home"),
    pytest.param({"until_on": None}, "county_hr", "east", BadInput, id="no-end"),
    pytest.param({"until_on": TODAY}, "county_hr", "east", BadInput, id="no-day"),
    pytest.param({"staff_no": "nobody"}, "county_hr", "east", NotFound, id="no-person"),
    pytest.param({"unit": "nowhere"}, "county_hr", "east", NotFound, id="no-unit"),
    pytest.param({"unit": "e1a-01", "post": "grid_lead"}, "county_hr", "east", WrongSource, id="no-taker"),
    pytest.param({"unit": "e1a"}, "county_hr", "east", BadInput, id="post-of-another-kind"),
    pytest.param({"unit": "sq-e2"}, "county_hr", "east", OverlappingTerm, id="there-already"),
    pytest.param({"unit": "r-a", "post": "director"}, "county_hr", "east", NoSeat, id="seat-taken"),
]


@pytest.mark.parametrize(("said", "post", "at", "refusal"), SECOND_REFUSED)
@pytest.mark.usefixtures("tree")
def test_a_refused_secondment_leaves_no_trace(
    said: dict[str, object], post: str, at: str, refusal: type[Refusal]
) -> None:
    second(unit="sq-e2")
    make.term("director", "r-a")
    organiser = make.actor(post, at)
    before = make.everything()
    with pytest.raises(refusal):
        second(**said, actor=organiser)
    assert make.everything() == before


@pytest.mark.usefixtures("tree")
def test_who_sees_the_street_but_may_not_second_is_told_so() -> None:
    make.term("mayor", "city", staff_no="s1")
    with pytest.raises(NotAllowed):
        second(actor=actor_of(make.account("s1").pk, now=NOON))


@pytest.mark.usefixtures("tree")
def test_nobody_seconds_themselves_and_an_appointment_is_no_back_door() -> None:
    organiser = make.actor("county_hr", "east")
    me = Appointment.objects.get(post__code="county_hr").person.staff_no
    with pytest.raises(NotAllowed):
        second(staff_no=me, actor=organiser)
    with pytest.raises(BadInput):
        posts.appoint(
            staff_no="s1", unit="sq-e1", post="squad", from_on=TODAY, source="secondment",
            source_unit="housing", actor=SYSTEM, now=NOON,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("on", "who", "refusal"),
    [
        pytest.param(TODAY, ("county_hr", "east"), NotPossible, id="before-it-began"),
        pytest.param(END + DAY, ("county_hr", "east"), NotPossible, id="after-its-end"),
        pytest.param(TODAY + DAY, ("county_hr", "west"), NotFound, id="elsewhere"),
        pytest.param(TODAY + DAY, ("mayor", "city"), NotAllowed, id="wrong-role"),
    ],
)
@pytest.mark.usefixtures("tree")
def test_a_refused_return_leaves_no_trace(on: date, who: tuple[str, str], refusal: type[Refusal]) -> None:
    term, actor = second(), make.actor(*who)
    before = make.everything()
    with pytest.raises(refusal):
        end(appointment_id=term.pk, on=on, actor=actor)
    with pytest.raises(NotFound):
        end(appointment_id=term.pk, on=TODAY + DAY, actor=PUBLIC)
    assert make.everything() == before


@pytest.mark.usefixtures("tree")
def test_only_a_secondment_is_ended_so_and_once() -> None:
    other = make.term("squad_helper", "sq-e1")
    with pytest.raises(NotPossible):
        end(appointment_id=other.pk, on=TODAY)
    term = second()
    end(appointment_id=term.pk, on=TODAY + DAY)
    with pytest.raises(NotPossible):
        end(appointment_id=term.pk, on=TODAY + DAY)


@pytest.mark.usefixtures("tree")
def test_a_renewal_says_until_when() -> None:
    term = second()
    with pytest.raises(BadInput):
        posts.renew_appointment(appointment_id=term.pk, actor=SYSTEM, now=NOON)
    longer = posts.renew_appointment(appointment_id=term.pk, until_on=END + 90 * DAY, actor=SYSTEM, now=NOON)
    assert (longer.source, longer.source_unit_id) == (term.source, term.source_unit_id)
    assert [row.has_run_out for row in lookup.secondments(make.actor("mayor", "city"), on=END).rows] == [
        False
    ]


def end_the_last() -> None:
    end(appointment_id=Appointment.objects.values_list("pk", flat=True).latest("pk"), on=TODAY + DAY)


@pytest.mark.parametrize("act", [second, end_the_last])
@pytest.mark.usefixtures("tree")
def test_each_act_locks_before_it_looks(act: Callable[[], object]) -> None:
    make.person("另一人", "s2")
    second(staff_no="s2")
    with CaptureQueriesContext(connection) as asked:
        act()
    seen = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert "FOR UPDATE" in seen[act is end_the_last]  # the last one is looked up by the test


@pytest.mark.usefixtures("tree")
def test_the_database_itself_wants_home_and_end() -> None:
    term = second()
    for lost in ({"until_on": None}, {"source_unit": None}):
        with pytest.raises(IntegrityError, match="secondment_has_home_and_end"), transaction.atomic():
            Appointment.objects.filter(pk=term.pk).update(**lost)


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"source_unit": ""}, "source_unit"),
        ({"source_unit": "sq-e1"}, "source_unit"),
        ({"until_on": None}, "until_on"),
        ({"source_unit": "nowhere"}, "source_unit"),
    ],
)
@pytest.mark.usefixtures("tree")
def test_an_import_names_row_and_column(wrong: dict[str, object], column: str) -> None:
    good = TermRow("i1", "某", "sq-e1", "squad", TODAY, END, source="secondment", source_unit="law")
    bad = TermRow(**{**{f: getattr(good, f) for f in TermRow.__slots__}, "staff_no": "i2", **wrong})  # type: ignore[arg-type]
    with pytest.raises(BadRows) as refused:
        tables.import_appointments(rows=[good, bad], actor=SYSTEM, now=NOON)
    assert {(each.row, each.column) for each in refused.value.problems} == {(1, column)}
    assert not Appointment.objects.exists()


@pytest.mark.usefixtures("tree")
def test_who_may_not_see_who_serves_sees_no_register() -> None:
    with pytest.raises(NotAllowed):
        lookup.secondments(make.actor("clerk", "e1a"), on=TODAY)


@pytest.mark.usefixtures("tree")
def test_one_row_and_three_rows_take_the_same_statements() -> None:
    boss, counts = make.actor("mayor", "city"), []
    for n in (1, 2):
        for number in range(n):
            make.person(staff_no=f"n{n}{number}")
            second(staff_no=f"n{n}{number}")
        with CaptureQueriesContext(connection) as asked:
            register = lookup.secondments(boss, on=TODAY)
            lookup.teams(boss, on=TODAY)
            assert [row.home_name for row in register.rows]
        counts.append(len(asked))
    assert counts[0] == counts[1]
