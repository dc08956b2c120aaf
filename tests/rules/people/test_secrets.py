"""Passwords, one-time codes, recovery codes, tokens and the patience with whoever guesses them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.people.rules import codes, one_time, passwords, patience
from mulin.people.rules.passwords import WeakPassword, is_username, require_strong
from mulin.people.rules.patience import TooSoon, pause, require_patience

NOW = datetime(2026, 5, 12, 4, tzinfo=UTC)
RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize("name", ["abc", "wang.li-3", "a_b", "0ab", "x" * 60])
def test_user_names(name: str) -> None:
    assert is_username(name)


@pytest.mark.parametrize("name", ["", "ab", "Abc", "王小", "a b c", ".abc", "abc\n", "x" * 61, "a\x00bc"])
def test_what_is_no_user_name(name: str) -> None:
    assert not is_username(name)


@pytest.mark.parametrize("password", ["correct horse", "今天下了一场大雨很凉", "x7-Qm2.pL9w"])
def test_strong_enough(password: str) -> None:
    require_strong(password, username="wang.li", name="王力")


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("short1", id="short"),
        pytest.param("a" * 129, id="long"),
        pytest.param("aaaaabbbbbcccc", id="monotonous"),
        pytest.param("my-Wang.Li-2026", id="user-name"),
        pytest.param("王力的密码二〇二六年", id="name"),
        pytest.param("good\x00password", id="control"),
    ],
)
def test_too_weak(password: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(password, username="wang.li", name="王力")


def test_a_made_up_password_is_strong_and_never_the_same() -> None:
    made = {passwords.new_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        require_strong(password, username="wang.li", name="王力")


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    step = one_time.step_of(datetime.fromtimestamp(seconds, UTC))
    assert one_time.code_at(RFC_SECRET, step) == code


def matching(code: str, *, after: int = -1, now: datetime = NOW) -> int | None:
    return one_time.matching_step(RFC_SECRET, code, after=after, now=now)


def test_a_code_counts_half_a_minute_early_or_late_and_no_longer() -> None:
    step = one_time.step_of(NOW)
    for shift, counts in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = one_time.code_at(RFC_SECRET, step + shift)
        assert (matching(code) == step + shift) is counts


def test_a_code_used_before_or_older_than_the_last_does_not_count() -> None:
    step = one_time.step_of(NOW)
    code = one_time.code_at(RFC_SECRET, step)
    assert matching(code, after=step - 1) == step
    assert matching(code, after=step) is None
    assert matching(one_time.code_at(RFC_SECRET, step - 1), after=step) is None


def test_a_code_may_be_typed_with_spaces_and_nothing_else() -> None:
    step = one_time.step_of(NOW)
    code = one_time.code_at(RFC_SECRET, step)
    assert matching(f" {code[:3]} {code[3:]} ") == step
    for wrong in ("", "12345", code + "0", "一二三四五六", "abcdef"):
        assert matching(wrong) is None


def test_a_recovery_code_is_known_however_it_is_typed() -> None:
    code = codes.new_recovery_code()
    assert len(code.replace("-", "")) == 16
    assert codes.recovery_digest(code) == codes.recovery_digest(code.replace("-", " ").lower())
    assert codes.recovery_digest(code) != codes.recovery_digest(codes.new_recovery_code())


def test_a_token_is_recognisable_and_only_its_digest_is_kept() -> None:
    token = codes.new_token()
    assert token.startswith("mulin_")
    assert len(token) > 45
    assert token.encode() not in codes.token_digest(token)
    assert codes.token_digest(token) != codes.token_digest(codes.new_token())


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (10_000, 60)]
)
def test_each_failure_doubles_the_pause_up_to_a_minute(failures: int, seconds: int) -> None:
    assert pause(failures, free=5) == timedelta(seconds=seconds)


@given(st.integers(0, 10_000), st.integers(0, 100))
def test_the_pause_never_shrinks_with_failures_and_is_never_for_ever(failures: int, free: int) -> None:
    assert timedelta(0) <= pause(failures, free=free) <= pause(failures + 1, free=free) <= patience.LONGEST


def test_the_pause_runs_from_the_last_failure() -> None:
    require_patience(7, None, free=5, now=NOW)
    require_patience(7, NOW - timedelta(seconds=4), free=5, now=NOW)
    with pytest.raises(TooSoon) as refused:
        require_patience(7, NOW - timedelta(seconds=1, milliseconds=500), free=5, now=NOW)
    assert refused.value.seconds == 3
