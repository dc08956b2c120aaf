"""The way out for messages: SMS, WeChat and mail behind one small interface, each with a twin in memory.

What a city has not set up is off: its messages are kept as such and a person sees them. Every message carries
an id that never changes; a gateway that has seen it before must not send it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final, Protocol

from django.conf import settings

MODULES: Final[Mapping[str, str]] = {
    "sms": "mulin.gateways.sms",
    "wechat": "mulin.gateways.wechat",
    "email": "mulin.gateways.mail",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out, to one address."""

    id: str
    to: str = field(repr=False)  # a telephone number, or "unit:<code>"; a log line must not hold it
    text: str


class Unsendable(RuntimeError):
    """The message did not get out; ``str`` says why, without the address."""


class TryAgain(Unsendable):
    """Not now: the other side is busy, unreachable or does not answer."""


class NeverAgain(Unsendable):
    """It will not take this message, however often it is asked."""


class Off(Unsendable):
    """The city has no gateway of this kind."""


class Gateway(Protocol):
    """One way out."""

    def send(self, message: Message) -> str:
        """Hand ``message`` over and return the other side's own number for it, or nothing.

        :raises TryAgain: it may work later
        :raises NeverAgain: it will not
        """
        ...


class Twin:
    """A gateway in memory: keeps what it was given, once for each id, and fails when told to."""

    def __init__(self) -> None:
        self.sent: dict[str, Message] = {}
        self.calls: list[str] = []
        self.failing: Unsendable | None = None

    def send(self, message: Message) -> str:
        """Keep the message.

        :raises Unsendable: ``failing`` is set
        """
        self.calls.append(message.id)
        if self.failing is not None:
            raise self.failing
        self.sent.setdefault(message.id, message)
        return f"twin-{len(self.sent)}"


_twins: dict[str, Gateway] = {}


def use(channel: str, gateway: Gateway | None) -> None:
    """Put ``gateway`` in place of the real one, for tests and rehearsals; nothing takes it away again."""
    if gateway is None:
        _twins.pop(channel, None)
    else:
        _twins[channel] = gateway


def gateway_of(channel: str) -> Gateway:
    """Return the gateway of a channel as the city has set it up.

    :raises Off: it has not
    """
    if channel in _twins:
        return _twins[channel]
    where = str(settings.GATEWAYS.get(channel, ""))
    if not where:
        raise Off("没有配置这个渠道")
    gateway: Gateway = import_module(MODULES[channel]).gateway(where, secret=settings.GATEWAY_SECRET)
    return gateway


def public_address() -> str:
    """Return the address under which residents reach the pages, or nothing."""
    return str(settings.PUBLIC_URL).rstrip("/")
