"""Coming in: the right password, the wrong one, often, from one address, never at the victim's cost."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import timezone

from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.ledger.models import Entry
from mulin.people import jobs
from mulin.people.actions import accounts, sign_in
from mulin.people.actions.sign_in import LockedOut, Step, WrongSignIn
from mulin.people.models import Account
from mulin.people.rules import patience
from mulin.people.rules.passwords import WeakPassword
from mulin.people.rules.patience import TooSoon
from tests.make import people as make

GOOD = "correct horse battery"
HERE, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def cheap_hash(settings) -> None:  # type: ignore[no-untyped-def]
    """Hash in no time where the hash is not what is tested."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_hash")]


@pytest.fixture
def account() -> Account:
    make.tree()
    make.term("grid_officer", "e1a-01", staff_no=make.person("王力", "s1").staff_no)
    made = accounts.create_account(
        username="wang.li", staff_no="s1", password=GOOD, actor=SYSTEM, now=timezone.now()
    )
    return made.account


def come_in(
    password: str = GOOD, *, username: str = "wang.li", address: str = HERE, now: datetime | None = None
) -> sign_in.SignedIn:
    return sign_in.sign_in(
        username=username, password=password, address=address, actor=PUBLIC, now=now or timezone.now()
    )


def fail(times: int, *, username: str = "wang.li", address: str = HERE) -> Iterator[type[Exception]]:
    for _ in range(times):
        try:
            come_in("wrong password", username=username, address=address)
        except (WrongSignIn, LockedOut, TooSoon) as refusal:
            yield type(refusal)


def test_the_right_password_opens_and_is_noted_under_the_accounts_own_name(account: Account) -> None:
    came = come_in(username=" Wang.Li ")
    assert (came.account, came.step) == (account, Step.DONE)
    entry = Entry.objects.get(kind="account.signed_in")
    assert (entry.account_id, entry.subject) == (account.pk, str(account.pk))


@pytest.mark.parametrize(
    ("username", "password"),
    [
        pytest.param("wang.li", "wrong password", id="wrong-password"),
        pytest.param("nobody", GOOD, id="nobody"),
        pytest.param("", GOOD, id="no-name"),
        pytest.param("王力", GOOD, id="no-user-name"),
        pytest.param("wang.li\x00", GOOD, id="nul"),
        pytest.param("wang.li", "", id="no-password"),
        pytest.param("wang.li", GOOD + "x" * 100_000, id="endless-password"),
        pytest.param("wang.li", "\x00", id="nul-password"),
    ],
)
def test_wrong_is_wrong_and_says_the_same_whatever_is_wrong(
    account: Account, username: str, password: str
) -> None:
    with pytest.raises(WrongSignIn) as refused:
        come_in(password, username=username)
    assert str(refused.value) == "用户名或密码不对"
    assert not Entry.objects.filter(kind="account.signed_in").exists()


def test_a_closed_account_looks_like_a_wrong_password(account: Account) -> None:
    accounts.disable_account(account_id=account.pk, actor=SYSTEM, now=timezone.now())
    with pytest.raises(WrongSignIn):
        come_in()


def test_five_failures_lock_the_pair_and_nobody_else(account: Account) -> None:
    assert list(fail(5)) == [WrongSignIn] * 4 + [LockedOut]
    with pytest.raises(LockedOut) as refused:
        come_in()
    assert refused.value.minutes == 15
    assert come_in(address=THERE).account == account  # the victim elsewhere
    make.term("grid_officer", "e1a-02", staff_no=make.person("李", "s2").staff_no)
    accounts.create_account(username="li.si", staff_no="s2", password=GOOD, actor=SYSTEM, now=timezone.now())
    assert come_in(username="li.si").account.username == "li.si"  # a colleague at the same address
    assert Entry.objects.filter(kind="account.locked_out", subject=str(account.pk)).count() == 1


def test_guessing_at_nobody_locks_and_tells_nothing(account: Account) -> None:
    assert list(fail(5, username="nobody")) == [WrongSignIn] * 4 + [LockedOut]
    assert not Entry.objects.filter(kind="account.locked_out").exists()


def test_a_lock_opens_by_itself_after_a_quarter_of_an_hour(account: Account) -> None:
    list(fail(5))
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    with pytest.raises(LockedOut):
        come_in()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert come_in().account == account


