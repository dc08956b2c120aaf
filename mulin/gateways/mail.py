"""Mail to units by SMTP: ``smtp://user:password@host:587/from@example.org?to=units.example.org``.

A unit's mailbox is its code at the domain ``to``; residents leave no mail address.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from mulin.gateways.messages import Message, NeverAgain, TryAgain

SECONDS: Final = 15.0
SUBJECT_MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server, who writes, and where units have their mailboxes."""

    host: str
    port: int
    sender: str
    domain: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False  # from the first byte (smtps); otherwise STARTTLS before anything is said

    def send(self, message: Message) -> str:
        """Hand ``message`` over.

        :raises TryAgain: the server is not there or not ready
        :raises NeverAgain: it refuses the address or the sender
        """
        letter = self.letter(message)
        try:
            with self._server() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(letter)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as refusal:
            raise NeverAgain(type(refusal).__name__) from refusal
        except smtplib.SMTPResponseException as fault:
            kind = NeverAgain if fault.smtp_code >= 500 else TryAgain
            raise kind(f"SMTP {fault.smtp_code}") from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise TryAgain(type(fault).__name__) from fault
        return str(letter["Message-ID"])

    def letter(self, message: Message) -> EmailMessage:
        """Return the letter: its Message-ID is the message's own id, however often it is sent."""
        letter = EmailMessage()
        letter["From"] = self.sender
        letter["To"] = f"{message.to.removeprefix('unit:')}@{self.domain}"
        letter["Subject"] = message.text[:SUBJECT_MOST].replace("\n", " ")
        letter["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        letter.set_content(message.text)
        return letter

    def _server(self) -> smtplib.SMTP:
        safe = ssl.create_default_context()
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=safe)
        server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        server.starttls(context=safe)
        return server


def gateway(where: str, *, secret: str) -> Mail:
    """Return the mail server that an address describes; ``secret`` is of the signed gateways."""
    parts = urlsplit(where)
    tls = parts.scheme == "smtps"
    query = parse_qs(parts.query)
    return Mail(
        host=parts.hostname or "",
        port=parts.port or (465 if tls else 587),
        sender=parts.path.lstrip("/"),
        domain=query.get("to", [parts.path.rpartition("@")[2]])[-1],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )
