"""SMS by a signed request to the city's gateway: ``{"id", "to", "text"}``; any 2xx is an acknowledgement."""

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from mulin.gateways import outside
from mulin.gateways.messages import Message, NeverAgain, TryAgain

# Not now: too early, too much, or nobody at home. Every other refusal is for good.
LATER: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class SignedGateway:
    """A gateway that takes one message a request."""

    url: str
    secret: str = field(repr=False)
    kind: str = "sms"

    def send(self, message: Message) -> str:
        """Hand ``message`` over and return the gateway's own number for it, or nothing.

        :raises TryAgain: it may work later
        :raises NeverAgain: it will not
        """
        try:
            target = outside.target_of(self.url, allowed=settings.GATEWAY_ALLOW)
            status, answer = outside.post(
                target,
                {"id": message.id, "channel": self.kind, "to": message.to, "text": message.text},
                secret=self.secret,
                message_id=message.id,
                at=int(time.time()),
            )
        except outside.Forbidden as refusal:
            raise NeverAgain(str(refusal)) from refusal
        except (OSError, http.client.HTTPException) as fault:
            raise TryAgain(type(fault).__name__) from fault
        if 200 <= status < 300:
            return number_in(answer)
        if status in LATER or status >= 500:
            raise TryAgain(f"HTTP {status}")
        raise NeverAgain(f"HTTP {status}")


def number_in(answer: bytes) -> str:
    """Return the number a gateway gave, if its answer has one."""
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    return str(said.get("id", ""))[:120] if isinstance(said, dict) else ""


def gateway(where: str, *, secret: str) -> SignedGateway:
    """Return the gateway at an address."""
    return SignedGateway(where, secret, "sms")