def test_trying_on_while_locked_does_not_lengthen_the_lock(account: Account) -> None:
    list(fail(5))
    before = AccessAttempt.objects.get().attempt_time
    list(fail(3))
    assert AccessAttempt.objects.get().attempt_time == before


def test_success_forgets_the_failures_of_the_pair(account: Account) -> None:
    list(fail(4))
    come_in()
    assert list(fail(4)) == [WrongSignIn] * 4
    come_in()


def test_an_address_that_tries_many_names_is_slowed(account: Account) -> None:
    for number in range(patience.FREE_FROM_ONE_ADDRESS):
        assert list(fail(1, username=f"guess{number}")) == [WrongSignIn]
    assert list(fail(1, username="guess99")) == [TooSoon]
    with pytest.raises(TooSoon):
        come_in()
    assert come_in(now=timezone.now() + timedelta(seconds=2)).account == account
    assert come_in(address=THERE).account == account


def test_who_has_signed_in_from_an_address_before_is_not_slowed_by_a_neighbour(account: Account) -> None:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = HERE
    request.session = SessionStore()
    login(request, come_in().account, backend="django.contrib.auth.backends.ModelBackend")
    for number in range(patience.FREE_FROM_ONE_ADDRESS):
        list(fail(1, username=f"guess{number}"))
    assert list(fail(1, username="guess99")) == [TooSoon]
    assert come_in().account == account


def test_an_address_nobody_knows_is_an_address_too(account: Account) -> None:
    assert come_in(address="").account == account
    assert list(fail(5, address="")) == [WrongSignIn] * 4 + [LockedOut]


def test_what_comes_next(account: Account) -> None:
    account.must_change_password = True
    account.save()
    assert come_in().step is Step.CHANGE
    account.must_use_totp = True
    account.save()
    assert come_in().step is Step.ENROL


def test_leaving_is_noted(account: Account) -> None:
    sign_in.sign_out(actor=Actor(account.pk, "王力"), now=timezone.now())
    assert Entry.objects.filter(kind="account.signed_out", account_id=account.pk).exists()
    with pytest.raises(NotAllowed):
        sign_in.sign_out(actor=PUBLIC, now=timezone.now())


def change(account: Account, old: str, new: str, *, actor: Actor | None = None) -> Account:
    return sign_in.change_password(
        account_id=account.pk,
        old=old,
        new=new,
        address=HERE,
        actor=actor or Actor(account.pk, "王力"),
        now=timezone.now(),
    )


def test_a_password_is_changed_by_whoever_knows_the_old_one(account: Account) -> None:
    account.must_change_password = True
    account.save()
    assert not change(account, GOOD, "another good one").must_change_password
    assert come_in("another good one").step is Step.DONE
    with pytest.raises(WrongSignIn):
        come_in(GOOD)


def test_a_refused_change_changes_nothing(account: Account) -> None:
    stranger = make.actor("admin", "city")
    before = make.everything()
    for actor in (stranger, PUBLIC, SYSTEM):
        with pytest.raises(NotAllowed):
            change(account, GOOD, "another good one", actor=actor)
    for new in (GOOD, "short", "my wang.li password", "qwertyuiop"):
        with pytest.raises(WeakPassword):
            change(account, GOOD, new)
    with pytest.raises(WrongSignIn):
        change(account, "wrong password", "another good one")
    with pytest.raises(NotFound):
        sign_in.change_password(
            account_id=account.pk + 1_000, old="a", new="b", address=HERE, actor=SYSTEM, now=timezone.now()
        )
    assert make.everything() == before
    assert come_in().account == account


def test_guessing_the_old_password_from_a_stolen_session_locks_like_a_sign_in(account: Account) -> None:
    refusals = []
    for _ in range(6):
        try:
            change(account, "wrong password", "another good one")
        except (WrongSignIn, LockedOut) as refusal:
            refusals.append(type(refusal))
    assert refusals == [WrongSignIn] * 4 + [LockedOut] * 2


def test_sign_ins_are_forgotten_when_the_law_no_longer_asks_for_them(account: Account) -> None:
    now = timezone.now()
    for days in (1, 180, 200):
        row = AccessLog.objects.create(username="wang.li", ip_address=HERE)
        AccessLog.objects.filter(pk=row.pk).update(attempt_time=now - timedelta(days=days))
    assert jobs.forget_sign_ins(now=now) == 1
    assert AccessLog.objects.count() == 2
