"""Acts on accounts and tokens: nobody has a default password, and a closed account is closed everywhere."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth import SESSION_KEY, get_user, login
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal
from mulin.ledger.models import Entry
from mulin.people.actions import accounts, sign_in, tokens
from mulin.people.models import Account, Token
from mulin.people.queries import accounts as questions
from mulin.people.queries.actors import actor_of
from mulin.people.rules.codes import token_digest
from mulin.people.rules.passwords import WeakPassword
from tests.make import people as make
from tests.make.people import NOON

DAY = timedelta(days=1)
GOOD = "correct horse battery"
HERE = "10.0.0.1"

create = partial(accounts.create_account, username="wang.li", staff_no="s1", now=NOON)
issue = partial(tokens.issue_token, name="报表", expires_at=NOON + 30 * DAY, now=NOON)


@pytest.fixture
def cheap_hash(settings) -> None:  # type: ignore[no-untyped-def]
    """Hash in no time where the hash is not what is tested."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_hash")]


def without_account() -> None:
    make.tree()
    make.term("grid_officer", "e1a-01", staff_no=make.person("王力", "s1").staff_no)


def officer() -> Account:
    without_account()
    return make.account("s1")


def test_a_made_up_password_is_said_once_and_must_be_changed() -> None:
    without_account()
    organiser = make.actor("county_hr", "east")
    made = create(username=" Wang.Li ", actor=organiser)
    assert made.account.username == "wang.li"
    assert made.account.check_password(made.password)
    assert made.account.must_change_password
    assert made.password not in repr(made)
    assert make.kinds_recorded() == ["account.created"]
    entry = Entry.objects.get(kind="account.created")
    assert made.password not in str(entry.facts)
    assert entry.unit_id == make.units()["east"].pk


def test_a_chosen_password_need_not_be_changed() -> None:
    without_account()
    assert not create(password=GOOD, must_use_totp=True, actor=SYSTEM).account.must_change_password


def test_passwords_are_hashed_by_argon2id(settings) -> None:  # type: ignore[no-untyped-def]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    without_account()
    assert create(password=GOOD, actor=SYSTEM).account.password.startswith("argon2$argon2id$")


def test_a_fresh_city_has_no_account_at_all() -> None:
    make.tree()
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param({"staff_no": "nobody"}, NotFound, id="no-person"),
        pytest.param({"username": "a b"}, BadInput, id="no-user-name"),
        pytest.param({"username": "taken"}, NotPossible, id="user-name-taken"),
        pytest.param({"staff_no": "s2"}, NotPossible, id="has-an-account"),
        pytest.param({"password": "short"}, WeakPassword, id="short"),
        pytest.param({"password": "my wang.li password"}, WeakPassword, id="own-name"),
        pytest.param({"password": "qwertyuiop"}, WeakPassword, id="common"),
    ],
)
def test_a_refused_account_leaves_no_trace(said: dict[str, str], refusal: type[Refusal]) -> None:
    without_account()
    make.term("grid_officer", "e1a-01", staff_no=make.person(staff_no="s2").staff_no)
    make.account("s2", username="taken")
    organiser = make.actor("county_hr", "east")
    before = make.everything()
    with pytest.raises(refusal):
        create(**said, actor=organiser)
    assert make.everything() == before


ACTS: list[Callable[..., object]] = [
    accounts.reset_password,
    accounts.disable_account,
    accounts.enable_account,
    accounts.end_sessions,
]


@pytest.mark.parametrize(("post", "unit"), [("worker", "e1a"), ("county_hr", "west"), ("auditor", "city")])
@pytest.mark.parametrize("act", ACTS)
def test_who_may_not_act_on_an_account(act: Callable[..., object], post: str, unit: str) -> None:
    account = officer()
    actor = make.actor(post, unit)
    before = make.everything()
    with pytest.raises(NotAllowed):
        act(account_id=account.pk, actor=actor, now=NOON)
    with pytest.raises(NotAllowed):
        act(account_id=account.pk, actor=PUBLIC, now=NOON)
    with pytest.raises(NotFound):
        act(account_id=account.pk + 1_000, actor=SYSTEM, now=NOON)
    assert make.everything() == before


