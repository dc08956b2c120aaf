"""Signing in: password, second factor, what an account still owes; and what one sets for oneself."""

from base64 import b32decode
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from mulin.people.models import Account, Appointment, Token
from mulin.people.rules import one_time
from tests.make import console


def sign_in(password: str = console.PASSWORD, **more: Any) -> tuple[Client, Any]:
    browser = Client(headers={"accept-language": "zh-CN"})
    account = console.account(console.DISPATCHER)
    form = {"username": account.username, "password": password, **more}
    return browser, browser.post("/console/sign-in/", form)


def owes(**what: bool) -> None:
    account = console.account(console.DISPATCHER)
    Account.objects.filter(pk=account.pk).update(**what)


def code_of(page: str) -> str:
    """Return the one-time code of the secret a page shows."""
    secret = page.split('<span class="mono">')[1].split("<")[0]
    return one_time.code_at(b32decode(secret), one_time.step_of(timezone.now()))


def test_nobody_sees_a_page_without_signing_in(city: None) -> None:
    answer = Client().get("/console/?tab=done")
    assert answer.status_code == 302
    assert answer["Location"] == "/console/sign-in/?next=/console/%3Ftab%3Ddone"
    piece = Client().get("/console/", headers={"HX-Request": "true"})
    assert piece.status_code == 204
    assert piece["HX-Redirect"].startswith("/console/sign-in/")


def test_the_right_password_opens_and_leads_back(city: None) -> None:
    browser, answer = sign_in(next="/console/lists/")
    assert answer["Location"] == "/console/lists/"
    assert browser.get("/console/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(city: None, elsewhere: str) -> None:
    _, answer = sign_in(next=elsewhere)
    assert answer["Location"] == "/console/"


def test_a_wrong_password_is_refused_in_words_that_tell_nothing(city: None) -> None:
    browser, wrong = sign_in("not-this-one")
    unknown = browser.post("/console/sign-in/", {"username": "nobody", "password": "x"})
    for answer in (wrong, unknown):
        assert answer.status_code == 403
        assert "用户名或密码不对" in answer.content.decode()
        assert "错误：" in answer.content.decode()
    assert browser.get("/console/").status_code == 302


def test_too_many_failures_are_said_honestly(city: None) -> None:
    for _ in range(12):
        _, answer = sign_in("not-this-one")
    assert answer.status_code == 409
    assert "分钟后再试" in answer.content.decode() or "秒后再试" in answer.content.decode()


def test_the_session_is_a_new_one_after_signing_in(city: None) -> None:
    browser = Client()
    browser.get("/console/sign-in/")
    account = console.account(console.DISPATCHER)
    browser.post("/console/sign-in/", {"username": account.username, "password": console.PASSWORD})
    first = browser.cookies["session"].value
    browser.post("/console/sign-out/")
    browser.post("/console/sign-in/", {"username": account.username, "password": console.PASSWORD})
    assert browser.cookies["session"].value != first


def test_signing_out_ends_the_session(dispatcher: Client) -> None:
    assert dispatcher.post("/console/sign-out/").status_code == 302
    assert dispatcher.get("/console/").status_code == 302
    assert dispatcher.get("/console/sign-out/").status_code == 405


def test_a_password_somebody_else_has_seen_must_be_changed_first(city: None) -> None:
    owes(must_change_password=True)
    browser, _ = sign_in()
    assert browser.get("/console/")["Location"] == "/console/me/password/"
    form = {
        "old": console.PASSWORD,
        "password": "a-quite-different-one-9",
        "again": "a-quite-different-one-9",
    }
    assert browser.post("/console/me/password/", form).status_code == 302
    assert browser.get("/console/").status_code == 200


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            {"old": "wrong-one-entirely", "password": "a-quite-new-one-9", "again": "a-quite-new-one-9"},
            "不对",
        ),
        ({"old": console.PASSWORD, "password": "short", "again": "short"}, "至少"),
        ({"old": console.PASSWORD, "password": "a-quite-new-one-9", "again": "another-one-9"}, "两遍"),
        ({"old": console.PASSWORD, "password": console.PASSWORD, "again": console.PASSWORD}, "相同"),
        ({"old": "", "password": "", "again": ""}, "err"),
    ],
)
def test_a_password_that_will_not_do_is_refused(city: None, form: dict[str, str], said: str) -> None:
    browser, _ = sign_in()
    answer = browser.post("/console/me/password/", form)
    assert answer.status_code in (403, 422)
    assert said in answer.content.decode()
    _, again = sign_in()
    assert again.status_code == 302


