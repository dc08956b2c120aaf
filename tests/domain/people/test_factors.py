"""The second factor: enrolled by its first code, each code works once, a lost telephone is no disaster."""

from base64 import b32decode
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from django_otp import login as vouch
from django_otp.middleware import OTPMiddleware

from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.kernel.errors import NotAllowed, NotFound, NotPossible
from mulin.ledger.models import Entry
from mulin.people.actions import factors, sign_in
from mulin.people.actions.factors import WrongCode
from mulin.people.actions.sign_in import Step
from mulin.people.models import Account, RecoveryCode, SecondFactor
from mulin.people.queries.accounts import factor_of
from mulin.people.rules import one_time, patience
from mulin.people.rules.patience import TooSoon
from mulin.people.rules.vault import BrokenSeal
from tests.make import people as make
from tests.make.ledger import together
from tests.make.people import NOON

pytestmark = pytest.mark.django_db

STEP = timedelta(seconds=one_time.STEP_SECONDS)


def someone() -> Account:
    make.tree()
    make.term("grid_officer", "e1a-01", staff_no=make.person("王力", "s1").staff_no)
    return make.account("s1", username="wang.li")


def own(account: Account) -> Actor:
    return Actor(account.pk, "王力")


def begun(account: Account) -> bytes:
    enrolment = factors.begin_second_factor(account_id=account.pk, actor=own(account), now=NOON)
    return b32decode(enrolment.secret)


def code(secret: bytes, now: datetime = NOON) -> str:
    return one_time.code_at(secret, one_time.step_of(now))


def enrolled() -> tuple[Account, bytes, tuple[str, ...]]:
    account = someone()
    secret = begun(account)
    recovery = factors.confirm_second_factor(
        account_id=account.pk, code=code(secret), actor=own(account), now=NOON
    )
    return account, secret, recovery


def verify(account: Account, typed: str, *, now: datetime = NOON) -> factors.Verified:
    return factors.verify_second_factor(account_id=account.pk, code=typed, actor=PUBLIC, now=now)


def test_enrolling_shows_a_secret_once_and_counts_only_after_the_first_code() -> None:
    account = someone()
    shown = factors.begin_second_factor(account_id=account.pk, actor=own(account), now=NOON)
    assert shown.uri.startswith("otpauth://totp/Mulin%20%E7%9D%A6%E9%82%BB%3Awang.li?secret=")
    assert "<svg" in shown.qr
    assert "style=" not in shown.qr
    assert "<script" not in shown.qr
    assert shown.secret not in repr(shown)
    assert not factor_of(account.pk).is_confirmed
    assert sign_in.next_step(account, verified=False) is Step.DONE
    with pytest.raises(NotFound):
        verify(account, code(b32decode(shown.secret)))

    recovery = factors.confirm_second_factor(
        account_id=account.pk, code=code(b32decode(shown.secret)), actor=own(account), now=NOON
    )

    assert len(set(recovery)) == 10
    assert factor_of(account.pk).is_confirmed
    assert factor_of(account.pk).codes_left == 10
    assert sign_in.next_step(account, verified=False) is Step.CODE
    assert sign_in.next_step(account, verified=True) is Step.DONE
    assert make.kinds_recorded() == ["account.factor_begun", "account.factor_confirmed"]


def test_the_secret_and_the_codes_lie_in_no_table_and_no_entry() -> None:
    _, secret, recovery = enrolled()
    factor = SecondFactor.objects.get()
    stored = bytes(factor.sealed) + bytes(factor.wrapped_key)
    assert secret not in stored
    told = str(list(Entry.objects.values())) + str(list(RecoveryCode.objects.values()))
    for word in (secret.hex(), *recovery, *(each.replace("-", "") for each in recovery)):
        assert word not in told


def test_beginning_again_makes_the_first_secret_worthless() -> None:
    account = someone()
    first, second = begun(account), begun(account)
    confirm = partial(factors.confirm_second_factor, account_id=account.pk, actor=own(account), now=NOON)
    with pytest.raises(WrongCode):
        confirm(code=code(first))
    assert confirm(code=code(second))


def test_an_enrolled_account_is_not_enrolled_over() -> None:
    account, secret, _ = enrolled()
    with pytest.raises(NotPossible):
        begun(account)
    assert verify(account, code(secret, NOON + STEP), now=NOON + STEP)


def test_only_oneself_enrols() -> None:
    account = someone()
    for actor in (make.actor("admin", "city"), PUBLIC, SYSTEM):
        with pytest.raises(NotAllowed):
            factors.begin_second_factor(account_id=account.pk, actor=actor, now=NOON)
        with pytest.raises(NotAllowed):
            factors.confirm_second_factor(account_id=account.pk, code="1", actor=actor, now=NOON)
    with pytest.raises(NotFound):
        factors.begin_second_factor(account_id=account.pk + 1_000, actor=SYSTEM, now=NOON)
    with pytest.raises(NotPossible):
        factors.confirm_second_factor(account_id=account.pk, code="1", actor=own(account), now=NOON)


