"""The predicate and the filter of the one policy say the same about every case, unit and relation."""

import pytest

from mulin.cases import policy
from mulin.cases.actions import handling
from mulin.cases.models import Case
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor, Grant, Relation
from mulin.kernel.errors import NotAllowed
from mulin.people.models import Unit
from tests.make import cases as make
from tests.make.cases import NOON

pytestmark = pytest.mark.django_db


def watcher(unit: Unit, *relations: Relation) -> Actor:
    permits = frozenset((policy.SEE, relation) for relation in relations)
    return Actor(99, "w", (Grant(unit.pk, unit.path, unit.name, "w", permits),))


@pytest.fixture
def here() -> make.City:
    made = make.city()
    make.case(made.grid)
    make.case(made.other_street)
    make.case()  # nowhere: the county's desk
    make.dispatched(made)
    make.in_hand(made)
    returned = make.dispatched(made)
    handling.return_case(case_id=returned.pk, reason="不归物业", actor=made.handler, now=NOON)
    make.closed(made)
    make.filed(by=made.checker, source="desk")
    return made


@pytest.mark.parametrize("relation", Relation)
def test_filter_and_predicate_agree_over_all_units(here: make.City, relation: Relation) -> None:
    seen_somewhere = False
    for unit in Unit.objects.all():
        actor = watcher(unit, relation)
        by_filter = set(Case.objects.filter(policy.seen_by(actor)).values_list("pk", flat=True))
        by_predicate = {case.pk for case in Case.objects.all() if policy.may(actor, policy.SEE, case)}
        assert by_filter == by_predicate
        seen_somewhere |= bool(by_filter)
    assert seen_somewhere


def test_two_posts_see_what_either_sees(here: make.City) -> None:
    firm, other = watcher(here.firm, Relation.LEAD), watcher(here.other_street, Relation.PLACE)
    both = Actor(99, "w", firm.grants + other.grants)
    pks = [
        set(Case.objects.filter(policy.seen_by(actor)).values_list("pk", flat=True))
        for actor in (firm, other, both)
    ]
    assert pks[0] | pks[1] == pks[2]
    assert pks[0]
    assert pks[1]
    assert not pks[0] & pks[1]


def test_a_name_that_begins_alike_is_not_below(here: make.City) -> None:
    Unit.objects.filter(pk=here.street.pk).update(path="1/2/3/")
    Unit.objects.filter(pk=here.other_street.pk).update(path="1/2/30/")
    here.street.refresh_from_db()
    actor = watcher(here.street, Relation.PLACE)
    elsewhere = Case.objects.filter(place_unit=here.other_street)
    assert elsewhere.exists()
    assert not elsewhere.filter(policy.seen_by(actor)).exists()


def test_the_public_sees_nothing_and_the_system_all(here: make.City) -> None:
    assert not Case.objects.filter(policy.seen_by(PUBLIC)).exists()
    assert Case.objects.filter(policy.seen_by(SYSTEM)).count() == Case.objects.count()
    case = Case.objects.first()
    assert case is not None
    assert not policy.may(PUBLIC, policy.SEE, case)
    with pytest.raises(NotAllowed):
        policy.require(PUBLIC, "close_case", case)
    with pytest.raises(NotAllowed):
        policy.require_anywhere(PUBLIC, "file_report")
