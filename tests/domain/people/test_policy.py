"""Who may do what to which unit: the predicate and the filter say the same about every unit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mulin.kernel.actor import PUBLIC, SYSTEM, Actor, Grant, Relation
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people import policy
from mulin.people.models import Unit
from mulin.people.queries import units
from mulin.people.rules.acts import Act
from tests.make import people as make

pytestmark = pytest.mark.django_db

ACTS = (Act.SEE_UNIT, Act.MOVE_UNIT)


@pytest.fixture
def tree() -> dict[str, Unit]:
    return make.tree()


CODES = [row.code for row in make.UNITS]
grants = st.lists(
    st.tuples(
        st.sampled_from(CODES), st.frozensets(st.tuples(st.sampled_from(ACTS), st.sampled_from(Relation)))
    ),
    max_size=3,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_grants=grants)
def test_filter_and_predicate_agree_over_all_units(
    tree: dict[str, Unit], given_grants: list[tuple[str, frozenset[tuple[Act, Relation]]]]
) -> None:
    held = tuple(
        Grant(
            tree[code].pk, tree[code].path, code, "post", frozenset((str(act), rel) for act, rel in permits)
        )
        for code, permits in given_grants
    )
    actor = Actor(account_id=9, name="某某", grants=held)
    for act in ACTS:
        filtered = set(Unit.objects.filter(policy.units_for(actor, act)).values_list("code", flat=True))
        assert filtered == {code for code, unit in tree.items() if policy.may(actor, act, unit)}


def seen(actor: Actor) -> set[str]:
    return {unit.code for unit in units.units_for(actor)}


def test_a_county_sees_itself_and_below_a_city_everything_the_public_nothing(tree: dict[str, Unit]) -> None:
    assert seen(make.actor("county_hr", "west")) == {"west", "w1", "w1a", "w1a-01"}
    assert seen(make.actor("mayor", "city")) == set(tree)
    assert seen(make.actor("worker", "e1b")) == {"e1b", "e1b-01"}
    assert seen(PUBLIC) == set()
    assert seen(SYSTEM) == set(tree)


def test_a_path_that_only_begins_with_the_same_digits_is_not_below() -> None:
    make.structure()
    first = Unit.objects.create(
        code="a", kind_id="city", name="a", short_name="a", path="1/", from_on=make.SINCE
    )
    other = Unit.objects.create(
        code="b", kind_id="city", name="b", short_name="b", path="12/", from_on=make.SINCE
    )
    permits = frozenset({("see_unit", Relation.BRANCH)})
    actor = Actor(5, "某某", (Grant(first.pk, first.path, "a", "post", permits),))
    assert policy.may(actor, Act.SEE_UNIT, first)
    assert not policy.may(actor, Act.SEE_UNIT, other)
    assert list(Unit.objects.filter(policy.units_seen_by(actor))) == [first]


def test_what_one_may_not_see_is_not_there_and_what_one_may_not_do_is_not_allowed(
    tree: dict[str, Unit],
) -> None:
    reader = make.actor("worker", "e1a")
    with pytest.raises(NotFound):
        policy.require(reader, Act.MOVE_UNIT, tree["w1a"])
    with pytest.raises(NotAllowed):
        policy.require(reader, Act.MOVE_UNIT, tree["e1a"])
    with pytest.raises(NotFound):
        units.unit_for(reader, "w1a")
    with pytest.raises(NotFound):
        units.unit_for(reader, "nowhere")
    assert units.unit_for(reader, "e1a-01") == tree["e1a-01"]


def test_an_act_is_done_in_the_name_of_the_post_that_permits_it(tree: dict[str, Unit]) -> None:
    both = Actor(
        3,
        "某某",
        (*make.actor("worker", "e1a").grants, *make.actor("county_hr", "east").grants),
    )
    assert policy.require(both, Act.MOVE_UNIT, tree["e1a"]) == tree["east"].pk
    assert policy.require(SYSTEM, Act.MOVE_UNIT, tree["e1a"]) is None


def test_everywhere_means_a_permit_for_any_not_a_large_branch(tree: dict[str, Unit]) -> None:
    with pytest.raises(NotAllowed):
        policy.require_everywhere(make.actor("county_hr", "east"), Act.FOUND_UNIT)
    assert policy.require_everywhere(make.actor("admin", "city"), Act.FOUND_UNIT) == tree["city"].pk