def test_who_must_have_a_second_factor_sees_nothing_before(city: None) -> None:
    case = console.case()
    owes(must_use_totp=True)
    browser, _ = sign_in()
    for address in ("/console/", f"/console/cases/{case.pk}/", "/console/export.xlsx", "/console/me/tokens/"):
        assert browser.get(address)["Location"] == "/console/me/second-factor/"
    page = browser.post("/console/me/second-factor/").content.decode()
    assert "<svg" in page
    wrong = browser.post("/console/me/second-factor/", {"code": "000000"})
    assert wrong.status_code == 403
    done = browser.post("/console/me/second-factor/", {"code": code_of(page)}).content.decode()
    assert "恢复码" in done
    assert browser.get("/console/").status_code == 200


def test_with_a_second_factor_the_password_alone_opens_nothing(city: None) -> None:
    browser, _ = sign_in()
    page = browser.post("/console/me/second-factor/").content.decode()
    codes = browser.post("/console/me/second-factor/", {"code": code_of(page)}).content.decode()
    recovery = codes.split('class="codes mono">')[1].split("<li>")[1].split("<")[0]
    fresh, answer = sign_in()
    assert answer["Location"].startswith("/console/sign-in/code/")
    assert fresh.get("/console/").status_code == 302
    assert fresh.post("/console/sign-in/code/", {"code": "123456"}).status_code == 403
    assert fresh.get("/console/").status_code == 302
    assert fresh.post("/console/sign-in/code/", {"code": recovery}).status_code == 302
    assert fresh.get("/console/").status_code == 200
    again, _ = sign_in()
    assert again.post("/console/sign-in/code/", {"code": recovery}).status_code == 403


def test_the_second_step_alone_is_no_way_in(city: None) -> None:
    assert Client().get("/console/sign-in/code/")["Location"] == "/console/sign-in/"
    assert Client().post("/console/sign-in/code/", {"code": "1"})["Location"] == "/console/sign-in/"


def test_a_token_is_shown_once_and_can_be_revoked(dispatcher: Client) -> None:
    page = dispatcher.post("/console/me/tokens/", {"name": "对接程序", "days": "30"}).content.decode()
    token = page.split('data-copy="')[1].split('"')[0]
    row = Token.objects.get()
    assert row.expires_at < timezone.now() + timedelta(days=31)
    assert token not in dispatcher.get("/console/me/tokens/").content.decode()
    assert dispatcher.post(f"/console/me/tokens/{row.pk}/revoke/").status_code == 302
    assert Token.objects.get().revoked_at is not None
    assert dispatcher.post(f"/console/me/tokens/{row.pk}/revoke/").status_code == 409


@pytest.mark.parametrize("form", [{"name": "", "days": "30"}, {"name": "x", "days": "9999"}, {}])
def test_a_token_without_a_name_or_an_end_is_refused(dispatcher: Client, form: dict[str, str]) -> None:
    assert dispatcher.post("/console/me/tokens/", form).status_code == 422
    assert not Token.objects.exists()


def test_somebody_elses_token_is_not_found(dispatcher: Client, firm: Client) -> None:
    dispatcher.post("/console/me/tokens/", {"name": "对接程序", "days": "30"})
    assert firm.post(f"/console/me/tokens/{Token.objects.get().pk}/revoke/").status_code == 404
    assert Token.objects.get().revoked_at is None


def test_all_sessions_end_at_once(city: None) -> None:
    one, _ = sign_in()
    other, _ = sign_in()
    assert one.post("/console/me/sessions/end/").status_code == 302
    for browser in (one, other):
        assert browser.get("/console/").status_code == 302


def test_keys_colours_and_language_are_remembered(dispatcher: Client) -> None:
    dispatcher.post("/console/me/keys/", {"keys": "off", "next": "/console/"})
    dispatcher.post("/console/me/theme/", {"theme": "dark"})
    page = dispatcher.get("/console/me/").content.decode()
    assert 'class="no-keys"' in page
    assert 'data-theme="dark"' in page
    dispatcher.post("/console/me/theme/", {"theme": ""})
    assert "data-theme" not in dispatcher.get("/console/me/").content.decode()
    dispatcher.post("/console/me/language/", {"language": "en"})
    assert '<html lang="en"' in dispatcher.get("/console/me/").content.decode()


def test_who_has_no_post_today_is_told_so(city: None) -> None:
    browser = console.browser(console.GRID)
    Appointment.objects.filter(person__staff_no=console.GRID).delete()
    page = browser.get("/console/me/").content.decode()
    assert "今天没有在任的岗位" in page
    assert browser.get("/console/").status_code == 200
