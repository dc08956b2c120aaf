"""Party, government and service on one platform: one sign-in reaches all three, each with its own rights."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people.actions import accounts, posts, sign_in
from mulin.people.actions import units as acts
from mulin.people.queries.accounts import my_posts
from mulin.people.queries.actors import actor_of
from tests.make import people as make
from tests.make.people import NOON, TODAY

pytestmark = pytest.mark.django_db


def signed_in() -> Actor:
    """Return somebody who came in once and serves in three areas of work."""
    make.tree()
    staff_no = make.term("secretary", "e1b").person.staff_no  # party
    make.term("grid_officer", "e1a-01", staff_no=staff_no)  # government
    make.term("clerk", "e1a", staff_no=staff_no)  # service
    password = accounts.create_account(
        username="three.areas", staff_no=staff_no, actor=SYSTEM, now=NOON
    ).password
    came = sign_in.sign_in(
        username="three.areas", password=password, address="10.0.0.1", actor=PUBLIC, now=timezone.now()
    )
    return actor_of(came.account.pk, now=NOON)


@pytest.mark.mechanism("S-052")
def test_one_sign_in_reaches_the_three_areas() -> None:
    actor = signed_in()
    assert {area for post in my_posts(actor, now=NOON) for area in post.areas} == {
        "party",
        "government",
        "service",
    }
    assert all(actor.may(act) for act in ("appoint", "file_report", "accept_case"))


@pytest.mark.mechanism("S-052")
def test_rights_stay_with_the_area_and_the_unit_of_their_post() -> None:
    actor = signed_in()
    party, government, service = actor.grants
    assert not {act for act, _ in party.permits} & {act for act, _ in service.permits}
    assert not government.relations("appoint")
    assert not service.relations("file_report")
    rename = {"name": "新名", "on": TODAY, "actor": actor, "now": NOON}
    acts.rename_unit(code="e1b", **rename)  # type: ignore[arg-type]
    with pytest.raises(NotFound):  # a clerk of e1a, but party rights end at e1b
        acts.rename_unit(code="e1a", **rename)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):  # sees the grid as its officer, may not rename it
        acts.rename_unit(code="e1a-01", **rename)  # type: ignore[arg-type]
    term = make.term("secretary", "e1a", until_on=TODAY + timedelta(days=1))
    with pytest.raises(NotFound):
        posts.end_appointment(appointment_id=term.pk, on=TODAY, actor=actor, now=NOON)