def test_who_may_not_create_accounts() -> None:
    without_account()
    for post, unit in (("worker", "e1a"), ("county_hr", "west")):
        with pytest.raises(NotAllowed):
            create(actor=make.actor(post, unit))


def test_somebody_who_serves_elsewhere_too_is_beyond_a_countys_reach() -> None:
    account = officer()
    make.term("grid_officer", "w1a-01", staff_no="s1")
    with pytest.raises(NotAllowed):
        accounts.disable_account(account_id=account.pk, actor=make.actor("county_hr", "east"), now=NOON)
    assert accounts.disable_account(account_id=account.pk, actor=make.actor("admin", "city"), now=NOON)


def test_somebody_without_a_post_is_the_whole_citys_business() -> None:
    make.tree()
    make.person("某某", "s1")
    with pytest.raises(NotAllowed):
        create(actor=make.actor("county_hr", "east"))
    assert create(actor=make.actor("admin", "city")).account.pk


@pytest.mark.parametrize("act", ACTS)
def test_each_act_locks_the_account_before_it_looks(act: Callable[..., object]) -> None:
    account = officer()
    Account.objects.filter(pk=account.pk).update(is_active=act is not accounts.enable_account)
    with CaptureQueriesContext(connection) as asked:
        act(account_id=account.pk, actor=SYSTEM, now=NOON)
    first = next(query["sql"] for query in asked if "SAVEPOINT" not in query["sql"])
    assert "FOR UPDATE" in first


def test_an_account_is_closed_once_and_opened_once() -> None:
    account = officer()
    accounts.disable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    with pytest.raises(NotPossible):
        accounts.disable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    accounts.enable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    with pytest.raises(NotPossible):
        accounts.enable_account(account_id=account.pk, actor=SYSTEM, now=NOON)