def test_a_code_works_once_also_the_one_of_enrolling() -> None:
    account, secret, _ = enrolled()
    with pytest.raises(WrongCode):
        verify(account, code(secret))
    later = NOON + 2 * STEP
    assert verify(account, code(secret, later), now=later).factor.user_id == account.pk
    with pytest.raises(WrongCode):
        verify(account, code(secret, later), now=later)
    with pytest.raises(WrongCode):
        verify(account, code(secret, later - STEP), now=later)  # not used, but older than one that was


def test_a_recovery_code_opens_once_and_is_counted_down() -> None:
    account, _, recovery = enrolled()
    assert verify(account, f" {recovery[3].lower()} ").codes_left == 9
    with pytest.raises(WrongCode):
        verify(account, recovery[3])
    assert verify(account, recovery[4].replace("-", "")).codes_left == 8
    assert Entry.objects.filter(kind="account.recovery_code_used").count() == 2


def test_wrong_codes_are_counted_and_slowed_and_the_count_survives_the_refusal() -> None:
    account, secret, recovery = enrolled()
    for _ in range(patience.FREE_CODES):
        with pytest.raises(WrongCode):
            verify(account, "000000")
    assert SecondFactor.objects.get().failures == patience.FREE_CODES
    with pytest.raises(TooSoon):
        verify(account, code(secret, NOON + STEP))
    with pytest.raises(TooSoon):
        verify(account, recovery[0])
    later = NOON + STEP
    assert verify(account, code(secret, later), now=later)
    assert SecondFactor.objects.get().failures == 0


def test_another_accounts_code_is_wrong() -> None:
    account, _, recovery = enrolled()
    make.term("grid_officer", "e1a-02", staff_no=make.person("李四", "s2").staff_no)
    other = make.account("s2")
    other_secret = begun(other)
    factors.confirm_second_factor(account_id=other.pk, code=code(other_secret), actor=own(other), now=NOON)
    later = NOON + STEP
    with pytest.raises(WrongCode):
        verify(account, code(other_secret, later), now=later)
    with pytest.raises(WrongCode):
        verify(other, recovery[0], now=later)


def test_a_secret_moved_to_another_account_does_not_open() -> None:
    account, _, _ = enrolled()
    make.term("grid_officer", "e1a-02", staff_no=make.person("李四", "s2").staff_no)
    other = make.account("s2")
    factors.confirm_second_factor(account_id=other.pk, code=code(begun(other)), actor=own(other), now=NOON)
    mine = SecondFactor.objects.get(user=account)
    SecondFactor.objects.filter(user=other).update(sealed=mine.sealed, wrapped_key=mine.wrapped_key)
    with pytest.raises(BrokenSeal):
        verify(other, "123456")


def test_a_lost_telephone_is_reset_by_another_administrator() -> None:
    account, _, _ = enrolled()
    before = make.everything()
    reset = partial(factors.reset_second_factor, account_id=account.pk, now=NOON)
    for actor in (make.actor("county_hr", "east"), own(account), PUBLIC):
        with pytest.raises(NotAllowed):
            reset(actor=actor)
    assert make.everything()["SecondFactor"] == before["SecondFactor"]
    reset(actor=make.actor("admin", "city"))
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert Account.objects.get(pk=account.pk).session_epoch == 1
    with pytest.raises(NotFound):
        reset(actor=SYSTEM)


def test_an_administrator_does_not_reset_their_own() -> None:
    make.tree()
    admin = make.actor("admin", "city")
    secret = b32decode(factors.begin_second_factor(account_id=admin.account_id, actor=admin, now=NOON).secret)
    factors.confirm_second_factor(account_id=admin.account_id, code=code(secret), actor=admin, now=NOON)
    with pytest.raises(NotAllowed):
        factors.reset_second_factor(account_id=admin.account_id, actor=admin, now=NOON)


def test_a_session_is_vouched_for_by_the_factor_until_it_is_reset() -> None:
    account, secret, _ = enrolled()
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "10.0.0.1"
    request.session, request.user = SessionStore(), account
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    later = NOON + STEP
    vouch(request, verify(account, code(secret, later), now=later).factor)

    def is_vouched_for() -> bool:
        again = HttpRequest()
        again.session, again.user = request.session, account
        OTPMiddleware(lambda _: HttpResponse())(again)
        return bool(again.user.is_verified())

    assert is_vouched_for()
    factors.reset_second_factor(account_id=account.pk, actor=SYSTEM, now=NOON)
    assert not is_vouched_for()


def test_the_factor_is_locked_before_a_code_is_judged() -> None:
    account, secret, _ = enrolled()
    later = NOON + STEP
    with CaptureQueriesContext(connection) as asked:
        verify(account, code(secret, later), now=later)
    first = next(query["sql"] for query in asked if "SAVEPOINT" not in query["sql"])
    assert "FOR UPDATE" in first


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_twice_at_once_opens_once() -> None:
    account, secret, _ = enrolled()
    later = NOON + STEP
    results = together(*(partial(verify, account, code(secret, later), now=later) for _ in range(2)))
    assert sum(isinstance(result, factors.Verified) for result in results) == 1
    assert sum(isinstance(result, WrongCode) for result in results) == 1
