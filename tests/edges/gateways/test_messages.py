"""The way out: addresses that may be reached, signatures, letters, and what each answer means."""

import base64
import hashlib
import hmac
import smtplib
from typing import Any

import pytest

from mulin.gateways import mail, messages, outside, sms, wechat
from mulin.gateways.messages import Message, NeverAgain, Off, TryAgain

MESSAGE = Message("01a1fe15-87e5-72eb-96f2-9e4718c58a00", "13800000000", "您反映的事已收到")
# Every way of writing an inside address that a resolver or a lax check lets through (reliability, on 3.11).
INSIDE = [
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - an address that is refused
    "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "fec0::1", "::ffff:10.0.0.8", "::",
    "64:ff9b::7f00:1", "2002:7f00:1::", "192.88.99.1", "2001:0:53aa:64c:0:0:0:1", "ff02::1",
]  # fmt: skip


def leads_to(*addresses: str) -> Any:
    return lambda host, port: list(addresses)


@pytest.mark.parametrize("address", INSIDE)
def test_no_message_goes_inside(address: str) -> None:
    for found in ([address], ["93.184.215.14", address]):  # one bad address is enough
        with pytest.raises(outside.Forbidden):
            outside.target_of("https://sms.example.org/send", resolve=leads_to(*found))


@pytest.mark.parametrize(
    "url",
    [
        "http://sms.example.org/send", "ftp://sms.example.org", "https://", "https://user:word@sms.example.org/",
        "https://sms.example.org:8443/send", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_only_https_on_its_own_port_without_a_name(url: str) -> None:
    with pytest.raises(outside.Forbidden):
        outside.target_of(url, resolve=leads_to("93.184.215.14"))


def test_a_city_may_allow_one_network_and_port_of_its_own() -> None:
    allowed = ["10.1.2.0/24:8443"]
    found = outside.target_of("https://sms.gov:8443/x?y=1", allowed=allowed, resolve=leads_to("10.1.2.3"))
    assert (found.address, found.path) == ("10.1.2.3", "/x?y=1")
    for url, address in (("https://sms.gov:8443/", "10.1.3.3"), ("https://sms.gov/", "10.1.2.3")):
        with pytest.raises(outside.Forbidden):
            outside.target_of(url, allowed=allowed, resolve=leads_to(address))
    with pytest.raises(outside.Forbidden):
        outside.target_of("https://nowhere.example.org/", resolve=leads_to())


def test_a_request_is_signed_as_standard_webhooks_are() -> None:
    signed = outside.signature("secret", message_id="m1", at=1_700_000_000, body=b"{}")
    wanted = hmac.new(b"secret", b"m1.1700000000.{}", hashlib.sha256).digest()
    assert signed == "v1," + base64.b64encode(wanted).decode()


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(200, None), (202, None), (301, NeverAgain), (400, NeverAgain), (410, NeverAgain), (408, TryAgain),
     (429, TryAgain), (500, TryAgain), (503, TryAgain)],
)  # fmt: skip
def test_what_an_answer_means(
    monkeypatch: pytest.MonkeyPatch, status: int, meaning: type[Exception] | None
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(outside, "target_of", lambda url, **_: outside.Target("h", 443, "/", "93.184.215.14"))
    monkeypatch.setattr(
        outside,
        "post",
        lambda target, payload, **how: (sent.append((payload, how)), (status, b'{"id": "g7"}'))[1],
    )
    gateway = wechat.gateway("https://gw.example.org/", secret="s")
    if meaning is None:
        assert gateway.send(MESSAGE) == "g7"
    else:
        with pytest.raises(meaning) as fault:
            gateway.send(MESSAGE)
        assert MESSAGE.to not in str(fault.value)
    payload, how = sent[0]
    assert payload == {"id": MESSAGE.id, "channel": "wechat", "to": MESSAGE.to, "text": MESSAGE.text}
    assert how["message_id"] == MESSAGE.id


def test_nobody_at_home_is_tried_again_and_a_forbidden_place_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = sms.gateway("https://gw.example.org/", secret="s")

    def absent(*_: object, **__: object) -> None:
        raise TimeoutError("13800000000 timed out")

    monkeypatch.setattr(outside, "target_of", absent)
    with pytest.raises(TryAgain) as fault:
        gateway.send(MESSAGE)
    assert str(fault.value) == "TimeoutError"
    monkeypatch.undo()
    with pytest.raises(NeverAgain):
        sms.gateway("http://gw.example.org/", secret="s").send(MESSAGE)


@pytest.mark.parametrize("answer", [b"", b"ok", b"[]", b"{}"])
def test_a_gateway_need_not_say_anything(answer: bytes) -> None:
    assert sms.number_in(answer) == ""


def test_a_letter_keeps_its_id_and_goes_to_the_units_box() -> None:
    box = mail.gateway("smtp://u:p%40ss@mail.example.org/from@example.org?to=units.example.org", secret="")
    assert (box.host, box.port, box.user, box.password, box.tls) == (
        "mail.example.org",
        587,
        "u",
        "p@ss",
        False,
    )
    letter = box.letter(Message("m1", "unit:990101", "督办\n请回复"))
    assert (letter["To"], letter["Message-ID"]) == ("990101@units.example.org", "<m1@example.org>")
    assert "\n" not in letter["Subject"]
    assert mail.gateway("smtps://mail.example.org/a@b.c", secret="").port == 465
    assert "p@ss" not in repr(box)


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (ConnectionRefusedError(), TryAgain),
        (smtplib.SMTPServerDisconnected(), TryAgain),
        (smtplib.SMTPDataError(451, b"later"), TryAgain),
        (smtplib.SMTPDataError(554, b"never"), NeverAgain),
        (smtplib.SMTPRecipientsRefused({}), NeverAgain),
    ],
)
def test_what_a_mail_server_means(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, meaning: type[Exception]
) -> None:
    box = mail.gateway("smtp://mail.example.org/a@b.c", secret="")

    class Server:
        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: object) -> None: ...

        def send_message(self, letter: object) -> None:
            raise fault

    monkeypatch.setattr(mail.Mail, "_server", lambda self: Server())
    with pytest.raises(meaning):
        box.send(Message("m1", "unit:990101", "督办"))


def test_a_channel_the_city_has_not_set_up_is_off(settings: Any) -> None:
    with pytest.raises(Off):
        messages.gateway_of("sms")
    settings.GATEWAYS = {"sms": "https://gw.example.org/send"}
    assert isinstance(messages.gateway_of("sms"), sms.SignedGateway)
    settings.PUBLIC_URL = "https://mulin.example.org/"
    assert messages.public_address() == "https://mulin.example.org"
