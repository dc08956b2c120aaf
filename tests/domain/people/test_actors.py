"""From an account or a token to an actor: one statement, today's posts, and every change at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import SYSTEM, Actor, Relation
from mulin.kernel.errors import NotFound
from mulin.people.actions import accounts, posts, setup, tokens
from mulin.people.actions import units as acts
from mulin.people.models import Account
from mulin.people.queries import actors
from mulin.people.queries.actors import actor_of, actor_of_token
from tests.make import people as make
from tests.make.people import NOON, ROLES, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def officer(**changes: object) -> Account:
    make.tree()
    term = make.term("grid_officer", "e1a-01", **changes)  # type: ignore[arg-type]
    return make.account(term.person.staff_no)


def issued(account: Account, *, days: int = 30) -> str:
    return tokens.issue_token(
        account_id=account.pk, name="测试", expires_at=NOON + days * DAY, actor=SYSTEM, now=NOON
    ).token


def test_an_actor_has_the_grants_of_todays_posts() -> None:
    account = officer()
    make.term("clerk", "e1b", staff_no=account.person.staff_no)
    tree = make.units()

    actor = actor_of(account.pk, now=NOON)

    assert (actor.account_id, actor.name) == (account.pk, account.person.name)
    assert [(grant.unit_id, grant.post) for grant in actor.grants] == [
        (tree["e1a-01"].pk, "grid_officer"),
        (tree["e1b"].pk, "clerk"),
    ]
    assert actor.grants[0].unit_path == tree["e1a-01"].path
    assert actor.grants[0].unit_name == "甲-01"
    assert actor.grants[1].permits == {
        ("accept_case", Relation.DESK),
        ("reveal_contact", Relation.DESK),
    }


@pytest.mark.parametrize("by", ["account", "token"])
def test_it_takes_one_statement(by: str) -> None:
    account = officer()
    token = issued(account)
    make.term("clerk", "e1b", staff_no=account.person.staff_no)
    actor_of(account.pk, now=NOON)  # permits are read once per edition of the roles
    with CaptureQueriesContext(connection) as asked:
        actor = actor_of(account.pk, now=NOON) if by == "account" else actor_of_token(token, now=NOON)
    assert actor is not None
    assert len(actor.grants) == 2
    assert len(asked) == 1


def test_permits_are_read_again_once_the_roles_have_changed_and_only_then() -> None:
    account = officer()
    assert not actor_of(account.pk, now=NOON).may("add_note")
    role = next(row for row in ROLES if row.code == "officer")
    changed = replace(role, permits=role.permits | {("add_note", "place")})
    setup.import_roles(rows=[changed], actor=SYSTEM, now=NOON)
    with CaptureQueriesContext(connection) as asked:
        assert actor_of(account.pk, now=NOON).may("add_note")
    assert len(asked) == 2
    setup.import_roles(rows=[role], actor=SYSTEM, now=NOON)
    assert not actor_of(account.pk, now=NOON).may("add_note")


def test_permits_of_a_change_that_was_rolled_back_are_forgotten() -> None:
    account = officer()
    role = next(row for row in ROLES if row.code == "officer")
    more = replace(role, permits=role.permits | {("add_note", "place")})
    with transaction.atomic():
        setup.import_roles(rows=[more], actor=SYSTEM, now=NOON)
        assert actor_of(account.pk, now=NOON).may("add_note")
        transaction.set_rollback(True)
    other = replace(role, permits=role.permits | {("ask_resident", "place")})
    setup.import_roles(rows=[other], actor=SYSTEM, now=NOON)
    assert not actor_of(account.pk, now=NOON).may("add_note")
    assert actor_of(account.pk, now=NOON).may("ask_resident")


def test_full_time_and_part_time_officers_have_different_permits() -> None:
    make.tree()
    full = make.actor("grid_officer", "e1a-01")
    part = make.actor("grid_officer", "e1a-02", full_time=False)
    assert full.may("finish_case")
    assert not part.may("finish_case")
    assert full.may("file_report")
    assert part.may("file_report")


def grants_at(account: Account, now: datetime) -> int:
    return len(actor_of(account.pk, now=now).grants)


def test_a_term_counts_from_its_first_day_to_the_day_before_its_last_in_the_citys_time() -> None:
    account = officer(from_on=TODAY, until_on=TODAY + DAY)
    midnight = NOON - timedelta(hours=12)  # 00:00 in the city on TODAY
    assert grants_at(account, midnight - timedelta(seconds=1)) == 0
    assert grants_at(account, midnight) == 1
    assert grants_at(account, midnight + DAY - timedelta(seconds=1)) == 1
    assert grants_at(account, midnight + DAY) == 0


def end(account: Account) -> None:
    term = account.person.appointments.get()
    posts.end_appointment(appointment_id=term.pk, on=TODAY, actor=SYSTEM, now=NOON)


def dissolve(account: Account) -> None:
    for code in ("e1a-01-1", "e1a-01-2", "p-a1"):
        acts.dissolve_unit(code=code, on=TODAY, actor=SYSTEM, now=NOON)
    acts.dissolve_unit(code="e1a-01", on=TODAY, actor=SYSTEM, now=NOON)


@pytest.mark.parametrize("change", [end, dissolve])
def test_a_lost_post_is_gone_with_the_next_request(change: Callable[[Account], None]) -> None:
    account = officer()
    assert grants_at(account, NOON) == 1
    change(account)
    assert grants_at(account, NOON) == 0


def test_a_moved_unit_carries_its_officers_rights_along_at_once() -> None:
    account = officer()
    acts.move_unit(code="e1a", to="e2", on=TODAY, actor=SYSTEM, now=NOON)
    [grant] = actor_of(account.pk, now=NOON).grants
    assert grant.unit_path.startswith(make.units()["e2"].path)


def test_an_account_without_a_post_may_nothing_and_nobody_is_not_found() -> None:
    make.tree()
    account = make.account(make.person().staff_no)
    assert actor_of(account.pk, now=NOON) == Actor(account.pk, account.person.name)
    with pytest.raises(NotFound):
        actor_of(account.pk + 1_000, now=NOON)


def test_a_disabled_account_is_nobody_by_any_way() -> None:
    account = officer()
    token = issued(account)
    accounts.disable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    with pytest.raises(NotFound):
        actor_of(account.pk, now=NOON)
    assert actor_of_token(token, now=NOON) is None
    accounts.enable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    assert actor_of(account.pk, now=NOON).grants
    assert actor_of_token(token, now=NOON) is None


def test_a_token_opens_until_it_expires_or_is_revoked() -> None:
    account = officer()
    token = issued(account, days=30)
    assert actor_of_token(token, now=NOON) == actor_of(account.pk, now=NOON)
    assert actor_of_token(token, now=NOON + 30 * DAY) is None
    assert actor_of_token(token, now=NOON + 30 * DAY - timedelta(seconds=1)) is not None
    for wrong in ("", "mulin_", token[:-1], token + "x", token.upper(), "\x00"):
        assert actor_of_token(wrong, now=NOON) is None
    tokens.revoke_token(token_id=account.tokens.get().pk, actor=SYSTEM, now=NOON)
    assert actor_of_token(token, now=NOON) is None


def test_an_actor_without_an_edition_row_is_still_an_actor() -> None:
    account = officer()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_edition")
    actors._known = (-1, {})
    assert actor_of(account.pk, now=NOON).grants
