"""Sign-ins and keys from the command line: what is said, what is done, and clear words when it cannot be."""

import re
from base64 import b32decode
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner, Result

from mulin.cli import people
from mulin.gateways import keys
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.kernel.errors import NotFound, NotPossible, Refusal
from mulin.people import jobs
from mulin.people.actions import contacts, factors, sealed
from mulin.people.models import Account, Contact, SecondFactor
from mulin.people.queries.contacts import rows_by_master_key
from mulin.people.rules import one_time
from mulin.people.rules.contacts import ContactDetails
from tests.make import people as make
from tests.make.people import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.delenv(keys.ENVIRONMENT, raising=False)
    return tmp_path


def run(group: click.Group, *words: str) -> Result:
    return CliRunner().invoke(group, list(words))


account = partial(run, people.account)
key = partial(run, people.keys)


def known() -> None:
    make.tree()
    make.term("grid_officer", "e1a-01", staff_no=make.person("王力", "s1").staff_no)


def said_password(result: Result) -> str:
    found = re.search(r"密码 (\S+)（", result.output)
    assert found is not None, result.output
    return found.group(1)


def test_the_first_administrator_is_made_with_a_password_said_once() -> None:
    known()
    result = account("create", "wang.li", "--staff-no", "s1", "--totp")
    made = Account.objects.get()
    assert made.check_password(said_password(result))
    assert (made.must_change_password, made.must_use_totp) == (True, True)


def test_an_account_is_reset_closed_and_opened() -> None:
    known()
    first = said_password(account("create", "wang.li", "--staff-no", "s1"))
    second = said_password(account("reset", "Wang.Li"))
    assert first != second
    assert Account.objects.get().check_password(second)
    assert "已停用" in account("disable", "wang.li").output
    assert not Account.objects.get().is_active
    assert "已启用" in account("enable", "wang.li").output
    assert Account.objects.get().is_active


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("create", "wang.li", "--staff-no", "nobody"), NotFound),
        (("create", "taken", "--staff-no", "s1"), NotPossible),
        (("reset", "nobody"), NotFound),
        (("disable", "nobody"), NotFound),
        (("enable", "taken"), NotPossible),
        (("reset-factor", "taken"), NotFound),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_no_trace(
    words: tuple[str, ...], refusal: type[Refusal]
) -> None:
    known()
    make.term("grid_officer", "e1a-02", staff_no=make.person(staff_no="s2").staff_no)
    make.account("s2", username="taken")
    before = make.everything()
    assert isinstance(account(*words).exception, refusal)
    assert make.everything() == before


def enrolled() -> bytes:
    known()
    own = make.account("s1", username="wang.li")
    actor = Actor(own.pk, "王力")
    shown = factors.begin_second_factor(account_id=own.pk, actor=actor, now=NOON)
    secret = b32decode(shown.secret)
    factors.confirm_second_factor(
        account_id=own.pk, code=one_time.code_at(secret, one_time.step_of(NOON)), actor=actor, now=NOON
    )
    return secret


def test_a_lost_telephone_is_taken_off() -> None:
    enrolled()
    assert "已重置" in account("reset-factor", "wang.li").output
    assert not SecondFactor.objects.exists()


def test_a_new_master_key_takes_over_contacts_and_second_factors_and_the_old_one_may_go(
    folder: Path,
) -> None:
    secret = enrolled()
    sealed = [
        contacts.seal_contact(phone="13800000000", name="王女士", may_call=True, now=NOON) for _ in range(3)
    ]
    old = keys.master_key().id
    assert f"{old}（在用）：4 条" in key("status").output

    result = key("rotate")

    fresh = keys.master_key().id
    assert fresh != old
    assert f"4 条已改由主密钥 {fresh} 保管" in result.output
    assert rows_by_master_key() == {fresh: 4}
    file = folder / "keys" / "master.key"
    file.write_text(file.read_text("ascii").splitlines()[0] + "\n", "ascii")  # the old key is destroyed
    clerk = make.actor("clerk", "e1a")
    for contact in sealed:
        assert contacts.reveal_contact(
            contact_id=contact.pk,
            reason="核实位置",
            as_unit=clerk.grants[0].unit_id,
            actor=clerk,
            now=NOON,
        ) == ContactDetails("13800000000", "王女士")
    step = one_time.step_of(NOON) + 1
    assert factors.verify_second_factor(
        account_id=Account.objects.get(username="wang.li").pk,
        code=one_time.code_at(secret, step),
        actor=PUBLIC,
        now=NOON,
    )


def test_rewrapping_again_finds_nothing_to_do() -> None:
    known()
    contacts.seal_contact(phone="13800000000", name="", may_call=False, now=NOON)
    keys.rotate_master_key()
    assert jobs.rewrap(now=NOON) == 1
    assert jobs.rewrap(now=NOON) == 0
    assert "0 条" in key("rewrap").output


def test_sealed_words_open_under_the_new_key_too() -> None:
    known()
    words = sealed.seal_words(text="各让一步（示例）", now=NOON)
    keys.rotate_master_key()
    assert rows_by_master_key() == {words.master_key: 1}
    assert jobs.rewrap(now=NOON) == 1
    words.refresh_from_db()
    assert rows_by_master_key() == {keys.master_key().id: 1} == {words.master_key: 1}
    assert sealed.open_words(rows=[words]) == {words.pk: "各让一步（示例）"}


def test_an_erased_contact_needs_no_key_any_more() -> None:
    known()
    contact = contacts.seal_contact(phone="13800000000", name="", may_call=False, now=NOON)
    contacts.erase_contact(contact_id=contact.pk, actor=SYSTEM, now=NOON)
    keys.rotate_master_key()
    assert jobs.rewrap(now=NOON) == 0
    assert rows_by_master_key() == {}
    assert Contact.objects.count() == 1


def test_a_key_given_by_the_environment_is_changed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = "11" * 32, "22" * 32
    known()
    monkeypatch.setenv(keys.ENVIRONMENT, first)
    contacts.seal_contact(phone="13800000000", name="", may_call=False, now=NOON)
    refused = key("rotate")
    assert refused.exit_code == 1
    assert keys.ENVIRONMENT in refused.output
    monkeypatch.setenv(keys.ENVIRONMENT, f"{second},{first}")
    assert "1 条已改由" in key("rewrap").output
    assert rows_by_master_key() == {keys.master_key().id: 1}