def signed_in(account: Account) -> HttpRequest:
    """Return a request with a session as the console opens it."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = HERE
    request.session = SessionStore()
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return request


def next_request(before: HttpRequest) -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore(before.session.session_key)
    return request


def is_in(before: HttpRequest) -> bool:
    return get_user(next_request(before)).is_authenticated


def change(account: Account) -> object:
    account.set_password(GOOD)
    account.save()
    actor = Actor(account.pk, "某某")
    return sign_in.change_password(
        account_id=account.pk, old=GOOD, new="another good one", address=HERE, actor=actor, now=NOON
    )


def test_a_session_number_is_new_after_sign_in() -> None:
    account = officer()
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = HERE
    request.session = SessionStore()
    request.session["draft"] = "x"
    request.session.save()
    old = request.session.session_key
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    assert request.session.session_key != old
    assert not SessionStore().exists(old)


@pytest.mark.parametrize(
    "end",
    [
        lambda account: accounts.disable_account(account_id=account.pk, actor=SYSTEM, now=NOON),
        lambda account: accounts.end_sessions(account_id=account.pk, actor=SYSTEM, now=NOON),
        lambda account: accounts.reset_password(account_id=account.pk, actor=SYSTEM, now=NOON),
        change,
    ],
    ids=["disabled", "ended", "reset", "changed"],
)
def test_sessions_end_with_the_next_request(end: Callable[[Account], object]) -> None:
    account = officer()
    session = signed_in(account)
    assert is_in(session)
    end(account)
    assert not is_in(session)


def test_opening_an_account_again_does_not_bring_its_sessions_back() -> None:
    account = officer()
    session = signed_in(account)
    accounts.disable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    row = SessionStore(session.session.session_key)
    assert row[SESSION_KEY] == str(account.pk)  # nobody asked in between, so the row is still there
    accounts.enable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    assert not is_in(session)


def test_one_may_sign_oneself_out_everywhere() -> None:
    account = officer()
    session = signed_in(account)
    accounts.end_sessions(account_id=account.pk, actor=actor_of(account.pk, now=NOON), now=NOON)
    assert not is_in(session)


def test_a_reset_password_must_be_changed_and_leaves_the_second_factor() -> None:
    account = officer()
    reset = accounts.reset_password(account_id=account.pk, actor=make.actor("county_hr", "east"), now=NOON)
    account.refresh_from_db()
    assert account.check_password(reset.password)
    assert account.must_change_password
    assert sign_in.next_step(account, verified=False) is sign_in.Step.CHANGE


def test_a_token_is_said_once_and_kept_as_its_digest() -> None:
    account = officer()
    made = issue(account_id=account.pk, actor=actor_of(account.pk, now=NOON))
    row = Token.objects.get()
    assert bytes(row.digest) == token_digest(made.token)
    assert made.token not in repr(made)
    assert made.token not in str(list(Entry.objects.values()))
    assert [token.pk for token in questions.tokens_of(actor_of(account.pk, now=NOON))] == [row.pk]


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param({"name": " "}, BadInput, id="no-name"),
        pytest.param({"name": "字" * 61}, BadInput, id="long-name"),
        pytest.param({"expires_at": NOON}, BadInput, id="no-life"),
        pytest.param({"expires_at": NOON + 367 * DAY}, BadInput, id="too-long-a-life"),
    ],
)
def test_a_refused_token_leaves_no_trace(said: dict[str, object], refusal: type[Refusal]) -> None:
    account = officer()
    self = actor_of(account.pk, now=NOON)
    before = make.everything()
    with pytest.raises(refusal):
        issue(account_id=account.pk, **said, actor=self)
    assert make.everything() == before


def test_tokens_of_others_need_a_permit_and_of_closed_accounts_do_not_exist() -> None:
    account = officer()
    for stranger in (make.actor("county_hr", "east"), PUBLIC):
        with pytest.raises(NotAllowed):
            issue(account_id=account.pk, actor=stranger)
    assert issue(account_id=account.pk, actor=make.actor("admin", "city")).token
    with pytest.raises(NotFound):
        issue(account_id=account.pk + 1_000, actor=SYSTEM)
    accounts.disable_account(account_id=account.pk, actor=SYSTEM, now=NOON)
    with pytest.raises(NotPossible):
        issue(account_id=account.pk, actor=SYSTEM)


def test_a_token_is_revoked_once_by_its_owner_and_is_not_there_for_strangers() -> None:
    account = officer()
    row = issue(account_id=account.pk, actor=SYSTEM).row
    revoke = partial(tokens.revoke_token, now=NOON)
    with pytest.raises(NotFound):
        revoke(token_id=row.pk, actor=make.actor("county_hr", "east"))
    with pytest.raises(NotFound):
        revoke(token_id=row.pk + 1_000, actor=SYSTEM)
    revoke(token_id=row.pk, actor=actor_of(account.pk, now=NOON))
    with pytest.raises(NotPossible):
        revoke(token_id=row.pk, actor=make.actor("admin", "city"))


def test_my_posts_tell_the_areas_of_work_and_take_constant_statements() -> None:
    account = officer()
    self = actor_of(account.pk, now=NOON)
    with CaptureQueriesContext(connection) as one:
        [post] = questions.my_posts(self, now=NOON)
    assert (post.unit_name, post.post_name, post.areas) == ("甲-01", "网格员", ("government",))
    make.term("clerk", "e1a", staff_no="s1")
    make.term("secretary", "e1b", staff_no="s1")
    with CaptureQueriesContext(connection) as three:
        mine = questions.my_posts(self, now=NOON)
    assert [post.areas for post in mine] == [("government",), ("service",), ("party",)]
    assert len(one) == len(three)


def test_accounts_are_listed_to_who_may_make_them() -> None:
    account = officer()
    assert account not in questions.accounts_for(make.actor("county_hr", "west"), now=NOON)
    assert account in questions.accounts_for(make.actor("county_hr", "east"), now=NOON)
    assert not questions.accounts_for(make.actor("worker", "e1a"), now=NOON).exists()
