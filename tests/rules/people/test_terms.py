"""Terms of office: seats, overlaps, bodies, sources, the three administrators."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.kernel.periods import Period
from mulin.people.rules.terms import (
    AdministratorsKeptApart,
    NoSeat,
    OverlappingTerm,
    PostRule,
    Term,
    WrongSource,
    has_run_out,
    most_at_once,
    require_free,
    require_source,
    require_unit_kind,
)

LEAD = PostRule("lead", "网格长", "grid", seats_max=1, sources=("community_worker",))
OFFICER = PostRule("officer", "网格员", "grid")
MEMBER = PostRule("member", "委员", "community", body="committee")
PART = PostRule("part", "兼职委员", "community", body="committee")
SYSTEM = PostRule("sys", "系统管理员", "city", administers=frozenset({"system"}))
AUDIT = PostRule("aud", "审计管理员", "city", administers=frozenset({"audit"}))
DAY = date(2026, 1, 1)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def term(
    post: PostRule, *, person: str = "p1", unit: str = "u1", since: int = 0, until: int | None = None
) -> Term:
    return Term(person, unit, post, Period(day(since), None if until is None else day(until)))


@pytest.mark.parametrize(
    ("new", "other", "refusal"),
    [
        pytest.param(term(OFFICER), term(OFFICER), OverlappingTerm, id="same-post-twice"),
        pytest.param(term(PART), term(MEMBER), OverlappingTerm, id="same-body"),
        pytest.param(term(LEAD), term(LEAD, person="p2"), NoSeat, id="seat-taken"),
        pytest.param(
            term(LEAD, until=10), term(LEAD, person="p2", since=9), NoSeat, id="taken-on-the-last-day"
        ),
        pytest.param(term(SYSTEM), term(AUDIT), AdministratorsKeptApart, id="two-administrators"),
        pytest.param(
            term(SYSTEM), term(AUDIT, unit="u2"), AdministratorsKeptApart, id="two-administrators-elsewhere"
        ),
    ],
)
def test_what_does_not_go_together(new: Term, other: Term, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        require_free(new, [other])


@pytest.mark.parametrize(
    ("new", "other"),
    [
        pytest.param(term(OFFICER), term(OFFICER, person="p2"), id="two-officers"),
        pytest.param(term(OFFICER), term(OFFICER, unit="u2"), id="two-grids"),
        pytest.param(term(PART), term(MEMBER, unit="u2"), id="bodies-of-two-units"),
        pytest.param(term(PART), term(MEMBER, person="p2"), id="two-members"),
        pytest.param(term(LEAD, until=10), term(LEAD, person="p2", since=10), id="one-after-the-other"),
        pytest.param(term(LEAD), term(OFFICER), id="lead-and-officer"),
        pytest.param(term(SYSTEM), term(AUDIT, person="p2"), id="two-people-administer"),
        pytest.param(term(SYSTEM, until=10), term(AUDIT, since=10), id="first-one-then-the-other"),
        pytest.param(term(SYSTEM), term(SYSTEM, unit="u2"), id="same-administrator-twice"),
    ],
)
def test_what_goes_together(new: Term, other: Term) -> None:
    require_free(new, [other])


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(1, 30)).map(lambda span: (span[0], span[0] + span[1])),
        max_size=8,
    )
)
def test_most_at_once_is_what_counting_every_day_gives(spans: list[tuple[int, int]]) -> None:
    terms = [term(OFFICER, person=f"p{n}", since=a, until=b) for n, (a, b) in enumerate(spans)]
    by_day = [sum(a <= number < b for a, b in spans) for number in range(61)]
    assert most_at_once(terms) == max(by_day, default=0)


def test_sources_are_a_list_of_the_city_and_empty_means_any() -> None:
    require_source(LEAD, "community_worker")
    require_source(OFFICER, "anywhere")
    with pytest.raises(WrongSource):
        require_source(LEAD, "police")


def test_a_post_belongs_to_its_kind_of_unit() -> None:
    require_unit_kind(LEAD, kind="grid", kind_name="网格")
    with pytest.raises(BadInput):
        require_unit_kind(LEAD, kind="street", kind_name="街道")


@pytest.mark.parametrize(
    ("until", "ended", "renewed", "flagged"),
    [
        (None, False, False, False),
        (day(10), False, False, True),
        (day(9), False, False, True),
        (day(11), False, False, False),
        (day(9), True, False, False),
        (day(9), False, True, False),
    ],
)
def test_a_term_that_ran_out_is_flagged_until_somebody_acts(
    until: date | None, ended: bool, renewed: bool, flagged: bool
) -> None:
    assert has_run_out(until_on=until, ended_by_act=ended, renewed=renewed, on=day(10)) is flagged
